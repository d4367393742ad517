"""Two nodes' clocks set against each other by gait, where no clock reading can: both move when a walk begins and ends.

The series is the change of movement from epoch to epoch (the log code of the magnitude's mean absolute deviation, above
the noise). Where both nodes walk, its cross-correlation has one sharp peak; its place, between epochs by a parabola, is
how far one clock is ahead. Several windows give the drift. Without such a peak there is no evidence, and nothing moves.

Notes
-----
Steps:

1. Each node's series is the difference of the magnitude's log code from epoch to epoch. Codes below 48 (16 mg) count as
   48, because below it there is no gait, only noise and breath.
2. Windows of two hours are compared if both nodes recorded ten minutes of them and walked for one.
3. In each window Pearson's correlation is computed for every shift up to two minutes. The best must reach 0.35, and
   exceed all shifts beyond its neighbours by 0.15.
4. A parabola through the best three puts the peak between epochs.
5. The drift is the median slope over all pairs of windows six hours apart (Theil and Sen), at most 500 ppm. A window
   more than three epochs off that line is left out.
6. `realign` decides which clock gives way: the one that readings vouch for no better than 10 s, and of two the back's.

Sources: no published method of aligning two nodes was followed; cross-correlation, parabola and Theil-Sen are textbook.

Deviations: Theil-Sen uses only pairs that are six hours apart, since nearer ones measure the noise of the peak.

Measured, by `pytest tests/unit/clock/test_alignment.py`: within 0.5 epochs (2.5 s) on three synthetic days with five
clocks each, up to 58 s ahead and 400 ppm off; within 0.6 on four Daphnet recordings of 11 to 42 minutes (Parkinson
gait, CITATIONS.md), skipped where they are not at hand.

Known failures:

- It refuses where one node did not walk, where no peak stands out, and beyond two minutes. Then nothing moves.
- With a third of the hours missing and 30 s of offset the test allows 0.8 epochs.
- The longest real recording that was tried has 42 minutes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ambula.epochs.table import Records, first_of_each, stand_ins
from nodecore import activity, record
from nodecore.sampling import EPOCH_S, EPOCHS_A_MINUTE, EPOCHS_AN_HOUR

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MOST_EPOCHS = 2 * EPOCHS_A_MINUTE  # to be looked through, either way
_WINDOW_EPOCHS = 2 * EPOCHS_AN_HOUR  # a drift of 400 ppm moves less than an epoch in it
_LEAST_EPOCHS = 10 * EPOCHS_A_MINUTE  # that both recorded
_LEAST_GAIT_EPOCHS = EPOCHS_A_MINUTE  # of walking on each node
_QUIET_CODE = 48  # below 16 mg of mean absolute deviation there is no gait, only noise and breath
_LEAST_PEAK, _LEAST_LEAD = 0.35, 0.15  # of the correlation; over the best of all other lags
_ODD_EPOCHS = 3.0  # from the line through all windows: a chance likeness
_RATE_FROM_EPOCHS = 6 * EPOCHS_AN_HOUR  # windows this far apart give a rate
_WORST_RATE = 500e-6  # two clocks of 200 ppm against each other, and some
_GAITS = (activity.WALKING, activity.STAIRS, activity.RUNNING)


@dataclass(frozen=True)
class Alignment:
    """How far a second node's clock is ahead of a first one's, in epochs, in the middle of each window that shows it.

    epoch, ahead: (w,), rising epochs and what was found there; peak: the correlations. refusal: why there is no
    answer, "" if there is one. Source: measured, see `tests/unit/clock/test_alignment.py`.
    """

    epoch: Ints
    ahead: Floats
    peak: Floats
    refusal: str = ""

    def ahead_at(self, epoch: Ints) -> Floats:
        """Return how far ahead the clock is at each epoch: between the windows linear, beyond them at their rate."""
        rate = _rate(self.epoch, self.ahead)
        before = np.minimum(epoch - self.epoch[0], 0)
        after = np.maximum(epoch - self.epoch[-1], 0)
        return np.interp(epoch, self.epoch, self.ahead) + (before + after) * rate


def align(first: Records, second: Records) -> Alignment:
    """Return how far the second node's clock is ahead of the first one's, from what both recorded.

    first, second: one person's two nodes, off by two minutes at most. Edge case: only one walks, or they never recorded
    at the same time: a refusal.
    """
    found = [_window(first, second, start) for start in _starts(first, second)]
    windows = _without_odd([w for w in found if isinstance(w, tuple)])
    if windows:
        epoch, ahead, peak = (np.array(column) for column in zip(*windows, strict=True))
        return Alignment(epoch.astype(np.int64), ahead, peak)
    refusals = [w for w in found if isinstance(w, str)]
    refusal = max(refusals, key=refusals.count) if refusals else "the nodes never recorded at the same time"
    return Alignment(np.empty(0, np.int64), np.empty(0), np.empty(0), refusal)


def moved(records: Records, ahead: Floats) -> Records:
    """Return records moved back by `ahead` epochs each, (n,), to the nearest epoch.

    Two on one epoch: the first counts. An epoch left empty between two that follow each other: the first of them stands
    for it too, without its steps.
    """
    epoch = records.epoch - np.floor(ahead + 0.5).astype(np.int64)
    at, filled = stand_ins(records.epoch, epoch, records.data)
    epoch, data = np.concatenate([epoch, epoch[at] + 1]), np.concatenate([records.data, filled])
    where = first_of_each(epoch)
    return Records(epoch[where], data[where])


def _starts(first: Records, second: Records) -> range:
    """Return where windows begin: over all that both recorded."""
    if not len(first) or not len(second):
        return range(0)
    start = max(int(first.epoch[0]), int(second.epoch[0])) - MOST_EPOCHS
    end = min(int(first.epoch[-1]), int(second.epoch[-1])) + MOST_EPOCHS
    return range(start, max(start, end), _WINDOW_EPOCHS)


def _window(first: Records, second: Records, start: int) -> tuple[int, float, float] | str:
    """Return (middle, epochs ahead, correlation) for one window, or why it shows nothing."""
    one, gait_one = _series(first, start, start + _WINDOW_EPOCHS)
    margin = MOST_EPOCHS
    other, gait_other = _series(second, start - margin, start + _WINDOW_EPOCHS + margin)
    if min(np.isfinite(one).sum(), np.isfinite(other).sum()) < _LEAST_EPOCHS:
        return "the nodes hardly recorded at the same time"
    if min(gait_one, gait_other) < _LEAST_GAIT_EPOCHS:
        return (
            "neither node recorded enough walking"
            if max(gait_one, gait_other) < _LEAST_GAIT_EPOCHS
            else "only one node recorded enough walking"
        )
    likeness = np.array([_correlation(one, other[lag : lag + len(one)]) for lag in range(2 * margin + 1)])
    best = int(likeness.argmax())
    rest = np.delete(likeness, range(max(0, best - 2), min(best + 3, len(likeness))))
    if likeness[best] < _LEAST_PEAK or likeness[best] - rest.max() < _LEAST_LEAD or best in (0, 2 * margin):
        return "the nodes' movements are not alike"
    shared = np.flatnonzero(np.isfinite(one) & (np.abs(one) > 0))
    middle = start + (int(shared.mean()) if len(shared) else _WINDOW_EPOCHS // 2)
    return middle, best - margin + _between(likeness[best - 1 : best + 2]), float(likeness[best])


def _series(records: Records, start: int, end: int) -> tuple[Floats, int]:
    """Return the change of movement in each epoch of [start, end), NaN where unknown, and how many epochs are gait."""
    low, high = np.searchsorted(records.epoch, (start - 1, end))
    data = records.data[low:high]
    level = np.full(end - start + 1, np.nan)
    level[records.epoch[low:high] - (start - 1)] = np.maximum(data[:, record.MAD_MAG], _QUIET_CODE)
    return np.diff(level), int(np.isin(data[:, record.ACTIVITY] & 15, _GAITS).sum())


def _correlation(one: Floats, other: Floats) -> float:
    """Return Pearson's correlation over the epochs that both have; 0 where there are too few, or nothing changes."""
    both = np.isfinite(one) & np.isfinite(other)
    if both.sum() < _LEAST_EPOCHS:
        return 0.0
    x, y = one[both] - one[both].mean(), other[both] - other[both].mean()
    size = float(np.sqrt((x * x).sum() * (y * y).sum()))
    return float((x * y).sum()) / size if size else 0.0


def _between(three: Floats) -> float:
    """Return where the top of a parabola through three correlations lies, -0.5..0.5 from the middle one."""
    left, top, right = three.tolist()
    return 0.5 * (left - right) / (left - 2 * top + right)


def _rate(epoch: Ints, ahead: Floats) -> float:
    """Return the median rate over all pairs of windows that are far enough apart (Theil and Sen); 0 without one."""
    i, j = np.triu_indices(len(epoch), 1)
    far = epoch[j] - epoch[i] >= _RATE_FROM_EPOCHS
    rates = (ahead[j] - ahead[i])[far] / (epoch[j] - epoch[i])[far]
    return float(np.clip(np.median(rates), -_WORST_RATE, _WORST_RATE)) if len(rates) else 0.0


def _without_odd(windows: Sequence[tuple[int, float, float]]) -> list[tuple[int, float, float]]:
    """Leave out windows far from the line through all of them."""
    if not windows:
        return []
    epoch, ahead, _ = (np.array(column) for column in zip(*windows, strict=True))
    rest = ahead - _rate(epoch, ahead) * (epoch - epoch[0])
    kept = np.abs(rest - np.median(rest)) <= _ODD_EPOCHS
    return [w for w, keep in zip(windows, kept.tolist(), strict=True) if keep]


def told(alignment: Alignment) -> str:
    """Return what was found, in words: "35 to 58 s ahead, in 11 windows of two hours"."""
    seconds = np.round(alignment.ahead * EPOCH_S).astype(int)
    low, high = int(seconds.min()), int(seconds.max())
    if low < 0 < high:
        by = f"{-low} s behind to {high} s ahead"
    else:
        near, far = sorted((abs(low), abs(high)))
        by = f"{far} s" if near == far else f"{near} to {far} s"
        by += " behind" if low < 0 else " ahead"
    return f"{by}, in {len(seconds)} window{'s' if len(seconds) != 1 else ''} of two hours"
