"""A copy that was taken while a command wrote, or without its journal, is never read as a store without data."""

import shutil
import sqlite3
from pathlib import Path

import pytest

from ambula.base.errors import StoreError
from ambula.store import Store
from ambula.store.soundness import left_over
from tests.support.made_log import add_log

NOON_S = 1_772_539_200


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "here" / "ambula.db"
    with Store(made) as kept:
        add_log(kept, "P01", NOON_S, 48 * 12, lambda part: bytes([part % 251]) * 12, "aa" * 8)
    return made


def begin(path: Path, *statements: str) -> sqlite3.Connection:
    """Begin something large and do not end it: its pages are in the file, its journal lies beside."""
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA cache_size = 5")
    db.execute("BEGIN IMMEDIATE")
    for statement in statements:
        db.execute(statement)
    return db


def test_a_copy_of_half_an_addition_is_refused(path: Path, tmp_path: Path) -> None:
    adding = "INSERT INTO note SELECT 'P01', offset + 1000000 * {}, 1, hex(data) FROM segment"
    db = begin(path, *map(adding.format, range(9)))
    copy = shutil.copy(path, tmp_path / "copy.db")
    db.close()
    with pytest.raises(StoreError, match=r"damaged|not whole"):
        Store(Path(copy), must_exist=True)


def test_a_copy_of_half_a_removal_is_found_out(path: Path, tmp_path: Path) -> None:
    db = begin(path, "DELETE FROM segment")
    copy = shutil.copy(path, tmp_path / "copy.db")
    db.close()
    assert faults_of(Path(copy))


def faults_of(path: Path) -> list[str]:
    """What is found where it is opened, or else where it is looked through."""
    try:
        with Store(path, must_exist=True) as kept:
            return kept.integrity()
    except StoreError as e:
        return [str(e)]


def test_a_store_whose_recording_is_gone_is_refused(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("DELETE FROM segment")
    db.close()
    with pytest.raises(StoreError, match="of a node of P01 it has no recording"):
        Store(path, must_exist=True)


def test_a_hole_in_a_log_is_found_by_its_offsets(path: Path) -> None:
    with Store(path) as kept:
        assert kept.integrity() == []
    with sqlite3.connect(path) as db:
        (size,) = db.execute("SELECT length(data) FROM segment ORDER BY offset LIMIT 1 OFFSET 3").fetchone()
        db.execute("DELETE FROM segment WHERE offset = (SELECT offset FROM segment ORDER BY offset LIMIT 1 OFFSET 3)")
    db.close()
    with Store(path) as kept:
        assert kept.integrity() == [f"{size} bytes of a log of P01 are missing"]


def test_an_empty_file_is_no_store_to_read(tmp_path: Path) -> None:
    (tmp_path / "copy.db").touch()
    with pytest.raises(StoreError, match="is empty"):
        Store(tmp_path / "copy.db", must_exist=True)


def test_a_left_over_journal_is_named_and_undone(path: Path, tmp_path: Path) -> None:
    db = begin(path, "DELETE FROM segment")
    left = shutil.copytree(path.parent, tmp_path / "left") / path.name
    db.close()
    (note,) = left_over(left)
    assert note.startswith("ambula.db-journal was left by a command that was cut off")
    with Store(left, must_exist=True) as kept:
        assert kept.integrity() == []
        assert kept.epoch_count(1) == 48 * 720
    assert left_over(left) == []


def test_a_journal_without_its_store_is_named(path: Path) -> None:
    path.with_name("laptop.db-journal").write_bytes(b"x")
    (note,) = left_over(path)
    assert note.startswith("laptop.db-journal lies here without its store")
