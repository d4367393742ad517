"""A sensor's error is found from a day's still epochs, and not guessed where they do not show it."""

import numpy as np
import pytest
from numpy.typing import NDArray

from ambula.recordings.calibration import Calibration, calibrate, calibrate_records
from ambula.synthetic import Participant, default_day, simulate
from ambula.twin.score import score_stream
from nodecore import record
from nodecore.sampling import COUNTS_PER_G, EPOCH_SAMPLES

OFFSET_MG = np.array([31.0, -22.0, 38.0])
GAIN = np.array([1.015, 0.984, 1.007])


@pytest.fixture(scope="module")
def day() -> list[NDArray[np.int16]]:
    """A synthetic day, thigh and back, of sensors with a known error."""
    person = Participant(2, bias_mg=0.0)
    made = simulate(default_day(2, 0), person)
    return [wrong(acc_g) for acc_g in (made.thigh, made.back)]


def wrong(acc_g: NDArray[np.float32]) -> NDArray[np.int16]:
    """The counts of a sensor with the known error."""
    n = len(acc_g) // EPOCH_SAMPLES * EPOCH_SAMPLES
    read_g = acc_g[:n] * GAIN + OFFSET_MG / 1000
    return np.rint(read_g * COUNTS_PER_G).clip(-32768, 32767).astype(np.int16)


def check(found: Calibration, offset_within_mg: float, gain_within: float) -> None:
    assert found.refusal == ""
    error_mg = np.abs(np.array(found.offset_mg) - OFFSET_MG)
    assert error_mg.max() < offset_within_mg
    assert (error_mg < 3 * np.array(found.offset_sd_mg) + 1).all()
    assert np.abs(np.array(found.gain) - GAIN).max() < gain_within
    assert found.before_mg > 15
    assert found.directions >= 8


@pytest.mark.parametrize("role", [0, 1])
def test_the_error_is_recovered_from_records_of_ten_milligram_steps(day: list[NDArray[np.int16]], role: int) -> None:
    found = calibrate_records(score_stream(day[role], role))
    check(found, 10.0, 0.010)
    assert found.after_mg < 4


def test_a_good_sensor_is_told_to_be_one() -> None:
    dice = np.random.default_rng(1)
    found = calibrate(directions(dice, 40), step_g=0.0)
    assert found.before_mg == pytest.approx(0, abs=0.1)
    assert np.abs(found.offset_mg).max() < 0.1
    assert np.abs(np.array(found.gain) - 1).max() < 1e-3


def test_some_epochs_that_were_not_still_do_not_spoil_it() -> None:
    dice = np.random.default_rng(2)
    good = directions(dice, 60) * GAIN + OFFSET_MG / 1000
    bad = directions(dice, 5)[:40] * 1.06
    check(calibrate(np.concatenate([good, bad]), step_g=0.0), 4.0, 0.004)


def directions(dice: np.random.Generator, count: int) -> NDArray[np.float64]:
    """Ten epochs in each of some directions all around."""
    away = dice.normal(size=(count, 3))
    return np.repeat(away / np.linalg.norm(away, axis=1, keepdims=True), 10, axis=0)


def test_a_day_on_a_table_is_refused() -> None:
    counts = np.tile(np.array([40, -30, 4200], np.int16), (EPOCH_SAMPLES * 200, 1))
    found = calibrate_records(score_stream(counts, 0))
    assert found.refusal == "not enough directions (1 of 8)"
    assert np.isnan(found.offset_mg).all()
    assert found.before_mg == pytest.approx(25, abs=6)
    assert str(found) == "unknown: not enough directions (1 of 8)"


def test_an_axis_that_only_ever_stood_or_lay_is_refused() -> None:
    turn = np.linspace(0, 2 * np.pi, 400)
    lying = np.stack([0 * turn, np.sin(turn), np.cos(turn)], axis=1)
    standing = np.tile([1.0, 0.0, 0.0], (400, 1))
    assert calibrate(np.concatenate([lying, standing]), 0.0).refusal.endswith("separates the offset of x from its gain")


def test_nothing_is_refused_too() -> None:
    empty = np.empty((0, record.SIZE), np.uint8)
    assert calibrate_records(empty).refusal == "not enough still epochs (0 of 60)"
    assert calibrate_records(empty).epochs == 0


def test_flips_of_a_node_that_knew_itself_upside_down_are_undone(day: list[NDArray[np.int16]]) -> None:
    data = np.array(score_stream(day[0], 0))
    plain = calibrate_records(data)
    data[:, record.FLAGS] |= record.UPSIDE_DOWN
    for column in (record.MEAN_X, record.MEAN_Y):
        data[:, column] = (-data[:, column].view(np.int8).astype(np.int64)).astype(np.int8).view(np.uint8)
    np.testing.assert_allclose(calibrate_records(data).offset_mg, plain.offset_mg, atol=1e-9)
