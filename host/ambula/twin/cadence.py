"""The numpy twin of `nodecore.cadence`: likeness curves and step swings of many epochs at once.

Steps, figures and known failures are in the notes of `nodecore.cadence`.
"""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ambula.twin.features import Compared, Measured
from nodecore import cadence as nc
from nodecore import kernels as nk
from nodecore.features import FIRST_LAG
from nodecore.roles import BACK, THIGH

Int = NDArray[np.int64]
Peak = tuple[int, int, int]  # lag in samples, the same refined in 16ths, likeness
Swing = tuple[list[int], list[int], int, int, int, int]  # what `Tracker.tally` takes


def blended(measured: Measured, role: int) -> Int:
    """Twin of `cadence.blend` for every moving epoch, (M, STRIDES)."""
    vector, magnitude = measured.vector, measured.magnitude
    lag = np.arange(nc.FIRST, nc.FIRST + nc.STRIDES)
    if role == THIGH:
        return (2 * vector[:, lag - FIRST_LAG] + magnitude[:, lag - FIRST_LAG]) // 3
    half = (lag >> 1) - FIRST_LAG
    step = (magnitude[:, half] + magnitude[:, half + (lag & 1)]) >> 1
    return (vector[:, lag - FIRST_LAG] + magnitude[:, lag - FIRST_LAG] + 2 * step) >> 2


def echoed(measured: Measured, stride: Int) -> Int:
    """Twin of `cadence.echoes` for every moving epoch, (M, 4); stride: (M,) in 16ths."""
    lag = np.minimum((stride + 8) >> 4, nc.FIRST + nc.STRIDES - 1)
    at = np.maximum(np.stack([lag - FIRST_LAG, (lag >> 1) - FIRST_LAG], axis=1), 0)
    both = [np.take_along_axis(curve, at, axis=1) for curve in (measured.vector, measured.magnitude)]
    return np.where(stride[:, None] > 0, np.concatenate(both, axis=1), 0)


def peaks(curves: Int) -> list[list[Peak]]:
    """Return the positive peaks of each curve (M, STRIDES) from the shortest lag on, as `cadence.pick` sees them."""
    low, top, high = curves[:, :-2], curves[:, 1:-1], curves[:, 2:]
    row, at = np.nonzero((top > 0) & (top >= low) & (top > high))
    low, top, high = low[row, at], top[row, at], high[row, at]
    lag = at + nc.FIRST + 1
    fine = 16 * lag + 8 * (low - high) // (low - 2 * top + high)
    every = list(zip(lag.tolist(), fine.tolist(), top.tolist(), strict=True))
    ends = np.searchsorted(row, np.arange(len(curves) + 1)).tolist()
    return [every[a:b] for a, b in pairwise(ends)]


def picked(candidates: list[Peak], led: int) -> tuple[int, int]:
    """Twin of `cadence.pick` and `cadence.refine`: lag and stride, both 0 without peaks."""
    values = (
        [value + nc.bonus(lag, led) for lag, _, value in candidates] if led else [value for _, _, value in candidates]
    )
    floor = max(values, default=0) * nc.EARLIER >> 10
    return next((peak[:2] for peak, value in zip(candidates, values, strict=True) if value >= floor), (0, 0))


def counted(measured: Measured, stride: Int, role: int) -> dict[int, Swing]:
    """Return, by row, the crossings that `Tracker.count` would tally, for epochs that have a stride."""
    swings: dict[int, Swing] = {}
    for part in measured.compared:
        period = stride[part.rows] >> role
        widths = np.maximum(2, (period + 16) >> 5)
        for width in np.unique(widths[period > 0]).tolist():
            swings.update(_swings(part, (widths == width) & (period > 0), width, role))
    return swings


def _swings(part: Compared, chosen: NDArray[np.bool_], width: int, role: int) -> dict[int, Swing]:
    work = (part.pulse if role == BACK else part.work)[chosen]
    waves = np.stack([swing(work[:, :, axis], width) for axis in range(work.shape[2] - 1, -1, -1)])
    size = np.abs(waves[:, :, part.start :]).sum(axis=2)
    wave = waves[size.argmax(axis=0), np.arange(waves.shape[1])]
    moved = size.max(axis=0) > 0
    total = wave.shape[1]
    rows = part.rows[chosen][moved].tolist()
    crossed = crossings(wave[moved])
    found = zip(rows, crossed, part.shift[chosen][moved].tolist(), strict=True)
    return {row: (t, h, len(t), part.start, total, shift) for row, (t, h), shift in found}


def swing(series: NDArray[np.int16], width: int) -> NDArray[np.int32]:
    """Twin of `kernels.swing` for one width: (M, total) int16 in, (M, total) out."""
    total = series.shape[1]
    before, after = width >> 1, width - (width >> 1)
    first = _running(series, 2 * width)
    second = _running(_between(first, 2 * width, -before, after, total), width)
    wide = _between(first, 2 * width, -2 * width, 2 * width, total)
    near = _between(second, width, 1 - after, before + 1, total)
    return (4 * near - width * wide) // ((width * width) >> 2)


def _between(sums: NDArray[np.int32], pad: int, low: int, high: int, count: int) -> NDArray[np.int32]:
    """Return what running sums padded by `pad` gain from `low` to `high` about each of `count` places."""
    return sums[:, pad + high : pad + high + count] - sums[:, pad + low : pad + low + count]


def _running(series: NDArray[np.int16] | NDArray[np.int32], pad: int) -> NDArray[np.int32]:
    """Return running sums (M, total + 1), held constant for `pad` more places at either end."""
    sums = np.zeros((len(series), series.shape[1] + 1 + 2 * pad), np.int32)
    np.cumsum(series, axis=1, dtype=np.int32, out=sums[:, pad + 1 : pad + 1 + series.shape[1]])
    sums[:, pad + 1 + series.shape[1] :] = sums[:, pad + series.shape[1], None]
    return sums


def crossings(wave: NDArray[np.int32]) -> list[tuple[list[int], list[int]]]:
    """Twin of `kernels.crossings`: times and heights of each row of (M, total)."""
    total = wave.shape[1]
    row, at = np.nonzero((wave[:, :-1] < 0) & (wave[:, 1:] >= 0))
    low, high = wave[row, at].astype(np.int64), wave[row, at + 1]
    times = 16 * at + (-16 * low) // (high - low)
    edges = np.unique(np.concatenate([row * total + at + 1, np.arange(len(wave)) * total]))
    tops = np.maximum.reduceat(wave.ravel(), edges) if len(edges) else np.zeros(0, np.int64)
    heights = np.maximum(tops[np.searchsorted(edges, row * total + at + 1)], 0)
    ends = np.searchsorted(row, np.arange(len(wave) + 1)).tolist()
    t, h = times.tolist(), heights.tolist()
    out = [(t[a:b], h[a:b]) for a, b in pairwise(ends)]
    return [pair if len(pair[0]) <= nk.MOST else _plainly(wave[i].tolist()) for i, pair in enumerate(out)]


def _plainly(series: list[int]) -> tuple[list[int], list[int]]:
    """Do one row as the node does: it drops crossings beyond its room."""
    times, heights = [0] * nk.MOST, [0] * nk.MOST
    nk.crossings(series, len(series), times, heights)
    return times, heights
