"""Score a whole recording at once: the numpy twin of `nodecore.score`, equal to it byte for byte."""

from dataclasses import fields

import numpy as np
from numpy.typing import NDArray

from ambula.fastcadence import blended, counted, echoed
from ambula.fastclassify import Gait, asks, described, voted
from ambula.fastfeatures import Int, Measured, measure_stream
from ambula.fastmounting import learnt, mounted
from nodecore.cadence import Tracker
from nodecore.record import SIZE
from nodecore.sampling import EPOCH_SAMPLES
from nodecore.score import MOUNTING_FLAGS, Decision


def score_stream(samples: NDArray[np.int16], role: int) -> NDArray[np.uint8]:
    """Return the records of consecutive epochs, as `EpochScorer(role).score` would fill them.

    samples: (N, 3) int16, 4096 counts a g, 26 Hz, N a multiple of 130 (N = 0 gives none). role: 0 thigh, 1 back.
    Returns (N / 130, 12) uint8. Raises ValueError on any other shape, type or role.
    """
    decision = Decision(role)
    measured = measure_stream(samples)
    gait = followed(measured, role)
    was = learnt(measured, gait, role)
    shown, turned = mounted(samples, measured, was)
    chosen = np.flatnonzero(asks(turned, gait, role) & (was.odd == 0))
    traits = described(turned[chosen], gait.rows(chosen), was.own[chosen])
    votes = dict(zip(chosen.tolist(), voted(traits).tolist(), strict=True))
    records = bytearray(len(measured.values) * SIZE)
    view = memoryview(records)
    one = Tracker(role)
    values, recorded, odd = turned.tolist(), shown.tolist(), was.odd.tolist()
    flags = np.where(was.known > 0, np.array(MOUNTING_FLAGS)[was.kind], 0).tolist()
    columns = (getattr(gait, field.name).tolist() for field in fields(gait))
    for row, gone in enumerate(zip(*columns, strict=True)):
        one.stride, one.likeness, one.steps, one.earlier, one.known, one.echo = gone
        decision.classifier.decide(values[row], one, votes.get(row), odd[row])
        decision.write(view[row * SIZE : (row + 1) * SIZE], recorded[row], one, EPOCH_SAMPLES, flags[row])
    return np.frombuffer(records, np.uint8).reshape(-1, SIZE)


def followed(measured: Measured, role: int) -> Gait:
    """Return what the node's tracker would hold after each epoch."""
    tracker = Tracker(role)
    epochs = len(measured.values)
    stride, likeness, known = _strides(measured.moving, blended(measured, role).tolist(), epochs, tracker)
    echo = np.zeros((epochs, 4), np.int64)
    echo[measured.moving] = echoed(measured, stride[measured.moving])
    steps, earlier = np.zeros((2, epochs), np.int64)
    fresh = np.diff(known, prepend=0) > 0
    for row, swings in counted(measured, stride, role).items():
        tracker.stride, tracker.likeness, tracker.known = int(stride[row]), int(likeness[row]), int(known[row])
        tracker.earlier, tracker.fresh = 0, bool(fresh[row])
        tracker.tally(*swings)
        stride[row], likeness[row], steps[row] = tracker.stride, tracker.likeness, tracker.steps
        earlier[row] = tracker.earlier
    return Gait(stride, likeness, steps, earlier, known, echo)


def _strides(moving: Int, curves: list[list[int]], epochs: int, tracker: Tracker) -> tuple[Int, Int, Int]:
    """Return the stride, likeness and `known` of every epoch, led by the one before as on the node."""
    out = [(0, 0, 0)] * epochs
    last = -1
    for row, curve in zip(moving.tolist(), curves, strict=True):
        for still in range(last + 1, min(row, last + 6)):
            tracker.rest()
            out[still] = (0, 0, tracker.known)
        tracker.choose(curve)
        out[row] = (tracker.stride, tracker.likeness, tracker.known)
        last = row
    for still in range(last + 1, min(epochs, last + 6)):
        tracker.rest()
        out[still] = (0, 0, tracker.known)
    stride, likeness, known = np.array(out, np.int64).reshape(-1, 3).T.copy()
    return stride, likeness, known
