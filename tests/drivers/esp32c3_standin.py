"""Stand-ins of the modules `machine`, `esp32` and `time` of MicroPython's esp32 port, as the reference board sees them.

What the port does, and which of it is emulated: firmware/boards/sim/README.md, "The esp32 port".
"""

import errno
from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any

from tests.drivers.rv3028_model import Rv3028Model

PWRON_RESET, HARD_RESET, WDT_RESET, DEEPSLEEP_RESET, SOFT_RESET = 1, 2, 3, 4, 5
LED, MOTOR = 10, 20
RTC_MEMORY = 2048
FULL_SCALE_UV = 2_500_000  # of the ADC at 11 dB
TICKS = 1 << 30
_NOISE_UV = (1500, -2500, 3000, -2000)


class Reset(BaseException):
    """The chip starts anew; what called it does not go on."""


class Chip:
    """The pins' levels, the calls, and the counter of milliseconds, which wraps as on the chip."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, Any]] = []
        self.level: dict[int, int] = {}
        self.ms = TICKS - 5000
        self.cell_mv = 3900
        self.frame = 700  # of the USB bus; it stands while no computer counts
        self.clock_answers = True
        self.bus_is_stuck = False
        self.tap_at_ms: int | None = None  # then the sensor's pin rises
        self.power_on()

    def power_on(self) -> None:
        """The supply comes: RTC memory holds nothing."""
        self.memory = b""
        self._boot(PWRON_RESET)

    def reset(self) -> None:
        """`machine.reset`, and a panic."""
        self.calls.append(("reset", None))
        self._boot(HARD_RESET)
        raise Reset

    def _boot(self, cause: int) -> None:
        self.cause = cause
        self.level_before = self.level
        self.level = {4: 0, 9: 1}
        self.wakes: list[int] = []
        self.watchdog_ms = 0
        self._fed_ms = self.ms

    def ends(self, what: Callable[[], object]) -> None:
        """Call what must end in a reset."""
        try:
            what()
        except Reset:
            return
        raise AssertionError("it went on")

    def arm(self, timeout_ms: int) -> None:
        """`machine.WDT`: it cannot be stopped, only given another time."""
        if timeout_ms <= 0:
            raise ValueError("WDT timeout too short")
        self.calls.append(("watchdog", timeout_ms))
        self.watchdog_ms = timeout_ms
        self._fed_ms = self.ms

    def feed(self) -> None:
        self.calls.append(("feed", None))
        self._fed_ms = self.ms

    def sleep(self, kind: str, ms: int) -> None:
        """Let time pass, awake or in light sleep; the watchdog may end it, and a pin the light sleep."""
        self.calls.append((kind, ms))
        end_ms = self.ms + ms
        if kind == "light sleep":
            assert not any(self.level.get(pin) for pin in (LED, MOTOR)), "it drains the cell"
            if any(self.level[pin] for pin in self.wakes):
                end_ms = self.ms  # it wakes at a level, not at its change
            elif 4 in self.wakes and self.tap_at_ms is not None:
                end_ms = min(end_ms, max(self.ms, self.tap_at_ms))
        if self.watchdog_ms and end_ms - self._fed_ms > self.watchdog_ms:
            self.ms = self._fed_ms + self.watchdog_ms
            self._boot(WDT_RESET)
            raise Reset
        self.ms = end_ms
        if self.tap_at_ms is not None and self.ms >= self.tap_at_ms:
            self.level[4] = 1

    def read_uv(self, reading: int) -> int:
        """One of several readings of the ADC: noisy, and at its end where the voltage is above it."""
        return min(self.cell_mv * 1000 // 2 + _NOISE_UV[reading % len(_NOISE_UV)], FULL_SCALE_UV)

    def keep(self, *data: bytes) -> bytes | None:
        """`machine.RTC().memory`."""
        if not data:
            return self.memory
        if len(data[0]) > RTC_MEMORY:
            raise ValueError("buffer too long")
        self.memory = bytes(data[0])
        return None

    @property
    def ticks_ms(self) -> int:
        """`time.ticks_ms`."""
        return self.ms & TICKS - 1


def modules(chip: Chip) -> dict[str, ModuleType]:
    """Return the modules `machine` and `esp32` of a chip."""

    class Pin:
        IN, PULL_UP, OUT = 1, 2, 3

        def __init__(self, number: int, *_: int, value: int | None = None) -> None:
            self.number = number
            if value is not None:
                chip.level[number] = value

        def value(self, *level: int) -> int:
            if level:
                chip.level[self.number] = level[0]
            return chip.level[self.number]

    class Adc:
        ATTN_11DB = 3

        def __init__(self, pin: Pin, atten: int) -> None:
            chip.calls.append(("adc", (pin.number, atten)))
            self._readings = 0

        def read_uv(self) -> int:
            self._readings += 1
            return chip.read_uv(self._readings)

    class Wdt:
        def __init__(self, timeout: int) -> None:
            chip.arm(timeout)

        def feed(self) -> None:
            chip.feed()

    class Bus(Rv3028Model):
        def __init__(self, _bus: int, sda: Pin, scl: Pin, freq: int) -> None:
            super().__init__(1_772_500_000)
            self.steps_ms_a_read = 1
            chip.calls.append(("i2c", (sda.number, scl.number, freq)))

        def _on_bus(self, address: int) -> None:
            if chip.bus_is_stuck:
                raise OSError(errno.ETIMEDOUT)
            if not chip.clock_answers:
                raise OSError(errno.ENODEV)
            super()._on_bus(address)

    class Memory:
        def __getitem__(self, address: int) -> int:
            assert address == 0x60043024
            return 0xABC << 11 | chip.frame

    machine = SimpleNamespace(
        mem32=Memory(),
        Pin=Pin, ADC=Adc, RTC=lambda: SimpleNamespace(memory=chip.keep), WDT=Wdt, I2C=Bus, PWRON_RESET=PWRON_RESET,
        HARD_RESET=HARD_RESET, WDT_RESET=WDT_RESET, DEEPSLEEP_RESET=DEEPSLEEP_RESET, SOFT_RESET=SOFT_RESET,
        unique_id=lambda: b"\x01\x02\x03\x04\x05\x06", reset_cause=lambda: chip.cause,
        lightsleep=lambda ms: chip.sleep("light sleep", ms), reset=chip.reset,
    )  # fmt: skip

    def wake_on_gpio(pins: tuple[Pin, ...], level: bool) -> None:
        chip.wakes = [pin.number for pin in pins]
        chip.calls.append(("wake on", (chip.wakes, level)))

    esp32 = SimpleNamespace(WAKEUP_ANY_HIGH=True, wake_on_gpio=wake_on_gpio)
    return {"machine": machine, "esp32": esp32}  # type: ignore[dict-item]


def ticks_diff(a: int, b: int) -> int:
    """As on the port: a counter of 30 bits, differences of 29 and a sign."""
    return ((a - b + (TICKS >> 1)) & TICKS - 1) - (TICKS >> 1)
