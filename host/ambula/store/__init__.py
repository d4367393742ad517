"""The store: one SQLite file with every verified segment, and what is known about the nodes and their clocks."""

from ambula.store.reading import read_segment
from ambula.store.rows import (
    Anchor,
    Check,
    Event,
    Forgotten,
    LogEntry,
    NodeRow,
    Note,
    Receipt,
    Segment,
    ZoneChange,
    join_records,
)
from ambula.store.store import Store

__all__ = [
    "Anchor",
    "Check",
    "Event",
    "Forgotten",
    "LogEntry",
    "NodeRow",
    "Note",
    "Receipt",
    "Segment",
    "Store",
    "ZoneChange",
    "join_records",
    "read_segment",
]
