"""Score a whole recording at once: the numpy twin of `nodecore.score`, equal to it byte for byte."""

import numpy as np
from numpy.typing import NDArray

from ambula.fastcadence import blended, counted
from ambula.fastfeatures import measure_stream
from nodecore.cadence import Tracker
from nodecore.record import SIZE
from nodecore.sampling import EPOCH_SAMPLES
from nodecore.score import Decision


def score_stream(samples: NDArray[np.int16], role: int) -> NDArray[np.uint8]:
    """Return the records of consecutive epochs, as `EpochScorer(role).score` would fill them.

    samples: (N, 3) int16, 4096 counts a g, 26 Hz, N a multiple of 130 (N = 0 gives none). role: 0 thigh, 1 back.
    Returns (N / 130, 12) uint8. Raises ValueError on any other shape, type or role.
    """
    decision = Decision(role)
    gait = Tracker(role)
    measured = measure_stream(samples)
    strides, likeness = _strides(measured.moving, blended(measured, role).tolist(), len(measured.values), gait)
    swings = counted(measured, strides, role)
    records = bytearray(len(strides) * SIZE)
    view = memoryview(records)
    for row, values in enumerate(measured.values.tolist()):
        gait.stride, gait.likeness, gait.steps = strides[row], likeness[row], 0
        if row in swings:
            gait.tally(*swings[row])
        decision.fill(view[row * SIZE : (row + 1) * SIZE], values, gait, EPOCH_SAMPLES, 0)
    return np.frombuffer(records, np.uint8).reshape(-1, SIZE)


def _strides(
    moving: NDArray[np.int64], curves: list[list[int]], epochs: int, gait: Tracker
) -> tuple[list[int], list[int]]:
    """Return the stride and the likeness of every epoch, led by the one before as on the node."""
    strides, likeness = [0] * epochs, [0] * epochs
    last = -1
    for row, curve in zip(moving.tolist(), curves, strict=True):
        for _ in range(min(row - last - 1, 10)):
            gait.rest()
        gait.choose(curve)
        strides[row], likeness[row] = gait.stride, gait.likeness
        last = row
    return strides, likeness
