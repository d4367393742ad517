"""A store of an older schema: read as it is, by whoever may only look; brought up to date by the first that writes."""

import contextlib
import multiprocessing
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Generator
from pathlib import Path

import pytest

from ambula.base.errors import StoreError
from ambula.store import Anchor, Store, ZoneChange, older, schema
from ambula.store.upgrade import copies_of
from tests.support.made_log import add_log

NOON_S = 1_772_539_200
NOW = len(schema.MIGRATIONS)
OLD = range(1, NOW)


def an_old_store(path: Path, version: int, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store as an older Ambula left it: with a log, and a row in each table that it had."""
    with monkeypatch.context() as then:
        then.setattr(schema, "MIGRATIONS", schema.MIGRATIONS[:version])
        then.setattr(Store, "add_anchor", lambda *_: None)
        with Store(path) as store:
            add_log(store, "P01", NOON_S, 24, lambda part: bytes([part % 251]) * 12, "aa" * 8)
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as db:
        for (table,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            columns = db.execute(f"PRAGMA table_info({table})").fetchall()
            if db.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,):
                row = [_value(kind, name) for _, name, kind, *_ in columns]
                db.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)
    return path


def _value(kind: str, name: str) -> object:
    if name == "participant":
        return "P01"
    return {"INTEGER": 1, "TEXT": "Etc/UTC", "BLOB": b"\1", "REAL": 1.75}[kind]


def rows_of(db: sqlite3.Connection) -> dict[str, list[object]]:
    names = db.execute("SELECT name FROM sqlite_master WHERE type = 'table' UNION SELECT name FROM sqlite_temp_master")
    return {name: sorted(db.execute(f"SELECT * FROM {name}").fetchall(), key=repr) for (name,) in names.fetchall()}


def contents(path: Path) -> list[str]:
    with contextlib.closing(sqlite3.connect(path)) as db:
        return list(db.iterdump())


@pytest.mark.parametrize("version", OLD)
def test_it_reads_the_same_before_and_after_it_is_brought_up_to_date(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: int
) -> None:
    path = an_old_store(tmp_path / "s.db", version, monkeypatch)
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as db:
        older.lay_over(db)
        before = rows_of(db)
        older.lift(db)
        schema.migrate(db)
        assert rows_of(db) == before
    assert len(before) == 11


@pytest.mark.parametrize("version", OLD)
def test_looking_leaves_every_byte_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: int) -> None:
    path = an_old_store(tmp_path / "s.db", version, monkeypatch)
    before = path.read_bytes()
    with Store(path, must_exist=True) as store:
        look_at(store)
        store.copy_to(tmp_path / "copy.db", lambda _: None)
    assert path.read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["copy.db", "s.db"]
    assert contents(tmp_path / "copy.db") == contents(path)


def look_at(store: Store) -> None:
    (node,) = store.nodes()
    assert len(store.records(node.node_id)) == 24 * 60
    for read in (store.events, store.anchors, store.damage, store.receipts, store.fused, store.log, store.newer_bytes):
        read(node.node_id)
    for of in (store.zone_changes, store.height_m, store.notes, store.checks, store.programme):
        of("P01")
    assert store.integrity() == []


@pytest.mark.parametrize("version", OLD)
def test_the_first_to_write_keeps_a_copy_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, version: int
) -> None:
    path = an_old_store(tmp_path / "s.db", version, monkeypatch)
    before = contents(path)
    with Store(path) as store:
        store.set_zone("P01", ZoneChange(0, "Asia/Tokyo"))
        store.add_anchor(1, Anchor(5000, 5000, 9, 1, 5))
        assert Anchor(5000, 5000, 9, 1, 5) in store.anchors(1)
        assert store.schema == NOW
        look_at(store)
    (kept,) = copies_of(path)
    assert kept.name == f"s.db.schema-{version}"
    assert contents(kept) == before
    assert [r.getMessage() for r in caplog.records] == [
        f"{path} was of schema {version} and is of schema {NOW} now; as it was, it is kept in {kept.name}"
    ]
    with Store(path) as store:
        store.set("zone", "UTC")
    assert copies_of(path) == [kept]


def test_a_copy_is_never_written_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = an_old_store(tmp_path / "s.db", 3, monkeypatch)
    shutil.copy(path, tmp_path / "s.db.schema-3")  # of an upgrade that was cut off behind its copy
    path.with_name("s.db.schema-3").write_bytes(b"another")
    with Store(path) as store:
        store.set("zone", "UTC")
    assert [copy.name for copy in copies_of(path)] == ["s.db.schema-3", "s.db.schema-3.2"]
    assert path.with_name("s.db.schema-3").read_bytes() == b"another"


def test_an_upgrade_that_fails_leaves_a_store_that_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = an_old_store(tmp_path / "s.db", 3, monkeypatch)
    before = path.read_bytes()

    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as then, Store(path) as store:
        then.setattr("ambula.store.upgrade._place", full)
        with pytest.raises(StoreError, match=r"no room for a copy of .*free 1 MB. Nothing was changed"):
            store.set("zone", "UTC")
        look_at(store)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["s.db"]


def test_who_is_forgotten_is_in_no_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = an_old_store(tmp_path / "s.db", 5, monkeypatch)
    with Store(path) as store:
        add_log(store, "P02", NOON_S, 2, lambda _: b"\7" * 12, "bb" * 8)
    assert b"P01" in copies_of(path)[0].read_bytes()
    with Store(path) as store:
        store.forget("P01")
    for file in tmp_path.iterdir():
        assert b"P01" not in file.read_bytes(), file
    with Store(copies_of(path)[0], must_exist=True) as copy:
        assert copy.participants() == []


def test_forgetting_makes_no_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = an_old_store(tmp_path / "s.db", 5, monkeypatch)
    with Store(path) as store:
        store.forget("P01")
    assert [p.name for p in tmp_path.iterdir()] == ["s.db"]


@pytest.mark.parametrize("version", OLD)
def test_an_older_copy_has_the_same_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: int) -> None:
    path = an_old_store(tmp_path / "s.db", version, monkeypatch)
    copy = Path(shutil.copy(path, tmp_path / "copy.db"))
    with Store(path) as store:
        assert store.rows_missing_in(copy) == {}
        store.set("zone", "UTC")  # which brings it up to date
        assert store.rows_missing_in(copy) == {}
        store.add_anchor(1, Anchor(7000, 7000, 9, state=2))
        store.set_height("P02", 1.8)
        assert store.rows_missing_in(copy) == {"anchor": 1, "person": 1}
    with Store(copy) as store:
        assert store.rows_missing_in(path) == {}


# ---- where nothing can be written


@contextlib.contextmanager
def nowhere_to_write(file: Path) -> Generator[Path]:
    """A folder of which nobody may change anything, with a read-only file."""
    with tempfile.TemporaryDirectory() as name:
        copy = shutil.copy(file, Path(name) / "s.db")
        copy.chmod(0o444)
        Path(name).chmod(0o555)
        try:
            yield copy
        finally:
            Path(name).chmod(0o755)


def as_another(work: Callable[[Path], None], path: Path) -> int | None:
    """Do it in a process without root's rights, which go past permissions; return its exit code."""

    def run() -> None:
        if os.geteuid() == 0:
            os.setuid(65_534)
        work(path)

    process = multiprocessing.get_context("fork").Process(target=run)
    process.start()
    process.join(60)
    return process.exitcode


def _look(path: Path) -> None:
    with Store(path, must_exist=True) as store:
        look_at(store)


def _write(path: Path) -> None:
    with Store(path, must_exist=True) as store:
        with pytest.raises(StoreError, match=r"cannot be written: .*check (its|the folder's) permissions"):
            store.set("zone", "UTC")
        look_at(store)


@pytest.mark.skipif(os.name != "posix", reason="only POSIX systems have these permissions")
@pytest.mark.parametrize("version", [1, NOW - 1, NOW])
@pytest.mark.parametrize("work", [_look, _write])
def test_it_is_read_where_nothing_can_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: int, work: Callable[[Path], None]
) -> None:
    with nowhere_to_write(an_old_store(tmp_path / "s.db", version, monkeypatch)) as path:
        before = path.read_bytes()
        assert as_another(work, path) == 0
        assert path.read_bytes() == before
