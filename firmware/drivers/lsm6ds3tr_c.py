"""LSM6DS3TR-C accelerometer: 26 Hz low power, +-8 g, into its FIFO. Section numbers: ST datasheet DocID030071, Rev 3.

The gyroscope stays off (0.4 to 0.6 mA). Errors are OSError: EIO from the bus, ENODEV when another chip answers.
"""

import errno
import time
from array import array

from nodecore.compat import const

ADDRESS = const(0x6A)  # SA0 low

_FIFO_CTRL3 = const(0x08)  # 9.5: DEC_FIFO_XL
_FIFO_CTRL5 = const(0x0A)  # 9.7: ODR_FIFO, FIFO_MODE
_WHO_AM_I = const(0x0F)  # 9.11
_CTRL1_XL = const(0x10)  # 9.12: ODR_XL, FS_XL
_CTRL3_C = const(0x12)  # 9.14
_CTRL6_C = const(0x15)  # 9.17: XL_HM_MODE
_TAP_SRC = const(0x1C)  # 9.23
_OUT_TEMP_L = const(0x20)  # 9.26
_FIFO_STATUS1 = const(0x3A)  # 9.37: DIFF_FIFO, OVER_RUN
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
_ODR_26_HZ_FS_8_G = const(0x2C)
_FIFO_XL_ONLY = const(0x01)  # no decimation of the accelerometer, gyroscope not in the FIFO
_FIFO_26_HZ_CONTINUOUS = const(0x16)
_FIFO_BYPASS = const(0x00)  # empties it
_OVER_RUN = const(0x40)
_DIFF_FIFO_HIGH = const(0x07)
_DOUBLE_TAP = const(0x10)
_RESET_MS = const(1)
_TEMPERATURE_ZERO_C = const(25)  # table 5: 256 LSB/C, 0 at 25 C
_SET_BYTES = const(6)
_BATCH_SETS = const(69)  # half an epoch and a bit; the FIFO itself holds 682 sets, 26 s


class LSM6DS3TRC:
    """One sensor on an I2C bus.

    `samples` is a memoryview of int16 x, y, z (4096 counts = 1 g), refilled by `read_fifo`; `overrun` says whether
    samples were lost before the last read, `left` how many sets it left in the FIFO.
    """

    def __init__(self, i2c, address=ADDRESS):
        self._i2c = i2c
        self._address = address
        self._registers = bytearray(2)
        self.samples = memoryview(array("h", bytes(_BATCH_SETS * _SET_BYTES)))
        self.overrun = False
        self.left = 0

    def start(self):
        """Reset the chip, start sampling and double-tap detection with an empty FIFO."""
        self.wait()
        self._write(_FIFO_CTRL3, _FIFO_XL_ONLY)
        self._write(_FIFO_CTRL5, _FIFO_26_HZ_CONTINUOUS)

    def wait(self):
        """Reset the chip and start double-tap detection alone: at the same rate, which it needs, but without FIFO."""
        if self._read_byte(_WHO_AM_I) != _ID:
            raise OSError(errno.ENODEV)
        self._write(_CTRL3_C, _SW_RESET)
        time.sleep_ms(_RESET_MS)
        self._write(_CTRL3_C, _IF_INC_BDU)
        self._write(_CTRL6_C, _LOW_POWER)
        self._write(_FIFO_CTRL5, _FIFO_BYPASS)
        self._write(_CTRL1_XL, _ODR_26_HZ_FS_8_G)
        self._write(_TAP_CFG, 0x8F)  # INTERRUPTS_ENABLE, TAP_X/Y/Z_EN, LIR: latched until TAP_SRC is read
        self._write(_TAP_THS_6D, 0x0C)
        self._write(_INT_DUR2, 0x7F)
        self._write(_WAKE_UP_THS, 0x80)  # SINGLE_DOUBLE_TAP
        self._write(_MD1_CFG, 0x08)  # INT1_DOUBLE_TAP: wakes the chip

    def read_fifo(self):
        """Move the oldest of what the FIFO holds into `samples`; return how many x, y, z sets, 0..69."""
        self._i2c.readfrom_mem_into(self._address, _FIFO_STATUS1, self._registers)
        words = self._registers[0] | (self._registers[1] & _DIFF_FIFO_HIGH) << 8
        self.overrun = bool(self._registers[1] & _OVER_RUN)
        count = min(words // 3, _BATCH_SETS)
        self.left = words // 3 - count
        if count:
            # Straight into the int16 buffer: both chip and CPU are little-endian. The chip wraps from
            # FIFO_DATA_OUT_H back to FIFO_DATA_OUT_L by itself within a burst (5.4.8).
            self._i2c.readfrom_mem_into(self._address, _FIFO_DATA_OUT_L, self.samples[: count * 3])
        return count

    def double_tap(self):
        """Return whether the node was double-tapped since the last call."""
        return bool(self._read_byte(_TAP_SRC) & _DOUBLE_TAP)

    def temperature_c(self):
        """Return the die temperature, rounded to 1 degree C; it sits a degree or two above the skin's."""
        self._i2c.readfrom_mem_into(self._address, _OUT_TEMP_L, self._registers)
        raw = self._registers[0] | self._registers[1] << 8
        if raw > 32767:
            raw -= 65536
        return _TEMPERATURE_ZERO_C + (raw + 128 >> 8)

    def _read_byte(self, register):
        return self._i2c.readfrom_mem(self._address, register, 1)[0]

    def _write(self, register, value):
        self._i2c.writeto_mem(self._address, register, bytes((value,)))
