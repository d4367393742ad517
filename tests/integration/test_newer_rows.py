"""A store with something in it that only a newer Ambula knows: it is read, nothing vanishes, and it is said."""

import json
import sqlite3
from pathlib import Path

import pytest

from ambula.exports.formats import Format
from ambula.store import Note, Store, ZoneChange
from nodecore import activity, record
from tests.support.command import Ambula
from tests.support.made_log import add_log, sitting_but_for

NOON_S = 1_772_539_200
UNKNOWN_CODE = 12
EXPORTS = [kind.value for kind in Format]


def a_record(part: int) -> bytes:
    """Sitting or lying, and in each second part a class that comes with a later version."""
    rec = bytearray(sitting_but_for(lambda _: False)(part))
    rec[record.ACTIVITY] = UNKNOWN_CODE if part % 2 else activity.SEDENTARY
    return bytes(rec)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "ambula.db"
    with Store(made) as kept:
        add_log(kept, "P01", NOON_S, 48 * 12, a_record)
        kept.set("zone", "UTC")
    return made


def test_a_class_that_is_not_known_counts_as_other_and_is_said(path: Path, ambula: Ambula) -> None:
    said = ambula("summary", "--store", path, "--json")
    told = json.loads(said.out)
    minutes = [day for day in told["days"] if day["recorded_min"]]
    for day in minutes:
        parts = [day[f"{name}_min"] or 0 for name in activity.NAMES]
        assert sum(parts) == pytest.approx(day["recorded_min"])
        assert day["other_min"] > 0
    (line,) = [line for line in told["versions"] if "activity" in line]
    assert line == (
        "1440.0 min of the thigh node have an activity that this Ambula does not know (code 12). "
        "They count as other: update Ambula."
    )
    assert "does not know (code 12)" in " ".join(ambula("summary", "--store", path).out.split())


@pytest.mark.parametrize("kind", EXPORTS)
def test_every_export_writes_it(path: Path, ambula: Ambula, tmp_path: Path, kind: str) -> None:
    said = ambula("export", "--to", kind, "--store", path, "--out", tmp_path / "out")
    assert said.code == 0, said.err


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        ("hill_days = 2\nname = 'Hills'", "The walking plan that is kept says hill_days: update Ambula"),
        ("start_min = 500", "The walking plan that is kept: start_min must be a whole number from 1 to 120, not 500."),
        ("= 3", "The walking plan that is kept: not TOML"),
    ],
)
def test_a_plan_of_a_newer_ambula_refuses_no_result(path: Path, ambula: Ambula, plan: str, words: str) -> None:
    with Store(path) as kept:
        kept.set_programme("P01", "", plan)
    told = json.loads(ambula("summary", "--store", path, "--json").out)
    assert len(told["days"]) == 3
    assert any(line.startswith(words) for line in told["versions"])
    for kind in ("--clinician", "--detail"):
        assert ambula("report", "--store", path, "--out", path.with_name("r.html"), kind).code == 0
    said = ambula("programme", "--store", path)
    if "hill" in plan:
        assert said.code == 0
        assert words in said.err
        assert 'walking plan "Hills"' in said.out
    else:
        assert said.code == 3


def test_a_zone_that_this_computer_does_not_know_is_named(path: Path, ambula: Ambula) -> None:
    with Store(path) as kept:
        kept.set_zone("P01", ZoneChange(0, "Mars/Olympus"))
    line = ambula("summary", "--store", path).failed_with(3)
    assert "P01 lived by the zone 'Mars/Olympus', which this computer does not know: update its list" in line
    assert ambula("summary", "--store", path, "--zone", "UTC").code == 0


def test_a_plan_that_is_handed_in_is_read_strictly(path: Path, ambula: Ambula) -> None:
    handed = path.with_name("plan.toml")
    handed.write_text("hill_days = 2", "utf-8")
    said = ambula("programme", "--plan", handed, "--store", path)
    assert "unknown key 'hill_days'. Known keys: name," in said.failed_with(3)


def test_rows_of_a_newer_kind_are_kept_and_named(path: Path, ambula: Ambula) -> None:
    with sqlite3.connect(path) as db:
        db.execute("UPDATE segment SET kind = 5 WHERE offset = (SELECT max(offset) FROM segment)")
        db.execute("INSERT INTO node VALUES (9, 'cc', 1, 3, 'P01', '9.0.0', 0)")
    db.close()
    before = path.read_bytes()
    said = ambula("status", "--store", path)
    assert said.code == 0, said.err
    assert "are of a newer format and are kept: update Ambula" in said.out
    assert "unknown nodes\t1: update Ambula" in said.out
    told = json.loads(ambula("summary", "--store", path, "--json").out)
    assert "Nodes worn at a place that this Ambula does not know are left out (1): update Ambula." in told["versions"]
    assert path.read_bytes() == before
    assert ambula("forget", "P01", "--yes", "--store", path).code == 0
    assert b"9.0.0" not in path.read_bytes()


@pytest.mark.parametrize(("newest", "advice"), [("9.1.0", "update Ambula to read it"), ("", "put back a copy")])
def test_a_row_that_cannot_be_is_no_damage_where_a_newer_ambula_wrote(
    path: Path, ambula: Ambula, newest: str, advice: str
) -> None:
    with Store(path) as kept:
        kept.add_note("P01", Note(NOON_S, 3, ""))
    with sqlite3.connect(path) as db:
        db.execute("UPDATE note SET pain = 3.5")
        db.execute("INSERT OR REPLACE INTO setting VALUES ('newest program', ?)", (newest,))
    db.close()
    line = ambula("note", "--store", path).failed_with(4)
    assert advice in line
    assert ("copy" in line) == (not newest)
    assert ("newer Ambula (9.1.0)" in line) == bool(newest)
