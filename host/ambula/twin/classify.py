"""The numpy twin of `nodecore.classify` and `nodecore.forest`: traits and votes of many epochs at once."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from nodecore import classify, forest, kernels, model, thresholds, trait
from nodecore import features as nf
from nodecore.roles import THIGH

Int = NDArray[np.int64]

_TOP = 32767


@dataclass(frozen=True)
class Gait:
    """What `cadence.Tracker` holds after each of E epochs; `echo` is (E, 4), the others (E,)."""

    stride: Int
    likeness: Int
    steps: Int
    earlier: Int
    known: Int
    echo: Int

    def rows(self, which: Int) -> "Gait":
        """Return the chosen epochs."""
        return Gait(*(getattr(self, field.name)[which] for field in fields(self)))


def asks(values: Int, gait: Gait, role: int) -> NDArray[np.bool_]:
    """Twin of `classify.asks`, (E,)."""
    if role != THIGH:
        return np.zeros(len(values), np.bool_)
    beat = 2 * values[:, nf.MAD_MAG]
    regular = gait.likeness > np.where(gait.known > 0, thresholds.FAINT, thresholds.REGULAR)
    moves = (beat > thresholds.BEAT) | (regular & (beat > thresholds.SOFT_BEAT))
    soft = values[:, nf.JERK_X : nf.JERK_Z + 1].sum(axis=1) < thresholds.CYCLE_JERK
    stepless = np.where(gait.likeness > thresholds.REGULAR, gait.echo[:, 3] < thresholds.CYCLE_ECHO, soft)
    cycling = (values[:, nf.FRONT] > thresholds.CYCLE_FRONT) & (beat < thresholds.CYCLE_BEAT) & stepless
    return moves & (values[:, nf.UP] >= thresholds.GAIT_UPRIGHT) & ~cycling


def described(values: Int, gait: Gait, own: Int) -> Int:
    """Twin of `classify.describe`, (E, trait.SIZE); own: (E,)."""
    beat = np.minimum(_TOP, 2 * values[:, nf.MAD_MAG])
    dx, dy, dz = np.minimum(_TOP, values[:, nf.MAD_X : nf.MAD_Z + 1]).T
    jx, jy, jz = np.minimum(_TOP, values[:, nf.JERK_X : nf.JERK_Z + 1]).T
    lx, ly, lz = np.minimum(_TOP, values[:, nf.LOW_X : nf.LOW_Z + 1]).T
    out = np.empty((len(values), trait.SIZE), np.int64)
    out[:, trait.UP] = np.where(own > 0, values[:, nf.UP], classify.UNTOLD)
    out[:, trait.FRONT] = np.where(own > 0, values[:, nf.FRONT], -classify.UNTOLD)
    out[:, trait.BEAT] = beat
    out[:, trait.LIKENESS] = gait.likeness
    out[:, trait.STRIDE] = gait.stride
    out[:, trait.ECHO : trait.ECHO + 4] = gait.echo
    out[:, trait.MAD_X : trait.MAD_Z + 1] = np.stack((dx, dy, dz), axis=1)
    out[:, trait.JERK_X : trait.JERK_Z + 1] = np.stack((jx, jy, jz), axis=1)
    out[:, trait.LOW_X : trait.LOW_Z + 1] = np.stack((lx, ly, lz), axis=1)
    out[:, trait.MAG] = values[:, nf.MAG]
    out[:, trait.LOW_Z_TO_X] = _ratio(lz, lx)
    out[:, trait.LOW_TO_MAD] = _ratio(lx + lz, dx + dz)
    out[:, trait.MAD_X_TO_BEAT] = _ratio(dx, beat)
    out[:, trait.MAD_Z_TO_BEAT] = _ratio(dz, beat)
    out[:, trait.JERK_TO_MAD] = _ratio(jx + jy + jz, dx + dy + dz)
    out[:, trait.JERK_X_TO_Z] = _ratio(jx, jz)
    out[:, trait.JERK_TO_MAD_X] = _ratio(jx, dx)
    out[:, trait.JERK_TO_MAD_Z] = _ratio(jz, dz)
    return out


def _ratio(a: Int, b: Int) -> Int:
    """Twin of `classify.ratio`."""
    return np.minimum(_TOP, (a << 6) // (b + classify.SOME))


def voted(traits: Int) -> Int:
    """Twin of `forest.vote`, (E, CLASSES)."""
    return walked(traits, b"".join(model.TREES), model.START)


def is_level(traits: Int) -> NDArray[np.bool_]:
    """Twin of `forest.is_level`, (E,)."""
    return walked(traits, model.LEVEL_TREES, (0,) * forest.CLASSES).sum(axis=1) + model.LEVEL_START > 0


def walked(traits: Int, trees: bytes, start: tuple[int, ...]) -> Int:
    """Return the votes of a forest in the node's format (see `kernels.votes`), class after class, (E, CLASSES)."""
    table = np.frombuffer(trees, np.uint8).reshape(-1, kernels.TREE_BYTES)
    rounds = len(table) // forest.CLASSES
    out = np.zeros((len(traits), forest.CLASSES), np.int64)
    for number, tree in enumerate(table):
        out[:, number // rounds] += _leaves(tree, traits)
    return out + np.array(start)


def _leaves(tree: NDArray[np.uint8], traits: Int) -> Int:
    """Return the leaf of one tree that each row reaches."""
    nodes = tree[:25].reshape(5, 5)
    limit = np.ascontiguousarray(nodes[:, 1:3]).view("<i2")[:, 0].astype(np.int64)
    value = tree[25:].view(np.int8).astype(np.int64)
    out = np.zeros(len(traits), np.int64)
    reach = [(0, np.ones(len(traits), np.bool_))]
    while reach:
        node, here = reach.pop()
        low = traits[:, nodes[node, 0]] <= limit[node]
        for child, side in ((int(nodes[node, 3]), here & low), (int(nodes[node, 4]), here & ~low)):
            if child < 128:
                reach.append((child, side))
            else:
                out += side * value[child - 128]
    return out
