"""`ambula summary` for programs: CSV, Parquet and JSON of the same figures, on the screen or in a file; rules."""

import csv
import io
import json
from pathlib import Path

import pyarrow.parquet as parquet
import pytest

from ambula.days.dictionary import entries, in_file
from tests.support.command import Ambula
from tests.support.made_people import made_store

NAMES = {kind: [e.name for e in entries(kind)] for kind in ("day", "week")}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("made") / "s.db"
    made_store(path, {"P01": 1}, 2)
    return path


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


HEIGHT_NOTE = "note: P01: height not set: 1.70 m assumed for pace. Set it: `ambula height 182`\n"


def test_the_forms_agree(ambula: Ambula, store: Path, tmp_path: Path) -> None:
    shown = ambula("summary", "--store", store, "--format", "csv")
    assert (shown.code, shown.err) == (0, HEIGHT_NOTE)
    days = rows(shown.out)
    assert list(days[0]) == NAMES["day"]
    for form in ("csv", "parquet", "json"):
        ran = ambula("summary", "--store", store, "--format", form, "--out", tmp_path / f"days.{form}")
        assert (ran.code, ran.out, ran.err) == (0, "", HEIGHT_NOTE)
    assert (tmp_path / "days.csv").read_text() == shown.out
    table = parquet.read_table(tmp_path / "days.parquet").to_pylist()
    assert [{k: in_file(v) for k, v in row.items()} for row in table] == days
    told = json.loads((tmp_path / "days.json").read_text())
    assert [day["walking_min"] for day in told["days"]] == [row["walking_min"] for row in table]
    assert [day["participant"] for day in told["days"]] == ["P01", "P01"]
    assert told == json.loads(ambula("summary", "--store", store, "--json").out)


def test_a_row_may_be_a_week(ambula: Ambula, store: Path, tmp_path: Path) -> None:
    (week,) = rows(ambula("summary", "--store", store, "--format", "csv", "--per", "week").out)
    assert (list(week), week["days"]) == (NAMES["week"], "2")
    ambula("summary", "--store", store, "--format", "parquet", "--per", "week", "--out", tmp_path / "w.parquet")
    (same,) = parquet.read_table(tmp_path / "w.parquet").to_pylist()
    assert {k: in_file(v) for k, v in same.items()} == week


def test_the_days_add_up_to_the_ledger(ambula: Ambula, store: Path) -> None:
    told = json.loads(ambula("summary", "--store", store, "--json").out)
    for role in ("thigh", "back"):
        minutes = sum(day[f"{role}_ledger_min"] for day in told["days"])
        assert round(minutes * 12) == told["ledger"][role]["duration_slots"]
        written = told["ledger"][role]["slots"]["recorded"] + told["ledger"][role]["slots"]["not worn"]
        assert round(sum(day[f"{role}_written_min"] for day in told["days"]) * 12) == written


def test_rules_of_ones_own(ambula: Ambula, store: Path, tmp_path: Path) -> None:
    rules = tmp_path / "rules.toml"
    rules.write_text('name = "strict"\nvalid_worn_h = 24\nbend_least_s = 600\n')
    days = rows(ambula("summary", "--store", store, "--format", "csv", "--rules", rules).out)
    assert [(d["rules"], d["bends"]) for d in days] == [("strict", "0")] * 2
    assert [d["valid_fails"] for d in days] == ["" if d["worn_share"] == "1" else "valid_worn_h" for d in days]
    made = tmp_path / "days.parquet"
    ambula("summary", "--store", store, "--format", "parquet", "--out", made, "--rules", rules)
    assert json.loads(parquet.read_schema(made).metadata[b"rules"])["bend_least_s"] == 600
    rules.write_text("valid_worn = 24\n")
    line = ambula("summary", "--store", store, "--rules", rules).failed_with(3)
    assert "unknown rule valid_worn" in line
    assert "rules.toml" in line


def test_a_set_of_rules_has_a_name(ambula: Ambula, store: Path) -> None:
    for named, said in (("hunt4", "HUNT4"), ("waking", "waking hours"), ("ambula", "Ambula")):
        days = rows(ambula("summary", "--store", store, "--format", "csv", "--rules", named).out)
        assert {d["rules"] for d in days} == {said}


def test_days_that_count_by_waking_hours_only_are_hinted_at(ambula: Ambula, tmp_path: Path) -> None:
    """Nodes that lie still from 20:00 to 8:00: off the body."""
    store, hint = tmp_path / "s.db", "`--rules waking` counts whole days from 10 h of wear on"
    made_store(store, {"P01": 1}, 2, off=(20, 8))
    assert (
        f"none was worn for 16 h. Where the nodes are off at night, {hint}" in ambula("summary", "--store", store).out
    )
    for by in ("waking", "hunt4"):
        assert hint not in ambula("summary", "--store", store, "--rules", by).out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--format", "parquet"], "--format parquet needs a file: add --out FILE"),
        (["--out", "x.txt"], "a table is for the screen"),
        (["--format", "csv", "--out", "none/x.csv"], "cannot be written"),
        (["--format", "parquet", "--out", "none/x.parquet"], "cannot be written"),
        (["--format", "csv", "--out", "."], ".: is a folder; name a file in it"),
        (
            ["--format", "csv", "--out", "x.csv", "--csv", "x.csv"],
            "x.csv: cannot take two results. Give each its own file",
        ),
        (["--rules", "none.toml"], "none.toml: No such file"),
    ],
)
def test_what_cannot_be_is_one_line(
    ambula: Ambula, store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert told in ambula("summary", "--store", store, *arguments).failed_with(3)
    assert not list(tmp_path.rglob("x.*"))
