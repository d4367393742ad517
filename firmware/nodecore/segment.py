"""Sealed segments: what the log is made of, on flash and over the air. SPEC.md, "Segment", gives every byte.

A segment is a header, a payload and a CRC-32 over both. Epoch segments hold up to 60 consecutive records, each coded as
its difference to the one before; event segments say what happened to the node.
"""

import binascii
import struct

from nodecore import record
from nodecore.compat import const

HEADER_FORMAT = "<HBBIIHHIHbBBBH"
HEADER_SIZE = const(28)
CRC_SIZE = const(4)
MAGIC = const(0x4D41)  # "AM"
VERSION = const(1)
MAX_EPOCHS = const(60)  # five minutes: what an unexpected power cut may cost
MAX_EVENT_BYTES = const(512)
MAX_PAYLOAD = const(840)  # 60 records, none like the one before: 2 bytes of mask and 12 of record each
MAX_SIZE = const(872)

EPOCHS = const(1)  # kinds
EVENT = const(2)
FUSED = const(3)  # of the thigh: what it and the back make together
READING = const(4)  # of both clocks, by the laptop that set the node up

BOOT = const(1)  # event codes
CLOCK_SET = const(2)
GAP = const(3)
FAULT = const(4)
STOPPED = const(5)
STARTED = const(6)

CLOCK_IS_SET = const(0x01)  # header flags

_MAX_REPEAT = const(15)


def stored_crc(buf, offset, size):
    """Return the CRC-32 that the `size`-byte segment at `offset` carries."""
    return struct.unpack_from("<I", buf, offset + size - CRC_SIZE)[0]


class SegmentWriter:
    """Builds one segment at a time in a buffer of its own.

    `add` returns False when the record does not follow the last one or the segment is full: `seal` it, then add again.
    """

    def __init__(self, role):
        self.role = role
        self._buf = bytearray(MAX_SIZE)
        self._view = memoryview(self._buf)
        self._last = bytearray(record.SIZE)
        self.reset()

    def reset(self):
        """Forget the records that are not sealed."""
        self.count = 0
        self.epoch = 0
        self._size = 0
        self._mask_at = 0
        for i in range(record.SIZE):
            self._last[i] = 0

    def scratch(self):
        """Return the writer's buffer, which holds any segment, for reading one while no records wait."""
        return self._view

    def add(self, epoch, rec):
        """Append the record `rec` (12 bytes) of `epoch`; return False if it does not fit this segment."""
        if self.count == 0:
            self.epoch = epoch
        elif self.count >= MAX_EPOCHS or epoch != self.epoch + self.count:
            return False
        if not self._repeat(rec):
            self._append(rec)
        self.count += 1
        return True

    def _repeat(self, rec):
        if self.count == 0 or rec != self._last:
            return False
        high = self._mask_at + HEADER_SIZE + 1
        if self._buf[high] >> 4 == _MAX_REPEAT:
            return False
        self._buf[high] += 0x10
        return True

    def _append(self, rec):
        self._mask_at = self._size
        at = HEADER_SIZE + self._size + 2
        mask = 0
        for i in range(record.SIZE):
            if rec[i] != self._last[i]:
                mask |= 1 << i
                self._buf[at] = rec[i]
                self._last[i] = rec[i]
                at += 1
        self._buf[HEADER_SIZE + self._mask_at] = mask & 0xFF
        self._buf[HEADER_SIZE + self._mask_at + 1] = mask >> 8
        self._size = at - HEADER_SIZE

    def seal(self, seq, prev_crc, boot, temperature_c, battery_20mv, flags):
        """Return the finished epoch segment as a memoryview, valid until the next call; the writer is empty again."""
        out = self.pack(seq, prev_crc, boot, temperature_c, battery_20mv, flags)
        self.reset()
        return out

    def pack(self, seq, prev_crc, boot, temperature_c, battery_20mv, flags):
        """Return what `seal` does, but keep the records until `reset`: writing them may fail."""
        return self._finish(EPOCHS, self.epoch, self.count, seq, prev_crc, boot, temperature_c, battery_20mv, flags)

    def event(self, code, epoch, payload, seq, prev_crc, boot, temperature_c, battery_20mv, flags, kind=EVENT):
        """Return a segment of another kind than records as a memoryview; ValueError while records wait to be sealed."""
        if self.count:
            raise ValueError("seal the epochs first")
        if len(payload) > MAX_EVENT_BYTES:
            raise ValueError("event too long")
        self._view[HEADER_SIZE : HEADER_SIZE + len(payload)] = payload
        self._size = len(payload)
        out = self._finish(kind, epoch, code, seq, prev_crc, boot, temperature_c, battery_20mv, flags)
        self.reset()
        return out

    def _finish(self, kind, epoch, count, seq, prev_crc, boot, temperature_c, battery_20mv, flags):
        struct.pack_into(
            HEADER_FORMAT,
            self._buf,
            0,
            MAGIC,
            VERSION,
            kind,
            seq,
            epoch,
            count,
            self._size,
            prev_crc,
            boot & 0xFFFF,
            max(-128, min(127, temperature_c)),
            max(0, min(255, battery_20mv)),
            flags,
            self.role,
            0,
        )
        end = HEADER_SIZE + self._size
        struct.pack_into("<I", self._buf, end, binascii.crc32(self._view[:end]))
        return self._view[: end + CRC_SIZE]
