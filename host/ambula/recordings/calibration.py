"""Auto-calibration to 1 g: the offsets and gains with which a still node reads 1 g in every direction.

The idea is van Hees et al., J Appl Physiol 2014;117:738-744: the means of still epochs must lie on a sphere. It is
reported, never applied: `classify`, `replay` and the nodes go on to see the same samples and so stay equal.

Notes
-----
Steps:

1. An epoch is still if the mean absolute deviation of each axis is below 10 mg.
2. Directions are counted on a sphere of 64 cells; a cell with three epochs is a direction. Fewer than 60 epochs or 8
   directions are refused.
3. Gauss-Newton fits three offsets and three gains to the length of the means, against what is known of a sensor before
   it is seen (the priors below). Epochs that do not fit count less (Huber).
4. It refuses where an offset stays unsure by more than 10 mg (SD).

Source: van Hees et al. 2014 (CITATIONS.md).

Deviations: the result is not applied. Stillness is a mean absolute deviation below 10 mg, not an SD below 13 mg. Priors
share the error where offset and gain of an axis cannot be separated. A direction counts as ten epochs at most, so that
a night does not outweigh a day. The means come from records, in steps of 10 mg.

Measured, by `pytest tests/unit/recordings/test_calibration.py`, on a synthetic day with offsets of up to 38 mg and
gains up to 1.6% off: within 10 mg and 1%.

Known failures: a node that lay on a table all day, or an axis that only ever stood or lay, is refused. No test has a
real sensor whose error is known.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ambula.epochs.sensor_axes import is_turned, sensor_mean_g, spread_g
from nodecore import record

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

# What is known of a sensor before it is seen: the datasheet's typical zero-g error (LSM6DS3TR-C, table 3: 40 mg), and
# 2% of gain, our assumption (the datasheet's typical tolerance is 1%). Where one axis' offset and gain cannot be
# separated, these decide how the error is shared.
_OFFSET_SD_G, _GAIN_SD = 0.040, 0.02
_PRIOR_SD = np.array([_OFFSET_SD_G] * 3 + [_GAIN_SD] * 3)
_PERFECT = np.array([0.0, 0.0, 0.0, 1.0, 1.0, 1.0])
_STILL_G = 0.010  # mean absolute deviation of an axis; van Hees: SD 13 mg
_NOISE_G = 0.006  # of a still epoch's length beyond rounding: breathing, tape
_FEWEST_EPOCHS, _FEWEST_DIRECTIONS = 60, 8
_KNOWN_G = 0.010  # no offset may be less certain (SD)
_MOST_EPOCHS = 20_000  # of many still epochs every k-th is as good
_CELLS = 64  # directions are counted on a sphere cut into cells about 25 degrees wide
_CELL_EPOCHS = 3
_ROUNDS = 12


@dataclass(frozen=True)
class Calibration:
    """One node's error. A sensor reads gain * truth + offset on each axis.

    offset_mg, gain: three values, x, y, z. offset_sd_mg: how sure each offset is. before_mg, after_mg: mean distance of
    the still epochs from 1 g, each direction counting alike. epochs, directions: what it rests on. refusal: why there
    is no answer, "" if there is one; the values are then NaN, but for `before_mg` where there were still epochs.
    """

    offset_mg: tuple[float, float, float]
    gain: tuple[float, float, float]
    offset_sd_mg: tuple[float, float, float]
    before_mg: float
    after_mg: float
    epochs: int
    directions: int
    refusal: str = ""

    def __str__(self) -> str:
        """One line for people."""
        if self.refusal:
            return f"unknown: {self.refusal}"
        offsets = ", ".join(f"{v:.0f} +- {sd:.0f}" for v, sd in zip(self.offset_mg, self.offset_sd_mg, strict=True))
        gains = ", ".join(f"{v:.3f}" for v in self.gain)
        return (
            f"{self.before_mg:.1f} mg (offsets {offsets} mg, gains {gains}; without them {self.after_mg:.1f} mg), "
            f"from {self.epochs} still epochs in {self.directions} directions"
        )


def calibrate_records(data: NDArray[np.uint8]) -> Calibration:
    """Calibrate from a node's records, (n, 12) uint8, in any order; their means have steps of 10 mg."""
    mean_g = sensor_mean_g(data)
    good = (data[:, record.FLAGS] & (record.PARTIAL | record.SENSOR_FAULT)) == 0
    still = good & ~is_turned(data) & (spread_g(data)[:, :3].max(axis=1, initial=0.0) < _STILL_G)
    return calibrate(mean_g[still], step_g=0.01)


def calibrate(still_g: Floats, step_g: float) -> Calibration:
    """Fit offsets and gains to the means of still epochs, (n, 3) in g, rounded to `step_g`.

    Refuses where there are fewer than 60 epochs, fewer than 8 directions, or an offset stays unsure by over 10 mg.
    """
    epochs = len(still_g)
    still_g = still_g[:: max(1, epochs // _MOST_EPOCHS)]
    cell = _cells(still_g)
    count = np.bincount(cell, minlength=_CELLS)
    directions = int((count >= _CELL_EPOCHS).sum())
    weight = 1.0 / np.maximum(count, 1)[cell]
    before_g = _mean_error(still_g, weight)
    if epochs < _FEWEST_EPOCHS:
        return _refused(before_g, epochs, directions, f"not enough still epochs ({epochs} of {_FEWEST_EPOCHS})")
    if directions < _FEWEST_DIRECTIONS:
        return _refused(before_g, epochs, directions, f"not enough directions ({directions} of {_FEWEST_DIRECTIONS})")
    offset, gain, sd = _fit(still_g, cell, count, step_g)
    if sd.max() > _KNOWN_G:
        axis = "xyz"[int(sd.argmax())]
        why = f"not enough directions: none of the {directions} separates the offset of {axis} from its gain"
        return _refused(before_g, epochs, directions, why)
    after_g = _mean_error((still_g - offset) / gain, weight)
    return Calibration(
        _three(offset * 1000), _three(gain), _three(sd * 1000), before_g * 1000, after_g * 1000, epochs, directions
    )


def _fit(
    still_g: Floats, cell: NDArray[np.int64], count: NDArray[np.int64], step_g: float
) -> tuple[Floats, Floats, Floats]:
    """Return offset (g), gain and the SD of the offset: Gauss-Newton on the length of the corrected means.

    Epochs of one direction share what is not noise (tape, tissue): each direction counts as ten at most.
    """
    share = np.minimum(1.0, 10.0 / np.maximum(count, 1))[cell]
    noise_g = float(np.hypot(_NOISE_G, step_g / np.sqrt(12)))
    theta, normal = _PERFECT, np.eye(6)
    for _ in range(_ROUNDS):
        theta, normal = _improved(still_g, share, noise_g, theta)
    sd: Floats = np.sqrt(np.diag(np.linalg.inv(normal)))
    return theta[:3], theta[3:], sd[:3]


def _improved(still_g: Floats, share: Floats, noise_g: float, theta: Floats) -> tuple[Floats, Floats]:
    """Return the next offsets and gains, (6,), and the normal matrix of this step, (6, 6).

    Epochs that do not fit count less (Huber), as someone may have ridden a car while "still".
    """
    truth: Floats = (still_g - theta[:3]) / theta[3:]
    length = np.maximum(np.linalg.norm(truth, axis=1), 1e-6)
    error = length - 1.0
    along = truth / length[:, None]
    slope = -np.concatenate([along / theta[3:], along * truth / theta[3:]], axis=1)
    weight = share * np.minimum(1.0, 2.0 * noise_g / np.maximum(np.abs(error), 1e-9)) / noise_g**2
    normal: Floats = slope.T @ (slope * weight[:, None]) + np.diag(_PRIOR_SD**-2.0)
    pull = slope.T @ (weight * error) + (theta - _PERFECT) / _PRIOR_SD**2
    change: Floats = np.linalg.inv(normal) @ pull
    return theta - change, normal


def _cells(points: Floats) -> NDArray[np.int64]:
    """Return the cell of the sphere that each direction falls into: the nearest point of a Fibonacci lattice."""
    i = np.arange(_CELLS) + 0.5
    z, turn = 1 - 2 * i / _CELLS, np.pi * (1 + 5**0.5) * i
    flat = np.sqrt(1 - z * z)
    lattice = np.stack([flat * np.cos(turn), flat * np.sin(turn), z], axis=1)
    return np.argmax(points @ lattice.T, axis=1).astype(np.int64) if len(points) else np.empty(0, np.int64)


def _mean_error(points: Floats, weight: Floats) -> float:
    if not len(points):
        return float("nan")
    return float(np.average(np.abs(np.linalg.norm(points, axis=1) - 1.0), weights=weight))


def _refused(before_g: float, epochs: int, directions: int, why: str) -> Calibration:
    nan = (float("nan"), float("nan"), float("nan"))
    return Calibration(nan, nan, nan, before_g * 1000, float("nan"), epochs, directions, why)


def _three(values: Floats) -> tuple[float, float, float]:
    return float(values[0]), float(values[1]), float(values[2])
