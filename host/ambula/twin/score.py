"""Score a whole recording at once: the numpy twin of `nodecore.score`, equal to it byte for byte."""

import numpy as np
from numpy.typing import NDArray

from ambula.twin.cadence import blended, counted, echoed, peaks, picked
from ambula.twin.classify import Gait, asks, described, voted
from ambula.twin.features import Int, Measured, measure_stream
from ambula.twin.mounting import learnt, mounted
from ambula.twin.record import lifeless, written
from nodecore.cadence import Tracker
from nodecore.classify import Classifier
from nodecore.roles import BACK, THIGH
from nodecore.score import MOUNTING_FLAGS


def score_stream(samples: NDArray[np.int16], role: int) -> NDArray[np.uint8]:
    """Return the records of consecutive epochs, as `EpochScorer(role).score` would fill them.

    samples: (N, 3) int16, 4096 counts a g, 26 Hz, N a multiple of 130 (N = 0 gives none). role: 0 thigh, 1 back.
    Returns (N / 130, 12) uint8. Raises ValueError on any other shape, type or role.
    """
    if role not in (THIGH, BACK):
        raise ValueError("role must be 0 (thigh) or 1 (back)")
    measured = measure_stream(samples)
    gait = followed(measured, role)
    was = learnt(measured, gait, role)
    shown, turned = mounted(samples, measured, was)
    chosen = np.flatnonzero(asks(turned, gait, role) & (was.odd == 0))
    traits = described(turned[chosen], gait.rows(chosen), was.own[chosen])
    votes = dict(zip(chosen.tolist(), voted(traits).tolist(), strict=True))
    dead = lifeless(shown)
    acts, sure = _decided(turned, gait, votes, was.odd, dead, role)
    return written(acts, sure, dead, shown, gait, np.where(was.known > 0, np.array(MOUNTING_FLAGS)[was.kind], 0), role)


def _decided(
    values: Int, gait: Gait, votes: dict[int, list[int]], odd: Int, dead: NDArray[np.bool_], role: int
) -> tuple[Int, Int]:
    """Return activity and confidence of every epoch, (E,) each, decided in order as on the node."""
    classifier = Classifier(role)
    one = Tracker(role)
    out: list[tuple[int, int]] = []
    fields = (gait.stride, gait.likeness, gait.known, gait.echo, values, odd, dead)
    for row, (one.stride, one.likeness, one.known, one.echo, v, is_odd, is_dead) in enumerate(
        zip(*(field.tolist() for field in fields), strict=True)
    ):
        classifier.decide(v, one, votes.get(row), is_odd)
        out.append((classifier.activity, classifier.confidence))
        if is_dead:
            classifier.lay = False
    acts, sure = np.array(out, np.int64).reshape(-1, 2).T
    return acts, sure


def followed(measured: Measured, role: int) -> Gait:
    """Return what the node's tracker would hold after each epoch."""
    tracker = Tracker(role)
    epochs = len(measured.values)
    stride, likeness, known = _strides(measured.moving, blended(measured, role), epochs, tracker)
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


def _strides(moving: Int, curves: Int, epochs: int, tracker: Tracker) -> tuple[Int, Int, Int]:
    """Return the stride, likeness and `known` of every epoch, led by the one before as on the node."""
    out = [(0, 0, 0)] * epochs
    last = -1
    for row, curve, candidates in zip(moving.tolist(), curves, peaks(curves), strict=True):
        for still in range(last + 1, min(row, last + 6)):
            tracker.rest()
            out[still] = (0, 0, tracker.known)
        tracker.grow_old()
        tracker.take(*picked(candidates, tracker.led), curve)  # pyright: ignore[reportUnknownArgumentType]
        out[row] = (tracker.stride, tracker.likeness, tracker.known)
        last = row
    for still in range(last + 1, min(epochs, last + 6)):
        tracker.rest()
        out[still] = (0, 0, tracker.known)
    stride, likeness, known = np.array(out, np.int64).reshape(-1, 3).T.copy()
    return stride, likeness, known
