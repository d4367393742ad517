"""An Axivity .cwa file made by hand after Open Movement's Docs/ax3/cwa.h; shares nothing with what reads it."""

import math
import struct
from collections.abc import Sequence
from datetime import datetime, timedelta

Sample = Sequence[int]
RATE_CODE = {50: 0x49, 100: 0x4A}  # +-8 g
START = datetime(2026, 3, 4, 12)


def stamp(t: datetime) -> int:
    """A time as its 32-bit word."""
    return (t.year - 2000) << 26 | t.month << 22 | t.day << 17 | t.hour << 12 | t.minute << 6 | t.second


def header(rate_hz: int, axes: int) -> bytes:
    """The first 1,024 bytes."""
    out = bytearray(b"\xff" * 64 + b" " * 448 + b"\xff" * 512)
    out[0:2] = b"MD"
    struct.pack_into("<H", out, 2, 1020)
    out[4] = 0x64 if axes == 6 else 0x17
    struct.pack_into("<HIH", out, 5, 12345, 99, 0)
    struct.pack_into("<II", out, 13, 0, 0)
    out[35], out[36], out[41] = 2 if axes == 6 else 0, RATE_CODE[rate_hz], 44
    return bytes(out)


def block(number: int, whole_s: int, offset: int, samples: Sequence[Sample], rate_hz: int, packed: bool) -> bytes:
    """One of 512 bytes; the sample at `offset` was taken `whole_s` seconds after START."""
    axes = len(samples[0])
    out = bytearray(512)
    struct.pack_into("<2sHHII", out, 0, b"AX", 508, 0, 99, number)
    struct.pack_into(
        "<IHHBB", out, 14, stamp(START + timedelta(seconds=whole_s)), 1 << 10 if axes == 6 else 0, 200, 0, 0
    )
    struct.pack_into("<BBhH", out, 24, RATE_CODE[rate_hz], axes << 4 | (0 if packed else 2), offset, len(samples))
    for i, sample in enumerate(samples):
        if packed:
            x, y, z = (value & 0x3FF for value in sample)
            struct.pack_into("<I", out, 30 + 4 * i, z << 20 | y << 10 | x)
        else:
            struct.pack_into(f"<{axes}h", out, 30 + 2 * axes * i, *sample)
    struct.pack_into("<H", out, 510, -sum(struct.unpack("<255H", out[:510])) & 0xFFFF)
    return bytes(out)


def made_cwa(samples: Sequence[Sample], rate_hz: int, packed: bool = False) -> bytes:
    """A whole file of 3-axis (or 6-axis, gyroscope first) samples in 1/256 g."""
    axes = len(samples[0])
    each = 120 if packed else 480 // (2 * axes)
    out = header(rate_hz, axes)
    for number, first in enumerate(range(0, len(samples), each)):
        some = samples[first : first + each]
        whole_s = math.ceil(first / rate_hz)
        whole_s -= whole_s * rate_hz - first >= len(some)  # no whole second in this block: the one before
        out += block(number, whole_s, whole_s * rate_hz - first, some, rate_hz, packed)
    return out
