"""The mounting learnt from walking: upside down, tilted, at any angle; and that sitting teaches nothing."""

from array import array

import numpy as np
import pytest
from numpy.typing import NDArray
from test_cadence import gait

from ambula.fastscore import score_stream
from nodecore import activity, record
from nodecore.features import SIZE, UP
from nodecore.mounting import AS_MEANT, ODD, UPSIDE_DOWN, Mounting

Counts = NDArray[np.int16]


def direction(up: int, side: int, front: int) -> array:
    values = array("i", [0] * SIZE)
    values[UP], values[UP + 1], values[UP + 2] = up, side, front
    return values


def learnt(*directions: tuple[int, int, int]) -> tuple[int, int]:
    mounting = Mounting()
    for one in directions:
        mounting.learn(direction(*one))
    return mounting.kind, mounting.known


def test_three_agreeing_walks_decide() -> None:
    assert learnt(*[(1000, 100, 200)] * 2) == (AS_MEANT, 0)
    assert learnt(*[(1000, 100, 200)] * 3) == (AS_MEANT, 1)
    assert learnt(*[(-1000, 100, 200)] * 2) == (AS_MEANT, 0)
    assert learnt(*[(-1000, 100, 200)] * 3) == (UPSIDE_DOWN, 1)
    assert learnt(*[(100, 1000, 200)] * 3) == (ODD, 1)


def test_a_walk_as_meant_or_another_way_starts_anew() -> None:
    down, up, across = (-1000, 0, 200), (1000, 0, 200), (0, 1000, 200)
    assert learnt(down, down, up, down, down) == (AS_MEANT, 0)
    assert learnt(down, down, across, down, across) == (AS_MEANT, 0)


def day(turn: NDArray[np.float64]) -> Counts:
    """Walking, then sitting, then standing, in a node turned by a matrix."""
    noise = np.random.default_rng(4).normal(0, 10, (10 * 130, 3))
    sit, stand = np.array([200, 0, 4080]) + noise, np.array([4080, 0, 200]) + noise
    return np.rint(np.concatenate([gait(105, 0, 10).astype(float), sit, stand]) @ turn.T).astype(np.int16)


def rotation(degrees: float, about: int) -> NDArray[np.float64]:
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    out = np.eye(3)
    a, b = [k for k in range(3) if k != about]
    out[a, a], out[a, b], out[b, a], out[b, b] = c, -s, s, c
    return out


@pytest.mark.parametrize(
    "turn",
    [
        np.eye(3),
        rotation(180, 2),
        rotation(90, 2),
        rotation(-90, 1),
        rotation(120, 2),
        rotation(25, 1),
        rotation(30, 2),
    ],
)
def test_any_mounting_gives_the_same_day_once_learnt(turn: NDArray[np.float64]) -> None:
    says = score_stream(day(turn), 0)[:, record.ACTIVITY] & 15
    assert (says[:10] == activity.WALKING).sum() >= 9
    assert (says[11:20] == activity.SEDENTARY).all()
    assert (says[21:] == activity.STANDING).all()


def test_the_record_says_what_was_learnt_and_its_means_are_upright() -> None:
    down = score_stream(day(rotation(180, 2)), 0)
    assert down[0, record.FLAGS] == 0
    assert down[-1, record.FLAGS] == record.MOUNTING_KNOWN | record.UPSIDE_DOWN
    assert record.mean_cg(int(down[-1, record.MEAN_X])) > 95
    odd = score_stream(day(rotation(90, 2)), 0)
    assert odd[-1, record.FLAGS] == record.MOUNTING_KNOWN | record.ODDLY_MOUNTED
    assert record.mean_cg(int(odd[-1, record.MEAN_X])) > 95
