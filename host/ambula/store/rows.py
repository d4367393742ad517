"""What the store gives and takes: rows of its tables as small types, and records joined in epoch order."""

import struct
from dataclasses import dataclass

import numpy as np

from ambula.epochs.table import Records, first_of_each
from nodecore import headers, record, segment

READING_FORMAT = "<QQI"  # SPEC.md, "Segment": what a set-up writes into the log
_LATEST_MS = 1 << 42  # the year 2109: epochs fit 30 bits till 2140
_LONGEST_TRIP_MS = 60_000


@dataclass(frozen=True)
class NodeRow:
    """One log of one device, worn by one participant in one role (0 thigh, 1 back)."""

    node_id: int
    device_id: str
    log_id: int
    role: int
    participant: str
    firmware: str
    next_offset: int


@dataclass(frozen=True)
class Segment:
    """A verified segment: its place in the log, its header, its bytes, and the decoded records of an epoch segment.

    header: None of one that this Ambula is too old to read.
    """

    offset: int
    header: headers.Header | None
    data: bytes
    records: bytes | None


@dataclass(frozen=True)
class Event:
    """Something that happened to a node at an epoch of its own clock; `code` as in nodecore.segment."""

    code: int
    epoch: int
    boot: int
    flags: int
    payload: bytes


@dataclass(frozen=True)
class LogEntry:
    """A stored segment in the node's own time: `body` is the records (12 bytes each) or an event's payload.

    kind, count, flags: as in nodecore.segment; an event's `count` is its code.
    """

    kind: int
    epoch: int
    count: int
    boot: int
    flags: int
    body: bytes

    @property
    def is_set(self) -> bool:
        """Whether the node had the time when it sealed this."""
        return bool(self.flags & segment.CLOCK_IS_SET)

    @property
    def end(self) -> int:
        """The epoch after its last record; of an event, its own."""
        return self.epoch + (self.count if self.kind == segment.EPOCHS else 0)


@dataclass(frozen=True)
class Receipt:
    """The node's proof of `length` log bytes from `offset` on, made with the key of which `key` is the fingerprint."""

    offset: int
    length: int
    key: bytes
    proof: bytes


@dataclass(frozen=True)
class Anchor:
    """A moment on both clocks (UTC ms), known to half the round trip; `boot`: the node's boot count then, if known.

    state: what the node said of itself (SPEC.md, "Info block") at a visit that read all of its log; None otherwise.
    """

    host_utc_ms: int
    node_utc_ms: int
    round_trip_ms: int
    boot: int | None = None
    state: int | None = None


def reading_in(data: bytes) -> Anchor | None:
    """Return the set-up's clock reading that a segment's bytes hold; None for another, and for what cannot be one."""
    header = headers.parse_header(data)
    payload = data[segment.HEADER_SIZE : -segment.CRC_SIZE]
    if header is None or header.kind != segment.READING or len(payload) != struct.calcsize(READING_FORMAT):
        return None
    host_utc_ms, node_utc_ms, trip_ms = struct.unpack(READING_FORMAT, payload)
    if max(host_utc_ms, node_utc_ms) >= _LATEST_MS or trip_ms > _LONGEST_TRIP_MS:
        return None
    return Anchor(host_utc_ms, node_utc_ms, trip_ms, header.boot)


@dataclass(frozen=True)
class ZoneChange:
    """From this moment on (UTC s; 0: from the beginning) the participant lived by this zone (IANA)."""

    from_utc_s: int
    zone: str


@dataclass(frozen=True)
class Note:
    """What a participant noted at a moment (UTC s): pain, 0..10 or None, and words, which may be empty."""

    utc_s: int
    pain: int | None
    words: str


@dataclass(frozen=True)
class Check:
    """A check of a participant's nodes at a moment (UTC s): its verdict, who accepted what was unknown ("": nobody),
    and the codes of what was found, joined by commas."""

    utc_s: int
    verdict: str
    accepted_by: str
    found: str


@dataclass(frozen=True)
class Forgotten:
    """What was removed of a participant: how many of each, and the devices (hex) that no other participant has worn."""

    nodes: int
    segments: int
    epochs: int
    events: int
    damaged_ranges: int
    anchors: int
    zone_changes: int
    notes: int
    checks: int
    devices: tuple[str, ...]


def join_records(parts: list[tuple[int, bytes]]) -> Records:
    """Join runs of records (first epoch, 12 bytes each) in epoch order; if an epoch comes twice, the first counts."""
    if not parts:
        return Records(np.empty(0, np.int64), np.empty((0, record.SIZE), np.uint8))
    data = np.frombuffer(b"".join(p[1] for p in parts), np.uint8).reshape(-1, record.SIZE)
    epoch = np.concatenate([np.arange(first, first + len(d) // record.SIZE, dtype=np.int64) for first, d in parts])
    where = first_of_each(epoch)
    return Records(epoch[where], data[where])
