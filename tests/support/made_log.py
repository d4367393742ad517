"""A stored log that nobody recorded: five minutes of one and the same record after the other."""

from collections.abc import Callable

from ambula.nodes.segments import assemble
from ambula.store import Store
from nodecore import activity, record, segment

A_DAY = 288  # parts


def add_log(
    kept: Store, who: str, start_s: int, parts: int, record_of: Callable[[int], bytes], device: str = "00" * 8
) -> None:
    """Give `who` a thigh node's log from `start_s` (UTC) on: `parts` times five minutes, each of one record."""
    node = kept.ensure_node(device, 1, 0, who, "0.1.0")
    writer, log = segment.SegmentWriter(0), bytearray()
    for part in range(parts):
        rec = record_of(part)
        for i in range(60):
            writer.add(start_s // 5 + part * 60 + i, rec)
        log += writer.seal(part, 0, 1, 30, 200, 1)
    kept.add_log(node.node_id, assemble(0, bytes(log), at_log_end=True).segments, [], len(log))


def sitting_but_for(walks: Callable[[int], bool]) -> Callable[[int], bytes]:
    """Return records of somebody who sits, and walks in some parts; nobody who sits is quite still."""

    def record_of(part: int) -> bytes:
        rec = bytearray(record.SIZE)
        rec[record.ACTIVITY] = activity.WALKING if walks(part) else activity.SITTING
        rec[record.MEAN_Z], rec[record.MAD_X] = 100 - part % 3, 20
        return bytes(rec)

    return record_of
