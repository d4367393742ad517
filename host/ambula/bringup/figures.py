"""What a board is asked for: each figure with its unit, its limit, and where the limit is from.

A figure that has the name of an input of hardware/power_model.py takes that input's place there.
"""

from dataclasses import dataclass
from typing import Any

Value = float | str | list[float]

HOLDS, FAILS, NOT_MEASURED = "holds", "fails", "not measured"

_C3 = "an emulated ESP32-C3 with the stock image"
_MODEL = "pessimistic value of hardware/power_model.py"
_DRIVER = "firmware/drivers/lsm6ds3tr_c.py"
_OURS = "our own choice"


@dataclass(frozen=True)
class Figure:
    """One figure: its name, what it is in at most 28 characters, unit, limits, source of them, what is assumed so far.

    least, most: of each number, of its size alone if `is_size`; expected: of a text. form: how a number is shown.
    """

    name: str
    what: str
    unit: str
    source: str
    least: float | None = None
    most: float | None = None
    expected: str = ""
    assumed: str = ""
    is_size: bool = False
    form: str = ".0f"

    def verdict(self, value: Value) -> str:
        """Return whether a value keeps to the limits."""
        if isinstance(value, str):
            return HOLDS if value == self.expected else FAILS
        numbers = value if isinstance(value, list) else [value]
        sizes = [abs(n) for n in numbers] if self.is_size else numbers
        least = float("-inf") if self.least is None else self.least
        most = float("inf") if self.most is None else self.most
        return HOLDS if sizes and all(least <= n <= most for n in sizes) else FAILS

    def shown(self, value: Value | None) -> str:
        """Return a value as a person reads it, with its unit; a dash for none."""
        if value is None:
            return "-"
        if isinstance(value, str):
            return value
        numbers = value if isinstance(value, list) else [value]
        return " ".join([*(self._number(n) for n in numbers), *([self.unit] if self.unit else [])])

    @property
    def limit(self) -> str:
        """The limit as a person reads it, without the unit."""
        if self.expected:
            return self.expected
        size = "+-" if self.is_size and self.least is None else ""
        if self.least is None:
            return f"{size or '<= '}{self._number(self.most or 0)}"
        if self.most is None:
            return f">= {self._number(self.least)}"
        if self.least == self.most:
            return self._number(self.least)
        return f"{self._number(self.least)} to {self._number(self.most)}"

    def as_json(self) -> dict[str, Any]:
        """Return the limit as the file has it."""
        return {"least": self.least, "most": self.most, "expected": self.expected or None, "is_size": self.is_size}

    def _number(self, n: float) -> str:
        return f"0x{int(n):02x}" if self.form == "x" else format(n, self.form)


_ALL = (
    # ---- memory
    Figure(
        "heap_at_prompt", "IDF heap free at the prompt", "B", least=142_500, assumed="161,500",
        source=f"67,000 for the radio and 75,500 that the program takes on {_C3}",
    ),
    Figure(
        "heap_block", "largest block at the prompt", "B", least=65_540, assumed="114,688",
        source=f"MicroPython takes its second area in one piece: seen on {_C3}",
    ),
    Figure(
        "heap_with_program", "heap free, program loaded", "B", least=67_000, assumed="86,000",
        source=f"what active(True) of the radio needs on {_C3}",
    ),
    Figure(
        "heap_with_radio", "heap free, radio on", "B", least=16_000, assumed="23,000",
        source=f"16,944 was the least in 20 h on {_C3}; less means that something else takes it",
    ),
    # ---- the program
    Figure(
        "records_different", "records unlike the host's", "", most=0, assumed="0",
        source="DESIGN.md, One classifier, two worlds: the same bytes",
    ),
    Figure("epoch_moving_ms", "an epoch, walking", "ms", most=60, assumed="18", form=".1f", source=_MODEL),
    Figure("epoch_still_ms", "an epoch, still", "ms", most=12, assumed="3", form=".1f", source=_MODEL),
    # ---- chips
    Figure(
        "who_am_i", "WHO_AM_I of the sensor", "", least=0x6A, most=0x6A, form="x", assumed="0x6a",
        source="LSM6DS3TR-C data sheet DocID030071, 9.11",
    ),
    Figure(
        "clock_second_ms", "a second of the RV-3028", "ms", least=995, most=1005, assumed="1000",
        source="both run on crystals when awake; polled each ms, which may cost 5",
    ),
    Figure(
        "self_test_mg", "self-test, x y z", "mg", least=90, most=1700, is_size=True, assumed="90 to 1700",
        source="LSM6DS3TR-C data sheet, table 3",
    ),
    Figure(
        "noise_mg", "noise at rest, x y z", "mg", most=8, form=".1f", assumed="2",
        source="`ambula check` calls more than that noisy (host/ambula/readiness/rules.py)",
    ),
    Figure(
        "rate_hz", "sensor's rate by the clock", "Hz", least=24.7, most=27.3, form=".2f", assumed="26",
        source="+-5%: a slower one leaves every other epoch fewer than 117 of its 130 samples, PARTIAL; +-10% is ST's",
    ),
    Figure(
        "fifo_sets", "FIFO, deepest level", "sets", least=675, most=683, assumed="682",
        source="LSM6DS3TR-C data sheet: 4 KiB of 6 bytes each",
    ),
    Figure(
        "fifo_full_s", "FIFO until it overruns", "s", least=20, form=".1f", assumed="26",
        source="firmware/boards/README.md: 20 s and more",
    ),
    Figure(
        "fifo_after_overrun", "sets read after an overrun", "sets", least=60, assumed="69",
        source=f"{_DRIVER}: a batch of 69; none means that it has stopped for good",
    ),
    Figure("bus_us_a_byte", "sensor's bus, a byte", "us", most=30, form=".1f", assumed="25", source=_MODEL),
    Figure(
        "int1_watermark_s", "INT1 at the watermark", "s", least=12.3, most=13.8, form=".1f", assumed="13",
        source=f"{_DRIVER}: 1014 words, at 26 Hz +-5%",
    ),
    Figure("usb_frames", "USB frames in 200 ms", "", least=1, assumed="200", source="USB 2.0: a frame each ms"),
    # ---- flash
    Figure("flash_ms_a_commit", "append of a segment", "ms", most=200, assumed="60", source=_MODEL),
    Figure(
        "flash_block_ms", "a block of 4 KiB written", "ms", most=200, assumed="60 to 200",
        source="flash data sheets: an erase of 45 to 150 ms, 16 pages of 0.7 to 3 ms",
    ),
    Figure(
        "flash_free_kib", "room for the log", "KiB", least=1026, assumed="1,430",
        source="seven restless days of 150,000 bytes, by which `ambula check` goes",
    ),
    # ---- after a reset
    Figure(
        "restart_words", "restart by the program", "", expected="software, words", assumed="software, words",
        source="firmware/boards/README.md, reset_cause and last_words",
    ),
    Figure(
        "watchdog_words", "restart by the watchdog", "", expected="watchdog, kept", assumed="watchdog, kept",
        source="firmware/boards/README.md: it resets after a minute; RTC memory outlives that",
    ),
    # ---- asleep
    Figure(
        "sleep_tick_ppm", "tick asleep against the clock", "ppm", most=340, is_size=True, assumed="0 to 340",
        source="DESIGN.md, Milliseconds between whole seconds",
    ),
    Figure("wake_ms", "falling asleep and waking", "ms", most=15, form=".1f", assumed="3", source=_MODEL),
    Figure(
        "int1_ends_sleep_s", "INT1 ends light sleep", "s", least=12.3, most=13.8, form=".1f", assumed="13",
        source=f"{_DRIVER}: the watermark, at 26 Hz +-5%",
    ),
    # ---- with a person
    Figure(
        "taps_found", "double taps found of five", "", least=4, most=5, assumed="5",
        source=f"four of five: {_OURS}, until 50 taps of two people are there",
    ),
    Figure(
        "taps_end_sleep", "double taps that end sleep", "", least=1, assumed="1",
        source="WEAR.md: a double tap is answered while the node sleeps",
    ),
    Figure(
        "battery_off_mv", "cell's voltage, off a meter's", "mV", most=50, is_size=True, assumed="50",
        source="hardware/UNPROVEN.md: ADC and divider within 50 mV",
    ),
    *(
        Figure(name, what, unit, most=most, assumed=assumed, form=form, source=_MODEL)
        for name, what, unit, most, assumed, form in (
            ("sleep_ma", "current, light sleep", "mA", 0.32, "0.17", ".3f"),
            ("cpu_ma", "current, awake", "mA", 28.0, "24.4", ".1f"),
            ("radio_ma", "current, radio on", "mA", 40.0, "26.8", ".1f"),
            ("led_ma", "current of the light", "mA", 3.3, "1.3", ".1f"),
            ("motor_ma", "current of the motor", "mA", 120.0, "80", ".0f"),
            ("visit_ms", "radio on for a visit", "ms", 4000.0, "1500", ".0f"),
        )
    ),
    # ---- radio
    Figure(
        "window_bytes", "heap lost by a radio window", "B", most=12, form=".1f", assumed="0",
        source="a week opens 1,344 windows and visits; 16,000 bytes are free in each",
    ),
    Figure("windows_failed", "radio windows that failed", "", most=0, assumed="0", source="each window must open"),
    Figure(
        "air_rssi_dbm", "signal at the laptop", "dBm", least=-80, assumed="-",
        source=f"node and laptop on one desk: {_OURS}",
    ),
    Figure(
        "air_kib_s", "log read over the air", "KiB/s", least=1, form=".1f", assumed="-",
        source=f"a day of some 60 KiB in a minute: {_OURS}",
    ),
    Figure(
        "windows_met", "windows heard of those due", "%", least=90, assumed="100",
        source=f"a window each 15 minutes (SPEC.md); nine of ten: {_OURS}",
    ),
)  # fmt: skip

FIGURES = {figure.name: figure for figure in _ALL}
