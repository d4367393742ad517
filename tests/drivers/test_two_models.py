"""Each chip has two models, written apart: one for the drivers' tests, one for the simulated board. They must agree.

That of the tests takes any signal and any trouble, moved by the test. That of the simulated board plays a recording in
virtual time, in the program's own heap, and models only what the firmware asks. Here one driver runs over both.
"""

import errno
import importlib.util
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from drivers import lsm6ds3tr_c_check as check
from drivers.lsm6ds3tr_c import LSM6DS3TRC
from drivers.rv3028 import RV3028
from tests.drivers.lsm6ds3tr_c_model import Lsm6ds3trcModel
from tests.drivers.rv3028_model import Rv3028Model

SIM = Path(__file__).parents[2] / "firmware" / "boards" / "sim"
RATE_HZ = 26
STEPS = [1, 2, -3]  # of each axis, from sample to sample
NOW_S = 1_772_500_000


def of_the_simulated_board(name: str) -> ModuleType:
    """A model's module, which needs nothing of MicroPython's."""
    spec = importlib.util.spec_from_file_location(f"sim_{name}", SIM / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Bus:
    """The three calls of `machine.I2C`, over a model of the simulated board."""

    def __init__(self, model: Any) -> None:
        self.model = model
        self.break_after: int | None = None

    def readfrom_mem_into(self, address: int, register: int, buf: Any) -> None:
        view = memoryview(buf).cast("B")
        if register == 0x3E and self.break_after is not None:
            half, self.break_after = self.break_after, None
            self.model.read_into(register, view[:half])
            raise OSError(errno.ENODEV)
        self.model.read_into(register, view)

    def readfrom_mem(self, address: int, register: int, count: int) -> bytes:
        buf = bytearray(count)
        self.readfrom_mem_into(address, register, buf)
        return bytes(buf)

    def writeto_mem(self, address: int, register: int, data: bytes) -> None:
        self.model.write(register, data)


class Clock:
    """The simulated board's time."""

    now_ms = 0
    tapped = False


class Sensors:
    """Both models of the sensor, side by side in time, each with a driver."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        counts = np.outer(np.arange(RATE_HZ * 120), STEPS).astype("<i2")
        counts.tofile(folder / "samples")
        self.time = Clock()
        self.theirs = Bus(of_the_simulated_board("lsm6ds3_model").Lsm6ds3trcModel(self.time, folder / "samples", 0))
        self.ours = Lsm6ds3trcModel(lambda n: tuple(1000 * int(c) / 4096 for c in counts[n % len(counts)]))  # type: ignore[arg-type,return-value]
        monkeypatch.setattr(time, "sleep_ms", self.pass_ms, raising=False)
        self.drivers = [LSM6DS3TRC(self.theirs), LSM6DS3TRC(self.ours)]

    def pass_ms(self, ms: int) -> None:
        self.time.now_ms += ms
        self.ours.pass_ms(ms)

    def both(self, what: Callable[[LSM6DS3TRC], Any]) -> list[Any]:
        """What a call gives, or the number of its error, from each."""
        found = []
        for driver in self.drivers:
            try:
                found.append(what(driver))
            except OSError as e:
                found.append(e.args[0])
        return found


@pytest.fixture
def sensors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sensors]:
    made = Sensors(tmp_path, monkeypatch)
    yield made
    made.theirs.model._file.close()


def agree(found: list[Any]) -> Any:
    assert found[0] == found[1]
    return found[0]


def drained(imu: LSM6DS3TRC) -> list[list[int]]:
    """All that the FIFO holds, as steps from set to set: the models count their samples from other moments."""
    sets = []
    while count := imu.read_fifo():
        sets += [list(imu.samples[3 * i : 3 * i + 3]) for i in range(count)]
    return np.diff(np.array(sets).reshape(-1, 3), axis=0).tolist()


def started(sensors: Sensors) -> None:
    sensors.pass_ms(15)
    for driver in sensors.drivers:
        driver.start()


def test_a_sensor_that_boots_is_another_chip(sensors: Sensors) -> None:
    assert agree(sensors.both(lambda imu: imu.start())) == errno.EINVAL
    sensors.pass_ms(15)
    assert agree(sensors.both(lambda imu: imu.start())) is None


def test_samples_and_what_is_left(sensors: Sensors) -> None:
    started(sensors)
    sensors.pass_ms(5000)
    assert agree(sensors.both(lambda imu: imu.read_fifo())) == 69
    left = sensors.both(lambda imu: imu.left)
    assert abs(left[0] - left[1]) <= 1
    for steps in sensors.both(drained):
        assert steps == [STEPS] * len(steps)
        assert len(steps) > 55


def test_an_overrun(sensors: Sensors) -> None:
    started(sensors)
    sensors.pass_ms(30_000)
    assert agree(sensors.both(lambda imu: (imu.read_fifo(), imu.overrun))) == (69, True)
    assert agree(sensors.both(lambda imu: (imu.read_fifo(), imu.overrun))) == (69, False)
    left = sensors.both(lambda imu: imu.left)
    assert left == [682 - 138] * 2


@pytest.mark.parametrize("after", [2, 4, 6, 8, 202])
def test_a_burst_that_breaks_off(sensors: Sensors, after: int) -> None:
    started(sensors)
    sensors.pass_ms(10_000)
    sensors.theirs.break_after = sensors.ours.break_after = after
    assert agree(sensors.both(lambda imu: imu.read_fifo())) == errno.ENODEV
    agree(sensors.both(lambda imu: (imu.read_fifo(), imu.overrun)))
    for steps in sensors.both(drained):
        assert steps == [STEPS] * len(steps), "the axes are turned"


def test_registers_without_auto_increment(sensors: Sensors) -> None:
    started(sensors)
    sensors.pass_ms(5000)
    for driver in sensors.drivers:
        driver.put(0x12, 0)
    read = sensors.both(lambda imu: imu._i2c.readfrom_mem(0x6A, 0x0F, 3))
    assert agree(read) == b"\x6a\x6a\x6a"


def test_a_write_while_the_chip_resets_is_lost(sensors: Sensors) -> None:
    started(sensors)
    for driver in sensors.drivers:
        driver.put(0x12, 1)
        driver.put(0x10, 0x2C)
    sensors.pass_ms(1)
    assert agree(sensors.both(lambda imu: imu.get(0x10))) == 0


def test_waiting_fills_no_fifo(sensors: Sensors) -> None:
    started(sensors)
    for driver in sensors.drivers:
        driver.wait()
    sensors.pass_ms(60_000)
    assert agree(sensors.both(lambda imu: imu.read_fifo())) == 0
    sensors.time.tapped = True
    sensors.ours.double_tap()
    assert agree(sensors.both(lambda imu: imu.double_tap())) is True
    assert agree(sensors.both(lambda imu: imu.double_tap())) is False


def test_the_self_test(sensors: Sensors) -> None:
    started(sensors)
    for moved_mg, passed in sensors.both(lambda imu: check.self_test(imu, sensors.pass_ms)):
        assert passed
        assert all(200 < abs(mg) < 500 for mg in moved_mg)


# ---- the clock


@pytest.mark.parametrize("is_set", [True, False])
def test_the_clock_starts_is_set_and_counts(monkeypatch: pytest.MonkeyPatch, is_set: bool) -> None:
    moment = Clock()
    theirs = of_the_simulated_board("rv3028_model").Rv3028Model(moment, NOW_S * 1000, 0, is_set)
    ours = Rv3028Model(NOW_S if is_set else 0)
    if is_set:
        ours.pass_ms(66)
        theirs._base_ms += 66
        ours.registers[0x0E] = 0
        ours.registers[0x37] = ours.eeprom[0x37] = 0x2C

    def pass_ms(ms: int) -> None:
        moment.now_ms += ms
        ours.pass_ms(ms)

    clocks = []
    for chip in (Bus(theirs), ours):
        monkeypatch.setattr(time, "sleep_ms", pass_ms, raising=False)
        clock = RV3028(chip, lambda: moment.now_ms)
        began_ms = moment.now_ms
        clock.start()
        assert moment.now_ms - began_ms <= 1000 + 66 + 63
        assert clock.is_set == is_set
        clocks.append(clock)
    assert theirs._registers[0x37] & 0x2C == ours.registers[0x37] & 0x2C == 0x2C
    for clock in clocks:
        clock.set_utc_ms(NOW_S * 1000 + 5_000_250)
    pass_ms(12_345)
    told = [clock.utc_ms() for clock in clocks]
    assert abs(told[0] - told[1]) <= 1000  # they were set one after the other
    assert [abs(told[0] - theirs.utc_ms()) <= 1, abs(told[1] - ours.ms) <= 1] == [True, True]
