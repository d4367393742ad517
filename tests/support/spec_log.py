"""Log bytes as SPEC.md has them, "Segment", written without the firmware's code: by hand, field by field."""

import struct
import zlib

EPOCHS, EVENT, FUSED, READING = 1, 2, 3, 4
BOOT = 1
SET = 0x01


def sealed(
    kind: int,
    epoch: int,
    count: int,
    payload: bytes,
    seq: int = 0,
    boot: int = 1,
    flags: int = SET,
    version: int = 1,
) -> bytes:
    """Return a segment: header, payload, CRC-32."""
    head = b"AM" + bytes((version, kind)) + struct.pack("<IIHHI", seq, epoch, count, len(payload), 0)
    head += struct.pack("<HbBBBH", boot, 30, 200, flags, 0, 0)
    return head + payload + struct.pack("<I", zlib.crc32(head + payload))


def epochs(first: int, records: list[bytes], seq: int = 0, boot: int = 1, version: int = 1) -> bytes:
    """Return a segment of records, each written in full: all but its zeros differ from nothing."""
    payload, before = bytearray(), bytes(12)
    for record in records:
        differ = [i for i in range(12) if record[i] != before[i]]
        payload += struct.pack("<H", sum(1 << i for i in differ)) + bytes(record[i] for i in differ)
        before = record
    return sealed(EPOCHS, first, len(records), bytes(payload), seq, boot, version=version)


def reading(host_utc_ms: int, node_utc_ms: int, trip_ms: int, seq: int = 0, boot: int = 1) -> bytes:
    """Return what a set-up leaves: both clocks as it read them."""
    payload = struct.pack("<QQI", host_utc_ms, node_utc_ms, trip_ms)
    return sealed(READING, node_utc_ms // 5000, 0, payload, seq, boot)
