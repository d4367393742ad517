"""One epoch in twelve bytes: what a node decided, and by what; some of it can be decided again later.

SPEC.md, "Record", gives every byte. A record is a `bytearray(SIZE)`; nothing here allocates.
"""

from nodecore.compat import const

SIZE = const(12)

# Byte offsets.
ACTIVITY = const(0)  # low nibble: activity code; high nibble: confidence 0..15
MEAN_X = const(1)  # three int8, 0.01 g, saturating at +-1.27 g
MEAN_Y = const(2)
MEAN_Z = const(3)
MAD_X = const(4)  # three log codes of the mean absolute deviation about the epoch's mean, in counts
MAD_Y = const(5)
MAD_Z = const(6)
MAD_MAG = const(7)  # log code of the mean absolute deviation of the vector magnitude, in counts
CADENCE = const(8)  # steps/min, 0 = none or no gait
STEPS = const(9)  # eighths of a step: this epoch's; of the back also a walk's last and first ones, see SPEC.md
REGULARITY = const(10)  # likeness at the chosen stride, 0..255 = 0..1, whatever the activity
FLAGS = const(11)

# FLAGS bits.
PARTIAL = const(0x01)  # fewer than 90% of the epoch's samples
MOUNTING_KNOWN = const(0x02)  # flips below were learnt on the body
UPSIDE_DOWN = const(0x04)  # x pointed down; the record's means are already turned upright
INSIDE_OUT = const(0x08)  # z pointed into the thigh; the record's means are already turned
SENSOR_FAULT = const(0x10)  # the FIFO overran: samples were lost before this epoch
ODDLY_MOUNTED = const(0x20)  # x across the limb or z to its side: turned so that x is up, z front (or what lies across)


def mean_code(counts):
    """Encode a mean in counts (4096 = 1 g) as an int8 in 0.01 g, returned as 0..255; saturates at +-1.27 g."""
    value = (counts * 25 + 512) >> 10
    if value > 127:
        value = 127
    elif value < -127:
        value = -127
    return value & 0xFF


def mean_cg(code):
    """Decode a mean: int8 in 0.01 g, -127..127."""
    return code - 256 if code > 127 else code


def log_code(counts):
    """Encode 0..32767 in a byte: exact below 32, then 4 bits of mantissa an octave (rounds down by at most 6%)."""
    exponent = 0
    while counts >= 32:
        counts >>= 1
        exponent += 1
    if exponent == 0:
        return counts
    return 16 + (exponent << 4) + (counts - 16)


def log_counts(code):
    """Decode a log code to the lower edge of its step, in counts; the inverse of `log_code` up to rounding down."""
    if code < 32:
        return code
    exponent = (code >> 4) - 1
    return (16 + (code & 15)) << exponent
