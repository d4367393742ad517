"""RV-3028-C7 real-time clock: UTC that survives a reset. Section names: Micro Crystal Application Manual, Rev. 1.4.

The chip counts whole seconds (UNIX Time counter); the milliseconds in between are this driver's, from a counter that
need not be good: at each reading they are pulled back into the second that the chip shows. That alone lets them lag by
nearly a second where the counter is slow and readings come just after a second began. So `find_edge`, now and then,
waits for a second to begin, and learns from two of them how wrong the counter is.
Errors are OSError, on the esp32 port: ENODEV when nothing acknowledges, ETIMEDOUT when the bus is stuck, or when the
EEPROM or time stands still.
"""

import errno
import time

from nodecore.compat import const

ADDRESS = const(0x52)

_STATUS = const(0x0E)  # "Status Register"
_CONTROL1 = const(0x0F)  # "Control 1 Register"
_CONTROL2 = const(0x10)  # "Control 2 Register"
_UNIX_TIME_0 = const(0x1B)  # "UNIX Time Registers", four bytes, low first
_EECMD = const(0x27)  # "EEPROM Memory Control Registers"
_BACKUP = const(0x37)  # "EEPROM Backup Register", its mirror in RAM

_PORF = const(0x01)
_EEBUSY = const(0x80)
_EERD = const(0x08)
_RESET = const(0x01)
# TCE: charges the backup, over the 3 kOhm of TCR 0: else a capacitor stays empty. A coin cell must not be there.
# BSM 3, level switching: over to the backup when the supply is below it.
_BACKED_UP = const(0x2C)
_FIRST_COMMAND = const(0x00)
_UPDATE = const(0x11)
_BUSY_TRIES = const(100)
_SECOND_TRIES = const(1100)
_RATE_OVER_MS = const(60000)  # two seconds' beginnings so far apart tell the rate to some 20 ppm ...
_RATE_WITHIN_MS = const(1000000)  # ... and no further: the product below stays a small integer
_WORST_PPM = const(1000)  # beyond that it is no rate: a clock was set, or time stood still


class RV3028:
    """One clock on an I2C bus. `ticks_ms` counts up; its rate may be off by percents.

    `is_set`: whether the chip has kept time since it was set.
    """

    def __init__(self, i2c, ticks_ms, address=ADDRESS):
        self._i2c = i2c
        self._ticks_ms = ticks_ms
        self._address = address
        self._four = bytearray(4)
        self._again = bytearray(4)
        self._known_ms = 0  # UTC when the counter was at `_known_at`
        self._known_at = 0
        self._is_edge = False  # a second began just then
        self._rate_ppm = 0  # what the counter lacks
        self.is_set = False

    def start(self):
        """See whether the chip kept time, switch its backup and its charging on, and wait for a second to begin."""
        self.is_set = not self._read(_STATUS) & _PORF
        if self._read(_BACKUP) & _BACKED_UP != _BACKED_UP:
            self._keep_backup()
        self._begin(self._next_second())

    def utc_ms(self):
        """Return UTC in ms; counts from when the chip last lost its power while `is_set` is false."""
        second_ms = self._seconds() * 1000
        now = self._ticks_ms()
        passed = now - self._known_at
        utc_ms = self._known_ms + passed + passed * self._rate_ppm // 1000000
        if second_ms <= utc_ms < second_ms + 1000:
            return utc_ms
        utc_ms = second_ms if utc_ms < second_ms else second_ms + 999
        self._known_ms = utc_ms
        self._known_at = now
        self._is_edge = False
        return utc_ms

    def find_edge(self, most_ms):
        """Wait for the chip's next second for at most `most_ms`, awake; return whether it came: the ms are right then.

        Call it shortly before. Raises OSError.
        """
        before = self._seconds()
        for _ in range(most_ms):
            second = self._seconds()
            if second != before:
                self._begin(second)
                return True
            time.sleep_ms(1)
        return False

    def set_utc_ms(self, utc_ms):
        """Set the clock; it takes until the next full second, up to 1 s, because the chip starts there."""
        wait_ms = -utc_ms % 1000
        time.sleep_ms(wait_ms)
        self._write(_CONTROL2, self._read(_CONTROL2) | _RESET)  # the chip's second begins now ("RESET bit")
        second = (utc_ms + wait_ms) // 1000
        self._i2c.writeto_mem(self._address, _UNIX_TIME_0, second.to_bytes(4, "little"))
        self._clear(_PORF)
        self.is_set = True
        self._is_edge = False  # what was before is another time
        self._begin(second)

    def _begin(self, second):
        """Take note that a second begins; two of them tell the counter's rate."""
        now = self._ticks_ms()
        passed = now - self._known_at
        if self._is_edge and _RATE_OVER_MS <= passed <= _RATE_WITHIN_MS:
            rate_ppm = (second * 1000 - self._known_ms - passed) * 1000 // (passed // 1000)
            if -_WORST_PPM <= rate_ppm <= _WORST_PPM:
                self._rate_ppm = rate_ppm
        self._known_ms = second * 1000
        self._known_at = now
        self._is_edge = True

    def _next_second(self):
        """Wait for the next second to begin, at most one; a counter that stands still is ETIMEDOUT."""
        before = self._seconds()
        for _ in range(_SECOND_TRIES):
            second = self._seconds()
            if second != before:
                return second
            time.sleep_ms(1)
        raise OSError(errno.ETIMEDOUT)

    def _seconds(self):
        """Read the counter until two readings agree: it is not frozen while it is read ("UNIX Time Registers")."""
        first, second = self._four, self._again
        self._i2c.readfrom_mem_into(self._address, _UNIX_TIME_0, first)
        while True:
            self._i2c.readfrom_mem_into(self._address, _UNIX_TIME_0, second)
            if first == second:
                return int.from_bytes(first, "little")
            first, second = second, first

    def _keep_backup(self):
        """Write switch-over and charging into the EEPROM, so that it outlives the backup too ("EEPROM Read/Write")."""
        control1 = self._read(_CONTROL1)
        self._write(_CONTROL1, control1 | _EERD)  # no refresh from the EEPROM meanwhile
        self._wait()
        backup = self._read(_BACKUP)
        if backup & _BACKED_UP != _BACKED_UP:  # not only because the chip, just powered, was still reading its EEPROM
            self._write(_BACKUP, backup | _BACKED_UP)
            self._write(_EECMD, _FIRST_COMMAND)
            self._write(_EECMD, _UPDATE)
            self._wait()
        self._write(_CONTROL1, control1 & ~_EERD)

    def _wait(self):
        for _ in range(_BUSY_TRIES):
            if not self._read(_STATUS) & _EEBUSY:
                return
            time.sleep_ms(1)
        raise OSError(errno.ETIMEDOUT)

    def _clear(self, flag):
        """Clear a flag of the status register; EEBUSY is only read."""
        self._write(_STATUS, self._read(_STATUS) & ~(flag | _EEBUSY))

    def _read(self, register):
        return self._i2c.readfrom_mem(self._address, register, 1)[0]

    def _write(self, register, value):
        self._i2c.writeto_mem(self._address, register, bytes((value,)))
