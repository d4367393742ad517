"""A cohort: stores and data sets to two tables, past the broken ones, killed and resumed, on processes and on Dask."""

import contextlib
import csv
import errno
import io
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pyarrow.parquet as parquet
import pytest

from ambula.base.version import SOFTWARE
from ambula.cohort import engines, job, parts, write_epoch_set
from ambula.days.dictionary import entries, in_file
from ambula.exports import epochs_table
from ambula.store import Store, ZoneChange
from tests.support.command import Ambula
from tests.support.made_people import made_store, made_table

OSLO = ZoneInfo("Europe/Oslo")


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of two people, one of one, and three people of a data set."""
    folder = tmp_path_factory.mktemp("cohort")
    made_store(folder / "site-a.db", {"A1": 1, "A2": 2}, 1)
    made_store(folder / "site-b.db", {"B1": 3}, 2)
    for seed in (4, 5, 6):
        write_epoch_set(folder / "set", f"C{seed}", made_table(seed, 1), OSLO)
    return folder


@pytest.fixture(scope="module")
def expected(cohort: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The person-days as one process gives them."""
    out = tmp_path_factory.mktemp("expected") / "days.parquet"
    command = [sys.executable, "-m", "ambula", "cohort", str(cohort), "--out", str(out), "--jobs", "1"]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return out.read_bytes()


def test_the_tables_hold_what_a_summary_of_each_person_does(ambula: Ambula, cohort: Path, tmp_path: Path) -> None:
    days, persons = tmp_path / "days.parquet", tmp_path / "persons.parquet"
    ran = ambula("cohort", cohort, "--out", days, "--persons", persons, "--jobs", "1")
    assert (ran.code, ran.err) == (0, "")
    assert "7 day(s) of 6 people" in ran.out
    rows = parquet.read_table(days).to_pylist()
    assert [row["participant"] for row in rows] == ["C4", "C5", "C6", "A1", "A2", "B1", "B1"]
    for code, store in (("A2", "site-a.db"), ("B1", "site-b.db")):
        told = ambula("summary", "--store", cohort / store, "--participant", code, "--format", "csv").out
        mine = [{k: in_file(v) for k, v in row.items()} for row in rows if row["participant"] == code]
        assert mine == list(csv.DictReader(io.StringIO(told)))
    found = duckdb.sql(f"SELECT participant, walking_min FROM '{persons}' ORDER BY participant").fetchall()
    assert [code for code, _ in found] == ["A1", "A2", "B1", "C4", "C5", "C6"]
    assert dict(found)["C5"] == pytest.approx(next(r["walking_min"] for r in rows if r["participant"] == "C5"))
    meta = parquet.read_schema(persons).field("walking_min").metadata
    assert meta[b"unit"] == b"min"
    assert [p.name for p in sorted(tmp_path.iterdir()) if p.is_file()] == ["days.parquet", "persons.parquet"]
    assert len(entries("day")) == len(rows[0])


@pytest.mark.parametrize("engine", ["local", "dask"])
def test_every_engine_gives_the_same_bytes(cohort: Path, expected: bytes, tmp_path: Path, engine: str) -> None:
    out = tmp_path / "days.parquet"
    command = [sys.executable, "-W", "error", "-m", "ambula", "cohort", str(cohort), "--out", str(out)]
    with contextlib.ExitStack() as held:
        with contextlib.suppress(OSError):  # another Dask may be there, or is now
            held.enter_context(socket.create_server(("", 8787)))
        ran = subprocess.run([*command, "--jobs", "2", "--engine", engine], capture_output=True, text=True, timeout=200)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert out.read_bytes() == expected


def test_a_job_that_was_killed_goes_on_and_gives_the_same_bytes(
    ambula: Ambula, cohort: Path, expected: bytes, tmp_path: Path
) -> None:
    out, lies = tmp_path / "days.parquet", tmp_path / "days.parquet.parts"
    command = [sys.executable, "-m", "ambula", "cohort", str(cohort), "--out", str(out), "--jobs", "2"]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    deadline = time.monotonic() + 100
    while not [p for p in lies.glob("*/done.json") if ".part" not in str(p.parent.name)]:
        assert running.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.005)
    os.kill(running.pid, signal.SIGKILL)
    running.wait()
    wait_for_group(running.pid)
    assert not out.exists()
    done = len([p for p in lies.glob("*/done.json") if not p.parent.name.endswith(".part")])
    assert 1 <= done < 5
    ran = ambula("cohort", cohort, "--out", out, "--jobs", "1", "--json")
    assert json.loads(ran.out)["reused"] == done
    assert out.read_bytes() == expected
    assert not lies.exists()


def full_disk(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_parts_of_another_program_are_not_taken_and_that_is_told(
    ambula: Ambula, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, out = tmp_path / "in", tmp_path / "days.parquet"
    write_epoch_set(folder, "C1", made_table(4, 1), OSLO)
    with monkeypatch.context() as older:
        older.setattr(parts, "SOFTWARE", "ambula 0.1.0")
        older.setattr(job, "join_parts", full_disk)
        ambula("cohort", folder, "--out", out, "--jobs", "1").failed_with(3)
    assert list(tmp_path.glob("days.parquet.parts/*/done.json"))
    ran = ambula("cohort", folder, "--out", out, "--jobs", "1", "--json")
    assert (ran.code, json.loads(ran.out)["reused"]) == (0, 0)
    assert ran.err == (
        f"ambula: what ambula 0.1.0 had done of these tables is not in them: all of it was made anew by {SOFTWARE}\n"
    )
    assert {row["software"] for row in parquet.read_table(out).to_pylist()} == {SOFTWARE}


def test_epochs_that_another_program_joined_are_told_row_by_row(
    ambula: Ambula, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, out, persons = tmp_path / "in", tmp_path / "days.parquet", tmp_path / "persons.parquet"
    write_epoch_set(folder, "C1", made_table(4, 1), OSLO)
    monkeypatch.setattr(epochs_table, "SOFTWARE", "ambula 0.1.0")
    write_epoch_set(folder, "C2", made_table(5, 1), OSLO)
    ran = ambula("cohort", folder, "--out", out, "--persons", persons, "--jobs", "1", "--json")
    assert (ran.code, json.loads(ran.out)["programs"]) == (0, {"ambula 0.1.0": 1})
    assert f"the epochs of 1 person(s) were joined by ambula 0.1.0, their figures made by {SOFTWARE}" in ran.err
    for path in (out, persons):
        named = {row["participant"]: row["software"] for row in parquet.read_table(path).to_pylist()}
        assert named == {"C1": SOFTWARE, "C2": f"ambula 0.1.0+{SOFTWARE}"}


def wait_for_group(leader: int) -> None:
    """Wait until the workers have ended by themselves."""
    deadline = time.monotonic() + 60
    while True:
        try:
            os.killpg(leader, 0)
        except ProcessLookupError:
            return
        assert time.monotonic() < deadline, "a worker outlives the job that was killed"
        time.sleep(0.05)


def test_who_cannot_be_read_is_told_and_the_others_are_in(ambula: Ambula, cohort: Path, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "good.db").write_bytes((cohort / "site-b.db").read_bytes())
    (folder / "notes.db").write_bytes(b"not a database, far from it" * 100)
    whole = bytearray((cohort / "site-a.db").read_bytes())
    whole[len(whole) // 2 :] = bytes(len(whole) - len(whole) // 2)
    (folder / "torn.db").write_bytes(whole)
    path = write_epoch_set(folder, "C9", made_table(9, 1), OSLO)
    path.write_bytes(path.read_bytes()[:5000])
    write_epoch_set(folder, "C8", made_table(9, 1).rows(slice(0, 0)), OSLO)
    out = tmp_path / "days.parquet"
    ran = ambula("cohort", folder, "--out", out, "--jobs", "1")
    assert ran.code == 3
    *lines, last = ran.err.splitlines()
    assert f"could not be read: {out}.bad.csv lists them" in last
    told = list(csv.DictReader((tmp_path / "days.parquet.bad.csv").read_text().splitlines()))
    assert len(lines) == len(told) >= 4
    reasons = {Path(row["source"]).name: row["reason"] for row in told}
    assert "not an Ambula store" in reasons["notes.db"]
    assert "damaged" in reasons["torn.db"]
    assert "cannot be read as Parquet" in reasons["participant=C9"]
    assert reasons["participant=C8"] == "has no epochs"
    assert {row["participant"] for row in parquet.read_table(out).to_pylist()} == {"B1"}
    for name in ("notes.db", "torn.db"):
        (folder / name).unlink()
    for part in folder.rglob("participant=*/*"):
        part.unlink()
        part.parent.rmdir()
    again = ambula("cohort", folder, "--out", out, "--jobs", "1")
    assert (again.code, again.err) == (0, "")
    assert not (tmp_path / "days.parquet.bad.csv").exists()


def test_a_code_in_a_store_and_its_copy_is_told(ambula: Ambula, cohort: Path, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("site-b.db", "copy of site-b.db"):
        (folder / name).write_bytes((cohort / "site-b.db").read_bytes())
    ran = ambula("cohort", folder, "--out", tmp_path / "d.parquet", "--jobs", "1")
    assert (ran.code, ran.err) == (
        0,
        "ambula: B1 is in several sources. Each counts as a person of its own in the tables\n",
    )
    assert "4 day(s) of 2 people" in ran.out


def test_a_source_that_changed_is_done_again(ambula: Ambula, cohort: Path, tmp_path: Path) -> None:
    folder, out = tmp_path / "in", tmp_path / "days.parquet"
    write_epoch_set(folder, "C1", made_table(4, 1), OSLO)
    out.mkdir()  # the last step cannot be done
    ambula("cohort", folder, "--out", out, "--jobs", "1").failed_with(3)
    out.rmdir()
    write_epoch_set(folder, "C1", made_table(4, 1).rows(slice(0, 6000)), OSLO)
    ran = ambula("cohort", folder, "--out", out, "--jobs", "1", "--json")
    assert (json.loads(ran.out)["reused"], json.loads(ran.out)["epochs"]) == (0, 6000)


def test_a_scheduler_that_is_not_there(
    ambula: Ambula, cohort: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "_PATIENCE_S", 1)  # nobody is about to start one
    where = ["--engine", "dask", "--scheduler", "tcp://127.0.0.1:1", "--out", tmp_path / "d.parquet"]
    line = ambula("cohort", cohort, *where).failed_with(3)
    assert line.startswith("no Dask scheduler at tcp://127.0.0.1:1: start one with `dask scheduler`")
    assert not (tmp_path / "d.parquet").exists()


def test_rules_and_zone_are_for_everybody(ambula: Ambula, cohort: Path, tmp_path: Path) -> None:
    (tmp_path / "rules.toml").write_text('name = "strict"\nvalid_worn_h = 30\n')
    out = tmp_path / "d.parquet"
    ambula("cohort", cohort, "--out", out, "--jobs", "1", "--rules", tmp_path / "rules.toml", "--zone", "UTC")
    rows = parquet.read_table(out).to_pylist()
    assert {(r["zone"], r["rules"], r["valid"]) for r in rows} == {("UTC", "strict", False)}
    assert json.loads(parquet.read_schema(out).metadata[b"rules"])["valid_worn_h"] == 30


def test_days_are_cut_by_what_the_store_knows_and_else_by_this_computers_zone(
    ambula: Ambula, cohort: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    (tmp_path / "in").mkdir()
    for name, changes in (("moved", [ZoneChange(0, "Africa/Cairo")]), ("nowhere", [])):
        (tmp_path / "in" / f"{name}.db").write_bytes((cohort / "site-b.db").read_bytes())
        with Store(tmp_path / "in" / f"{name}.db") as store:
            store.set("zone", "")
            for change in changes:
                store.set_zone("B1", change)
    ambula("cohort", tmp_path / "in", "--out", tmp_path / "d.parquet", "--jobs", "1")
    zones = [row["zone"] for row in parquet.read_table(tmp_path / "d.parquet").to_pylist()]
    assert list(dict.fromkeys(zones)) == ["Africa/Cairo", "Asia/Tokyo"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["none"], "no such folder"),
        (["."], "has neither stores"),
        ([".", "--out", "."], ".: is a folder; name a file in it"),
        (
            [".", "--out", "d.parquet", "--persons", "./d.parquet"],
            "d.parquet: cannot take two results. Give each its own file",
        ),
        ([".", "--scheduler", "tcp://x:1"], "--scheduler is for --engine dask"),
    ],
)
def test_what_cannot_be_is_one_line(
    ambula: Ambula, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert told in ambula("cohort", *arguments).failed_with(3)
