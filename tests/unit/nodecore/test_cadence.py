"""Cadence from 40 to 200 steps/min: no octave errors, steps that add up, and nothing where nothing repeats."""

import numpy as np
import pytest
from numpy.typing import NDArray

from ambula.twin.score import score_stream
from nodecore import record
from nodecore.cadence import Tracker, faintest, middle, steps_per_minute

Counts = NDArray[np.int16]
THIGH, BACK = 0, 1


def gait(cadence_spm: float, role: int, epochs: int = 12, limp: float = 0.0, size: float = 1.0) -> Counts:
    """Steps with two harmonics, a stride-long swing (thigh) or sway (back); `limp` weakens every other step."""
    t = np.arange(epochs * 130) / 26
    step = 2 * np.pi * cadence_spm / 60 * t
    beat = (1 + limp * np.sign(np.sin(step / 2))) * (700 * np.sin(step) + 350 * np.sin(2 * step + 0.6))
    swing = np.sin(step / 2 + 0.4)
    side, front = ((300, 1500) if role == THIGH else (500, 150)) * np.array(size)
    noise = np.random.default_rng(1).normal(0, 15, (len(t), 3))
    x = 4000 + size * beat * (0.7 if role == THIGH else 1)
    return np.rint(np.stack([x, side * swing, front * swing], axis=1) + noise).astype(np.int16)


@pytest.mark.parametrize("role", [THIGH, BACK])
@pytest.mark.parametrize("cadence_spm", [40, 47, 55, 66, 80, 97, 110, 125, 140, 160, 180, 200])
def test_cadence_is_met_without_octave_errors(cadence_spm: int, role: int) -> None:
    records = score_stream(gait(cadence_spm, role), role)
    found = records[1:, record.CADENCE].astype(float)
    assert np.abs(found - cadence_spm).max() <= max(2, 0.03 * cadence_spm)
    steps = records[1:, record.STEPS].sum() / 8
    assert steps == pytest.approx(11 * 5 * cadence_spm / 60, rel=0.04)


@pytest.mark.parametrize("role", [THIGH, BACK])
@pytest.mark.parametrize("cadence_spm", [50, 80, 110])
def test_a_limp_is_no_octave(cadence_spm: int, role: int) -> None:
    records = score_stream(gait(cadence_spm, role, limp=0.4), role)
    assert np.abs(records[1:, record.CADENCE].astype(float) - cadence_spm).max() <= 9


def test_half_an_epoch_of_walking_gives_half_its_steps() -> None:
    counts = gait(100, THIGH)
    counts[: 6 * 130 + 65] = [4000, 0, 0]
    steps = score_stream(counts, THIGH)[:, record.STEPS] / 8
    assert steps[:6].sum() == 0
    assert steps[6:].sum() == pytest.approx(5.5 * 5 * 100 / 60, abs=2)


@pytest.mark.parametrize("cadence_spm", [50, 80, 110])
def test_a_limp_seen_from_the_back_costs_no_steps(cadence_spm: int) -> None:
    records = score_stream(gait(cadence_spm, BACK, limp=0.4), BACK)
    assert np.abs(records[1:, record.CADENCE].astype(float) - cadence_spm).max() <= 2
    assert records[1:, record.STEPS].sum() / 8 == pytest.approx(11 * 5 * cadence_spm / 60, rel=0.03)


@pytest.mark.parametrize("cadence_spm", [45, 60, 100])
@pytest.mark.parametrize("first_s", [3, 4, 6])
def test_the_back_counts_the_first_and_last_steps_of_a_walk(cadence_spm: int, first_s: int) -> None:
    counts = gait(cadence_spm, BACK, epochs=14)
    end_s = first_s + 45
    counts[: 26 * first_s] = counts[26 * end_s :] = [4000, 0, 0]
    records = score_stream(counts, BACK)
    assert records[:, record.STEPS].sum() / 8 == pytest.approx(45 * cadence_spm / 60, abs=2)
    assert not records[-2:, record.STEPS].any()


def test_a_back_that_hardly_rises_takes_no_steps() -> None:
    t = np.arange(24 * 130) / 26
    seat = np.array([4000, 0, 0]) + np.outer(90 * np.sin(2 * np.pi * 1.6 * t), [1, 0.3, 0.5])  # 22 mg, as in a car
    noise = np.random.default_rng(5).normal(0, 5, seat.shape)
    records = score_stream(np.rint(seat + noise).astype(np.int16), BACK)
    assert not records[:, record.CADENCE].any()
    assert not records[:, record.STEPS].any()


def test_the_faintest_step_is_eight_millimetres_high() -> None:
    period = 16 * 26  # 60 steps/min
    half_counts = 0.004 * (2 * np.pi) ** 2 / 9.81 * 2048
    assert faintest(period, 0) == pytest.approx(26 * half_counts, rel=0.01)
    assert faintest(period, 3) == faintest(period, 0) >> 3
    assert faintest(16, 0) == faintest(208, 0)
    assert (middle(1, 2, 3), middle(3, 1, 2), middle(2, 3, 1), middle(5, 5, 1)) == (2, 2, 2, 5)


def test_noise_and_stillness_have_no_cadence() -> None:
    rng = np.random.default_rng(3)
    still = np.rint(np.array([4000, 0, 0]) + rng.normal(0, 10, (20 * 130, 3))).astype(np.int16)
    assert not score_stream(still, THIGH)[:, record.CADENCE].any()
    fidget = np.rint(np.array([4000, 0, 0]) + rng.normal(0, 70, (40 * 130, 3))).astype(np.int16)
    assert not score_stream(fidget, BACK)[:, record.CADENCE].any()


def test_a_sure_stride_leads_a_weak_epoch_and_is_forgotten_after_five() -> None:
    tracker = Tracker(THIGH)
    sure = [0] * 74
    sure[22] = 900
    tracker.choose(sure)
    stride = tracker.stride
    assert stride == 16 * 34
    weak = [0] * 74
    weak[52] = 300
    tracker.choose(weak)
    assert (tracker.stride, tracker.known) == (stride, 1)
    for _ in range(4):
        tracker.rest()
    tracker.choose(weak)
    assert (tracker.stride, tracker.known) == (16 * 64, 0)


def test_cadence_counts_the_samples_of_five_seconds() -> None:
    assert steps_per_minute(16 * 26, 130) == 120
    assert steps_per_minute(16 * 26, 125) == 115  # a sensor clock 4 % slow takes fewer samples in the same time
    assert steps_per_minute(1, 160) == 255
