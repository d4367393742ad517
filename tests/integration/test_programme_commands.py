"""`ambula programme` and `ambula note` as a user meets them."""

import csv
import json
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from ambula.nodes.keys import KeyFile
from ambula.participant.forget_and_rename import forget, rename
from ambula.programme.plan import default_text
from ambula.store import Store
from tests.support.command import Ambula, look_like_a_terminal
from tests.support.made_log import A_DAY, add_log, sitting_but_for

MIDNIGHT_S = int(datetime(2026, 3, 2, tzinfo=UTC).timestamp())
_WALK_PARTS = range(9 * 12, 9 * 12 + 3)  # a quarter of an hour from nine in the morning on

pytestmark = pytest.mark.usefixtures("_as_new")


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A store of P01, who sat for three weeks but for a quarter of an hour's walk each morning."""
    path = tmp_path / "s.db"
    with Store(path) as kept:
        kept.set("zone", "UTC")
        add_log(kept, "P01", MIDNIGHT_S, 21 * A_DAY, sitting_but_for(lambda part: part % A_DAY in _WALK_PARTS))
    return path


def test_three_weeks_of_a_programme(store: Path, ambula: Ambula, monkeypatch: pytest.MonkeyPatch) -> None:
    look_like_a_terminal(monkeypatch)
    told = ambula("programme", "--store", store)
    assert (told.code, told.err) == (0, "")
    text = " ".join(told.out.split())
    assert 'P01: walking plan "slowly up"' in text
    assert "1 02 Mar – 15 15 15 15 15 15 15 – no goal yet" in text  # noqa: RUF001  it is what is printed
    assert "2 09 Mar 5 days of 15 min 15 15 15 15 15 15 15 – went well" in text  # noqa: RUF001
    assert "3 16 Mar 5 days of 17 min 15 15 15 15 15 15 15 – partly reached" in text  # noqa: RUF001
    assert "4 23 Mar" not in text  # the data end on a Sunday at midnight
    assert "From Mon 23 Mar: walk on 5 days, 17 minutes each. You reached your goal on 0 of 5 days, so it stays" in text
    assert "On Mon 23 Mar: a walk of 17 minutes, or two of 9." in text
    assert "Minutes in walks of 5 minutes or more count" in text
    assert "Get medical help at once if back pain comes with new numbness" in text
    assert "For information, not for diagnosis" in text
    assert all(len(line) <= 80 for line in told.out.splitlines())


def test_a_painful_first_week_starts_the_plan_low(store: Path, ambula: Ambula) -> None:
    for day in (2, 3, 5, 7):
        ambula("note", "--pain", "8", "--at", f"2026-03-{day:02}T20:00", "--store", store)
    found = json.loads(ambula("programme", "--store", store, "--json").out)
    assert [w["verdict"] for w in found["weeks"]] == ["looking, pain", "well", "well"]
    assert [w["goal_min"] for w in found["weeks"]] == [None, 10, 12]


def test_in_a_first_week_there_is_no_goal_and_it_waits_when_it_hurts(tmp_path: Path, ambula: Ambula) -> None:
    with Store(tmp_path / "s.db") as kept:
        kept.set("zone", "UTC")
        add_log(kept, "P01", MIDNIGHT_S, 3 * A_DAY, sitting_but_for(lambda part: part % A_DAY in _WALK_PARTS))
    calm = json.loads(ambula("programme", "--store", tmp_path / "s.db", "--json").out)
    assert (calm["goal"], calm["paused"], calm["goal_last_date"]) == (None, False, "2026-03-08")
    ambula("programme", "--start", "2026-03-02", "--store", tmp_path / "s.db")
    week = ambula("summary", "--store", tmp_path / "s.db", "--format", "csv", "--per", "week").out.splitlines()
    assert [row["programme_goal_min"] for row in csv.DictReader(week)] == [""]
    ambula("note", "--pain", "8", "--at", "2026-03-03T20:00", "--store", tmp_path / "s.db")
    painful = json.loads(ambula("programme", "--store", tmp_path / "s.db", "--json").out)
    assert (painful["goal"], painful["paused"]) == (None, True)
    assert painful["next"] == "Until Sun 8 Mar: no goal yet. Walk as far as feels right."


def test_pain_makes_it_wait(store: Path, ambula: Ambula) -> None:
    before = json.loads(ambula("programme", "--store", store, "--json").out)
    assert before["goal"] == {"minutes": 17, "days": 5}
    noted = ambula("note", "--pain", "7", "--at", "2026-03-11T08:00", "moved house", "--store", store)
    assert "2026-03-11 08:00 7 moved house" in " ".join(noted.out.split())
    after = json.loads(ambula("programme", "--store", store, "--json").out)
    assert after["weeks"][1]["pain_by_day"] == [None, None, 7, None, None, None, None]
    assert after["goal"] == {"minutes": 17, "days": 5}
    assert [w["goal_min"] for w in after["weeks"]] == [None, 15, 15]
    assert [w["verdict"] for w in after["weeks"]] == ["looking", "pain", "well"]


def test_a_slip_of_the_pen_is_taken_back(store: Path, ambula: Ambula) -> None:
    before = ambula("programme", "--store", store, "--json").out
    ambula("note", "--at", "2026-03-11T08:01", "good day", "--store", store)
    noted = ambula("note", "--pain", "7", "--at", "2026-03-11T08:00:30", "--store", store)
    assert "2026-03-11 08:00 7" in " ".join(noted.out.split())
    assert ambula("programme", "--store", store, "--json").out != before
    taken = ambula("note", "--remove", "2026-03-11 08:00", "--store", store)
    assert (taken.code, "08:00" in taken.out, "good day" in taken.out) == (0, False, True)
    assert ambula("programme", "--store", store, "--json").out == before


def test_a_plan_and_its_first_date_are_kept(store: Path, ambula: Ambula, tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    assert ambula("programme", "--template").out == default_text()
    mine.write_text(default_text().replace("step_min = 2 ", "step_min = 5 ").replace("slowly up", "with my physio"))
    assert ambula("programme", "--store", store, "--plan", mine).code == 0
    assert ambula("programme", "--store", store, "--start", "2026-03-04").code == 0
    found = json.loads(ambula("programme", "--store", store, "--json").out)
    assert (found["plan"]["name"], found["plan"]["step_min"]) == ("with my physio", 5)
    assert [w["first_date"] for w in found["weeks"]] == ["2026-03-04", "2026-03-11", "2026-03-18"]


def test_the_week_s_table_holds_the_programme_once_one_was_begun(store: Path, ambula: Ambula, tmp_path: Path) -> None:
    def row() -> list[str]:
        (one,) = csv.DictReader(
            ambula("summary", "--store", store, "--format", "csv", "--per", "week").out.splitlines()
        )
        return [one[f"programme_{name}"] for name in ("weeks", "well_weeks", "goal_min", "goal_days")]

    assert row() == ["0", "0", "", ""]
    assert ambula("programme", "--store", store, "--start", "2026-03-02").code == 0
    told = json.loads(ambula("programme", "--store", store, "--json").out)
    goal = [str(told["goal"]["minutes"]), str(told["goal"]["days"])]
    assert row() == ["2", "1", *goal]
    assert (
        ambula("cohort", store.parent, "--out", tmp_path / "c.parquet", "--persons", tmp_path / "p.parquet").code == 0
    )
    assert [str(round(v)) for v in list(pq.read_table(tmp_path / "p.parquet").to_pylist()[0].values())[-2:]] == goal


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("programme", "--start", "4 March"), "--start 4 March: not a date. Write it as 2026-03-04"),
        (("programme", "--plan", "none.toml"), "none.toml: cannot be read"),
        (("note", "--at", "2026-03-04T12:00"), "--at needs a note"),
        (("note", "--remove", "2026-03-04 12:00"), "has no note at 2026-03-04 12:00. `ambula note` lists the notes"),
        (("note", "--remove", "2026-03-04 12:00", "--pain", "3"), "--remove cannot go with a new note"),
        (("note", "x" * 501), "a note is one line of at most 500 characters"),
        (("note", "--pain", "3", "--at", "noon"), "--at noon: not a time"),
        (
            ("note", "--pain", "3", "--at", "2926-03-04T12:00"),
            "--at 2926-03-04T12:00: is in the future. Correct the date",
        ),
        (("programme", "--start", "0026-03-04"), "more than a year from the recording (2026-03-02 to 2026-03-22)"),
        (("programme", "--start", "2062-03-04"), "--start 2062-03-04: more than a year from the recording"),
    ],
)
def test_what_cannot_be_is_told_and_changes_nothing(
    store: Path, ambula: Ambula, arguments: tuple[str, ...], says: str
) -> None:
    ran = ambula(*arguments, "--store", store)
    assert ran.code == 3
    assert says in ran.err
    assert len(ran.err.splitlines()) == 1
    with Store(store) as kept:
        assert (kept.notes("P01"), kept.programme("P01")) == ([], None)


def test_pain_beyond_ten_is_wrong_usage(store: Path, ambula: Ambula) -> None:
    assert ambula("note", "--pain", "11", "--store", store).code == 2


def test_notes_and_plan_go_with_the_participant(store: Path, ambula: Ambula, tmp_path: Path) -> None:
    ambula("note", "--pain", "2", "a word to find: xyzzy", "--store", store)
    ambula("programme", "--start", "2026-03-04", "--store", store)
    with Store(store) as kept:
        keys = KeyFile(tmp_path / "keys")
        rename(kept, "P01", "P07", keys)
        assert ([n.pain for n in kept.notes("P07")], kept.notes("P01")) == ([2], [])
        assert kept.programme("P07") is not None
        assert forget(kept, "P07", keys).held.notes == 1
        assert (kept.notes("P07"), kept.programme("P07")) == ([], None)
    assert b"xyzzy" not in store.read_bytes()
