"""The data dictionary: complete, resting on shares that exist, and its page up to date."""

from dataclasses import fields
from pathlib import Path

import pytest

from ambula.days.dictionary import Kind, entries
from ambula.days.dictionary_page import dictionary_page
from ambula.days.rules import Rules

PAGE = Path(__file__).parents[3] / "docs" / "dictionary.md"


def test_the_page_is_up_to_date() -> None:
    made = dictionary_page()
    assert PAGE.read_text("utf-8") == made, "make texts"


def test_every_rule_is_defined_in_order_and_no_other() -> None:
    assert [e.name for e in entries("rule")] == [f.name for f in fields(Rules)]
    for e in entries("rule"):
        assert e.source
        assert len(e.definition) > 15


@pytest.mark.parametrize("kind", ["day", "week"])
def test_every_figure_has_a_formula_and_rests_on_a_share(kind: Kind) -> None:
    known = {e.name: e for e in entries(kind)}
    for e in known.values():
        assert e.formula
        assert not e.rests_on or known[e.rests_on].unit == "share"
        if kind == "day" and e.group not in ("Day", "Data quality", "Rules") and e.unit != "share":
            assert e.rests_on


def test_a_rule_that_a_formula_names_exists() -> None:
    named = {f.name for f in fields(Rules)}
    endings = ("_kmh", "_deg", "_mg", "_spm", "_s", "_h")
    for e in entries("day"):
        words = e.formula.replace("(", " ").replace(")", " ").replace(",", " ").split()
        rules = [w for w in words if w.startswith(("bend_", "movement_", "active_", "bed_")) and w.endswith(endings)]
        assert set(rules) <= named
