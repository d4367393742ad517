"""The numpy twin of `nodecore.mounting`: every epoch's means turned as the node had learnt by then."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ambula.fastclassify import Gait
from ambula.fastfeatures import Int
from nodecore import features as nf
from nodecore import thresholds
from nodecore.mounting import ODD, UPSIDE_DOWN, Mounting


def mounted(values: Int, gait: Gait) -> tuple[Int, Int, NDArray[np.bool_]]:
    """Return the turned values (E, features.SIZE), and each epoch's `Mounting.kind` and `known`, (E,)."""
    learner = Mounting()
    turned = values.copy()
    kind, known = np.zeros(len(values), np.int64), np.zeros(len(values), np.bool_)
    rows = np.flatnonzero(_walks_for_sure(values, gait)).tolist()
    for row, end in pairwise([*rows, len(values)]):
        learner.learn(values[row].tolist())
        kind[row:end], known[row:end] = learner.kind, bool(learner.known)
        if learner.kind == UPSIDE_DOWN:
            turned[row:end, [nf.MEAN_X, nf.MEAN_Y, nf.UP, nf.SIDE]] *= -1
        elif learner.kind == ODD:
            for at in range(row, end):
                learner.turn(values[at].tolist())
                turned[at] = learner.turned
    return turned, kind, known


def _walks_for_sure(values: Int, gait: Gait) -> NDArray[np.bool_]:
    """Twin of `mounting.walks_for_sure`, (E,)."""
    hard = (gait.likeness >= thresholds.WALK_LIKENESS) & (2 * values[:, nf.MAD_MAG] >= thresholds.WALK_BEAT)
    return hard & (gait.echo[:, 3] > thresholds.WALK_ECHO) & (gait.stride < thresholds.WALK_STRIDE)
