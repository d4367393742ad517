"""Turns log bytes back into verified segments, and skips bytes without a valid checksum.

A segment whose checksum is right, but whose version or kind is newer than this Ambula, is kept as it is.
"""

from dataclasses import dataclass, field

from ambula.account.faults import SENSOR, read_fault
from ambula.store import Segment, read_segment
from ambula.store.reading import sealed_size
from nodecore import segment

_MAGIC = segment.MAGIC.to_bytes(2, "little")


@dataclass
class Assembled:
    """What a run of log bytes held: segments, damaged ranges (offset, length, reason), and where the rest begins."""

    segments: list[Segment] = field(default_factory=list[Segment])
    damage: list[tuple[int, int, str]] = field(default_factory=list[tuple[int, int, str]])
    next_offset: int = 0


def assemble(offset: int, data: bytes, at_log_end: bool) -> Assembled:
    """Cut log bytes that start at `offset` into segments.

    A segment that is cut off at the end of `data` is left for the next time (`next_offset`), unless `at_log_end`: then
    nothing more will come, and it is damage.
    """
    out = Assembled()
    at = bad_from = 0
    while at < len(data):
        segment_here = _segment_at(offset, data, at)
        if segment_here is None and not at_log_end and _may_continue(data, at):
            break
        if segment_here is None:
            at = _next_magic(data, at + 1)
            continue
        if at > bad_from:
            out.damage.append((offset + bad_from, at - bad_from, "checksum"))
        out.segments.append(segment_here)
        at += len(segment_here.data)
        bad_from = at
    if at > bad_from:
        out.damage.append((offset + bad_from, at - bad_from, "checksum"))
    out.next_offset = offset + at
    return out


def sensor_fault_in(offset: int, data: bytes) -> str | None:
    """Return the newest fault of the sensor, or else of anything, in log bytes that begin anywhere; None: no fault."""
    segments = assemble(offset, data, at_log_end=True).segments
    payloads = [s.data[segment.HEADER_SIZE : -segment.CRC_SIZE] for s in segments if _is_fault(s)]
    sensor = [payload for payload in payloads if payload.startswith(SENSOR)]
    newest = (sensor or payloads)[-1:]
    return read_fault(newest[0])[0] if newest else None


def _is_fault(one: Segment) -> bool:
    header = one.header
    return header is not None and header.kind == segment.EVENT and header.count == segment.FAULT


def _segment_at(offset: int, data: bytes, at: int) -> Segment | None:
    size = sealed_size(data, at)
    return read_segment(offset + at, data[at : at + size]) if size and at + size <= len(data) else None


def _may_continue(data: bytes, at: int) -> bool:
    """Return True if a good segment could start at `at` and be cut off only because `data` ends."""
    if len(data) - at < segment.HEADER_SIZE:
        return data[at : at + 2] == _MAGIC[: len(data) - at]
    return at + sealed_size(data, at) > len(data)


def _next_magic(data: bytes, start: int) -> int:
    at = data.find(_MAGIC, start)
    if at >= 0:
        return at
    return len(data) - 1 if data[-1:] == _MAGIC[:1] and start < len(data) else len(data)
