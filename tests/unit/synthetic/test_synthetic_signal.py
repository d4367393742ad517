"""The rendered signal: gravity at rest, steps that both nodes share, postures, and the same bytes for the same seed."""

import tracemalloc

import numpy as np
import pytest
from numpy.typing import NDArray

from ambula.synthetic import Kind, Mount, Participant, Stretch, Synthetic, default_day, simulate, truth_table
from nodecore import activity

FS_HZ = 26.0
STILL = Participant(5, noise_mg=0.0, bias_mg=0.0, lordosis_deg=0.0)


def one(kind: Kind, duration_s: float = 120.0, spm: float | None = None, person: Participant = STILL) -> Synthetic:
    """Twenty seconds of standing, then one kind."""
    return simulate([Stretch(0, 20, Kind.STANDING), Stretch(20, duration_s, kind, spm)], person, FS_HZ)


def later(values: NDArray[np.float32], from_s: float = 26.0) -> NDArray[np.float64]:
    return values[int(from_s * FS_HZ) :].astype(np.float64)


def strongest_hz(values: NDArray[np.float64], low_hz: float, high_hz: float) -> float:
    spectrum = np.abs(np.fft.rfft((values - values.mean()) * np.hanning(len(values)), 8 * len(values)))
    rates = np.fft.rfftfreq(8 * len(values), 1 / FS_HZ)
    inside = (rates >= low_hz) & (rates <= high_hz)
    return float(rates[inside][spectrum[inside].argmax()])


@pytest.mark.parametrize("kind", [Kind.SLEEP, Kind.LYING_AWAKE, Kind.SITTING, Kind.RECLINED, Kind.STANDING])
def test_at_rest_both_nodes_read_one_g(kind: Kind) -> None:
    made = one(kind, 300)
    for node in (made.thigh, made.back):
        size = np.linalg.norm(later(node), axis=1)
        assert np.median(size) == pytest.approx(1.0, abs=0.01)
        assert size.std() < 0.02


# Axis that points up or down in each posture, and its sign: x along the segment, z out of the skin.
@pytest.mark.parametrize(
    ("kind", "thigh_axis", "thigh_g", "back_axis", "back_g"),
    [
        (Kind.STANDING, 0, 1.0, 0, 1.0),
        (Kind.SITTING, 2, 1.0, 0, 0.97),
        (Kind.RECLINED, 2, 1.0, 2, -0.67),
        (Kind.BENDING, 0, 1.0, 2, 0.9),
        (Kind.CYCLING, 2, 0.65, 2, 0.4),
    ],
)
def test_gravity_lies_where_the_posture_puts_it(
    kind: Kind, thigh_axis: int, thigh_g: float, back_axis: int, back_g: float
) -> None:
    made = one(kind)
    assert np.median(later(made.thigh)[:, thigh_axis]) == pytest.approx(thigh_g, abs=0.15)
    assert np.median(later(made.back)[:, back_axis]) == pytest.approx(back_g, abs=0.25)


def test_sleep_is_horizontal_on_both_nodes_and_the_sides_change() -> None:
    made = simulate([Stretch(0, 8 * 3600, Kind.SLEEP)], STILL, FS_HZ)
    assert np.abs(np.median(made.thigh[:, 0])) < 0.3
    assert np.abs(np.median(made.back[:, 0])) < 0.3
    sideways = np.abs(made.back[:, 1]) > 0.7
    supine = made.back[:, 2] < -0.7
    assert sideways.mean() > 0.1
    assert supine.mean() > 0.1
    on_left = made.back[:, 1] < -0.7  # the back node's y points left: down when lying on the left side
    assert np.median(made.thigh[on_left, 1]) > 0.7  # the thigh node's y points right: up


def test_truth_counts_exactly_the_strikes_and_rates_agree() -> None:
    made = one(Kind.WALKING, 300, 112)
    truth = made.truth
    assert truth.steps.sum() == len(truth.step_times_s)
    middle = truth.kind == "walking"
    assert np.nanmean(truth.cadence_spm[middle]) == pytest.approx(112, rel=0.02)
    assert truth.steps[middle][1:-1].sum() == pytest.approx(112 / 12 * (middle.sum() - 2), rel=0.03)
    assert np.all(np.diff(truth.step_times_s) > 0.2)


@pytest.mark.parametrize(
    ("kind", "spm"),
    [(Kind.WALKING, 55), (Kind.WALKING, 80), (Kind.WALKING, 110), (Kind.WALKING, 132), (Kind.STAIRS_UP, 88),
     (Kind.STAIRS_DOWN, 100), (Kind.RUNNING, 160)],
)  # fmt: skip
def test_the_back_bounces_at_step_rate_and_the_thigh_repeats_at_stride_rate(kind: Kind, spm: float) -> None:
    made = one(kind, 90, spm)
    step_hz = spm / 60
    true_hz = 1 / np.diff(made.truth.step_times_s).mean()
    assert strongest_hz(later(made.back)[:, 0], 0.4 * step_hz, 1.4 * step_hz) == pytest.approx(true_hz, rel=0.06)
    thigh = later(made.thigh)[:, 2]
    assert strongest_hz(thigh, 0.3 * step_hz, 0.7 * step_hz) == pytest.approx(true_hz / 2, rel=0.06)


def test_faster_walking_shakes_more() -> None:
    sizes = [np.linalg.norm(later(one(Kind.WALKING, 90, spm).back), axis=1).std() for spm in (60, 80, 105, 130)]
    assert sizes == sorted(sizes)
    assert 0.03 < sizes[0] < 0.1
    assert 0.12 < sizes[2] < 0.3


def test_step_time_varies_by_two_to_four_percent_and_limps_by_asymmetry() -> None:
    def intervals(asymmetry: float) -> NDArray[np.float64]:
        made = one(Kind.WALKING, 600, 110, Participant(5, asymmetry=asymmetry))
        return np.diff(made.truth.step_times_s)

    even = intervals(0.0)
    assert 0.02 < even.std() / even.mean() < 0.045
    limp = intervals(0.2)
    limp = limp[: len(limp) // 2 * 2]
    assert np.mean(limp[0::2]) / np.mean(limp[1::2]) == pytest.approx(1.22, abs=0.05)


def test_both_nodes_start_and_step_together() -> None:
    plan = [Stretch(0, 60, Kind.STANDING), Stretch(60, 60, Kind.WALKING, 110), Stretch(120, 60, Kind.STANDING)]
    made = simulate(plan, STILL, 52.0)
    moves = [np.abs(np.linalg.norm(n.astype(float), axis=1) - 1) for n in (made.thigh, made.back)]
    lags = range(-26, 27)
    shared = [float(np.dot(moves[0][30:-30], np.roll(moves[1], lag)[30:-30])) for lag in lags]
    assert abs(lags[int(np.argmax(shared))]) <= 8  # within 0.15 s: the strike rings after the pelvis has turned
    first = made.truth.step_times_s[0]
    for move in moves:
        busy = np.convolve(move > 0.06, np.ones(26), "valid") > 4
        assert busy.argmax() / 52.0 == pytest.approx(first, abs=1.2)


def test_the_same_arguments_give_the_same_bytes_and_another_day_does_not() -> None:
    plan = [Stretch(0, 60, Kind.STANDING), Stretch(60, 120, Kind.WALKING)]
    first, again, other = (simulate(plan, Participant.random(3), FS_HZ, d) for d in (0, 0, 1))
    assert first.thigh.tobytes() == again.thigh.tobytes()
    assert first.back.tobytes() == again.back.tobytes()
    assert first.back.tobytes() != other.back.tobytes()
    assert Participant.random(3) != Participant.random(4)


def test_a_node_on_the_table_is_still_flat_and_not_worn() -> None:
    made = one(Kind.NOT_WORN, 600)
    rest = made.back[int(60 * FS_HZ) : int(600 * FS_HZ)]
    assert np.abs(rest[:, 2]).mean() == pytest.approx(1.0, abs=0.02)
    assert rest.std(axis=0).max() < 0.001
    assert not made.truth.worn[10:].any()
    assert made.truth.worn[:4].all()


def test_a_node_taped_on_upside_down_reads_upside_down() -> None:
    made = one(Kind.STANDING, 60, person=Participant(5, thigh_mount=Mount(roll_deg=180.0)))
    assert np.median(made.thigh[:, 0]) == pytest.approx(-1.0, abs=0.03)
    assert np.median(made.back[:, 0]) == pytest.approx(1.0, abs=0.05)


def test_mount_pitch_tips_the_upright_node_by_that_angle() -> None:
    tilt = Mount(pitch_deg=10.0).matrix() @ np.array([1.0, 0.0, 0.0])
    assert np.degrees(np.arccos(tilt[0])) == pytest.approx(10.0)
    assert tilt[2] > 0


def test_noise_is_what_was_asked_for() -> None:
    quiet, noisy = (one(Kind.NOT_WORN, 600, person=Participant(5, noise_mg=mg)) for mg in (0.0, 3.0))
    rest = slice(int(60 * FS_HZ), int(600 * FS_HZ))
    assert (noisy.thigh[rest] - quiet.thigh[rest]).std() == pytest.approx(0.003, rel=0.05)


def test_pace_follows_speed_and_height() -> None:
    def paces(height_m: float, spm: float) -> set[str]:
        return set(one(Kind.WALKING, 60, spm, Participant(5, height_m=height_m)).truth.pace[6:-1].tolist())

    assert paces(1.72, 70) == {"slow"}
    assert paces(1.72, 114) == {"moderate"}
    assert paces(1.72, 132) == {"brisk"}
    assert paces(1.95, 104) == {"moderate"}
    assert paces(1.55, 104) == {"slow"}


def test_a_whole_day_has_a_truth_for_every_epoch_and_stays_modest_in_memory() -> None:
    tracemalloc.start()
    try:
        made = simulate(default_day(2, 0), Participant.random(2), FS_HZ)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert made.thigh.shape == made.back.shape == (86_400 * 26, 3)
    assert made.thigh.dtype == np.float32
    assert np.isfinite(made.thigh).all()
    assert np.isfinite(made.back).all()
    assert np.abs(made.thigh).max() < 8
    assert peak < 160e6
    assert len(made.truth) == 17_280
    assert made.truth.steps.sum() == len(made.truth.step_times_s)
    table = truth_table(made.truth, 1000)
    assert table.epoch[0] == 1000
    assert (table.activity == activity.WALKING).sum() == (made.truth.names == "walking").sum()
    assert np.isnan(table.cadence_spm[table.activity == activity.SITTING]).all()
