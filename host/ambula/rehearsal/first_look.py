"""The first look: a synthetic week scored by this computer, in a store like a synced one; no node and no MicroPython.

What it leaves out of the road is the device: its loop, flash and radio. From the records on, the road is the same.
"""

import json
import os
from collections.abc import Callable
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from ambula.base.processes import pool_of
from ambula.epochs.table import Records
from ambula.firmware_build.version import firmware
from ambula.participant.epochs import load_epochs
from ambula.store import Anchor, Segment, Store
from ambula.synthetic import Truth
from ambula.synthetic.wear import FIRST_DAY, PARTICIPANT, agreement, counted_day, height_m
from ambula.twin.score import score_stream
from nodecore import headers, protocol, segment
from nodecore.sampling import EPOCH_MS, EPOCH_S, EPOCH_SAMPLES, EPOCHS_A_DAY

Show = Callable[[str, float], None]  # a step's name and how much of it is done, 0..1
_DAY = EPOCHS_A_DAY * EPOCH_SAMPLES
_MADE = "a participant is made up"
_SCORED = "this computer scores it"


def look(store: Store, days: int, seed: int, zone: ZoneInfo, show: Show) -> float:
    """Put `days` days of the synthetic participant into the store, scored by the numpy twins of the node's classifier.

    Returns the share of the clear epochs whose activity is the participant's. A week holds 190 MB in memory.
    """
    store.set_height(PARTICIPANT, height_m(seed))
    first_epoch = round(FIRST_DAY.replace(tzinfo=zone).timestamp()) // EPOCH_S
    truth: list[Truth] = []
    sides = np.empty((len(protocol.ROLE_NAMES), days * _DAY, 3), np.int16)
    with pool_of(min(days + 1, os.cpu_count() or 1)) as pool:
        for number, day in enumerate(pool.map(counted_day, [seed] * days, range(days))):
            sides[:, number * _DAY : (number + 1) * _DAY] = day.counts
            truth.append(day.truth)
            show(_MADE, (number + 1) / days)
        show(_SCORED, 0.0)
        for role, segments in enumerate(pool.map(_scored, sides, range(len(sides)), [first_epoch] * len(sides))):
            put_log(store, PARTICIPANT, role, segments)
            show(_SCORED, (role + 1) / len(sides))
    return agreement(load_epochs(store, PARTICIPANT), truth, first_epoch)


def _scored(counts: NDArray[np.int16], role: int, first_epoch: int) -> list[Segment]:
    data = score_stream(counts, role)
    return segments_of(role, Records(first_epoch + np.arange(len(data), dtype=np.int64), data))


def put_log(store: Store, participant: str, role: int, segments: list[Segment], log_id: int = 1) -> None:
    """Keep a log that starts with its first segment, of a node whose clock was right at its first and last epoch."""
    name = f"{participant}-{protocol.ROLE_NAMES[role]}"
    node = store.ensure_node(name, log_id, role, participant, firmware())
    last = segments[-1]
    store.add_log(node.node_id, segments, [], last.offset + len(last.data))
    for epoch in (segments[0].header.epoch, last.header.epoch + last.header.count):
        store.add_anchor(node.node_id, Anchor(epoch * EPOCH_MS, epoch * EPOCH_MS, 20, 1))


def segments_of(role: int, records: Records) -> list[Segment]:
    """Return the segments that a node would have sealed of records without a gap: its start, then its epochs."""
    boot = json.dumps({"reset": "made by a computer, not by a node", "firmware": firmware()}).encode()
    writer = segment.SegmentWriter(role)
    flags, segments, offset = segment.CLOCK_IS_SET, list[Segment](), 0
    first = int(records.epoch[0])
    segments.append(_segment(0, writer.event(segment.BOOT, first, boot, 0, 0, 1, 30, 200, flags), None))
    for start in range(0, len(records), segment.MAX_EPOCHS):
        offset += len(segments[-1].data)
        rows = records.data[start : start + segment.MAX_EPOCHS]
        for i, row in enumerate(rows, start):
            writer.add(first + i, row.tobytes())
        segments.append(_segment(offset, writer.seal(len(segments), 0, 1, 30, 200, flags), rows.tobytes()))
    return segments


def _segment(offset: int, data: memoryview, body: bytes | None) -> Segment:
    header = headers.parse_header(bytes(data))
    assert header is not None  # it was written just now
    return Segment(offset, header, bytes(data), body)
