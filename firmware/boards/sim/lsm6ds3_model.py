"""A register-level model of the LSM6DS3TR-C on the I2C bus, playing a recording in virtual time.

Written from ST's datasheet (DocID030071), not from the driver: it has its own numbers. What the chip does, and which of
it is modelled: README.md beside this file, "Sensor". The recording brings its own noise; the output registers show a
chip that lies on a table, whatever is recorded.
"""

BOOT_MS = 15
FIFO_WORDS = 2048
RATE_HZ = 26
COUNTS_A_G = (16384, 2048, 8192, 4096)  # by FS_XL
PUSH_MG = (320, -280, 450)  # what the self-test adds; the datasheet allows 90 to 1700


class Lsm6ds3trcModel:
    """Answers I2C register reads and writes at `time.now_ms`.

    `path` holds int16 little-endian x, y, z sets; set j is what the chip measures at `start_ms` + j / 26 s. Before the
    first and after the last set the sensor gives nothing.
    """

    def __init__(self, time, path, start_ms):
        self._time = time
        self._start_ms = start_ms
        self._file = open(path, "rb")
        self._file.seek(0, 2)
        self._total = self._file.tell() // 6
        self._registers = bytearray(128)
        self._reset()
        self._deaf_until_ms = time.now_ms + BOOT_MS

    def write(self, register, data):
        if self._time.now_ms < self._deaf_until_ms:
            return
        for value in data:
            self._set(register, value)
            register += self._step

    @property
    def _step(self):
        return self._registers[0x12] >> 2 & 1

    def read_into(self, register, buf):
        """Fill `buf` from `register` on; return how many bytes that were, which a buffer of words does not tell.

        Reading the FIFO output wraps within its two bytes.
        """
        if register == 0x3E:
            return self._pop(buf)
        view = memoryview(buf)
        is_deaf = self._time.now_ms < self._deaf_until_ms
        for i in range(len(view)):
            view[i] = 0 if is_deaf else self._get(register)
            register += self._step
        return len(view)

    def _reset(self):
        for i in range(len(self._registers)):
            self._registers[i] = 0
        self._registers[0x0F] = 0x6A
        self._registers[0x12] = 0x04
        self._read_words = 0  # of the recording
        self._lost = False
        self._shown = -1

    def _set(self, register, value):
        if register == 0x12 and value & 1:
            self._reset()
            self._deaf_until_ms = self._time.now_ms + 1  # the chip: 50 us
            return
        self._registers[register] = value
        if register == 0x0A and value & 7 == 0:  # bypass mode: the FIFO is emptied
            self._read_words = 3 * self._produced()

    def _get(self, register):
        if register == 0x1C:
            tapped, self._time.tapped = self._time.tapped, False
            return 0x50 if tapped else 0
        if register == 0x1E:
            return 1 if self._registers[0x10] >> 4 and self._tick() != self._shown else 0
        if 0x28 <= register <= 0x2D:
            return self._output(register - 0x28 >> 1) >> 8 * (register & 1) & 0xFF
        if register == 0x3A:
            return self._level_words() & 0xFF
        if register == 0x3B:
            over = 0x40 if self._lost else 0
            self._lost = False
            level = self._level_words()
            return level >> 8 & 7 | over | (0x10 if level == 0 else 0)
        if register == 0x3C:
            return self._read_words % 3 if self._collecting() else 0
        if register in (0x20, 0x21):
            raw = (33 - 25) * 256
            return raw >> 8 * (register - 0x20) & 0xFF
        return self._registers[register]

    def _tick(self):
        """Which sample since 1970 is the newest."""
        return self._time.now_ms * (RATE_HZ << self._registers[0x10] // 16 - 2) // 1000

    def _output(self, axis):
        """Counts of an axis: a chip on a table, z up, with noise of a milligram."""
        self._shown = self._tick()
        mg = self._shown * (axis + 2) % 5 - 2 + (1000 if axis == 2 else 0)
        if self._registers[0x14] & 3 == 1:
            mg += PUSH_MG[axis]
        return mg * COUNTS_A_G[self._registers[0x10] >> 2 & 3] // 1000

    def _produced(self):
        elapsed_ms = self._time.now_ms - self._start_ms
        if elapsed_ms < 0:
            return 0
        return min(self._total, elapsed_ms * RATE_HZ // 1000 + 1)

    def _collecting(self):
        r = self._registers
        return r[0x10] >> 4 == 2 and r[0x0A] & 7 == 6 and r[0x0A] >> 3 & 15 == 2 and r[0x08] & 7 == 1

    def _level_words(self):
        if not self._collecting():
            return 0
        produced = self._produced()
        oldest = produced - FIFO_WORDS // 3
        if self._read_words < 3 * oldest:
            self._read_words = 3 * oldest
            self._lost = True
        return 3 * produced - self._read_words

    def _pop(self, buf):
        self._file.seek(2 * self._read_words)
        count = self._file.readinto(buf)
        self._read_words += count // 2
        return count
