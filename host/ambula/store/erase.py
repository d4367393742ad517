"""Taking a participant's rows out of the store, table by table, and what is left of them out of its pages."""

import contextlib
import sqlite3
from pathlib import Path

from ambula.base.atomic_files import passing
from ambula.store.rows import Forgotten
from nodecore import segment

UNFINISHED = "forgetting is unfinished"  # a setting: rows were deleted, and the file is not rebuilt since
_PAGES_A_STEP = 2048
_THEIR_NODES = "node_id IN (SELECT node_id FROM node WHERE participant = ?)"
_THEIRS_ALONE = (
    "SELECT DISTINCT device_id FROM node WHERE participant = ?1 AND device_id NOT IN"
    " (SELECT device_id FROM node WHERE participant != ?1) ORDER BY device_id"
)


def erase_rows(db: sqlite3.Connection, participant: str) -> Forgotten:
    """Delete every row that belongs to `participant`, inside the caller's transaction; return what there was.

    Edge case: zeros for a participant who is not in the store.
    """
    who = (participant,)
    epochs, events = db.execute(
        f"SELECT coalesce(sum(count) FILTER (WHERE kind = {segment.EPOCHS}), 0),"
        f" count(*) FILTER (WHERE kind = {segment.EVENT}) FROM segment WHERE {_THEIR_NODES}",
        who,
    ).fetchone()
    for table in ("person", "programme"):
        db.execute(f"DELETE FROM {table} WHERE participant = ?", who)
    devices = tuple(device for (device,) in db.execute(_THEIRS_ALONE, who))
    removed = {
        table: db.execute(f"DELETE FROM {table} WHERE {_THEIR_NODES}", who).rowcount
        for table in ("segment", "damage", "anchor", "receipt")
    }
    return Forgotten(
        zone_changes=db.execute("DELETE FROM zone_change WHERE participant = ?", who).rowcount,
        notes=db.execute("DELETE FROM note WHERE participant = ?", who).rowcount,
        checks=db.execute("DELETE FROM checked WHERE participant = ?", who).rowcount,
        nodes=db.execute("DELETE FROM node WHERE participant = ?", who).rowcount,
        segments=removed["segment"],
        epochs=epochs,
        events=events,
        damaged_ranges=removed["damage"],
        anchors=removed["anchor"],
        devices=devices,
    )


def rebuild(db: sqlite3.Connection, path: Path) -> None:
    """Write every page of the file anew, so that no unused part of one holds what was deleted.

    `VACUUM` holds all of it in memory, or in a folder for passing files. So the new file is made beside the store, and
    its pages are put into the store in one transaction: cut off anywhere, the store is as before or rebuilt. It takes
    twice the room of what is left, and a few MB of memory. Nobody can write in between. Raises sqlite3.Error.
    """
    db.execute("PRAGMA temp_store = MEMORY")
    db.execute("PRAGMA locking_mode = EXCLUSIVE")
    try:
        db.execute("BEGIN EXCLUSIVE")
        db.execute("UPDATE setting SET value = value")  # only a write takes the lock, which then outlasts the commit
        db.execute("COMMIT")
        with passing(path) as part:
            db.execute("VACUUM INTO ?", (str(part),))
            with contextlib.closing(sqlite3.connect(part, isolation_level=None)) as rebuilt:
                rebuilt.backup(db, pages=_PAGES_A_STEP)
    finally:
        if db.in_transaction:
            db.execute("ROLLBACK")
        db.execute("PRAGMA locking_mode = NORMAL")
        db.execute("SELECT count(*) FROM setting").fetchone()  # it gives the lock back at the next access
    busy, _, _ = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()  # 0 in other modes
    if busy:
        raise sqlite3.OperationalError("database is locked")
