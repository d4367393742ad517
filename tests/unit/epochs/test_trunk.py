"""Lying or sitting at the border: the word stays, and does not depend on where a table begins."""

import numpy as np
import pytest
from numpy.typing import NDArray

from ambula.epochs import trunk
from ambula.epochs.bouts import find_bouts, lengths
from ambula.epochs.fusion import fuse_records
from ambula.epochs.table import Records
from ambula.twin.score import score_stream
from nodecore import activity, record
from nodecore.roles import BACK, THIGH
from nodecore.sampling import COUNTS_PER_G, EPOCH_SAMPLES, EPOCHS_A_MINUTE

LYING, SITTING, STANDING, WALKING = activity.LYING, activity.SITTING, activity.STANDING, activity.WALKING
FLAT, LOW, HIGH, UP = 10, 52, 62, 95  # mean x, 0.01 g: beyond 60 degrees, between 60 and 50 twice, within 50


def scored(lean_deg: NDArray[np.float64], role: int, noise_g: float = 0.01) -> Records:
    """What a node makes of a segment that leans by one angle each epoch."""
    lean = np.repeat(np.radians(lean_deg), EPOCH_SAMPLES)
    acc_g = np.stack([np.cos(lean), 0 * lean, -np.sin(lean)], axis=1)
    acc_g += noise_g * np.random.default_rng(3).standard_normal(acc_g.shape)
    data = score_stream(np.rint(acc_g * COUNTS_PER_G).astype(np.int16), role)
    return Records(np.arange(len(data), dtype=np.int64), data)


def made(x_cg: list[int], says: list[int], epoch: list[int] | None = None) -> Records:
    data = np.zeros((len(x_cg), record.SIZE), np.uint8)
    data[:, record.ACTIVITY] = np.array(says) | 12 << 4
    data[:, record.MEAN_X] = np.array(x_cg, np.int8).view(np.uint8)
    data[:, record.MAD_X] = 40
    return Records(np.array(range(len(x_cg)) if epoch is None else epoch, np.int64), data)


def together(back: Records) -> list[int]:
    """The fused words beside a thigh that is level all the time."""
    thigh = made([0] * len(back), [activity.SEDENTARY] * len(back), back.epoch.tolist())
    return fuse_records(thigh, back).activity.tolist()


@pytest.mark.parametrize("noise_deg", [0.5, 1.0, 2.0])
def test_a_sitter_who_leans_back_to_the_border_sits(noise_deg: float) -> None:
    epochs = 60 * EPOCHS_A_MINUTE
    lean = 54 + noise_deg * np.random.default_rng(1).standard_normal(epochs)
    table = fuse_records(scored(np.full(epochs, 88.0), THIGH), scored(lean, BACK))
    assert (np.diff(table.activity) != 0).sum() <= 4
    assert lengths(find_bouts(table.epoch, table.activity == SITTING)).max() >= 30 * EPOCHS_A_MINUTE


def test_the_word_changes_only_beyond_the_band() -> None:
    x_cg = [UP, HIGH, LOW, 50, 49, LOW, HIGH, 63, 64, LOW]
    says = [SITTING, SITTING, SITTING, SITTING, LYING, LYING, LYING, LYING, SITTING, SITTING]
    assert together(made(x_cg, [STANDING if x > 57 else LYING for x in x_cg])) == says


def test_a_log_of_older_firmware_is_settled_too() -> None:
    x_cg = [UP, *[56, 58] * 50]
    by_one_border = [STANDING if x > 57 else LYING for x in x_cg]
    assert set(together(made(x_cg, by_one_border))) == {SITTING}


def test_the_state_goes_through_gait() -> None:
    assert together(made([FLAT, HIGH, HIGH], [LYING, WALKING, STANDING]))[2] == LYING
    assert together(made([FLAT, UP, LOW], [LYING, WALKING, LYING]))[2] == SITTING


@pytest.mark.parametrize("between", [None, activity.NOT_WORN, activity.OTHER])
def test_a_gap_and_an_epoch_without_a_say_end_it(between: int | None) -> None:
    """None: a gap of one epoch. What follows is decided by the node's own word."""
    for said, expected in ((STANDING, SITTING), (LYING, LYING)):
        if between is None:
            back = made([FLAT, LOW], [LYING, said], [7, 9])
        else:
            back = made([FLAT, LOW, LOW], [LYING, between, said])
        assert together(back)[-1] == expected


def test_one_node_alone_says_what_it_can() -> None:
    back = made([FLAT, HIGH, UP, LOW], [LYING, STANDING, STANDING, LYING])
    assert fuse_records(None, back).activity.tolist() == [LYING, LYING, activity.OTHER, activity.OTHER]
    thigh = made([0, 0], [activity.SEDENTARY] * 2)
    assert set(fuse_records(thigh, None).activity.tolist()) == {activity.SEDENTARY}


@pytest.mark.parametrize("seed", range(4))
def test_what_a_node_said_stays_and_a_table_may_begin_anywhere(seed: int) -> None:
    dice = np.random.default_rng(seed)
    lean = np.clip(55 + np.cumsum(dice.normal(0, 2.5, 400)), 30, 80)
    back = scored(lean, BACK)
    settled = back.data.copy()
    trunk.settle(back.epoch, settled, np.ones(len(back), np.bool_))
    np.testing.assert_array_equal(settled, back.data)
    whole = together(back)
    assert {LYING, SITTING} == set(whole)
    for cut in range(0, 400, 7):
        part = slice(cut, cut + 40)
        assert together(Records(back.epoch[part], back.data[part])) == whole[part]


def test_a_node_forgets_how_the_trunk_lay_while_it_is_off_the_body() -> None:
    lean = np.array([80.0] * 3 + [55.0] * 545 + [57.0] * 2)
    said = scored(lean, BACK, noise_g=0.001).data[:, record.ACTIVITY] & 15
    assert said[10] == LYING  # as it lay before
    assert said[547] == activity.NOT_WORN
    assert said[-2:].tolist() == [STANDING, STANDING]
