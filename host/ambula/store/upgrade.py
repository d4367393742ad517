"""Brings a store of an older schema up to date, with a copy of it as it was beside it."""

import contextlib
import logging
import os
import sqlite3
from pathlib import Path

from ambula.base.atomic_files import passing, sweep
from ambula.base.errors import StoreError
from ambula.store import schema

_LOG = logging.getLogger(__name__)
_PAGES_A_STEP = 2048
_DONE = "{} was of schema {} and is of schema {} now{}"
_KEPT = "; as it was, it is kept in {}"
_NO_ROOM = "no room for a copy of {} as it is, which comes before its upgrade: free {} MB. Nothing was changed"
_NO_COPY = (
    "{} cannot be written: it is of an older schema, and no copy of it can be put beside it ({}). It can be read. "
    "To change it, check the folder's permissions"
)


def upgrade(db: sqlite3.Connection, path: Path, *, with_copy: bool) -> Path | None:
    """Bring the tables of an open store up to date, and say so; return the copy that was kept of it, if any.

    Cut off anywhere, the store is the old one or the new one, and a copy under its name is whole. Raises StoreError
    where there can be no copy, sqlite3.Error otherwise: then nothing was changed.
    """
    kept: list[tuple[int, Path | None]] = []

    def before(version: int) -> None:
        kept.append((version, _copy(path, version) if with_copy else None))

    schema.migrate(db, before)
    for version, copy in kept:
        words = _KEPT.format(copy.name) if copy else ""
        _LOG.warning(_DONE.format(path, version, len(schema.MIGRATIONS), words))
    return kept[0][1] if kept else None


def copies_of(path: Path) -> list[Path]:
    """Return the copies that upgrades have kept of a store, oldest schema first."""
    return sorted(copy for copy in path.parent.glob(f"{path.name}.schema-*") if not copy.name.endswith("-journal"))


def _copy(path: Path, version: int) -> Path:
    """Copy the store beside itself and give the copy its name once it is whole, inside the caller's transaction."""
    sweep(path)
    try:
        with passing(path) as part:
            with (
                contextlib.closing(sqlite3.connect(path, isolation_level=None)) as held,  # `db` is about to write
                contextlib.closing(sqlite3.connect(part, isolation_level=None)) as copy,
            ):
                held.backup(copy, pages=_PAGES_A_STEP)
                copy.execute("PRAGMA journal_mode = DELETE")  # one file, whatever the store itself uses
            kept = _place(path, part, version)
            part.replace(kept)
            _sync_folder(path.parent)
    except sqlite3.OperationalError as e:
        if "full" not in str(e):
            raise
        raise StoreError(_NO_ROOM.format(path, path.stat().st_size // 1_000_000 + 1)) from e
    except OSError as e:
        raise StoreError(_NO_COPY.format(path, e.strerror)) from e
    return kept


def _place(path: Path, part: Path, version: int) -> Path:
    """Return a free name for the copy, or that of the same copy, which an upgrade that was cut off has left."""
    place, number = path.with_name(f"{path.name}.schema-{version}"), 1
    while place.exists() and not _is_same(place, part):
        number += 1
        place = path.with_name(f"{path.name}.schema-{version}.{number}")
    return place


def _is_same(one: Path, other: Path) -> bool:
    if one.stat().st_size != other.stat().st_size:
        return False
    with one.open("rb") as a, other.open("rb") as b:
        while block := a.read(1 << 20):
            if block != b.read(1 << 20):
                return False
    return True


def _sync_folder(folder: Path) -> None:
    """Let the new name outlast a power cut, where the system can promise that."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
