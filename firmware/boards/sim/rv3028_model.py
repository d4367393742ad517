"""A register-level model of the RV-3028-C7 on the I2C bus, counting virtual time by its own crystal.

Written from Micro Crystal's application manual, not from the driver: it has its own numbers. What the chip does, and
which of it is modelled: README.md beside this file, "Clock".
"""

BUSY_UPDATE_MS = 63
BUSY_POWER_UP_MS = 66
FACTORY, IN_USE = 0x10, 0x2C  # of the backup register, in the EEPROM


class Rv3028Model:
    """Answers register reads and writes at `time.now_ms`; `fault`: what a test orders, "stop" or an offset in ms."""

    def __init__(self, time, utc_ms, drift_ppm, is_set):
        self._time = time
        self._drift_ppm = drift_ppm
        self._from_ms = time.now_ms
        self._base_ms = utc_ms if is_set else 0
        self._registers = bytearray(64)
        self._registers[0x0E] = 0 if is_set else 1
        # A chip that has kept time was set up once; one that has not has just been powered, and is new.
        self._registers[0x37] = IN_USE if is_set else 0
        self._busy_until_ms = 0 if is_set else time.now_ms + BUSY_POWER_UP_MS
        self._command = -1

    @property
    def is_set(self):
        """Whether the chip has kept time since somebody set it."""
        return not self._registers[0x0E] & 1

    def utc_ms(self):
        """Return the counter with its prescaler."""
        passed_ms = self._time.now_ms - self._from_ms
        return self._base_ms + passed_ms + passed_ms * self._drift_ppm // 1000000

    def read_into(self, register, buf):
        for i in range(len(buf)):
            buf[i] = self._get(register + i)
        return len(buf)

    def _get(self, at):
        if 0x1B <= at <= 0x1E:
            return self.utc_ms() // 1000 >> 8 * (at - 0x1B) & 0xFF
        is_busy = self._time.now_ms < self._busy_until_ms
        if at == 0x0E:
            return self._registers[at] | (0x80 if is_busy else 0)
        if at == 0x37 and not is_busy and self._registers[at] == 0:
            return FACTORY  # read from the EEPROM by now
        return self._registers[at]

    def write(self, register, data):
        for value in data:
            if 0x1B <= register <= 0x1E:
                now_ms = self.utc_ms()
                shift = 8 * (register - 0x1B)
                seconds = now_ms // 1000 & ~(0xFF << shift) | value << shift
                self._count_from(seconds * 1000 + now_ms % 1000)
            elif register == 0x0E:
                self._registers[register] &= value
            elif register == 0x10:
                if value & 1:
                    now_ms = self.utc_ms()
                    self._count_from(now_ms - now_ms % 1000)
                self._registers[register] = value & 0xFE
            elif register == 0x27:
                if value == 0x11 and self._command == 0 and self._time.now_ms >= self._busy_until_ms:
                    self._busy_until_ms = self._time.now_ms + BUSY_UPDATE_MS
                self._command = value
            elif register != 0x37 or self._registers[0x0F] & 8:  # else the next refresh takes it back
                self._registers[register] = value
            register += 1

    def _count_from(self, utc_ms):
        self._from_ms = self._time.now_ms
        self._base_ms = utc_ms
