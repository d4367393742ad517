"""A register-level model of the RV-3028-C7 on the I2C bus, counting virtual time by its own crystal.

Written from Micro Crystal's application manual, not from the driver: it has its own numbers. What the real chip does,
and whether it is modelled:

    UNIX counter: whole seconds, low byte first, not frozen while it is read    yes; the reads take no time
    RESET bit: the prescaler starts anew, so that a second begins                yes
    PORF: set at power-up, cleared by writing 0                                  yes
    EEPROM mirror, its commands, EEBUSY for 63 ms                                the registers alone, never busy
    event input, time stamps, calendar, alarms, timers, clock output             no: nothing here uses them
    crystal off by some ppm, with temperature                                    off by `drift_ppm`, the same always
    backup: keeps time while the supply is away                                  by the controller, between two lives
"""


class Rv3028Model:
    """Answers register reads and writes at `time.now_ms`; `fault`: what a test orders, "stop" or an offset in ms."""

    def __init__(self, time, utc_ms, drift_ppm, is_set):
        self._time = time
        self._drift_ppm = drift_ppm
        self._from_ms = time.now_ms
        self._base_ms = utc_ms if is_set else 0
        self._registers = bytearray(64)
        self._registers[0x0E] = 0 if is_set else 1
        self._registers[0x37] = 0x2C

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
            at = register + i
            buf[i] = self.utc_ms() // 1000 >> 8 * (at - 0x1B) & 0xFF if 0x1B <= at <= 0x1E else self._registers[at]

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
            else:
                self._registers[register] = value
            register += 1

    def _count_from(self, utc_ms):
        self._from_ms = self._time.now_ms
        self._base_ms = utc_ms
