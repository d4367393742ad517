"""Fit the boosted forest and turn it into the integer tables that the node walks."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodecore import trait
from nodecore.forest import PIECES
from nodecore.kernels import TREE_BYTES
from training.traits import CLASSES, ECHOES, LEVEL, Examples

ROUNDS = 40
LEAVES = 6  # TREE_BYTES has room for five nodes and six leaves
_RATE = 0.15
_LEVEL_RATE = 0.3
_L2 = 1.0
_FEWEST = 15  # examples in a leaf
_BALANCE = 0.7  # 1 gives each class of each data set the same say, 0 each epoch
_SCALE = 127.0  # votes per unit of log odds, unless the largest leaf would then not fit an int8
_NEVER = -10000  # votes
_EMPTY = bytes((0, 0, 0, 128, 128)) + bytes(TREE_BYTES - 5)


LEVEL_ROUNDS = 4  # of four trees each
# The same, or all but, in any mounting.
_LEVEL_TRAITS = (trait.BEAT, trait.LIKENESS, trait.STRIDE, *ECHOES, trait.MAG, trait.JERK_TO_MAD)
_LEVEL_SURE = 0.65  # what level walking's share must be


@dataclass(frozen=True)
class Level:
    """The forest of level walking: `trees` as in Tables; the votes plus `start` are positive if it is sure."""

    trees: bytes
    start: int


@dataclass(frozen=True)
class Tables:
    """`trees`: TREE_BYTES a tree, the rounds of class 0 first; `start`: what each class begins with; one scale."""

    trees: bytes
    start: tuple[int, ...]

    @property
    def pieces(self) -> tuple[bytes, ...]:
        """The trees as the node holds them: each class in PIECES."""
        size = len(self.trees) // (len(self.start) * PIECES)
        return tuple(self.trees[at : at + size] for at in range(0, len(self.trees), size))


def fit(examples: Examples) -> Tables:
    """Fit ROUNDS trees a class."""
    return _tables(boosted(examples, ROUNDS, LEAVES))


def boosted(examples: Examples, rounds: int, leaves: int) -> Any:
    """Fit trees leaf by leaf, each data set and class weighted down to the power of _BALANCE."""
    return boosting(rounds, leaves, _RATE).fit(examples.traits, examples.target, sample_weight=weights(examples))


def boosting(rounds: int, leaves: int, rate: float) -> Any:
    """Return scikit-learn's boosted trees, still to be fitted; the same each time."""
    from sklearn.ensemble import HistGradientBoostingClassifier  # the `train` extra: what is learnt already needs none

    return HistGradientBoostingClassifier(
        max_iter=rounds,
        max_leaf_nodes=leaves,
        learning_rate=rate,
        l2_regularization=_L2,
        min_samples_leaf=_FEWEST,
        early_stopping=False,
        random_state=0,
    )


def fit_level(examples: Examples) -> Level:
    """Fit the forest that tells level walking from all else in any mounting."""
    grower = boosting(4 * LEVEL_ROUNDS, LEAVES, _LEVEL_RATE)
    traits = np.zeros_like(examples.traits)
    traits[:, _LEVEL_TRAITS] = examples.traits[:, _LEVEL_TRAITS]
    grower.fit(traits, examples.target == LEVEL, sample_weight=weights(examples))
    grown = [round_[0].nodes for round_ in grower._predictors]
    scale = 127.0 / _largest_leaf(grown)
    base = float(grower._baseline_prediction.ravel()[0]) - float(np.log(_LEVEL_SURE / (1 - _LEVEL_SURE)))
    return Level(b"".join(_tree(nodes, scale) for nodes in grown), round(base * scale))


def weights(examples: Examples) -> NDArray[np.float64]:
    """Return each example's weight; they average 1."""
    out = np.zeros(len(examples.target))
    for dataset in np.unique(examples.dataset):
        for target in range(len(CLASSES)):
            same = (examples.dataset == dataset) & (examples.target == target)
            if same.any():
                out[same] = float(same.sum()) ** -_BALANCE
    return out / out.mean()


def _tables(grower: Any) -> Tables:
    """Return the tables; a class that was never seen gets empty trees and a start that cannot win."""
    known = grower.classes_.tolist()
    grown = {c: [round_[known.index(c)].nodes for round_ in grower._predictors] for c in known}
    scale = min(_SCALE, 127.0 / max(map(_largest_leaf, grown.values())))
    base = grower._baseline_prediction.ravel()
    start = tuple(round(float(base[known.index(c)]) * scale) if c in known else _NEVER for c in range(len(CLASSES)))
    empty = [_EMPTY] * ROUNDS
    trees = [[_tree(nodes, scale) for nodes in grown[c]] if c in known else empty for c in range(len(CLASSES))]
    return Tables(b"".join(tree for group in trees for tree in group), start)


def _largest_leaf(trees: list[Any]) -> float:
    return max(float(np.abs(nodes["value"][nodes["is_leaf"] == 1]).max()) for nodes in trees)


def _tree(nodes, scale: float) -> bytes:
    """Return one tree in TREE_BYTES; a tree of a single leaf becomes a node both of whose sides reach it."""
    inner = [i for i in range(len(nodes)) if not nodes[i]["is_leaf"]]
    leaves = [i for i in range(len(nodes)) if nodes[i]["is_leaf"]]
    place = {node: k for k, node in enumerate(inner)} | {node: 128 + k for k, node in enumerate(leaves)}
    out = bytearray(TREE_BYTES)
    for k, i in enumerate(inner):
        limit = int(np.floor(nodes[i]["num_threshold"]))
        sides = (place[int(nodes[i]["left"])], place[int(nodes[i]["right"])])
        out[5 * k : 5 * k + 5] = bytes((int(nodes[i]["feature_idx"]), limit & 255, limit >> 8 & 255, *sides))
    if not inner:
        out[3:5] = b"\x80\x80"
    for k, i in enumerate(leaves):
        out[25 + k] = round(float(nodes[i]["value"]) * scale) & 255
    return bytes(out)
