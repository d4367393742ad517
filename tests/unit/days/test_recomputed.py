"""Every figure of days and weeks, recomputed in SQL from the words of the dictionary.

Recordings at random, and some on borders. RECOMPUTED_SEEDS (default 1) says how many times as many, RECOMPUTED_FROM
(default 1) from which seed on.
"""

import ast
import math
import os
import sys
from collections import Counter
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from ambula.days.entry import entries_of
from ambula.days.rules import SETS, MetTable, Rules
from ambula.days.summary import DaySummary, WeekSummary, summarise_days, summarise_week
from ambula.epochs.table import EpochTable
from nodecore.activity import NAMES
from tests.support.recomputed import border_days, oracle, random_days
from tests.support.recomputed.oracle import Recording, recompute

DAYS = 190  # or somewhat more: a recording may touch one date more than it has days
FIRST_SEED = int(os.environ.get("RECOMPUTED_FROM", "1"))
SEEDS = range(FIRST_SEED, FIRST_SEED + int(os.environ.get("RECOMPUTED_SEEDS", "1")))

_LEDGER = "it comes from the nodes' logs, not from epochs"
_GIVEN = "it is given, not a figure"
_STATES = ("ledger", "written", "stood_in", "dropped", "rebooting", "sensor_fault", "storage_full", "clock_unknown")
NOT_RECOMPUTED = {
    "participant": _GIVEN,
    "software": _GIVEN,
    "height_m": _GIVEN,
    "height_known": _GIVEN,
    **{f"{node}_device": _GIVEN for node in ("thigh", "back")},
    **{f"{node}_{state}_min": _LEDGER for node in ("thigh", "back") for state in (*_STATES, "lost")},
    **{f"{node}_accounted_share": _LEDGER for node in ("thigh", "back")},
}
NOT_RECOMPUTED_OF_WEEK = {
    "participant": _GIVEN,
    "software": _GIVEN,
    "height_m": _GIVEN,
    "height_known": _GIVEN,
    **{e.name: "it comes from a walking programme" for e in entries_of(WeekSummary) if e.group == "Programme"},
}


@pytest.mark.parametrize("seed", SEEDS)
def test_every_figure_of_random_days_is_what_its_words_say(seed: int) -> None:
    sets = [_plain(rules) for rules in SETS.values()]
    _check(list(random_days.recordings(np.random.default_rng(seed), DAYS, sets)))


def test_every_figure_on_a_border_is_what_its_words_say() -> None:
    _check(list(border_days.borders(_plain(Rules()))))


@pytest.mark.parametrize(("table", "left_out"), [(DaySummary, NOT_RECOMPUTED), (WeekSummary, NOT_RECOMPUTED_OF_WEEK)])
def test_every_column_is_recomputed_or_says_why_not(table: type, left_out: dict[str, str]) -> None:
    days, weeks = recompute(list(random_days.recordings(np.random.default_rng(2), 1, [_plain(SETS["ambula"])])))
    recomputed = (days[0] if table is DaySummary else weeks)[0].keys() - {"recording"}
    assert not recomputed & left_out.keys()
    assert recomputed | left_out.keys() == {part.name for part in fields(table)}


def test_the_oracle_imports_nothing_that_computes_a_figure() -> None:
    for path in Path(oracle.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                own = name.startswith("tests.support.recomputed")
                assert own or name.split(".")[0] in {*sys.stdlib_module_names, "duckdb", "numpy"}, f"{path}: {name}"


def _check(made: list[Recording]) -> None:
    days, weeks = recompute(made)
    wrong: Counter[str] = Counter()
    told: dict[str, str] = {}
    for i, recording in enumerate(made):
        rules = _rules(recording)
        found = summarise_days(_table(recording), ZoneInfo(recording.zone), rules)
        assert [day.date for day in found] == [day["date"] for day in days[i]], f"recording {i}"
        pairs = [*zip(found, days[i], strict=True), (summarise_week(found, rules=rules), weeks[i])]
        for summary, words in pairs:
            for name, ours, theirs in _differences(summary, words):
                wrong[f"{type(summary).__name__}.{name}"] += 1
                where = f"recording {i}, {getattr(summary, 'date', 'week')}"
                told.setdefault(f"{type(summary).__name__}.{name}", f"{where}: {ours!r}, by the words {theirs!r}")
    assert not wrong, "\n".join(f"{name} differs {n} times; {told[name]}" for name, n in wrong.items())


def _plain(rules: Rules) -> random_days.Rules:
    """Rules by name, those of an epoch left out: they are done with before there are epochs."""
    of_epochs = asdict(rules.of_epochs)
    met = {f"met_{name}": value for name, value in asdict(rules.met).items() if name != "is_placeholder"}
    plain = {part.name: getattr(rules, part.name) for part in fields(rules) if part.name not in {*of_epochs, "met"}}
    return {**plain, **met}


def _rules(recording: Recording) -> Rules:
    given: dict[str, Any] = dict(recording.rules)
    met = {name: given.pop(f"met_{name}") for name in ("name", "slow", "moderate", "brisk")}
    return replace(Rules(), **given, met=MetTable(**met))


def _table(recording: Recording) -> EpochTable:
    code = {name: i for i, name in enumerate(NAMES)}
    columns = {name: np.array(column) for name, column in recording.columns.items()}
    columns["activity"] = np.array([code[word] for word in columns["activity"].tolist()], np.uint8)
    return EpochTable(confidence=np.ones(len(columns["epoch"])), **columns)


def _differences(summary: DaySummary | WeekSummary, words: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    """Return (name, value, value by the words) of those that differ; floats may by 1e-9."""
    pairs = [(name, getattr(summary, name), value) for name, value in words.items() if name != "recording"]
    return [pair for pair in pairs if not _same(*pair[1:])]


def _same(ours: Any, theirs: Any) -> bool:
    if theirs is None:
        return ours is None or ours == "" or (isinstance(ours, float) and math.isnan(ours))
    if isinstance(ours, float) and isinstance(theirs, int | float):
        return math.isclose(ours, theirs, rel_tol=1e-9, abs_tol=1e-9)
    return type(ours) is type(theirs) and ours == theirs
