"""Logs of records in a store, in which all records are alike."""

from ambula.store import Anchor, NodeRow, Segment, Store
from nodecore import activity, headers, segment
from nodecore.sampling import EPOCH_S

SET = segment.CLOCK_IS_SET


def add_log(
    store: Store, device: str, role: int, first_epoch: int, epochs: int, act: int = activity.SITTING
) -> NodeRow:
    """Add a node whose log has `epochs` records of an activity from an epoch on, and a reading of its right clock."""
    node = store.ensure_node(device, 1, role, "P01", "0.1.0")
    record = bytes([act | 0xF0, 100, *bytes(10)])
    made: list[Segment] = []
    for start in range(0, epochs, segment.MAX_EPOCHS):
        count = min(segment.MAX_EPOCHS, epochs - start)
        header = headers.Header()
        header.kind, header.epoch, header.count, header.flags = segment.EPOCHS, first_epoch + start, count, SET
        for name in ("seq", "boot", "temperature_c", "battery_20mv"):
            setattr(header, name, 0)
        made.append(Segment(100 * len(made), header, b"\0" * 100, record * count))
    store.add_log(node.node_id, made, [], 100 * len(made))
    now_ms = (first_epoch + epochs) * EPOCH_S * 1000
    store.add_anchor(node.node_id, Anchor(now_ms, now_ms, 30))
    return node
