"""Checks that rows can be what the store wrote: SQLite returns a damaged file's values, of any type."""

from collections.abc import Sequence
from typing import Any

from nodecore import protocol, record, segment

Column = range | type | tuple[type, ...]

U8 = range(1 << 8)
U16 = range(1 << 16)
U32 = range(1 << 32)
BYTES_OF_LOG = range(1 << 40)  # no log is longer
UTC_MS = range(-(1 << 52), 253_402_300_800_000)  # up to the year 9999, which is the last that can be said
EPOCH_COUNT = range(1, segment.MAX_EPOCHS + 1)
NODE_ID = range(1 << 62)
ROLE = range(len(protocol.ROLE_NAMES))
NEWER = 0  # kind of a segment that this Ambula is too old to read
KIND = range(segment.EPOCHS, segment.READING + 1)


def fit(rows: Sequence[tuple[Any, ...]], columns: Sequence[Column]) -> bool:
    """Return whether each value of each row is of its column's type, and an integer in its range."""
    return all(_fits(values, column) for values, column in zip(zip(*rows, strict=True), columns, strict=bool(rows)))


def _fits(values: tuple[Any, ...], column: Column) -> bool:
    kinds = set(map(type, values))
    if isinstance(column, range):
        return kinds == {int} and column.start <= min(values) and max(values) < column.stop
    return kinds <= set(column if isinstance(column, tuple) else (column,))


def is_segment(data: bytes) -> bool:
    """Return whether the bytes are long enough for a segment's header and CRC."""
    return len(data) >= segment.HEADER_SIZE + segment.CRC_SIZE


def are_records(count: int, records: bytes) -> bool:
    """Return whether the bytes are `count` records, as many as a segment may hold."""
    return count in EPOCH_COUNT and len(records) == count * record.SIZE
