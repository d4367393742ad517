"""LSM6DS3TR-C accelerometer: 26 or 52 Hz low power, +-8 g, into its FIFO.

Section numbers: ST datasheet DocID030071, Rev 3.
The gyroscope stays off (0.4 to 0.6 mA). Errors are OSError, on the esp32 port: ENODEV, nothing acknowledges; ETIMEDOUT,
the bus is stuck, or no samples come; EINVAL, another chip answers, or one that boots. What is rarely asked of it
(self-test, noise) is in `lsm6ds3tr_c_check`.
"""

import errno
import time
from array import array

from nodecore.compat import const

ADDRESS = const(0x6A)  # SA0 low

_FIFO_CTRL1 = const(0x06)  # 9.3: FTH [7:0]
_FIFO_CTRL2 = const(0x07)  # 9.4: FTH [10:8]
_FIFO_CTRL3 = const(0x08)  # 9.5: DEC_FIFO_XL
_FIFO_CTRL5 = const(0x0A)  # 9.7: ODR_FIFO, FIFO_MODE
_INT1_CTRL = const(0x0D)  # 9.9: what else goes to INT1
_WHO_AM_I = const(0x0F)  # 9.11
_CTRL1_XL = const(0x10)  # 9.12: ODR_XL, FS_XL
_CTRL3_C = const(0x12)  # 9.14
_CTRL6_C = const(0x15)  # 9.17: XL_HM_MODE
_TAP_SRC = const(0x1C)  # 9.23
_OUT_TEMP_L = const(0x20)  # 9.26
_FIFO_STATUS1 = const(0x3A)  # 9.37 to 9.40: DIFF_FIFO, OVER_RUN; FIFO_PATTERN, which word comes next
_FIFO_DATA_OUT_L = const(0x3E)  # 9.41
_TAP_CFG = const(0x58)  # 9.74
_TAP_THS_6D = const(0x59)  # 9.75
_INT_DUR2 = const(0x5A)  # 9.76
_WAKE_UP_THS = const(0x5B)  # 9.77
_MD1_CFG = const(0x5E)  # 9.80: what goes to INT1

_ID = const(0x6A)
_SW_RESET = const(0x01)
_IF_INC_BDU = const(0x44)
_LOW_POWER = const(0x10)  # XL_HM_MODE = 1
_FS_8_G = const(0x0C)
_26_HZ = const(2)  # ODR_XL and, with the same codes, ODR_FIFO
_52_HZ = const(3)
_FIFO_XL_ONLY = const(0x01)  # no decimation of the accelerometer, gyroscope not in the FIFO
_FIFO_CONTINUOUS = const(0x06)
_FIFO_BYPASS = const(0x00)  # empties it
_OVER_RUN = const(0x40)
_DIFF_FIFO_HIGH = const(0x07)
_PATTERN_HIGH = const(0x03)
_DOUBLE_TAP = const(0x10)
_INT1_FTH = const(0x08)
_WATERMARK_WORDS = const(1014)  # 13 s at 26 Hz: half of the FIFO; the program comes before, unless its timer is late
_RESET_MS = const(1)
_TEMPERATURE_ZERO_C = const(25)  # table 5: 256 LSB/C, 0 at 25 C
_SET_BYTES = const(6)
_BATCH_SETS = const(69)  # half an epoch and a bit; the FIFO itself holds 682 sets, 26 s


class LSM6DS3TRC:
    """One sensor on an I2C bus.

    `samples` is a memoryview of int16 x, y, z (4096 counts = 1 g), refilled by `read_fifo`; `overrun` says whether
    samples were lost before the last read, `left` how many sets it left in the FIFO. INT1 is high from a double tap
    until its source is read, and while the FIFO holds its watermark.
    """

    def __init__(self, i2c, address=ADDRESS):
        self._i2c = i2c
        self._address = address
        self._registers = bytearray(4)
        self.samples = memoryview(array("h", bytes(_BATCH_SETS * _SET_BYTES)))
        self.overrun = False
        self.left = 0

    def start(self, odr_hz=26):
        """Reset the chip, start sampling and double-tap detection with an empty FIFO; `odr_hz` is 26 or 52."""
        rate = _52_HZ if odr_hz == 52 else _26_HZ
        self.wait(rate)
        self.put(_FIFO_CTRL1, _WATERMARK_WORDS & 0xFF)
        self.put(_FIFO_CTRL2, _WATERMARK_WORDS >> 8)
        self.put(_FIFO_CTRL3, _FIFO_XL_ONLY)
        self.put(_INT1_CTRL, _INT1_FTH)
        self.put(_FIFO_CTRL5, rate << 3 | _FIFO_CONTINUOUS)

    def wait(self, rate=_26_HZ):
        """Reset the chip and start double-tap detection alone: at the same rate, which it needs, but without FIFO."""
        if self.get(_WHO_AM_I) != _ID:
            raise OSError(errno.EINVAL)
        self.put(_CTRL3_C, _SW_RESET)
        time.sleep_ms(_RESET_MS)
        self.put(_CTRL3_C, _IF_INC_BDU)
        self.put(_CTRL6_C, _LOW_POWER)
        self.put(_FIFO_CTRL5, _FIFO_BYPASS)
        self.put(_CTRL1_XL, rate << 4 | _FS_8_G)
        self.put(_TAP_CFG, 0x8F)  # INTERRUPTS_ENABLE, TAP_X/Y/Z_EN, LIR: latched until the source is read
        self.put(_TAP_THS_6D, 0x0C)  # 12 of 32 parts of 8 g: 3 g
        # Counted in samples: a shock of 150 (77) ms at most, 77 (38) ms quiet, the second one within 0.6 s.
        self.put(_INT_DUR2, 0x10 if rate == _52_HZ else 0x00)
        self.put(_WAKE_UP_THS, 0x80)  # SINGLE_DOUBLE_TAP
        self.put(_MD1_CFG, 0x08)  # INT1_DOUBLE_TAP: wakes the chip

    def read_fifo(self):
        """Move the oldest of what the FIFO holds into `samples`; return how many x, y, z sets, 0..69.

        Where a broken burst left the FIFO in the middle of a set, its rest is thrown away and counts as an overrun.
        """
        registers = self._registers
        self._i2c.readfrom_mem_into(self._address, _FIFO_STATUS1, registers)
        words = registers[0] | (registers[1] & _DIFF_FIFO_HIGH) << 8
        self.overrun = bool(registers[1] & _OVER_RUN)
        rest = -(registers[2] | (registers[3] & _PATTERN_HIGH) << 8) % 3
        if rest and words > rest:
            self._i2c.readfrom_mem_into(self._address, _FIFO_DATA_OUT_L, self.samples[:rest])
            words -= rest
            self.overrun = True
        count = min(words // 3, _BATCH_SETS)
        self.left = words // 3 - count
        if count:
            # Straight into the int16 buffer: both chip and CPU are little-endian. The chip wraps from
            # FIFO_DATA_OUT_H back to FIFO_DATA_OUT_L by itself within a burst (5.4.8).
            self._i2c.readfrom_mem_into(self._address, _FIFO_DATA_OUT_L, self.samples[: count * 3])
        return count

    def double_tap(self):
        """Return whether the node was double-tapped since the last call."""
        return bool(self.get(_TAP_SRC) & _DOUBLE_TAP)

    def temperature_c(self):
        """Return the die temperature, rounded to 1 degree C; it sits a degree or two above the skin's."""
        low, high = self._i2c.readfrom_mem(self._address, _OUT_TEMP_L, 2)
        raw = low | high << 8
        if raw > 32767:
            raw -= 65536
        return _TEMPERATURE_ZERO_C + (raw + 128 >> 8)

    def get(self, register):
        """Return a register's byte."""
        return self._i2c.readfrom_mem(self._address, register, 1)[0]

    def put(self, register, value):
        """Write a register's byte."""
        self._i2c.writeto_mem(self._address, register, bytes((value,)))
