"""Score a whole recording at once: the numpy twin of `nodecore.score`, equal to it byte for byte."""

import numpy as np
from numpy.typing import NDArray

from ambula.fastcadence import blended, counted, echoed
from ambula.fastclassify import Gait, asks, described, voted
from ambula.fastfeatures import Measured, measure_stream
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
    measured = measure_stream(samples)
    gait = followed(measured, role)
    chosen = np.flatnonzero(asks(measured.values, gait, role))
    some = Gait(gait.stride[chosen], gait.likeness[chosen], gait.steps[chosen], gait.echo[chosen])
    votes = dict(zip(chosen.tolist(), voted(described(measured.values[chosen], some)).tolist(), strict=True))
    records = bytearray(len(measured.values) * SIZE)
    view = memoryview(records)
    one = Tracker(role)
    values = measured.values.tolist()
    columns = (gait.stride.tolist(), gait.likeness.tolist(), gait.steps.tolist(), gait.echo.tolist())
    for row, (one.stride, one.likeness, one.steps, one.echo) in enumerate(zip(*columns, strict=True)):
        decision.classifier.decide(values[row], one, votes.get(row))
        decision.write(view[row * SIZE : (row + 1) * SIZE], values[row], one, EPOCH_SAMPLES, 0)
    return np.frombuffer(records, np.uint8).reshape(-1, SIZE)


def followed(measured: Measured, role: int) -> Gait:
    """Return what the node's tracker would hold after each epoch."""
    tracker = Tracker(role)
    epochs = len(measured.values)
    stride, likeness = _strides(measured.moving, blended(measured, role).tolist(), epochs, tracker)
    echo = np.zeros((epochs, 4), np.int64)
    echo[measured.moving] = echoed(measured, stride[measured.moving])
    steps = np.zeros(epochs, np.int64)
    for row, swings in counted(measured, stride, role).items():
        tracker.stride, tracker.likeness = int(stride[row]), int(likeness[row])
        tracker.tally(*swings)
        stride[row], steps[row] = tracker.stride, tracker.steps
    return Gait(stride, likeness, steps, echo)


def _strides(
    moving: NDArray[np.int64], curves: list[list[int]], epochs: int, tracker: Tracker
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the stride and the likeness of every epoch, led by the one before as on the node."""
    stride, likeness = np.zeros(epochs, np.int64), np.zeros(epochs, np.int64)
    last = -1
    for row, curve in zip(moving.tolist(), curves, strict=True):
        for _ in range(min(row - last - 1, 10)):
            tracker.rest()
        tracker.choose(curve)
        stride[row], likeness[row] = tracker.stride, tracker.likeness
        last = row
    return stride, likeness
