"""Reads one segment's bytes, as far as this Ambula knows version and kind. SPEC.md, "A newer version"."""

import struct
import zlib

from ambula.store.rows import Segment
from nodecore import headers, segment, unpack

_LARGEST = 32_768  # a chunk of the log, which no segment crosses
_SIZE_AT = 14


def sealed_size(data: bytes, at: int) -> int:
    """Return how many bytes a segment that begins at `at` would have, by its header; 0 where none can begin."""
    if len(data) - at < segment.HEADER_SIZE:
        return 0
    magic, version = struct.unpack_from("<HB", data, at)
    if magic != segment.MAGIC or not version:
        return 0
    known = headers.parse_header(data, at)
    if known is not None:
        return known.size
    (payload_size,) = struct.unpack_from("<H", data, at + _SIZE_AT)
    size = segment.HEADER_SIZE + payload_size + segment.CRC_SIZE
    return size if size <= _LARGEST and _is_newer(data, at) else 0


def read_segment(offset: int, data: bytes) -> Segment | None:
    """Return the segment that `data` is, from its magic to its checksum; None where the checksum is wrong.

    One of a newer version or kind has no header and no records.
    """
    if zlib.crc32(data[: -segment.CRC_SIZE]) != segment.stored_crc(data, 0, len(data)):
        return None
    header = headers.parse_header(data)
    if header is None:
        return Segment(offset, None, data, None) if _is_newer(data, 0) else None
    if header.kind != segment.EPOCHS:
        return Segment(offset, header, data, None)
    try:
        records = unpack.decode_records(data[segment.HEADER_SIZE : -segment.CRC_SIZE], header.count)
    except ValueError:
        return None
    return Segment(offset, header, data, bytes(records))


def _is_newer(data: bytes, at: int) -> bool:
    version, kind = data[at + 2], data[at + 3]
    return version > segment.VERSION or (version == segment.VERSION and kind > segment.READING)
