"""Two nodes' clocks set against each other by gait, where no clock reading can: both move when a walk begins and ends.

The series is the change of movement from epoch to epoch (the log code of the magnitude's mean absolute deviation, above
the noise). Where both nodes walk, its cross-correlation has one sharp peak; its place, between epochs by a parabola, is
how far one clock is ahead. Without such a peak there is no evidence, and nothing moves.

Notes
-----
Steps:

1. Each node's series is the difference of the magnitude's log code from epoch to epoch. Codes below 48 (16 mg) count as
   48, because below it there is no gait, only noise and breath.
2. Windows of two hours are compared if both nodes recorded ten minutes of them and walked for one.
3. In each window Pearson's correlation is computed for every shift up to three hours, over the epochs that both have
   (by FFT). The best must reach 0.35, and exceed all shifts beyond its neighbours by 0.15: walks that repeat themselves
   are alike one set off too, and show nothing.
4. A parabola through the best three puts the peak between epochs.
5. `gait_readings` makes a clock reading of each window; `stories` decides with the other readings which are believed.

Sources: no published method of aligning two nodes was followed; cross-correlation over what two series both have
(Padfield 2012, "Masked object registration in the Fourier domain") and the parabola are textbook.

Measured, by `pytest tests/unit/clock/test_alignment.py`: within 0.5 epochs (2.5 s) in each window on three synthetic
days with five clocks each, up to 58 s ahead and 400 ppm off; within 0.6 on four Daphnet recordings of 11 to 42 minutes
(Parkinson gait, CITATIONS.md), skipped where they are not at hand.

Known failures:

- Where no reading bounds a clock at all, it is asked whether it is a day off, not whether it is two.
- It refuses where one node did not walk, where no peak stands out, and beyond three hours. Then nothing moves.
- The longest real recording that was tried has 42 minutes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ambula.epochs.table import Records
from nodecore import activity, record
from nodecore.sampling import EPOCH_S, EPOCHS_A_MINUTE, EPOCHS_AN_HOUR

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MOST_EPOCHS = 3 * EPOCHS_AN_HOUR  # to be looked through, either way
_DAY = 24 * EPOCHS_AN_HOUR
_WINDOW_EPOCHS = 2 * EPOCHS_AN_HOUR  # a drift of 400 ppm moves less than an epoch in it
_LEAST_EPOCHS = 10 * EPOCHS_A_MINUTE  # that both recorded
_LEAST_GAIT_EPOCHS = EPOCHS_A_MINUTE  # of walking on each node
_QUIET_CODE = 48  # below 16 mg of mean absolute deviation there is no gait, only noise and breath
_LEAST_PEAK, _LEAST_LEAD = 0.35, 0.15  # of the correlation; over the best of all other lags
_GAITS = (activity.WALKING, activity.STAIRS, activity.RUNNING)


@dataclass(frozen=True)
class Alignment:
    """How far a second node's clock is ahead of a first one's, in epochs, in the middle of each window that shows it.

    epoch, ahead: (w,), rising epochs of the first and what was found there; peak: the correlations. refusal: why there
    is no answer, "" if there is one. Source: measured, see `tests/unit/clock/test_alignment.py`.
    """

    epoch: Ints
    ahead: Floats
    peak: Floats
    refusal: str = ""


def align(first: Records, second: Records, days: Sequence[int] = (0,)) -> Alignment:
    """Return how far the second node's clock is ahead of the first one's, from what both recorded.

    first, second: one person's two nodes, off by three hours at most, or by as much from one of these whole days. Edge
    case: only one walks, or they never recorded at the same time: a refusal.
    """
    found = [_window(first, second, start, days) for start in _starts(first, second)]
    windows = [w for w in found if isinstance(w, tuple)]
    if windows:
        epoch, ahead, peak = (np.array(column) for column in zip(*windows, strict=True))
        return Alignment(epoch.astype(np.int64), ahead, peak)
    refusals = [w for w in found if isinstance(w, str)]
    refusal = max(refusals, key=refusals.count) if refusals else "the nodes never recorded at the same time"
    gaits = [_gait_epochs(records.data) for records in (first, second)]
    if refusals and min(gaits) < _LEAST_GAIT_EPOCHS:
        which = "neither" if max(gaits) < _LEAST_GAIT_EPOCHS else "only one"
        refusal = f"{which} node recorded enough walking"
    return Alignment(np.empty(0, np.int64), np.empty(0), np.empty(0), refusal)


def _starts(first: Records, second: Records) -> range:
    """Return where windows begin: over all that both recorded, as their clocks stand."""
    if not len(first) or not len(second):
        return range(0)
    start = max(int(first.epoch[0]), int(second.epoch[0]) - MOST_EPOCHS)
    end = min(int(first.epoch[-1]), int(second.epoch[-1]) + MOST_EPOCHS)
    return range(start, max(start, end), _WINDOW_EPOCHS)


def _window(first: Records, second: Records, start: int, days: Sequence[int]) -> tuple[int, float, float] | str:
    """Return (middle, epochs ahead, correlation) for one window, or why it shows nothing."""
    one, gait_one = _series(first, start, start + _WINDOW_EPOCHS)
    others = [
        _series(second, start + day * _DAY - MOST_EPOCHS, start + day * _DAY + _WINDOW_EPOCHS + MOST_EPOCHS)
        for day in days
    ]
    if np.isfinite(one).sum() < _LEAST_EPOCHS or max(np.isfinite(other).sum() for other, _ in others) < _LEAST_EPOCHS:
        return "the nodes hardly recorded at the same time"
    if min(gait_one, max(gait for _, gait in others)) < _LEAST_GAIT_EPOCHS:
        return "they hardly walked at the same time"
    all_likeness = np.array([_correlations(one, other) for other, _ in others])
    which, best = (int(at) for at in np.unravel_index(all_likeness.argmax(), all_likeness.shape))
    likeness = all_likeness[which]
    rest = all_likeness.copy()
    rest[which, max(0, best - 2) : best + 3] = -1
    if likeness[best] < _LEAST_PEAK or likeness[best] - rest.max() < _LEAST_LEAD or best in (0, 2 * MOST_EPOCHS):
        return "the nodes' movements are not alike"
    shared = np.flatnonzero(np.isfinite(one) & (np.abs(one) > 0))
    middle = start + (int(shared.mean()) if len(shared) else _WINDOW_EPOCHS // 2)
    ahead = days[which] * _DAY + best - MOST_EPOCHS + _between(likeness[best - 1 : best + 2])
    return middle, ahead, float(likeness[best])


def _series(records: Records, start: int, end: int) -> tuple[Floats, int]:
    """Return the change of movement in each epoch of [start, end), NaN where unknown, and how many epochs are gait."""
    low, high = np.searchsorted(records.epoch, (start - 1, end))
    data = records.data[low:high]
    level = np.full(end - start + 1, np.nan)
    level[records.epoch[low:high] - (start - 1)] = np.maximum(data[:, record.MAD_MAG], _QUIET_CODE)
    return np.diff(level), _gait_epochs(data)


def _gait_epochs(data: NDArray[np.uint8]) -> int:
    return int(np.isin(data[:, record.ACTIVITY] & 15, _GAITS).sum())


def _correlations(one: Floats, other: Floats) -> Floats:
    """Return Pearson's correlation of `one` with each stretch of `other` of its length, over the epochs that both have.

    0 where they share too few, or nothing changes in these. The values are whole numbers, so their sums are exact.
    """
    size = 1 << (len(one) + len(other)).bit_length()
    lags = len(other) - len(one) + 1

    def sums(x: Floats, y: Floats) -> Floats:
        return np.rint(np.fft.irfft(np.fft.rfft(y, size) * np.conj(np.fft.rfft(x, size)), size)[:lags])

    has_x, has_y = np.isfinite(one).astype(float), np.isfinite(other).astype(float)
    x, y = np.nan_to_num(one), np.nan_to_num(other)
    both, sum_x, sum_y = sums(has_x, has_y), sums(x, has_y), sums(has_x, y)
    spread_x = both * sums(x * x, has_y) - sum_x**2
    spread_y = both * sums(has_x, y * y) - sum_y**2
    known = (both >= _LEAST_EPOCHS) & (spread_x > 0) & (spread_y > 0)
    together = both * sums(x, y) - sum_x * sum_y
    likeness = np.zeros(lags)
    likeness[known] = together[known] / np.sqrt(spread_x[known] * spread_y[known])
    return likeness


def _between(three: Floats) -> float:
    """Return where the top of a parabola through three correlations lies, -0.5..0.5 from the middle one."""
    left, top, right = three.tolist()
    return 0.5 * (left - right) / (left - 2 * top + right)


def ahead_words(least: int, most: int, windows: int) -> str:
    """Return by how many epochs a clock was ahead, in words: "35 to 60 s ahead, in 11 windows of two hours"."""
    low, high = least * EPOCH_S, most * EPOCH_S
    if low < 0 < high:
        by = f"{-low} s behind to {high} s ahead"
    elif low == high == 0:
        by = "right"
    else:
        near, far = sorted((abs(low), abs(high)))
        by = f"{far} s" if near == far else f"{near} to {far} s"
        by += " behind" if low < 0 else " ahead"
    return f"{by}, {windows_words(windows)}"


def windows_words(windows: int) -> str:
    """Return what gait's answer rests on, in words: "in 11 windows of two hours"."""
    return f"in {windows} window{'s' if windows != 1 else ''} of two hours"
