"""Five folds by person: whose epochs a forest is tried on, and the host's node wearing the forests of a fold."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from nodecore import model
from training.forest import Level, Tables, fit, fit_level
from training.traits import DATASETS, Examples, examples, level_examples

FOLDS = 5


@dataclass(frozen=True)
class Source:
    """What both forests learn from."""

    kinds: Examples
    level: Examples

    @classmethod
    def load(cls, datasets: tuple[str, ...] = DATASETS) -> Self:
        """Read every person of the data sets; FileNotFoundError without data."""
        return cls(examples(datasets), level_examples(datasets))

    def without(self, fold: int) -> "Source":
        """Return what people outside the fold give."""
        kinds, level = (one.rows(folds_of(one.subject) != fold) for one in (self.kinds, self.level))
        return Source(kinds, level)


def fold_of(person: str) -> int:
    """Return the fold of a person, 0..FOLDS - 1: the same for both thighs and every slowed copy."""
    return sum(map(ord, person)) * 7 % FOLDS


def folds_of(people: NDArray[np.str_]) -> NDArray[np.int64]:
    """Return the fold of each person, (n,)."""
    return np.array([fold_of(person) for person in people.tolist()], np.int64)


def learn(source: Source) -> tuple[Tables, Level]:
    """Return both forests."""
    return fit(source.kinds), fit_level(source.level)


def wear(kinds: Tables, level: Level) -> None:
    """Put the forests on the host's node, for this process."""
    model.TREES, model.START = kinds.pieces, kinds.start
    model.LEVEL_TREES, model.LEVEL_START = level.trees, level.start


def each_fold(source: Source) -> Iterator[int]:
    """Yield every fold, while the host's node wears the forests that did not see its people."""
    for fold in range(FOLDS):
        wear(*learn(source.without(fold)))
        yield fold
