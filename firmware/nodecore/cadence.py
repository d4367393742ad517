"""How fast a person steps: the lag at which the newest epoch repeats itself, without octave errors.

A thigh repeats itself a stride (two steps) later; a lower back a step later, half mirrored, and a stride later.
"""

from nodecore.compat import const
from nodecore.features import FIRST_LAG, LAGS

STRIDE_FIRST = const(14)  # samples: 223 steps/min
STEP_END = const(43)  # samples: 36 steps/min as a step
_NEAR_BEST = const(217)  # 256ths of the highest peak that an earlier peak must reach


def highest(curve, first, end):
    """Return the greatest value at a peak of `curve` (lags from FIRST_LAG) between two lags, 0 if none is positive."""
    best = 0
    for i in range(max(first - FIRST_LAG, 1), min(end - FIRST_LAG, LAGS - 1)):
        value = curve[i]
        if value > best and value >= curve[i - 1] and value > curve[i + 1]:
            best = value
    return best


def earliest(curve, first, end, floor):
    """Return the first lag in `first..end - 1` at which `curve` has a peak of at least `floor`, 0 if there is none."""
    for i in range(max(first - FIRST_LAG, 1), min(end - FIRST_LAG, LAGS - 1)):
        value = curve[i]
        if value >= floor and value >= curve[i - 1] and value > curve[i + 1]:
            return i + FIRST_LAG
    return 0


def refine(curve, lag):
    """Return the lag of the parabola's top through a peak and its neighbours, in 16ths of a sample."""
    i = lag - FIRST_LAG
    bend = curve[i - 1] - 2 * curve[i] + curve[i + 1]
    if bend >= 0:
        return 16 * lag
    return 16 * lag + 8 * (curve[i - 1] - curve[i + 1]) // bend


def pick(vector, magnitude, role):
    """Return (step period in 32nds of a sample) * 2048 + regularity in 1024ths; 0 if nothing repeats.

    role: 0 thigh, 1 back.
    """
    if role == 0:
        best = highest(vector, STRIDE_FIRST, FIRST_LAG + LAGS)
        lag = earliest(vector, STRIDE_FIRST, FIRST_LAG + LAGS, max(1, best * _NEAR_BEST >> 8))
        return (refine(vector, lag) << 11) + best if lag else 0
    best = highest(magnitude, FIRST_LAG + 1, STEP_END)
    lag = earliest(magnitude, FIRST_LAG + 1, STEP_END, max(1, best * _NEAR_BEST >> 8))
    return (2 * refine(magnitude, lag) << 11) + best if lag else 0


def steps_per_minute(period, n):
    """Return the cadence for a step period in 32nds of a sample, `n` samples being 5 s; at most 255."""
    return min(255, (12 * 32 * n + period // 2) // period)


def steps_eighths(period, n):
    """Return the steps in an epoch of `n` samples, in eighths; at most 255."""
    return min(255, (8 * 32 * n + period // 2) // period)
