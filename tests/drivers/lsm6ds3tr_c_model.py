"""A register-level model of the LSM6DS3TR-C's accelerometer, from ST's datasheet DocID030071, with its own numbers.

In time that the test moves. What the chip does, and which of it is modelled: firmware/boards/sim/README.md, "Sensor".
Errors are those of the esp32 port.
"""

import errno
from collections.abc import Callable

BOOT_MS = 15
RESET_MS = 0.05
Signal = Callable[[int], tuple[int, int, int]]
FIFO_WORDS = 2048
RATES_HZ = {0: 0, 1: 12.5, 2: 26.0, 3: 52.0, 4: 104.0}
COUNTS_A_G = {0: 16384, 1: 2048, 2: 8192, 3: 4096}


class Lsm6ds3trcModel:
    """Time is moved by `pass_ms`. `signal(n)` is the n-th sample since power-up in thousandths of a g."""

    def __init__(self, signal: Signal = lambda n: (1000, 0, 0)) -> None:
        self.signal = signal
        self.chip_id = 0x6A
        self.push_mg = (300, -250, 410)  # what the self-test adds
        self.trouble = ""  # "nack", "ones", "low"
        self.break_after: int | None = None  # the next burst from the FIFO ends after so many bytes
        self.temperature_c = 31.0
        self._time_ms = 0.0
        self._due_ms = 0.0
        self._count = 0
        self.reset()
        self._deaf_until_ms = BOOT_MS  # from its power-up on

    def reset(self) -> None:
        """What CTRL3_C's SW_RESET, and power-up, leave."""
        self.registers = bytearray(128)
        self.registers[0x12] = 0x04
        self.fifo: list[int] = []
        self.bytes_out = 0
        self.over_run = False
        self.tap_latched = self.motion_latched = False
        self._ready = False
        self._last = (0, 0, 0)
        self._deaf_until_ms = self._time_ms + RESET_MS

    # ---- what the world does

    def pass_ms(self, ms: float) -> None:
        """Let time pass: samples come at the chosen rate."""
        end_ms = self._time_ms + ms
        rate_hz = RATES_HZ[self.registers[0x10] >> 4]
        while rate_hz and self._due_ms <= end_ms:
            self._sample()
            self._due_ms += 1000 / rate_hz
        self._time_ms = end_ms
        if not rate_hz:
            self._due_ms = end_ms

    def double_tap(self, apart_ms: float = 250) -> None:
        """The wearer taps twice, as strongly as the threshold wants; INT_DUR2 (9.76) says how far apart that may be."""
        r = self.registers
        if r[0x10] >> 4 and r[0x58] & 0x80 and r[0x58] & 0x0E and r[0x5B] & 0x80:
            sample_ms = 1000 / RATES_HZ[r[0x10] >> 4]
            quiet, longest = r[0x5A] >> 2 & 3, r[0x5A] >> 4
            quiet_ms = (4 * quiet or 2) * sample_ms
            if quiet_ms < apart_ms <= (32 * longest or 16) * sample_ms:
                self.tap_latched = True

    @property
    def int1(self) -> bool:
        """The level of the pin."""
        r = self.registers
        watermark = r[0x0D] & 0x08 and self._at_watermark()
        return bool(watermark or (self.tap_latched and r[0x5E] & 0x08) or (self.motion_latched and r[0x5E] & 0x20))

    def _sample(self) -> None:
        r = self.registers
        before = self._last
        mg = self.signal(self._count)
        if r[0x14] & 3 == 1:
            mg = tuple(a + b for a, b in zip(mg, self.push_mg, strict=True))  # type: ignore[assignment]
        self._last = mg
        self._count += 1
        self._ready = True
        slope_mg = max(abs(a - b) for a, b in zip(mg, before, strict=True))
        full_scale_mg = {0: 2000, 1: 16000, 2: 4000, 3: 8000}[r[0x10] >> 2 & 3]
        if self._count > 1 and r[0x58] & 0x80 and slope_mg > (r[0x5B] & 0x3F) * full_scale_mg / 64 > 0:
            self.motion_latched = True
        if r[0x0A] & 7 == 6 and r[0x0A] >> 3 & 15 == r[0x10] >> 4 and r[0x08] & 7 == 1:
            self.fifo += self._counts()
            while len(self.fifo) > FIFO_WORDS:
                del self.fifo[:3]
                self.over_run = True

    def _counts(self) -> list[int]:
        scale = COUNTS_A_G[self.registers[0x10] >> 2 & 3]
        return [max(-32768, min(32767, round(mg * scale / 1000))) for mg in self._last]

    def _at_watermark(self) -> bool:
        threshold = self.registers[0x06] | (self.registers[0x07] & 7) << 8
        return 0 < threshold <= len(self.fifo)

    # ---- machine.I2C

    def readfrom_mem_into(self, address: int, register: int, buf: bytearray | memoryview) -> None:
        self._on_bus(address)
        view = memoryview(buf).cast("B")
        for i in range(len(view)):
            if register == 0x3E and self.break_after == i:
                self.break_after = None
                raise OSError(errno.ENODEV)
            at = 0x3E + i % 2 if register == 0x3E else register + i * self._step
            view[i] = 0xFF if self.trouble == "ones" else 0 if self._is_deaf else self._get(at)

    def readfrom_mem(self, address: int, register: int, count: int) -> bytes:
        buf = bytearray(count)
        self.readfrom_mem_into(address, register, buf)
        return bytes(buf)

    def writeto_mem(self, address: int, register: int, data: bytes) -> None:
        self._on_bus(address)
        for i, value in enumerate(data):
            if self.trouble != "ones" and not self._is_deaf:
                self._set(register + i * self._step, value)

    @property
    def _is_deaf(self) -> bool:
        return self._time_ms < self._deaf_until_ms

    @property
    def _step(self) -> int:
        return self.registers[0x12] >> 2 & 1  # IF_INC

    def _on_bus(self, address: int) -> None:
        if address != 0x6A or self.trouble == "nack":
            raise OSError(errno.ENODEV)
        if self.trouble == "low":
            raise OSError(errno.ETIMEDOUT)

    def _get(self, register: int) -> int:
        if register == 0x0F:
            return self.chip_id
        if register == 0x1B:
            latched, self.motion_latched = self.motion_latched, False
            return 0x08 if latched else 0
        if register == 0x1C:
            latched, self.tap_latched = self.tap_latched, False
            return 0x50 if latched else 0
        if register == 0x1E:
            return 0x01 if self._ready else 0
        if register in (0x20, 0x21):
            return round((self.temperature_c - 25) * 256) >> 8 * (register - 0x20) & 0xFF
        if 0x28 <= register <= 0x2D:
            self._ready = False
            return self._counts()[register - 0x28 >> 1] >> 8 * (register & 1) & 0xFF
        if 0x3A <= register <= 0x3D:
            return self._fifo_status(register)
        if register in (0x3E, 0x3F):
            return self._pop()
        return self.registers[register]

    def _fifo_status(self, register: int) -> int:
        level = len(self.fifo)
        if register == 0x3A:
            return level & 0xFF
        if register == 0x3B:
            flags = 0x80 * self._at_watermark() | 0x40 * self.over_run | 0x10 * (level == 0)
            self.over_run = False
            return min(level, 2047) >> 8 | flags
        return -level % 3 if register == 0x3C else 0  # sets go in whole: what is missing of one says which word is next

    def _pop(self) -> int:
        if not self.fifo:
            return 0
        value = self.fifo[0] >> 8 * (self.bytes_out % 2) & 0xFF
        self.bytes_out += 1
        if self.bytes_out % 2 == 0:
            self.fifo.pop(0)
        return value

    def _set(self, register: int, value: int) -> None:
        if register == 0x12 and value & 1:
            return self.reset()
        self.registers[register] = value
        if register == 0x0A and value & 7 == 0:
            self.fifo.clear()
            self.bytes_out = 0
        return None
