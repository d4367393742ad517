"""Zone, rename and forget as a user meets them: what they say, what they ask, how they refuse."""

import json
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ambula.epochs.fusion import fuse_records
from ambula.nodes.keys import KeyFile
from ambula.nodes.session import NodeKey
from ambula.participant.epochs import load_wear
from ambula.store import Store
from nodecore import activity, record
from tests.support.command import Ambula
from tests.support.made_log import add_log

NOON_S = int(datetime(2026, 3, 3, 12, tzinfo=UTC).timestamp())

pytestmark = pytest.mark.usefixtures("_as_new")


def _walks_each_hour(part: int) -> bytes:
    rec = bytearray(record.SIZE)
    rec[record.ACTIVITY] = activity.WALKING if part % 12 == 0 else activity.SITTING
    rec[record.MAD_X] = 200  # nobody who is alive is quite still
    return bytes(rec)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A store of two participants, of whom P01 sat and walked from 3 March, noon UTC, for two days."""
    path = tmp_path / "s.db"
    with Store(path) as kept:
        kept.set("zone", "Europe/Oslo")
        for number, (who, hours) in enumerate([("P01", 48), ("P02", 1)]):
            add_log(kept, who, NOON_S, hours * 12, _walks_each_hour, f"{number:02x}" * 8)
    return path


def hours(ran_out: str) -> dict[str, float]:
    return {d["date"]: d["day_epochs"] / 720 for d in json.loads(ran_out)["days"]}


def test_a_journey_is_told_and_cuts_the_days(store: Path, ambula: Ambula, tmp_path: Path) -> None:
    told = ambula("zone", "Asia/Tokyo", "--from", "2026-03-04T12:00", "--participant", "P01", "--store", store)
    assert (told.code, told.err) == (0, "")
    lines = [" ".join(line.split()) for line in told.out.splitlines()]
    assert lines == [
        "P01: time zone of the days",
        "from the beginning Europe/Oslo",
        "from 2026-03-04 12:00 there Asia/Tokyo",
    ]
    days = ambula("summary", "--store", store, "--participant", "P01", "--json").out
    assert hours(days) == {"2026-03-03": 24, "2026-03-04": 16, "2026-03-05": 24}
    there = ambula("summary", "--store", store, "--participant", "P01", "--json", "--zone", "Europe/Oslo").out
    assert set(hours(there).values()) == {24}
    page = tmp_path / "r.html"
    assert ambula("report", "--store", store, "--participant", "P01", "--out", page).code == 0
    assert "16-hour day: the time zone changed" in page.read_text("utf-8")
    assert "Europe/Oslo; from 2026-03-04 12:00 Asia/Tokyo" in page.read_text("utf-8")
    assert set(hours(ambula("summary", "--store", store, "--participant", "P02", "--json").out).values()) == {24}


def test_the_summary_for_scripts_has_each_nodes_ledger(store: Path, ambula: Ambula) -> None:
    told = json.loads(ambula("summary", "--store", store, "--participant", "P01", "--json").out)
    (ledger,) = told["ledger"].values()
    assert list(told["ledger"]) == ["thigh"]
    assert ledger["duration_slots"] == sum(ledger["slots"].values()) == 48 * 720 == ledger["slots"]["recorded"]
    assert ledger["runs"] == [[NOON_S, NOON_S + 48 * 3600, "recorded"]]
    assert [words[:33] for words in told["clocks"]] == ["The clocks leave up to 1440 min a"]  # nobody read any
    status = ambula("status", "--store", store).out
    assert "recorded 48 h 00 min; in total 48 h 00 min" in " ".join(status.split())


def test_the_zone_of_the_whole_time_is_mended_and_taken_back(store: Path, ambula: Ambula) -> None:
    here = ("--participant", "P01", "--store", store, "--json")
    assert json.loads(ambula("zone", "Asia/Tokyo", *here).out)["zones"] == [{"from_utc": None, "zone": "Asia/Tokyo"}]
    more = json.loads(ambula("zone", "Asia/Seoul", "--from", "2026-03-04T12:00+00:00", *here).out)["zones"]
    assert more[1] == {"from_utc": "2026-03-04T12:00:00Z", "zone": "Asia/Seoul"}
    assert json.loads(ambula("zone", "--clear", *here).out)["zones"] == [{"from_utc": None, "zone": "Europe/Oslo"}]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["Mars/Olympus"], "no time zone 'Mars/Olympus'"),
        (["Asia/Tokyo", "--from", "yesterday"], "--from yesterday: not a time"),
        (["Asia/Tokyo", "--from", "1931-01-01"], "before 1970"),
        (["--from", "2026-03-04"], "--from needs a zone"),
        (["UTC", "--clear"], "--clear cannot go with a zone"),
    ],
)
def test_a_zone_that_is_none_is_refused(store: Path, ambula: Ambula, arguments: list[str], told: str) -> None:
    ran = ambula("zone", *arguments, "--participant", "P01", "--store", store)
    assert told in ran.failed_with(3)
    assert "Oslo" in ambula("zone", "--participant", "P01", "--store", store).out


def test_height_is_kept_and_moves_the_speed(store: Path, ambula: Ambula) -> None:
    here = ("--participant", "P01", "--store", store)
    assert "P01: height not set; 1.70 m assumed. Set it: `ambula height 182`" in ambula("height", *here).out
    asked = ambula("summary", *here, "--json")
    assert asked.err == "note: P01: height not set: 1.70 m assumed for pace. Set it: `ambula height 182`\n"
    told = json.loads(asked.out)
    assert [(row["height_m"], row["height_known"]) for row in (*told["days"], told["week"])] == [(1.7, False)] * 4
    assert ambula("height", "187", *here).out == "P01: 187 cm\n"
    asked = ambula("summary", *here, "--json")
    told = json.loads(asked.out)
    assert [(row["height_m"], row["height_known"]) for row in (*told["days"], told["week"])] == [(1.87, True)] * 4
    assert asked.err == ""
    assert ambula("height", *here).out == "P01: 187 cm\n"
    assert ambula("height", "18.7", *here).code == 2
    with Store(store) as kept:
        assert load_wear(kept, "P01").table.speed_kmh == pytest.approx(
            fuse_records(kept.records(kept.nodes()[0].node_id), None, 1.87).speed_kmh, nan_ok=True
        )
    ambula("rename", "P01", "P03", "--store", store)
    assert ambula("height", "--participant", "P03", "--store", store).out == "P03: 187 cm\n"
    ambula("forget", "P03", "--store", store, "--yes")
    with Store(store) as kept:
        assert kept.height_m("P03") is None


def test_to_forget_is_asked_first(store: Path, ambula: Ambula, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "add --yes" in ambula("forget", "P01", "--store", store).failed_with(3)
    monkeypatch.setattr("ambula.cli.participant_commands.is_asked", lambda: True)
    answers = iter([False, True])
    monkeypatch.setattr("typer.confirm", lambda question, err: next(answers))
    ran = ambula("forget", "P01", "--store", store)
    assert (ran.code, ran.err) == (130, "ambula: nothing was removed\n")
    assert "P01" in ambula("zone", "--participant", "P01", "--store", store).out
    assert ambula("forget", "P01", "--store", store).code == 0
    assert "has no participant P01: it has P02, " in ambula("forget", "P01", "--store", store).failed_with(3)


def test_to_forget_says_what_it_removed(store: Path, ambula: Ambula) -> None:
    ran = ambula("forget", "P01", "--store", store, "--yes")
    assert (ran.code, ran.err) == (0, "")
    assert "P01 is forgotten: 1 node log, 576 segments, 34560 epochs.\nNot removed: files" in ran.out
    told = json.loads(ambula("forget", "P02", "--store", store, "--yes", "--json").out)
    assert (told["participant"], told["epochs"], told["devices"]) == ("P02", 720, ["01" * 8])
    assert "has no participant P02" in ambula("forget", "P02", "--store", store, "--yes").failed_with(3)


def test_another_code(store: Path, ambula: Ambula) -> None:
    assert "participant P02 exists already" in ambula("rename", "P01", "P02", "--store", store).failed_with(3)
    assert "cannot be empty" in ambula("rename", "P01", " ", "--store", store).failed_with(3)
    assert "not 'P\\n2'" in ambula("rename", "P01", "P\n2", "--store", store).failed_with(3)
    ran = ambula("rename", "P01", "Kari Nordmann", "--store", store)
    assert (ran.code, ran.out[:26]) == (0, "P01 is Kari Nordmann from ")
    assert ran.err.startswith("ambula: 'Kari Nordmann' looks like a name, and files and reports show it.")
    assert ran.err.count("\n") == 1
    shown = ambula("summary", "--store", store, "--participant", "Kari Nordmann")
    assert shown.code == 0
    assert "looks like a name" in shown.err


def test_an_export_says_what_it_wrote_and_what_it_cannot_hold(store: Path, ambula: Ambula, tmp_path: Path) -> None:
    asked = ("export", "--store", store, "--participant", "P01", "--out", tmp_path / "out")
    done = ambula(*asked, "--to", "omh")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"{tmp_path / 'out' / 'P01_omh.json'}: 24 data points of 3 days")
    assert "  not in it: wear time" in done.out
    days = json.loads(ambula("summary", "--store", store, "--participant", "P01", "--json").out)["days"]
    points = json.loads((tmp_path / "out" / "P01_omh.json").read_text())
    steps = [p["body"]["step_count"]["value"] for p in points if "step_count" in p["body"]]
    assert steps == [d["steps"] for d in days if d["worn_min"]]
    told = json.loads(ambula(*asked, "--to", "ggir", "--json", "--zone", "Asia/Tokyo").out)
    assert told["paths"] == [str(tmp_path / "out" / "P01_ggir.csv")]
    assert "Start Time 21:00:00" in (tmp_path / "out" / "P01_ggir.csv").read_text()
    assert ambula(*asked, "--to", "bids").code == 0
    again = ambula(*asked, "--to", "bids")
    assert (again.code, again.err.count("\n")) == (3, 1)
    assert "P01_bids: is there already" in again.err
    nowhere = ambula(*asked[:-1], store / "x", "--to", "csv")
    assert (nowhere.code, nowhere.err.count("\n")) == (3, 1)
    assert ambula(*asked, "--to", "xlsx").code == 2


def test_a_store_that_cannot_be_rebuilt_stops_nobody_from_being_forgotten(
    tmp_path: Path, ambula: Ambula, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, keys = tmp_path / "s.db", KeyFile()
    with Store(path) as store:
        for number, who in enumerate(("P01", "P02", "P03")):
            add_log(store, who, 1_772_539_200, 2, lambda _: b"\7" * 12, f"{number:016x}")
            keys.add(NodeKey(f"{number:016x}", 0, who, bytes([number]) * 32))

    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as then:
        then.setattr("ambula.store.erase.rebuild", full)
        for who in ("P01", "P02"):
            line = ambula("forget", who, "--yes", "--store", path).failed_with(4)
            assert "the rows are deleted and the keys are gone, but the store could not be rebuilt" in line
            assert "free some space" in line
            assert line.endswith("The same command ends it")
        assert not {"P01", "P02"} & {key.participant for key in keys.all()}
        assert "traces may be left" in ambula("forget", "P01", "--yes", "--store", path).failed_with(4)
    said = ambula("forget", "P01", "--yes", "--store", path)
    assert said.out == f"{path} is rebuilt: what an earlier `ambula forget` deleted has left no trace in it.\n"
    assert "no participant P01" in ambula("forget", "P01", "--yes", "--store", path).failed_with(3)
    assert b"P02" not in path.read_bytes()
