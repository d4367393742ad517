"""Time off the body from records."""

import numpy as np
import pytest

from ambula.epochs.fusion import fuse_records
from ambula.epochs.table import Records
from nodecore import activity, record

LYING = activity.LYING | 12 << 4


def node(epochs: int, still: list[tuple[int, int]], mad: int = 40) -> Records:
    """A lying node that moves all the time but in the given spans."""
    data = np.zeros((epochs, record.SIZE), np.uint8)
    data[:, record.ACTIVITY] = LYING
    data[:, record.MEAN_Z] = 100
    data[:, record.MAD_X] = mad
    for start, end in still:
        data[start:end, record.MAD_X] = 6
    return Records(np.arange(epochs, dtype=np.int64) + 1000, data)


def off(thigh: Records | None, back: Records | None) -> np.ndarray:
    return np.flatnonzero(fuse_records(thigh, back).activity == activity.NOT_WORN)


def test_long_stillness_is_off_from_its_beginning() -> None:
    spans = [(100, 700)]
    where = off(node(1000, spans), node(1000, spans))
    assert where[0] == 100
    assert where[-1] == 699
    assert len(where) == 600


@pytest.mark.parametrize(("length", "absent"), [(539, 0), (540, 540)])
def test_less_than_three_quarters_of_an_hour_is_a_quiet_person(length: int, absent: int) -> None:
    assert len(off(node(1000, [(100, 100 + length)]), None)) == absent


def test_one_still_node_beside_a_moving_one_does_not_make_the_person_absent() -> None:
    table = fuse_records(node(1000, [(100, 900)]), node(1000, []))
    assert table.worn.all()
    assert (table.activity != activity.NOT_WORN).all()


def test_a_turn_in_bed_starts_the_count_again() -> None:
    thigh = node(1000, [(100, 900)])
    thigh.data[500:, record.MEAN_Z] = 60
    assert len(off(thigh, None)) == 0


def test_a_gap_ends_a_stillness() -> None:
    whole = node(1000, [(0, 1000)])
    gap = Records(np.delete(whole.epoch, slice(500, 510)), np.delete(whole.data, slice(500, 510), axis=0))
    assert len(off(gap, gap)) == 0


def test_a_breathing_sleeper_is_worn() -> None:
    sleeper = node(4000, [], 21)
    assert len(off(sleeper, sleeper)) == 0


def test_the_input_is_left_as_it_was() -> None:
    thigh, back = node(1000, [(100, 900)]), node(1000, [(100, 900)])
    before = thigh.data.copy()
    off(thigh, back)
    assert (thigh.data == before).all()
