"""The numpy twin of `nodecore.mounting`: every epoch's values turned as the node had learnt by then.

Steps, figures and known failures are in the notes of `nodecore.mounting`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ambula.twin.classify import Gait, described, is_level
from ambula.twin.features import Int, Measured, directions, leads, turn, turned
from nodecore import features as nf
from nodecore import thresholds
from nodecore.mounting import INSIDE_OUT, ODD, UPSIDE_DOWN, Mounting
from nodecore.roles import THIGH
from nodecore.sampling import EPOCH_SAMPLES

Bool = NDArray[np.bool_]

_FLIPS = (
    (UPSIDE_DOWN, [nf.MEAN_X, nf.MEAN_Y, nf.UP, nf.SIDE]),
    (INSIDE_OUT, [nf.MEAN_Y, nf.MEAN_Z, nf.SIDE, nf.FRONT]),
)


@dataclass(frozen=True)
class Learnt:
    """What `Mounting` holds after each of E epochs; `frame` is (E, 3, 3), `up` (E, 3), the others (E,)."""

    kind: Int
    known: Int
    own: Int
    odd: Int
    frame: Int
    up: Int


def learnt(measured: Measured, gait: Gait, role: int) -> Learnt:
    """Return the mounting as a node of that role had learnt it, epoch by epoch."""
    values = measured.values
    rows = np.flatnonzero(walks_for_sure(values, gait))
    level = np.zeros(len(rows), np.bool_)
    if role == THIGH:
        level = is_level(described(values[rows], gait.rows(rows), np.zeros(len(rows), np.int64)))
        level &= gait.echo[rows, 3] >= thresholds.CYCLE_ECHO
    lead = np.zeros((len(rows), 5), np.int64)
    lead[level] = leads(measured, rows[level])
    learner = Mounting()
    table = np.zeros((len(rows) + 1, 16), np.int64)
    table[0] = _state(learner)
    rests, sides = _rests(measured)
    edges = np.searchsorted(rests, rows, side="left").tolist()
    for i, row in enumerate(rows.tolist()):
        for side in sides[edges[i - 1] if i else 0 : edges[i]]:
            learner.lie(side)
        learner.learn(values[row].tolist(), lead[i].tolist(), bool(level[i]))
        table[i + 1] = _state(learner)
    table = np.repeat(table, np.diff([0, *rows.tolist(), len(values)]), axis=0)
    kind, known, own, odd = table[:, :4].T
    return Learnt(kind, known, own, odd, table[:, 4:13].reshape(-1, 3, 3), table[:, 13:])


def _rests(measured: Measured) -> tuple[Int, list[int]]:
    """Return the epochs in which a level thigh rests, and which side of it is up in each: `Mounting.rest`."""
    front = measured.values[:, nf.FRONT]
    level = np.abs(measured.values[:, nf.UP]) < thresholds.GAIT_UPRIGHT
    level &= np.abs(front) > thresholds.FACE_AGAIN
    level[measured.moving] = False
    rests = np.flatnonzero(level)
    return rests, np.sign(front[rests]).tolist()


def _state(learner: Mounting) -> list[int]:
    return [learner.kind, learner.known, learner.own, learner.odd, *learner.frame, *learner.up]


def mounted(samples: NDArray[np.int16], measured: Measured, was: Learnt) -> tuple[Int, Int]:
    """Return `Mounting.shown` and `Mounting.turned` of each epoch, (E, features.SIZE) each."""
    values = measured.values
    shown = values.copy()
    for bit, columns in _FLIPS:
        shown[np.flatnonzero(was.kind & bit)[:, None], columns] *= -1
    odd = np.flatnonzero(was.odd)
    shown[odd] = _leaned(values[odd], was.up[odd])
    out = shown.copy()
    moves = np.zeros(len(values), np.bool_)
    moves[measured.moving] = True
    still, moving = np.flatnonzero((was.own > 0) & ~moves), np.flatnonzero((was.own > 0) & moves)
    means = turn(values[still, None, nf.MEAN_X : nf.MEAN_Z + 1], was.frame[still])[:, 0]
    out[still, nf.MEAN_X : nf.MEAN_Z + 1] = means
    out[still, nf.UP : nf.FRONT + 1] = directions(means)
    out[moving] = turned(samples.reshape(-1, EPOCH_SAMPLES, 3), values, moving, was.frame[moving])
    turned_oddly = (was.kind == ODD) & (was.own > 0)
    shown[turned_oddly] = out[turned_oddly]
    return shown, out


def _leaned(values: Int, up: Int) -> Int:
    """Twin of `mounting.lean`, (M, features.SIZE); up: (M, 3)."""
    out = values.copy()
    mean = values[:, nf.MEAN_X : nf.MEAN_Z + 1]
    x = np.clip((mean * up).sum(axis=1) >> 10, -32768, 32767)
    rest = ((mean >> 1) ** 2).sum(axis=1) - (x >> 1) ** 2
    out[:, nf.MEAN_X], out[:, nf.MEAN_Y] = x, 0
    out[:, nf.MEAN_Z] = np.minimum(32767, 2 * np.sqrt(np.maximum(rest, 0)).astype(np.int64))
    out[:, nf.UP] = (values[:, nf.UP : nf.FRONT + 1] * up).sum(axis=1) >> 10
    out[:, nf.SIDE] = out[:, nf.FRONT] = 0
    return out


def walks_for_sure(values: Int, gait: Gait) -> Bool:
    """Twin of `mounting.walks_for_sure`, (E,)."""
    hard = (gait.likeness >= thresholds.WALK_LIKENESS) & (2 * values[:, nf.MAD_MAG] >= thresholds.WALK_BEAT)
    return hard & (gait.echo[:, 3] > thresholds.WALK_ECHO) & (gait.stride < thresholds.WALK_STRIDE)
