"""Walking speed from cadence, and the study's three paces."""

import math

import numpy as np
import pytest

from ambula.epochs.pace import Pace, pace_of, speed_kmh


def test_speed_grows_with_the_square_of_cadence_and_with_height() -> None:
    slow, fast = speed_kmh(np.array([60.0, 120.0]))
    assert fast == pytest.approx(4 * slow)
    assert speed_kmh(np.array([110.0]), 1.87)[0] == pytest.approx(1.1 * speed_kmh(np.array([110.0]))[0])


def test_usual_cadence_gives_a_usual_speed() -> None:
    assert 4.2 < speed_kmh(np.array([110.0]))[0] < 5.2


def test_no_cadence_gives_no_speed() -> None:
    assert np.isnan(speed_kmh(np.array([np.nan, 0.0]))).all()


@pytest.mark.parametrize("height_m", [1.1, 2.3, 170])
def test_impossible_height_is_refused(height_m: float) -> None:
    with pytest.raises(ValueError, match="height"):
        speed_kmh(np.array([100.0]), height_m)


@pytest.mark.parametrize(
    ("speed", "pace"),
    [
        (2.0, Pace.SLOW),
        (4.0, Pace.SLOW),
        (4.04, Pace.MODERATE),
        (4.1, Pace.MODERATE),
        (5.4, Pace.MODERATE),
        (5.46, Pace.MODERATE),
        (5.5, Pace.BRISK),
        (math.nan, None),
    ],
)
def test_pace_follows_the_study(speed: float, pace: Pace | None) -> None:
    assert pace_of(speed) == pace
