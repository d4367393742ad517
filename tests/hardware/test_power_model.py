"""The power model: its sums by hand, its week from the firmware, its words for bad input."""

import asyncio
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import power_model as pm
import pytest
import simulated_week

from ambula.sim.states import STATES
from tests.support.made_bringup import DEVICE, made

HARDWARE = Path(__file__).parents[2] / "hardware"
WEEK = pm.load_week(HARDWARE / "week.json")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(HARDWARE / "power_model.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def test_the_sum_by_hand() -> None:
    """One day: 86,000 s asleep, 100 s of radio, 1,000 moving and 16,000 still epochs, nothing else awake."""
    spent = {"asleep": 85_000.0, "waiting": 1000.0, "window": 60.0, "connected": 40.0}
    week = pm.Week(1, spent, {}, 0, 1000, 16_000)
    inputs = {"epoch_moving_ms": 100.0, "epoch_still_ms": 10.0, "cpu_ma": 20.0, "radio_ma": 40.0, "sleep_ma": 0.2}
    found = pm.mean_currents_ma(week, lambda name: inputs.get(name, 0.0))
    assert found["epochs"] == pytest.approx((100 + 160) * 20 / 86_400)
    assert found["radio windows"] == pytest.approx(100 * 40 / 86_400)
    assert found["sleep"] == pytest.approx(0.2 * (86_000 - 260) / 86_400)
    assert found["flash"] == found["waking"] == found["sensor bus"] == 0
    mean_ma = (260 * 20 + 4000 + 0.2 * 85_740) / 86_400
    assert pm.days(week, lambda name: inputs.get(name, 0.0), 100) == pytest.approx(100 * 0.85 / mean_ma / 24)


def test_a_visit_of_the_other_node_is_priced_at_each_window() -> None:
    week = pm.Week(1, {}, {"meeting": 5}, 0, 0, 0)
    inputs = {"visit_ms": 1500.0, "radio_ma": 30.0, "cpu_ma": 20.0}
    found = pm.mean_currents_ma(week, lambda name: inputs.get(name, 0.0))
    assert found["visits"] == pytest.approx(96 * 1.5 * 30 / 86_400)
    alone = pm.mean_currents_ma(replace(week, entered={}), lambda name: inputs.get(name, 0.0))
    assert alone["visits"] == 0
    assert WEEK.visits == 672  # the week on file has both nodes


def test_light_motor_and_the_waking_for_them_are_priced() -> None:
    """By hand: 10 s of light, 4 s of motor and 6 s awake without radio in a day."""
    week = pm.Week(1, {"sampling": 6.0}, {}, 0, 0, 0, led_s=10, motor_s=4)
    inputs = {"led_ma": 2.0, "motor_ma": 90.0, "cpu_ma": 20.0}
    found = pm.mean_currents_ma(week, lambda name: inputs.get(name, 0.0))
    assert found["signals"] == pytest.approx((20 + 360 + 120) / 86_400)
    assert pm.sensitivity(WEEK)["a buzz every 30 min"] < pm.days(WEEK, pm.base)


def test_the_bytes_that_kept_it_awake_are_not_priced_twice() -> None:
    """A day with 300 s of sampling, of which the bus took 200: it is priced as bytes, the rest as signals."""
    week = pm.Week(1, {"asleep": 86_000.0, "sampling": 300.0}, {}, round(200e6 / pm.BUS_US_A_BYTE), 0, 0)
    inputs = {"cpu_ma": 20.0, "bus_us_a_byte": pm.BUS_US_A_BYTE, "sleep_ma": 0.2}
    found = pm.mean_currents_ma(week, lambda name: inputs.get(name, 0.0))
    assert found["sensor bus"] == pytest.approx(200 * 20 / 86_400, rel=1e-3)
    assert found["signals"] == pytest.approx(100 * 20 / 86_400, rel=1e-3)
    assert found["sleep"] == pytest.approx(0.2 * 86_000 / 86_400)


def test_more_of_anything_never_lasts_longer() -> None:
    base = pm.days(WEEK, pm.base)
    for name in ("bus_bytes", "moving_epochs", "still_epochs", "led_s"):
        assert pm.days(replace(WEEK, **{name: 2 * getattr(WEEK, name)}), pm.base) < base, name
    for state in ("window", "connected", "starting"):
        assert pm.days(replace(WEEK, spent_s={**WEEK.spent_s, state: 2 * WEEK.spent_s[state]}), pm.base) < base, state
    for state in ("asleep", "flash"):
        assert pm.days(replace(WEEK, entered={**WEEK.entered, state: 2 * WEEK.entered[state]}), pm.base) < base, state
    assert all(left <= base for left in pm.sensitivity(WEEK).values())
    assert list(pm.sensitivity(WEEK).values()) == sorted(pm.sensitivity(WEEK).values())


def test_every_input_has_a_source_and_a_worse_value() -> None:
    for name, value in pm.INPUTS.items():
        assert value.source, name
        assert 0 < value.base <= value.pessimistic, name


def test_the_goal_is_met_with_the_week_that_the_firmware_lived() -> None:
    assert pm.days(WEEK, pm.base) >= 14
    assert pm.days(WEEK, pm.pessimistic) >= 10


def test_the_week_is_what_the_firmware_does(tmp_path: Path) -> None:
    """A day lived anew agrees with a seventh of the week on file; else `simulated_week.py` has to be run again."""
    day = asyncio.run(simulated_week.simulated_week(tmp_path, 1))
    assert sum(day.spent_s.values()) == pytest.approx(86_400, abs=60)
    assert set(day.spent_s) == set(day.entered) == set(STATES) == set(WEEK.spent_s)
    assert day.moving_epochs + day.still_epochs == pytest.approx(17_280, abs=20)
    for name, share in (("wakes", 0.05), ("bus_bytes", 0.05), ("radio_s", 0.3)):
        assert getattr(day, name) == pytest.approx(getattr(WEEK, name) / WEEK.days, rel=share), name
    # Of virtual time, on a machine of any speed: a quarter of a second for each of 96, and the copy's way to the flash.
    assert day.spent_s["meeting"] == pytest.approx(32, abs=3)
    assert day.spent_s["sampling"] == pytest.approx(WEEK.spent_s["sampling"] / WEEK.days, rel=0.05)
    assert day.entered["flash"] == pytest.approx(WEEK.entered["flash"] / WEEK.days, rel=0.2)


def test_json_for_scripts() -> None:
    ran = run("--json", "--cell", "400")
    assert (ran.returncode, ran.stderr) == (0, "")
    told: dict[str, Any] = json.loads(ran.stdout)
    assert (told["cell_mah"], told["days_base"]) == (400, round(pm.days(WEEK, pm.base), 1))
    assert told["days_pessimistic"] == round(pm.days(WEEK, pm.pessimistic), 1)
    assert all(set(i) == {"base", "pessimistic", "unit", "source"} for i in told["currents"].values())


def test_the_table_fits_80_columns() -> None:
    ran = run()
    assert ran.returncode == 0
    assert max(map(len, ran.stdout.splitlines())) <= 80
    assert "Computed, not measured on a board" in ran.stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [(("--cell", "0"), "it is in mAh"), (("--week", "no.json"), "no.json is not a simulated week")],
)
def test_bad_input_is_one_line(arguments: tuple[str, ...], told: str) -> None:
    ran = run(*arguments)
    assert (ran.returncode, ran.stdout, ran.stderr.count("\n")) == (3, "", 1)
    assert told in ran.stderr


def test_what_a_board_answered_takes_the_place_of_what_was_assumed(tmp_path: Path) -> None:
    file = tmp_path / "b.json"
    made(sleep_ma=0.4, wake_ms=2.0, epoch_moving_ms=None, rate_hz=26.0).save(file)
    found = pm.measured(file)
    assert {name: (one.base, one.pessimistic) for name, one in found.items()} == {
        "sleep_ma": (0.4, 0.4),
        "wake_ms": (2.0, 15.0),
    }
    ran = run("--bringup", str(file))
    assert ran.returncode == 0, ran
    assert "2 of 15 inputs are a board's, the rest is assumed" in ran.stdout
    assert "sleep_ma                   0.4 mA, measured " in ran.stdout
    assert " (0.17 was assumed)\n" in ran.stdout
    assert f"board {DEVICE}, MicroPython 1.29.0" in ran.stdout
    assert "not measured on a board" not in ran.stdout
    assert max(map(len, ran.stdout.splitlines())) <= 80
    inputs = {**pm.INPUTS, **found}
    told: dict[str, Any] = json.loads(run("--bringup", str(file), "--json").stdout)
    assert (
        told["days_base"] == round(pm.days(WEEK, lambda name: inputs[name].base), 1) < round(pm.days(WEEK, pm.base), 1)
    )


@pytest.mark.parametrize(
    ("platform", "sleep_ma", "told"),
    [("linux", 0.2, "is of a simulated board"), ("esp32", 0.0, "sleep_ma is 0: measure it again")],
)
def test_a_board_that_proves_nothing_is_refused(tmp_path: Path, platform: str, sleep_ma: float, told: str) -> None:
    made(platform=platform, sleep_ma=sleep_ma).save(tmp_path / "b.json")
    ran = run("--bringup", str(tmp_path / "b.json"))
    assert (ran.returncode, ran.stdout, ran.stderr.count("\n")) == (3, "", 1)
    assert told in ran.stderr
    (tmp_path / "b.json").write_text("[]")
    assert "is not the file of a bring-up" in run("--bringup", str(tmp_path / "b.json")).stderr


def test_a_week_of_another_shape_is_refused(tmp_path: Path) -> None:
    (tmp_path / "w.json").write_text('{"days": 7}')
    with pytest.raises(ValueError, match="not a simulated week"):
        pm.load_week(tmp_path / "w.json")
