"""Taking a participant's rows out of the store, table by table."""

import sqlite3

from ambula.store.rows import Forgotten
from nodecore import segment

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
