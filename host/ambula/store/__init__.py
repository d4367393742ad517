"""The store: one SQLite file that holds every verified segment, and what is known about the nodes and their clocks."""

from ambula.store.store import Anchor, Event, NodeRow, Segment, Store, join_records

__all__ = ["Anchor", "Event", "NodeRow", "Segment", "Store", "join_records"]
