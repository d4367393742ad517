"""Checks an LSM6DS3TR-C: its self-test and its noise. Loaded only when needed.

Section numbers as in `lsm6ds3tr_c`. Both take the chip out of its sampling: `LSM6DS3TRC.start` or `wait` puts it back.
"""

import errno

from nodecore.compat import const

_CTRL1_XL = const(0x10)  # 9.12
_CTRL3_C = const(0x12)  # 9.14
_CTRL5_C = const(0x14)  # 9.16: ST_XL
_CTRL6_C = const(0x15)  # 9.17
_STATUS_REG = const(0x1E)  # 9.25: XLDA
_OUTX_L_XL = const(0x28)  # 9.30
_FIFO_CTRL5 = const(0x0A)  # 9.7

_IF_INC_BDU = const(0x44)
_ODR_52_HZ_FS_4_G = const(0x38)
_ODR_52_HZ_FS_8_G = const(0x3C)
_ST_POSITIVE = const(0x01)
_XLDA = const(0x01)
_SETTLE_MS = const(100)
_READINGS = const(5)  # application note AN5130, "Self-test"
_COUNTS_A_G_FS_4_G = const(8192)  # table 3: 0.122 mg
_COUNTS_A_G_FS_8_G = const(4096)
_LEAST_MG = const(90)  # table 3, "linear acceleration self-test output change"
_MOST_MG = const(1700)
_STILL_READINGS = const(52)  # a second
_POLL_MS = const(2)
_POLLS = const(100)  # ten times the time between two samples


def self_test(imu, sleep_ms):
    """Return how much each axis moves in mg when the chip pushes its own mass, and whether all do 90 to 1700 mg.

    `sleep_ms` waits. Takes half a second; the node must lie still. OSError from the bus; ETIMEDOUT: no samples.
    """
    imu.put(_FIFO_CTRL5, 0)
    imu.put(_CTRL3_C, _IF_INC_BDU)
    imu.put(_CTRL6_C, 0)
    imu.put(_CTRL5_C, 0)
    imu.put(_CTRL1_XL, _ODR_52_HZ_FS_4_G)
    sleep_ms(_SETTLE_MS)
    before = _sums(imu, sleep_ms)
    imu.put(_CTRL5_C, _ST_POSITIVE)
    sleep_ms(_SETTLE_MS)
    pushed = _sums(imu, sleep_ms)
    imu.put(_CTRL5_C, 0)
    moved_mg = [(pushed[i] - before[i]) * 1000 // (_READINGS * _COUNTS_A_G_FS_4_G) for i in range(3)]
    return moved_mg, all(_LEAST_MG <= abs(mg) <= _MOST_MG for mg in moved_mg)


def noise(imu, sleep_ms):
    """Return the standard deviation of each axis over a second, in 0.1 mg; of the sensor alone if the node lies still.

    At +-8 g and 52 Hz, low power, as worn or at twice the rate. OSError as in `self_test`.
    """
    imu.put(_FIFO_CTRL5, 0)
    imu.put(_CTRL6_C, 0x10)
    imu.put(_CTRL1_XL, _ODR_52_HZ_FS_8_G)
    sleep_ms(_SETTLE_MS)
    first = _next(imu, sleep_ms)
    sums = [0, 0, 0]
    squares = [0, 0, 0]
    for _ in range(_STILL_READINGS):
        reading = _next(imu, sleep_ms)
        for i in range(3):
            off = reading[i] - first[i]
            sums[i] += off
            squares[i] += off * off
    found = []
    for i in range(3):
        variance = (squares[i] - sums[i] * sums[i] / _STILL_READINGS) / (_STILL_READINGS - 1)
        found.append(int(max(0.0, variance) ** 0.5 * 10000 / _COUNTS_A_G_FS_8_G + 0.5))
    return found


def _sums(imu, sleep_ms):
    """Return the sums of five readings; the first one after a change is thrown away."""
    _next(imu, sleep_ms)
    sums = [0, 0, 0]
    for _ in range(_READINGS):
        reading = _next(imu, sleep_ms)
        for i in range(3):
            sums[i] += reading[i]
    return sums


def _next(imu, sleep_ms):
    """Return the next x, y, z in counts."""
    for _ in range(_POLLS):
        if imu.get(_STATUS_REG) & _XLDA:
            return [_signed(imu.get(at) | imu.get(at + 1) << 8) for at in (_OUTX_L_XL, _OUTX_L_XL + 2, _OUTX_L_XL + 4)]
        sleep_ms(_POLL_MS)
    raise OSError(errno.ETIMEDOUT)


def _signed(raw):
    return raw - 65536 if raw > 32767 else raw
