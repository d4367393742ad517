"""Backup and restore: all or nothing at every step, whole when another writes, and nothing is lost by putting back."""

import contextlib
import io
import json
import os
import resource
import shutil
import signal
import sqlite3
import stat
import sys
import tarfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ambula.backup import make_backup, restore_backup
from ambula.backup.age_file import Opening
from ambula.backup.contents import contents_of
from ambula.base.errors import AmbulaError, InputError, StoreError
from ambula.nodes.keys import KeyFile
from ambula.nodes.session import NodeKey
from ambula.store import Note, Store
from tests.support.made_log import add_log

WORDS = "four plain words here"
QUICK = 4
NOON_S = 1_772_539_200


def quiet(step: str, share: float | None) -> None:
    pass


def fill(path: Path, *people: str, hours: int = 4) -> None:
    with Store(path) as kept:
        for number, who in enumerate(people):
            add_log(kept, who, NOON_S, hours * 12, lambda part: bytes([part % 9]) * 12, f"{number:02x}" * 8)


def key(number: int, who: str = "P01") -> NodeKey:
    return NodeKey(f"{number:02x}" * 8, 0, who, bytes([number]) * 32)


def contents(path: Path) -> list[str]:
    with contextlib.closing(sqlite3.connect(path)) as db:
        return list(db.iterdump())


class Desk:
    """A computer with a store and keys, a backup of them, and a new computer beside it."""

    def __init__(self, folder: Path) -> None:
        self.store, self.keys = folder / "old" / "ambula.db", KeyFile(folder / "old" / "keys.json")
        self.new, self.new_keys = folder / "new" / "ambula.db", KeyFile(folder / "new" / "keys.json")
        self.file = folder / "stick" / "b.age"
        self.file.parent.mkdir()
        fill(self.store, "P01", "P02")
        self.keys.add(key(0))

    def back_up(self) -> None:
        self.made = make_backup(self.store, self.keys, self.file, WORDS, quiet, QUICK)

    def restore(self, words: str = WORDS, replace: bool = False) -> None:
        self.done = restore_backup(self.file, self.new, self.new_keys, words, quiet, replace=replace)

    def is_restored(self) -> bool:
        return contents(self.new) == contents(self.store) and self.new_keys.load() == self.keys.load()


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_what_is_backed_up_is_put_back(desk: Desk) -> None:
    desk.back_up()
    assert (desk.made.keys, desk.made.epochs) == (1, {"P01": 2880, "P02": 2880})
    desk.restore()
    assert desk.is_restored()
    for path in (desk.new, desk.new_keys.path):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert sorted(p.name for p in desk.new.parent.iterdir()) == ["ambula.db", "keys.json", "stores.json"]
    assert [p.name for p in desk.file.parent.iterdir()] == ["b.age"]


def test_nothing_of_a_person_is_in_clear(desk: Desk) -> None:
    desk.back_up()
    data = desk.file.read_bytes()
    assert b"P01" not in data
    assert b"SQLite" not in data
    assert key(0).key not in data


def test_a_copy_is_of_one_moment_while_another_writes(desk: Desk) -> None:
    stop = threading.Event()

    def write() -> None:
        with Store(desk.store) as kept:
            at = 1
            while not stop.is_set():
                kept.add_note("P01", Note(at, 1, "x" * 4000))
                at += 1
                time.sleep(0.01)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        desk.back_up()
    finally:
        stop.set()
        writer.join()
    desk.restore()
    with Store(desk.new) as kept:
        assert kept.integrity() == []


@pytest.mark.parametrize("end", ["-journal", "-wal"])
def test_a_store_that_was_cut_off_is_backed_up_as_it_was_before(desk: Desk, end: str) -> None:
    """A half-done transaction lies in the file, and its journal or log beside it."""
    before = contents(desk.store)
    half(desk.store, end)
    desk.back_up()
    desk.restore()
    assert contents(desk.new) == before


def half(path: Path, end: str) -> None:
    """Leave what a killed command leaves: some pages of a transaction, and the journal that undoes them."""
    left = path.parent.parent / "left"
    shutil.copytree(path.parent, left)
    db = sqlite3.connect(left / path.name, isolation_level=None)
    db.execute(f"PRAGMA journal_mode = {'wal' if end == '-wal' else 'delete'}")
    db.execute("PRAGMA cache_size = 5")
    db.execute("BEGIN IMMEDIATE")
    db.execute("DELETE FROM segment")
    for file in (left / path.name, left / (path.name + end)):
        shutil.copy(file, path.parent)
    db.close()
    shutil.rmtree(left)


def test_a_damaged_store_is_not_backed_up(desk: Desk) -> None:
    data = bytearray(desk.store.read_bytes())
    data[-8192:] = bytes(8192)
    desk.store.write_bytes(data)
    with pytest.raises(StoreError, match="damaged"):
        desk.back_up()
    assert not desk.file.exists()


def test_an_old_backup_is_not_written_over(desk: Desk) -> None:
    desk.file.write_bytes(b"an older one")
    with pytest.raises(InputError, match="is there already"):
        desk.back_up()
    assert desk.file.read_bytes() == b"an older one"


def test_what_is_there_is_refused_and_said_and_kept_when_replaced(desk: Desk) -> None:
    desk.back_up()
    fill(desk.new, "P03")
    desk.new_keys.add(key(7, "P03"))
    held, held_keys = contents(desk.new), desk.new_keys.load()
    with pytest.raises(InputError, match=r"P03 \(4\.0 h\).*--replace"):
        desk.restore()
    assert (contents(desk.new), desk.new_keys.load()) == (held, held_keys)
    desk.restore(replace=True)
    assert desk.is_restored()
    kept_keys, kept = desk.done.kept
    assert (contents(kept), KeyFile(kept_keys).load()) == (held, held_keys)


def test_keys_alone_that_would_be_lost_are_refused(desk: Desk) -> None:
    desk.back_up()
    desk.new_keys.add(key(7, "P03"))
    with pytest.raises(InputError, match="keys that the backup does not have: P03 thigh"):
        desk.restore()
    assert not desk.new.exists()


def test_a_key_that_was_retired_since_is_not_brought_back_in_silence(desk: Desk) -> None:
    desk.back_up()
    desk.restore()
    desk.new_keys.retire(desk.new_keys.load()[:1])
    with pytest.raises(InputError, match=r"\(retired here\)"):
        desk.restore()


def test_a_key_file_that_cannot_be_read_is_kept_and_replaced(desk: Desk) -> None:
    desk.back_up()
    desk.new_keys.path.parent.mkdir(parents=True, exist_ok=True)
    desk.new_keys.path.write_text("{half")
    with pytest.raises(InputError, match=r"cannot be read.*--replace"):
        desk.restore()
    desk.restore(replace=True)
    assert desk.is_restored()
    assert [path.read_text() for path in desk.done.kept] == ["{half"]


def test_a_store_that_holds_nobody_is_no_hindrance(desk: Desk) -> None:
    desk.back_up()
    with Store(desk.new) as kept:
        kept.set("zone", "Europe/Oslo")
    desk.restore()
    assert desk.is_restored()
    assert desk.done.kept == ()


def test_a_store_that_cannot_be_read_is_kept_and_its_journal_is_not_given_to_the_new_one(desk: Desk) -> None:
    desk.back_up()
    desk.new.parent.mkdir()
    desk.new.write_bytes(b"SQLite format 3\0" + b"\xff" * 9000)
    desk.new.with_name("ambula.db-journal").write_bytes(b"half")
    with pytest.raises(InputError, match=r"cannot be read.*--replace"):
        desk.restore()
    desk.restore(replace=True)
    assert desk.is_restored()
    (kept,) = desk.done.kept
    assert kept.read_bytes().endswith(b"\xff" * 9000)
    assert not desk.new.with_name("ambula.db-journal").exists()  # of the old one: it would undo half of the new


def test_the_store_that_it_was_made_of_loses_nothing(desk: Desk) -> None:
    desk.back_up()
    desk.new, desk.new_keys = desk.store, desk.keys
    desk.restore()
    with Store(desk.store) as kept:
        kept.add_note("P01", Note(5, 1, "since then"))
    with pytest.raises(InputError, match="1 rows of note"):
        desk.restore()


def test_twice_is_as_once(desk: Desk) -> None:
    desk.back_up()
    desk.restore()
    desk.restore()
    assert desk.is_restored()
    assert desk.done.kept == ()


@pytest.mark.parametrize("damage", ["wrong passphrase", "cut", "changed", "another file"])
def test_what_cannot_be_opened_changes_nothing(desk: Desk, damage: str) -> None:
    desk.back_up()
    data = bytearray(desk.file.read_bytes())
    if damage == "changed":
        data[len(data) // 2] ^= 4
    desk.file.write_bytes({"cut": data[:-5000], "another file": b"x" * 999}.get(damage, data))
    with pytest.raises(InputError) as told:
        desk.restore("another passphrase" if damage == "wrong passphrase" else WORDS)
    assert "\n" not in str(told.value)
    assert not list(desk.new.parent.glob("*"))
    assert not list(desk.new.parent.glob(".*"))


def test_without_keys_the_keys_that_are_there_stay(desk: Desk) -> None:
    make_backup(desk.store, None, desk.file, WORDS, quiet, QUICK)
    desk.new_keys.add(key(7))
    desk.restore()
    assert desk.done.contents.keys is None
    assert desk.new_keys.load() == [key(7)]


def test_a_backup_without_keys_has_to_be_meant(desk: Desk) -> None:
    desk.keys.path.unlink()
    with pytest.raises(InputError, match="--without-keys"):
        desk.back_up()


def in_a_child(work: Callable[[Callable[..., None]], object], kill_at: int) -> bool:
    """Do some work in a process that is killed (-9) at its n-th step on files; return whether it came to its end."""
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1] == 0
    steps = 0

    def step(event: str, arguments: object) -> None:
        nonlocal steps
        if event in ("open", "sqlite3.connect", "os.rename", "os.remove", "os.link", "os.chmod", "os.mkdir", "write"):
            steps += 1
            if steps == kill_at:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(step)
    try:
        work(lambda *shown: step("write", shown))
    except BaseException:
        os._exit(1)
    os._exit(0)


def test_a_backup_that_is_killed_anywhere_leaves_none_or_a_whole_one(desk: Desk) -> None:
    def work(show: Callable[..., None]) -> None:
        make_backup(desk.store, desk.keys, desk.file, WORDS, show, QUICK)

    before = contents(desk.store)
    for kill_at in range(1, 1000):
        if in_a_child(work, kill_at):
            break
        if desk.file.exists():
            desk.restore()
            shutil.rmtree(desk.new.parent)
            desk.file.unlink()
        desk.back_up()
        assert [p.name for p in desk.file.parent.iterdir()] == ["b.age"]
        assert sorted(p.name for p in desk.store.parent.iterdir()) == ["ambula.db", "keys.json"]
        desk.file.unlink()
    assert kill_at > 15
    assert contents(desk.store) == before


@pytest.mark.parametrize("there", [False, True])
def test_a_restore_that_is_killed_anywhere_leaves_the_old_or_the_new(desk: Desk, there: bool) -> None:
    desk.back_up()
    wanted = (contents(desk.store), desk.keys.load())

    def work(show: Callable[..., None]) -> None:
        restore_backup(desk.file, desk.new, desk.new_keys, WORDS, show, replace=there)

    for kill_at in range(1, 1000):
        shutil.rmtree(desk.new.parent, ignore_errors=True)
        old = None
        if there:
            fill(desk.new, "P03")
            desk.new_keys.add(key(7, "P03"))
            old = contents(desk.new)
        if in_a_child(work, kill_at):
            break
        if desk.new.exists():
            assert contents(desk.new) in (old, wanted[0])
        assert desk.new_keys.load() in ([key(7, "P03")] if there else [], wanted[1])
        desk.restore(replace=there)
        assert desk.is_restored()
        kept = [p for p in desk.new.parent.glob("ambula.db.before*") if contents(p) == old]
        assert bool(kept) is there
        assert not list(desk.new.parent.glob(".*"))
    assert kill_at > 12


@pytest.mark.parametrize("kib", [1, 20, 60])
def test_a_full_disk_is_one_line_and_leaves_nothing(desk: Desk, kib: int) -> None:
    """A limit on the size of files stands in for a full disk: the same calls fail, with another errno."""
    child = os.fork()
    if not child:
        resource.setrlimit(resource.RLIMIT_FSIZE, (kib << 10, kib << 10))
        try:
            desk.back_up()
        except AmbulaError as e:
            os._exit(0 if "\n" not in str(e) else 2)
        except BaseException:
            os._exit(3)
        os._exit(4)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert not list(desk.file.parent.iterdir())
    assert sorted(p.name for p in desk.store.parent.iterdir()) == ["ambula.db", "keys.json"]


def test_forgetting_reaches_the_copy_that_a_killed_backup_left(desk: Desk) -> None:
    left = desk.store.with_name(f".ambula.db.{os.getpid()}.part")
    shutil.copy(desk.store, left)
    with Store(desk.store) as kept:
        kept.forget("P01")
    assert not left.exists()


def test_the_format_is_an_age_file_of_a_tar(desk: Desk) -> None:
    desk.back_up()
    plain = Opening(io.BytesIO(desk.file.read_bytes()), "b", WORDS).read(1 << 30)
    with tarfile.open(fileobj=io.BytesIO(plain)) as tar:
        assert tar.getnames() == ["ambula.json", "ambula.db", "keys.json"]


def test_a_field_that_is_not_known_yet_is_passed_over() -> None:
    told = {"format": "ambula-backup", "version": 1, "made_utc": "x", "ambula": "0.2.0", "epochs": {}, "rows": {}}
    told |= {"store_bytes": 1, "store_sha256": "", "keys": None, "keys_sha256": None}
    newer = json.dumps({**told, "site": "Trondheim"}).encode()
    assert contents_of(newer, "b.age") == contents_of(json.dumps(told).encode(), "b.age")
    with pytest.raises(InputError, match="is from a newer Ambula: upgrade Ambula to restore it"):
        contents_of(json.dumps({**told, "version": 2}).encode(), "b.age")
