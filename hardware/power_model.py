"""How long a node lasts: from what it does in a simulated week, and what each of that draws, to days on a cell.

    python hardware/power_model.py [--week FILE] [--cell MAH] [--json] [--plot FILE.svg] [--bringup FILE]

`--week` is what `python hardware/simulated_week.py` writes; without it the week in `week.json` beside this file counts.
Nothing here was measured on a board: each current has its source, and hardware/UNPROVEN.md says how to settle it.
`--bringup` takes what `ambula bringup` measured on one in place of the assumed base values.
"""

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
USABLE_SHARE = 0.85  # of a cell's rated charge, down to 3.4 V at these currents
CELL_MAH = 400.0
BUS_US_A_BYTE = 22.5  # of the simulated board: nine clocks at 400 kHz


@dataclass(frozen=True)
class Input:
    """One input of the model: base and pessimistic value, unit, and where it is from."""

    base: float
    pessimistic: float
    unit: str
    source: str


INPUTS = {
    "sleep_ma": Input(
        0.17, 0.32, "mA", "light sleep of the C3 132 uA (esp-idf issue 12453) and the board's regulator; board threads"
    ),
    "imu_ma": Input(0.026, 0.026, "mA", "LSM6DS3TR-C datasheet, accelerometer alone at 26 Hz low power"),
    "rtc_ma": Input(0.000045, 0.0001, "mA", "RV-3028-C7 application manual, 45 nA at 3 V"),
    "divider_ma": Input(0.009, 0.010, "mA", "4.2 V over 2 x 220 kOhm; pessimistic: 5 % resistors, charger's leak"),
    "cpu_ma": Input(24.4, 28.0, "mA", "C3 at 160 MHz, radio off: ESP32-C3 datasheet, modem sleep 23 to 28 mA"),
    "radio_ma": Input(26.8, 40.0, "mA", "C3 with BLE advertising or connected, no modem sleep; board threads"),
    "visit_ms": Input(
        1500.0,
        4000.0,
        "ms",
        "radio on for a visit of the other node: scan 0.3 s, 15 connection events; assumed",
    ),
    "epoch_moving_ms": Input(18.0, 60.0, "ms", "make bench: walking 18 (15-25) ms by model; the project's hard limit"),
    "epoch_still_ms": Input(3.0, 12.0, "ms", "make bench: still 3 ms by model; pessimistic: four times"),
    "wake_ms": Input(3.0, 15.0, "ms", "leaving light sleep, clocks and MicroPython's wake: assumed"),
    "bus_us_a_byte": Input(25.0, 30.0, "us", "I2C at 400 kHz, nine clocks a byte, and the driver's part: computed"),
    "flash_ms_a_commit": Input(
        60.0, 200.0, "ms", "littlefs append of a segment, a 4 KiB erase 45 to 150 ms: flash datasheets"
    ),
    "flash_extra_ma": Input(
        15.0, 25.0, "mA", "SPI flash while it erases and programs, above the CPU: flash datasheets"
    ),
    "led_ma": Input(1.3, 3.3, "mA", "3.3 V over R3, 1 kOhm: less the 2.0 V of a green LED; pessimistic: of nothing"),
    "motor_ma": Input(
        80.0, 120.0, "mA", "coin motor of 10 x 2.7 mm at 3.3 V, and while it starts: makers' data sheets"
    ),
}


SLEEP_STATES = ("waiting", "asleep")
WINDOW_STATES = ("window", "connected")
_WINDOW_S = 900
_BUZZES_A_DAY = 26  # from 8 to 21
_BUZZ_S = 0.4  # of the motor, in two pulses
_BUZZ_AWAKE_S = 0.56


@dataclass(frozen=True)
class Week:
    """What a node did in `days` days, by the states of firmware/node/power.py: seconds in each, and times entered.

    bus_bytes: all that crossed the bus of the sensor and the clock; the simulated bus takes BUS_US_A_BYTE for each.
    Computing takes a simulated node no time, so epochs and wakes are counted and priced. Bytes and commits are priced
    too, because a board may be slower than the simulated one. Packets on the virtual air take no time, so visits of the
    other node are counted, one at each window, and priced. What `sampling` has beside its bytes are the seconds that a
    signal, or a second of the clock, kept the node awake for; led_s, motor_s: how long light and motor were on.
    """

    days: float
    spent_s: dict[str, float]
    entered: dict[str, int]
    bus_bytes: int
    moving_epochs: int
    still_epochs: int
    led_s: float = 0.0
    motor_s: float = 0.0

    @property
    def sleep_s(self) -> float:
        """Seconds of light sleep."""
        return sum(self.spent_s.get(state, 0) for state in SLEEP_STATES)

    @property
    def radio_s(self) -> float:
        """Seconds with the radio on, but for visits."""
        return sum(self.spent_s.get(state, 0) for state in WINDOW_STATES)

    @property
    def signals_s(self) -> float:
        """Seconds awake, radio off, for another thing than bytes."""
        return max(0.0, self.spent_s.get("sampling", 0) - self.bus_bytes * BUS_US_A_BYTE / 1e6)

    @property
    def visits(self) -> int:
        """Times it looked for the other node; none if it never did."""
        return round(self.days * 86400 / _WINDOW_S) if self.entered.get("meeting") else 0

    @property
    def wakes(self) -> int:
        """Times it left light sleep."""
        return sum(self.entered.get(state, 0) for state in SLEEP_STATES)


def mean_currents_ma(week: Week, value: Callable[[str], float]) -> dict[str, float]:
    """Return the mean current of each part in mA; `value` gives an input by its name."""
    seconds = week.days * 86400
    cpu_s = {
        "epochs": (week.moving_epochs * value("epoch_moving_ms") + week.still_epochs * value("epoch_still_ms")) / 1e3,
        "sensor bus": week.bus_bytes * value("bus_us_a_byte") / 1e6,
        "waking": week.wakes * value("wake_ms") / 1e3,
        "flash": week.entered.get("flash", 0) * value("flash_ms_a_commit") / 1e3,
        "starting": week.spent_s.get("starting", 0),
        "signals": week.signals_s,
    }
    in_sleep_s = cpu_s["epochs"] + cpu_s["waking"]  # the simulated node takes no time for them
    awake = {name: s * value("cpu_ma") / seconds for name, s in cpu_s.items()}
    awake["flash"] *= 1 + value("flash_extra_ma") / value("cpu_ma")
    awake["signals"] += (week.led_s * value("led_ma") + week.motor_s * value("motor_ma")) / seconds
    return {
        "sleep": value("sleep_ma") * max(0.0, week.sleep_s - in_sleep_s) / seconds,
        "sensor": value("imu_ma"),
        "clock": value("rtc_ma"),
        "battery divider": value("divider_ma"),
        **awake,
        "radio windows": week.radio_s * value("radio_ma") / seconds,
        "visits": week.visits * value("visit_ms") / 1e3 * value("radio_ma") / seconds,
    }


def days(week: Week, value: Callable[[str], float], cell_mah: float = CELL_MAH) -> float:
    """Return how many days a cell lasts."""
    return cell_mah * USABLE_SHARE / sum(mean_currents_ma(week, value).values()) / 24


def base(name: str) -> float:
    """Return an input's base value."""
    return INPUTS[name].base


def pessimistic(name: str) -> float:
    """Return an input's pessimistic value."""
    return INPUTS[name].pessimistic


def sensitivity(week: Week, cell_mah: float = CELL_MAH) -> dict[str, float]:
    """Return the days that are left with each input alone at its pessimistic value, the worst first."""
    found = {
        name: days(week, lambda n, bad=name: INPUTS[n].pessimistic if n == bad else base(n), cell_mah)
        for name in INPUTS
    }
    more = {state: 3 * week.spent_s.get(state, 0) for state in WINDOW_STATES}
    often = replace(week, spent_s={**week.spent_s, **more})
    found["a window every 5 min"] = days(often, lambda n: base(n) * (3 if n == "visit_ms" else 1), cell_mah)
    buzzed = {**week.spent_s, "sampling": week.spent_s.get("sampling", 0) + _BUZZES_A_DAY * week.days * _BUZZ_AWAKE_S}
    buzzes_s = _BUZZES_A_DAY * week.days * _BUZZ_S
    found["a buzz every 30 min"] = days(replace(week, spent_s=buzzed, motor_s=week.motor_s + buzzes_s), base, cell_mah)
    return dict(sorted(found.items(), key=lambda item: item[1]))


def load_week(path: Path) -> Week:
    """Return the week in a JSON file; raises ValueError, with the file's name, if it is not one."""
    try:
        week = Week(**json.loads(path.read_text(encoding="utf-8")))
        days(week, base)
        return week
    except (OSError, ArithmeticError, AttributeError, TypeError, ValueError) as e:
        raise ValueError(f"{path} is not a simulated week: {e}: make one with hardware/simulated_week.py") from e


def measured(path: Path) -> dict[str, Input]:
    """Return the inputs that a board answered: its value for the base, and the pessimistic value if that is worse.

    path: what `ambula bringup` wrote. Raises ValueError where it is no such file, or of a simulated board.
    """
    from ambula.base.errors import InputError
    from ambula.bringup.results import Bringup

    try:
        bringup = Bringup.load(path)
    except InputError as e:
        raise ValueError(str(e)) from e
    if bringup.board.is_simulated:
        raise ValueError(f"{path} is of a simulated board, which measures nothing")
    found: dict[str, Input] = {}
    for one in bringup.results:
        if one.figure in INPUTS and isinstance(one.value, int | float):
            if one.value <= 0:
                raise ValueError(f"{path}: {one.figure} is {one.value:g}: measure it again")
            known = INPUTS[one.figure]
            source = (
                f"measured {one.utc[:10]} ({known.base:g} was assumed), board {bringup.board.device_id}, "
                f"MicroPython {one.with_['micropython'].partition(' ')[0]}"
            )
            found[one.figure] = Input(one.value, max(one.value, known.pessimistic), known.unit, source)
    return found


def result(week: Week, cell_mah: float) -> dict[str, Any]:
    """Return all that the model says, for scripts."""
    return {
        "days_base": round(days(week, base, cell_mah), 1),
        "days_pessimistic": round(days(week, pessimistic, cell_mah), 1),
        "cell_mah": cell_mah,
        "usable_share": USABLE_SHARE,
        "mean_ma_base": {k: round(v, 4) for k, v in mean_currents_ma(week, base).items()},
        "mean_ma_pessimistic": {k: round(v, 4) for k, v in mean_currents_ma(week, pessimistic).items()},
        "currents": {name: asdict(value) for name, value in INPUTS.items()},
        "days_with_one_input_pessimistic": {k: round(v, 1) for k, v in sensitivity(week, cell_mah).items()},
        "week": asdict(week),
    }


def budget(week: Week) -> dict[str, float]:
    """Return what `ambula check` wants to know: the mean currents, mA, and the share of a cell that can be used."""
    return {
        "base_ma": round(sum(mean_currents_ma(week, base).values()), 4),
        "pessimistic_ma": round(sum(mean_currents_ma(week, pessimistic).values()), 4),
        "usable_share": USABLE_SHARE,
    }


def table(found: dict[str, Any]) -> str:
    """Return the result as text of 80 columns."""
    lines = [f"{'mean current, mA':<22}{'base':>10}{'pessimistic':>14}"]
    low, high = found["mean_ma_base"], found["mean_ma_pessimistic"]
    lines += [f"  {name:<20}{low[name]:>10.3f}{high[name]:>14.3f}" for name in low]
    lines.append(f"  {'together':<20}{sum(low.values()):>10.3f}{sum(high.values()):>14.3f}")
    cell = f"days on {found['cell_mah']:g} mAh"
    lines.append(f"{cell:<22}{found['days_base']:>10.1f}{found['days_pessimistic']:>14.1f}")
    lines += ["", "days with one input alone at its pessimistic value"]
    lines += [f"  {name:<22}{left:>8.1f}" for name, left in found["days_with_one_input_pessimistic"].items()]
    lines += ["", f"{'state, by the firmware':<24}{'hours':>10}{'entered':>10}"]
    week = found["week"]
    lines += [f"  {name:<22}{s / 3600:>10.2f}{week['entered'][name]:>10}" for name, s in week["spent_s"].items()]
    lines += ["", *_rests_on(found["currents"])]
    return "\n".join(lines)


def _rests_on(inputs: dict[str, dict[str, Any]]) -> list[str]:
    """Return what the figures rest on, in lines."""
    boards = {name: one for name, one in inputs.items() if one["source"].startswith("measured ")}
    if not boards:
        return ["Computed, not measured on a board: hardware/UNPROVEN.md"]
    lines = [f"{len(boards)} of {len(inputs)} inputs are a board's, the rest is assumed"]
    for name, one in boards.items():
        when, _, whose = one["source"].partition(", ")
        lines += [f"  {name:<20}{one['base']:>10.3g} {one['unit']}, {when}", f"{'':<33}{whose}"[:80]]
    return lines


def plot(found: dict[str, Any], path: Path) -> None:
    """Draw where the charge goes, and what each input is worth; needs matplotlib."""
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot

    figure, (left, right) = pyplot.subplots(1, 2, figsize=(11, 4.2), layout="constrained")
    names = list(found["mean_ma_base"])
    at = range(len(names))
    left.barh([i + 0.2 for i in at], [found["mean_ma_base"][n] for n in names], 0.4, label="base", color="#0072b2")
    left.barh(
        [i - 0.2 for i in at],
        [found["mean_ma_pessimistic"][n] for n in names],
        0.4,
        label="pessimistic",
        color="#e69f00",
    )
    left.set_yticks(list(at), names)
    left.invert_yaxis()
    left.set_xlabel("mean current, mA")
    left.legend()
    left.set_title(f"{found['days_base']} / {found['days_pessimistic']} days on {found['cell_mah']:g} mAh")
    worth = found["days_with_one_input_pessimistic"]
    right.barh(list(worth), list(worth.values()), color="#009e73")
    right.axvline(found["days_base"], color="black", linewidth=1)
    right.invert_yaxis()
    right.set_xlabel("days with this input alone at its pessimistic value")
    figure.savefig(path)
    pyplot.close(figure)


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description="Days that a node lasts on a cell.")
    parser.add_argument("--week", type=Path, default=HERE / "week.json", help="what simulated_week.py wrote")
    parser.add_argument("--cell", type=float, default=CELL_MAH, help="the cell's rated charge in mAh")
    parser.add_argument("--json", action="store_true", help="print JSON for scripts")
    parser.add_argument("--budget", type=Path, help="write what `ambula check` goes by here")
    parser.add_argument("--bringup", type=Path, help="what `ambula bringup` measured, for the assumed base values")
    parser.add_argument("--plot", type=Path, help="draw a picture (needs matplotlib)")
    options = parser.parse_args()
    try:
        if not 10 <= options.cell <= 10_000:
            raise ValueError(f"--cell {options.cell:g}: it is in mAh, 10 to 10000")
        week = load_week(options.week)
        if options.bringup:
            INPUTS.update(measured(options.bringup))
        found = result(week, options.cell)
        if options.budget:
            options.budget.write_text(json.dumps(budget(week), indent=1) + "\n", encoding="utf-8")
        if options.plot:
            plot(found, options.plot)
    except ImportError:
        print("power_model: a picture needs matplotlib: pip install matplotlib", file=sys.stderr)
        return 3
    except (ValueError, OSError) as e:
        print(f"power_model: {e}", file=sys.stderr)
        return 3
    print(json.dumps(found, indent=1) if options.json else table(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
