"""Reads what `segment` writes: headers, and whether a segment is whole. SPEC.md, "Segment"."""

import binascii
import struct

from nodecore import segment


class Header:
    """A segment header, field by field as in SPEC.md."""

    __slots__ = (
        "kind",
        "seq",
        "epoch",
        "count",
        "payload_size",
        "prev_crc",
        "boot",
        "temperature_c",
        "battery_20mv",
        "flags",
        "role",
    )

    @property
    def size(self):
        """Bytes of the whole segment: header, payload, CRC."""
        return segment.HEADER_SIZE + self.payload_size + segment.CRC_SIZE


def parse_header(buf, offset=0):
    """Return the `Header` at `offset` of `buf`, or None if the bytes there cannot start a segment (CRC not checked)."""
    if len(buf) - offset < segment.HEADER_SIZE:
        return None
    fields = struct.unpack_from(segment.HEADER_FORMAT, buf, offset)
    if fields[0] != segment.MAGIC or fields[1] != segment.VERSION:
        return None
    h = Header()
    (_, _, h.kind, h.seq, h.epoch, h.count, h.payload_size, h.prev_crc, h.boot) = fields[:9]
    (h.temperature_c, h.battery_20mv, h.flags, h.role, _) = fields[9:]
    if h.kind == segment.EPOCHS:
        plausible = 0 < h.count <= segment.MAX_EPOCHS and h.payload_size <= segment.MAX_PAYLOAD
    else:
        plausible = segment.EPOCHS < h.kind <= segment.READING and h.payload_size <= segment.MAX_EVENT_BYTES
    return h if plausible else None


def is_sealed(buf, offset, header):
    """Return True if the whole segment is in `buf` and its CRC-32 fits."""
    end = offset + header.size
    if end > len(buf):
        return False
    view = memoryview(buf)
    return binascii.crc32(view[offset : end - segment.CRC_SIZE]) == segment.stored_crc(buf, offset, header.size)
