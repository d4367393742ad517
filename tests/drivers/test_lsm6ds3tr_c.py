"""The LSM6DS3TR-C's driver against a register model that does not share its numbers."""

import errno
import math
import random
import time
from collections.abc import Callable

import pytest

from drivers import lsm6ds3tr_c_check as check
from drivers.lsm6ds3tr_c import LSM6DS3TRC
from tests.drivers.lsm6ds3tr_c_model import Lsm6ds3trcModel


def walk(n: int) -> tuple[int, int, int]:
    """Samples of which no two are alike: x counts up."""
    return n % 4000 - 2000, n % 7 * 100, -n % 11 * 100


@pytest.fixture
def chip(monkeypatch: pytest.MonkeyPatch) -> Lsm6ds3trcModel:
    made = Lsm6ds3trcModel(walk)
    made.pass_ms(15)  # it boots
    monkeypatch.setattr(time, "sleep_ms", made.pass_ms, raising=False)
    return made


@pytest.fixture
def imu(chip: Lsm6ds3trcModel) -> LSM6DS3TRC:
    driver = LSM6DS3TRC(chip)
    driver.start()
    return driver


def drain(imu: LSM6DS3TRC) -> list[tuple[int, ...]]:
    """All sets that the FIFO holds, in counts."""
    found: list[tuple[int, ...]] = []
    while count := imu.read_fifo():
        found += [tuple(imu.samples[3 * i : 3 * i + 3]) for i in range(count)]
    return found


def counts(n: int) -> tuple[int, ...]:
    return tuple(round(mg * 4096 / 1000) for mg in walk(n))


@pytest.mark.parametrize("rate_hz", [26, 52])
def test_it_samples_at_the_rate_that_was_asked_for(chip: Lsm6ds3trcModel, imu: LSM6DS3TRC, rate_hz: int) -> None:
    imu.start(rate_hz)
    chip.pass_ms(10_000)
    found = drain(imu)
    assert abs(len(found) - 10 * rate_hz) <= 1
    first = chip._count - len(found)
    assert found == [counts(first + i) for i in range(len(found))]
    assert imu.left == 0
    assert not imu.overrun


def test_it_says_how_much_is_left(chip: Lsm6ds3trcModel, imu: LSM6DS3TRC) -> None:
    chip.pass_ms(5000)
    count = imu.read_fifo()
    assert count == 69
    assert abs(imu.left - (130 - 69)) <= 1


def test_the_watermark_raises_int1_until_the_fifo_is_read(chip: Lsm6ds3trcModel, imu: LSM6DS3TRC) -> None:
    chip.pass_ms(12_500)
    assert not chip.int1
    chip.pass_ms(1000)
    assert chip.int1
    drain(imu)
    assert not chip.int1


def test_an_overrun_is_told_once(chip: Lsm6ds3trcModel, imu: LSM6DS3TRC) -> None:
    chip.pass_ms(30_000)
    imu.read_fifo()
    assert imu.overrun
    imu.read_fifo()
    assert not imu.overrun
    assert len(drain(imu)) > 500


def test_a_double_tap_is_latched_on_int1(chip: Lsm6ds3trcModel, imu: LSM6DS3TRC) -> None:
    assert not imu.double_tap()
    chip.double_tap()
    assert chip.int1
    assert imu.double_tap()
    assert not chip.int1
    assert not imu.double_tap()


@pytest.mark.parametrize("odr_hz", [26, 52])
def test_two_taps_as_people_make_them_count_and_slower_ones_do_not(
    chip: Lsm6ds3trcModel, imu: LSM6DS3TRC, odr_hz: int
) -> None:
    for apart_ms, counts in ((120, True), (250, True), (400, True), (600, True), (800, False), (3000, False)):
        imu.start(odr_hz)
        chip.double_tap(apart_ms)
        assert imu.double_tap() == counts, apart_ms


def test_motion_does_not_wake_a_node_that_waits(chip: Lsm6ds3trcModel, imu: LSM6DS3TRC) -> None:
    chip.signal = lambda n: (1000 + 200 * (n % 2), 0, 0)
    imu.wait()
    chip.pass_ms(2000)
    assert not chip.int1


def test_waiting_fills_no_fifo_and_hears_a_tap(chip: Lsm6ds3trcModel, imu: LSM6DS3TRC) -> None:
    imu.wait()
    chip.pass_ms(60_000)
    assert imu.read_fifo() == 0
    assert not chip.int1
    chip.double_tap()
    assert chip.int1
    assert imu.double_tap()


@pytest.mark.parametrize("celsius", [-40.0, -0.6, 24.5, 25.0, 31.4, 85.0])
def test_temperature(chip: Lsm6ds3trcModel, imu: LSM6DS3TRC, celsius: float) -> None:
    chip.temperature_c = celsius
    assert abs(imu.temperature_c() - celsius) <= 0.51


# ---- faults


def error_of(what: Callable[[], object]) -> int:
    """The number of the OSError that a call ends in."""
    with pytest.raises(OSError, match=r"\d") as caught:
        what()
    return int(caught.value.args[0])


@pytest.mark.parametrize(
    ("trouble", "number"), [("nack", errno.ENODEV), ("low", errno.ETIMEDOUT), ("ones", errno.EINVAL)]
)
def test_a_bus_that_fails_is_an_error_at_the_start(chip: Lsm6ds3trcModel, trouble: str, number: int) -> None:
    chip.trouble = trouble
    assert error_of(lambda: LSM6DS3TRC(chip).start()) == number


def test_another_chip_is_no_sensor(chip: Lsm6ds3trcModel) -> None:
    """And has another number than one that is not there: the log tells the two apart."""
    chip.chip_id = 0x69
    assert error_of(lambda: LSM6DS3TRC(chip).start()) == errno.EINVAL


def test_a_chip_that_boots_is_an_error_and_starts_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    chip = Lsm6ds3trcModel(walk)
    monkeypatch.setattr(time, "sleep_ms", chip.pass_ms, raising=False)
    imu = LSM6DS3TRC(chip)
    chip.pass_ms(14)
    assert error_of(imu.start) == errno.EINVAL
    chip.pass_ms(1)
    imu.start()
    chip.pass_ms(5000)
    assert abs(len(drain(imu)) - 130) <= 1


def test_nothing_at_the_address(chip: Lsm6ds3trcModel) -> None:
    assert error_of(lambda: LSM6DS3TRC(chip, 0x6B).start()) == errno.ENODEV


@pytest.mark.parametrize("trouble", ["nack", "low"])
def test_a_bus_that_fails_later_costs_no_samples(chip: Lsm6ds3trcModel, imu: LSM6DS3TRC, trouble: str) -> None:
    chip.pass_ms(5000)
    chip.trouble = trouble
    assert error_of(imu.read_fifo)
    chip.trouble = ""
    found = drain(imu)
    assert found == [counts(chip._count - len(found) + i) for i in range(len(found))]


def test_a_bus_that_reads_as_ones_ends(chip: Lsm6ds3trcModel, imu: LSM6DS3TRC) -> None:
    chip.trouble = "ones"
    assert imu.read_fifo() == 69  # all -1: the program finds the sensor stuck
    assert set(imu.samples[: 69 * 3]) == {-1}


@pytest.mark.parametrize("after", [2, 4, 8, 16, 202])
def test_a_burst_that_breaks_off_in_a_set_does_not_turn_the_axes(
    chip: Lsm6ds3trcModel, imu: LSM6DS3TRC, after: int
) -> None:
    chip.pass_ms(10_000)
    chip.break_after = after
    assert error_of(imu.read_fifo)
    imu.read_fifo()
    assert imu.overrun
    found = [tuple(imu.samples[3 * i : 3 * i + 3]) for i in range(60)]
    first = (after // 2 + 2) // 3
    base = chip._count - 260
    assert found[0] in (counts(base + first - 1), counts(base + first), counts(base + first + 1))
    at = next(n for n in range(base - 1, base + 300) if counts(n) == found[0])
    assert found == [counts(at + i) for i in range(60)]


# ---- self-test and noise


def test_the_self_test_tells_how_far_each_axis_moves(chip: Lsm6ds3trcModel, imu: LSM6DS3TRC) -> None:
    chip.signal = lambda n: (980, -30, 12)
    moved_mg, passed = check.self_test(imu, chip.pass_ms)
    assert passed
    assert [abs(a - b) <= 2 for a, b in zip(moved_mg, (300, -250, 410), strict=True)] == [True] * 3
    imu.start()
    chip.pass_ms(3000)
    assert drain(imu)[-1] == (round(980 * 4.096), round(-30 * 4.096), round(12 * 4.096))


@pytest.mark.parametrize("push_mg", [(0, 300, 300), (300, 80, 300), (300, 300, 1800), (300, 300, -1750)])
def test_an_axis_that_moves_too_little_or_too_far_fails(
    chip: Lsm6ds3trcModel, imu: LSM6DS3TRC, push_mg: tuple[int, int, int]
) -> None:
    chip.signal = lambda n: (0, 0, 0)
    chip.push_mg = push_mg
    assert not check.self_test(imu, chip.pass_ms)[1]


def test_noise_is_the_standard_deviation(chip: Lsm6ds3trcModel, imu: LSM6DS3TRC) -> None:
    dice = random.Random(5)
    table = [(1000 + dice.gauss(0, 4), dice.gauss(0, 8), 0) for _ in range(5000)]
    chip.signal = lambda n: table[n % 5000]  # type: ignore[assignment,return-value]
    x, y, z = check.noise(imu, chip.pass_ms)
    assert math.isclose(x, 40, rel_tol=0.3)
    assert math.isclose(y, 80, rel_tol=0.3)
    assert z == 0


def test_a_sensor_without_samples_ends_the_self_test(chip: Lsm6ds3trcModel, imu: LSM6DS3TRC) -> None:
    assert error_of(lambda: check.self_test(imu, lambda ms: None)) == errno.ETIMEDOUT


@pytest.mark.parametrize("trouble", ["nack", "low"])
def test_a_bus_that_fails_ends_the_self_test(chip: Lsm6ds3trcModel, imu: LSM6DS3TRC, trouble: str) -> None:
    chip.trouble = trouble
    assert error_of(lambda: check.self_test(imu, chip.pass_ms))
