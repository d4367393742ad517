"""What users get wrong: one line that says what, where and what to do, an exit code, and nothing written half."""

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from ambula.store import Store
from tests.support.command import Ambula

BOTH = pytest.mark.parametrize("command", ["classify", "replay"])


def lines(count: int = 1000, rate_hz: float = 50.0, start_s: float = 0.0, one_g: float = 1.0) -> list[str]:
    """A node that lies still, upright: t,x,y,z."""
    return [f"{start_s + i / rate_hz:.4f},{0.99 * one_g:.4f},0.01,0.02" for i in range(count)]


def text(rows: list[str], header: str = "t,x,y,z") -> bytes:
    return "\n".join([header, *rows, ""]).encode()


GOOD = lines()
NOISE = np.random.default_rng(1).bytes(5000)
# What is wrong with the file -> its bytes, and what the line must say.
BAD = {
    "gap": (text(GOOD[:300] + GOOD[500:]), "line 302: a gap of 4.02 s after t=5.98; split the file there"),
    "nan": (text([*GOOD[:100], "2.0,nan,0,0", *GOOD[101:]]), "line 102: a value is missing (nan, inf or absurd); cut"),
    "infinite t": (text([*GOOD[:100], "inf,1,0,0"]), "line 102: a value is missing (nan, inf or absurd); cut"),
    "empty value": (text([*GOOD[:100], "2.0,,0,0"]), "line 102: '' is not a number; correct or delete the line"),
    "word": (text([*GOOD[:100], "2.0,much,0,0"]), "line 102: 'much' is not a number; correct or delete the line"),
    "word after empty lines": (text([*GOOD[:9], "", "", "0.2,x,0,0"]), "line 13: 'x' is not a number"),
    "nan after empty lines": (text([*GOOD[:9], "", "", "0.2,nan,0,0"]), "line 13: a value is missing"),
    "clock after empty lines": (text([*GOOD[:9], "", "", *GOOD]), "line 13: the clock goes back at t=0;"),
    "short line": (text([*GOOD[:100], "2.0,1"]), "line 102: has too few columns; every line needs t,x,y,z"),
    "short first line": (text(["0.0,1", *GOOD[1:]]), "line 2: has too few columns"),
    "no z": (text([row.rpartition(",")[0] for row in GOOD], "t,x,y"), "line 1: has no column z; the header must be"),
    "misspelt column": (text(GOOD, "when,x,y,z"), "line 1: has no column t; the header must be t,x,y,z"),
    "repeated column": (text(GOOD, "t,x,x,z"), "line 1: repeats column x; the header must be t,x,y,z"),
    "no header": (text(GOOD[1:], GOOD[0]), "line 1: has no column t; the header must be t,x,y,z"),
    "semicolons": (text(GOOD, "t;x;y;z"), "line 2: '0.0000,0.9900,0.01,0.02' is not a number; correct or delete"),
    "empty file": (b"", "is empty; give a CSV with the header t,x,y,z"),
    "header only": (text([]), "has a header and no samples; an epoch needs 5 s of samples: record for longer"),
    "one sample": (text(GOOD[:1]), "has 1 sample; an epoch needs 5 s of samples: record for longer"),
    "two seconds": (text(GOOD[:100]), "shorter than one epoch of 5 s; record for longer"),
    "clock backwards": (
        text(GOOD[:100] + GOOD[50:]),
        "line 102: the clock goes back at t=1; sort or cut the file there",
    ),
    "repeated time": (text(GOOD[:100] + GOOD[99:]), "line 102: the clock repeats at t=1.98; sort or cut the file"),
    "no unit": (text(lines(one_g=30)), "magnitude of 29.7 where 1 g was expected; x, y, z must be in g, mg or m/s2"),
    "wrong unit": (text(GOOD, "t,x (mg),y (mg),z (mg)"), "where 1 g was expected (unit mg); x, y, z must be in"),
    "unknown unit": (text(GOOD, "t,x (ft),y (ft),z (ft)"), "line 1: the unit 'ft' is not known; write g, mg, m/s2"),
    "gravity removed": (text(lines(one_g=0)), "x, y, z must be in g, mg or m/s2 and include gravity"),
    "10 Hz": (text(lines(rate_hz=10)), "is sampled at 10 Hz, if t is in seconds; give a recording of 20 to 200 Hz"),
    "500 Hz": (text(lines(9000, rate_hz=500)), "is sampled at 500 Hz, if t is in seconds; give a recording of 20 to"),
    "t in ms": (text([f"{20 * i},1,0,0" for i in range(1000)]), "is sampled at 0.05 Hz, if t is in seconds"),
    "binary": (NOISE, "line 1: is not text; give a CSV with the header t,x,y,z"),
    "binary below a header": (b"t,x,y,z\n" + NOISE, "is not text; give a CSV with the header t,x,y,z"),
    "zeros below a header": (b"t,x,y,z\n" + bytes(5000), "line 2: has too few columns"),
    "UTF-16": (text(GOOD).decode().encode("utf-16"), "line 1: is not text; give a CSV with the header t,x,y,z"),
}


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The user's folder; whatever happens, no temporary file of the command stays in it or in the system's place."""
    scratch = tmp_path / "tmp"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    yield folder
    assert os.listdir(scratch) == []


@BOTH
@pytest.mark.parametrize("fault", BAD)
def test_a_bad_recording_is_one_line_and_3(command: str, fault: str, there: Path, ambula: Ambula) -> None:
    contents, told = BAD[fault]
    (there / "walk.csv").write_bytes(contents)
    line = ambula(command, "--thigh", "walk.csv", "--out", "e.csv").failed_with(3)
    assert line.startswith("walk.csv: ")
    assert told in line
    assert os.listdir(there) == ["walk.csv"]


@BOTH
def test_the_bad_one_of_two_is_named(command: str, there: Path, ambula: Ambula) -> None:
    (there / "good.csv").write_bytes(text(GOOD))
    (there / "bad.csv").write_bytes(BAD["gap"][0])
    line = ambula(command, "--thigh", "good.csv", "--back", "bad.csv", "--out", "e.csv").failed_with(3)
    assert line.startswith("bad.csv: line 302: a gap")


@BOTH
def test_what_cannot_be_read_is_one_line_and_3(command: str, there: Path, ambula: Ambula) -> None:
    (there / "folder").mkdir()
    for name, told in (("folder", "Is a directory"), ("absent.csv", "No such file or directory")):
        line = ambula(command, "--back", name, "--out", "e.csv").failed_with(3)
        assert line == f"{name}: cannot be read ({told}); check the path"
    assert os.listdir(there) == ["folder"]


@BOTH
@pytest.mark.skipif(getattr(os, "geteuid", int)() == 0, reason="root may read and write everything")
def test_permissions_are_one_line_and_3(command: str, there: Path, ambula: Ambula) -> None:
    (there / "secret.csv").write_bytes(text(GOOD))
    (there / "secret.csv").chmod(0)
    line = ambula(command, "--thigh", "secret.csv", "--out", "e.csv").failed_with(3)
    assert line == "secret.csv: cannot be read (Permission denied); check the path"
    (there / "secret.csv").chmod(0o600)
    (there / "shut").mkdir(mode=0o500)
    line = ambula(command, "--thigh", "secret.csv", "--out", "shut/e.csv").failed_with(3)
    assert line == "shut/e.csv: cannot be written (Permission denied); choose another place"


@BOTH
def test_a_place_that_cannot_be_written_is_told_before_the_work(command: str, there: Path, ambula: Ambula) -> None:
    """The recording is bad too: had it been read first, its fault would have been told."""
    (there / "walk.csv").write_bytes(BAD["gap"][0])
    (there / "folder").mkdir()
    for place, told in (
        ("absent/e.csv", "absent/e.csv: cannot be written (No such file or directory); choose another place"),
        ("folder", "folder: is a folder; name a file in it"),
        ("walk.csv/e.csv", "walk.csv/e.csv: cannot be written (Not a directory); choose another place"),
    ):
        assert ambula(command, "--thigh", "walk.csv", "--out", place).failed_with(3) == told
    assert sorted(os.listdir(there)) == ["folder", "walk.csv"]
    assert os.listdir(there / "folder") == []


@BOTH
def test_an_earlier_result_is_kept_when_the_next_fails(command: str, there: Path, ambula: Ambula) -> None:
    (there / "walk.csv").write_bytes(BAD["nan"][0])
    (there / "e.csv").write_text("precious")
    ambula(command, "--thigh", "walk.csv", "--out", "e.csv").failed_with(3)
    assert (there / "e.csv").read_text() == "precious"
    assert sorted(os.listdir(there)) == ["e.csv", "walk.csv"]


@BOTH
def test_no_recording_at_all(command: str, there: Path, ambula: Ambula) -> None:
    assert ambula(command, "--out", "e.csv").failed_with(3) == f"nothing to {command}: give --thigh, --back or both"
    assert os.listdir(there) == []


@BOTH
def test_recordings_that_do_not_overlap(command: str, there: Path, ambula: Ambula) -> None:
    (there / "t.csv").write_bytes(text(GOOD))
    (there / "b.csv").write_bytes(text(lines(start_s=20)))
    line = ambula(command, "--thigh", "t.csv", "--back", "b.csv", "--out", "e.csv").failed_with(3)
    assert line == (
        "the recordings do not overlap: thigh t=0 to 20 s, back t=20 to 40 s; their t must count from the same instant"
    )
    assert sorted(os.listdir(there)) == ["b.csv", "t.csv"]


# Odd, but not wrong: name -> (bytes, epochs)
ODD = {
    "more columns, another order": (text([f"7,1,0,0,a,{i / 50}" for i in range(1000)], "hr,x,y,z,label,t"), 4),
    "empty lines": (text([*GOOD[:9], "", *GOOD[9:], "", ""]), 4),
    "Windows": (text(GOOD).replace(b"\n", b"\r\n"), 4),
    "byte order mark": (b"\xef\xbb\xbf" + text(GOOD), 4),
    "quoted, capitals, spaces": (text(GOOD, '"T", "X", "Y", "Z"'), 4),
    "no newline at the end": (text(GOOD).rstrip(b"\n"), 4),
    "before zero": (text(lines(start_s=-7)), 3),
    "Unix time": (text(lines(start_s=1.7e9)), 4),
}


@pytest.mark.parametrize("kind", ODD)
def test_an_odd_recording_is_read(kind: str, there: Path, ambula: Ambula) -> None:
    contents, epochs = ODD[kind]
    (there / "walk.csv").write_bytes(contents)
    ran = ambula("classify", "--thigh", "walk.csv", "--out", "e.csv")
    assert (ran.code, ran.out) == (0, "")
    assert len((there / "e.csv").read_text().splitlines()) == epochs + 1


# ---- stores


def no_text(path: Path) -> None:
    path.write_text("Dear diary, today I walked for an hour.\n" * 50)


def foreign(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE song (title TEXT)")
    db.close()


def newer(path: Path) -> None:
    Store(path).__exit__()
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()


def halved(path: Path) -> None:
    Store(path).__exit__()
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def beheaded(path: Path) -> None:
    Store(path).__exit__()
    path.write_bytes(path.read_bytes()[:60])


STORES = {
    no_text: "s.db is not an Ambula store: name another file with --store",
    foreign: "s.db is an SQLite file, but not an Ambula store: name another file with --store",
    newer: "s.db was written by a newer Ambula (store version 99): upgrade Ambula to open it",
    halved: "s.db is damaged (database disk image is malformed): put back a copy of it, or name another file",
    beheaded: "s.db is damaged (database disk image is malformed): put back a copy of it, or name another file",
    Path.mkdir: "s.db is a folder, not a store: name a file with --store",
}


@pytest.mark.parametrize("make", STORES, ids=lambda make: make.__name__)
@pytest.mark.parametrize("command", ["sync", "status", "summary", "report"])
def test_a_store_that_is_none_is_one_line_and_4(command: str, make: object, there: Path, ambula: Ambula) -> None:
    store = there / "s.db"
    make(store)
    before = store.read_bytes() if store.is_file() else b""
    line = ambula(command, "--store", "s.db").failed_with(4)
    assert line.startswith(STORES[make])
    assert (store.read_bytes() if store.is_file() else b"") == before
    assert os.listdir(there) == ["s.db"]


@pytest.mark.parametrize("command", ["status", "summary", "report"])
def test_a_store_that_is_not_there(command: str, there: Path, ambula: Ambula) -> None:
    line = ambula(command, "--store", "s.db").failed_with(4)
    assert line == "no store at s.db: run `ambula sync` first, or name one with --store"
    assert os.listdir(there) == []


@pytest.mark.skipif(getattr(os, "geteuid", int)() == 0, reason="root may read and write everything")
def test_a_store_of_somebody_else(there: Path, ambula: Ambula) -> None:
    Store(there / "s.db").__exit__()
    (there / "s.db").chmod(0)
    line = ambula("status", "--store", "s.db").failed_with(4)
    assert line == "s.db cannot be opened: check its permissions, or name another file with --store"


def test_a_store_where_nobody_has_synced(there: Path, ambula: Ambula) -> None:
    Store(there / "s.db").__exit__()
    line = ambula("summary", "--store", "s.db").failed_with(4)
    assert line == "s.db has no recordings yet: run `ambula sync` first"


# ---- settings


@pytest.fixture
def two_people(there: Path) -> str:
    with Store(there / "s.db") as store:
        for who in ("P01", "P02"):
            store.ensure_node(f"{who}-device", 1, 0, who, "0.1.0")
    return "s.db"


@pytest.mark.parametrize("command", ["summary", "report"])
def test_whose_data(command: str, two_people: str, ambula: Ambula) -> None:
    line = ambula(command, "--store", two_people).failed_with(3)
    assert line == "s.db has several participants: choose one with --participant P01|P02"
    line = ambula(command, "--store", two_people, "--participant", "P03").failed_with(3)
    assert line == "s.db has no participant P03: it has P01, P02"
    line = ambula(command, "--store", two_people, "--participant", "P02").failed_with(3)
    assert line == "P02 has no epochs yet: sync the nodes first"


@pytest.mark.parametrize("command", ["sync", "summary", "report"])
@pytest.mark.parametrize("zone", ["Europe/Atlantis", "../../etc/passwd", "1", "Europe"])
def test_a_zone_that_is_none(command: str, zone: str, two_people: str, there: Path, ambula: Ambula) -> None:
    store = there / ("new.db" if command == "sync" else two_people)
    more = ("--participant", "P01") if command != "sync" else ()
    line = ambula(command, "--store", store, "--zone", zone, *more).failed_with(3)
    assert line == f"no time zone {zone!r}: use an IANA name such as Europe/Oslo or UTC"
    assert os.listdir(there) == ["s.db"]


CONFIGS = {
    "not TOML": ("zone = Europe/Oslo", "c.toml: "),
    "unknown key": ('sone = "UTC"', "c.toml: unknown key 'sone'. Known keys: participant, store, zone"),
    "wrong type": ("participant = 7", "c.toml: participant must be a text in quotes"),
    "a table": ("[store]\npath = 'x'", "c.toml: store must be a text in quotes"),
    "no such zone": ('zone = "Europe/Atlantis"', "c.toml: no time zone 'Europe/Atlantis': use an IANA name"),
}


@pytest.mark.parametrize("fault", CONFIGS)
@pytest.mark.parametrize("command", ["sync", "summary"])
def test_a_broken_configuration(
    command: str, fault: str, two_people: str, there: Path, ambula: Ambula, monkeypatch: pytest.MonkeyPatch
) -> None:
    contents, told = CONFIGS[fault]
    (there / "c.toml").write_text(contents + "\n")
    monkeypatch.setenv("AMBULA_CONFIG", "c.toml")
    store = ("--store", "new.db") if command == "sync" else ("--store", two_people, "--participant", "P01")
    assert ambula(command, *store).failed_with(3).startswith(told)
    assert sorted(os.listdir(there)) == ["c.toml", "s.db"]


def test_a_configuration_names_the_store(
    two_people: str, there: Path, ambula: Ambula, monkeypatch: pytest.MonkeyPatch
) -> None:
    (there / "c.toml").write_text(f'store = "{there / two_people}"\nparticipant = "P02"\nzone = "UTC"\n')
    monkeypatch.setenv("AMBULA_CONFIG", "c.toml")
    named = ambula("status", "--store", two_people).out
    assert ambula("status").out.replace(str(there / two_people), two_people) == named != ""
