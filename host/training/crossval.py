"""How well the forest tells kinds of gait in people it never saw: `OMP_NUM_THREADS=1 python -m training.crossval`.

Prints folds by person over all data sets, then trained on one set, tested on the other, then the second forest. These
are the epochs that the forest is asked about, whole epochs of one label; postures, cycling and rhythm are rules.
"""

import sys
from collections.abc import Callable
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from ambula.twin.classify import walked
from training.f1 import f1_of
from training.folds import FOLDS, Source, folds_of
from training.forest import fit, fit_level
from training.traits import CLASSES, DATASETS, Examples


def predicted(train: Examples, test: Examples) -> NDArray[np.int64]:
    """Return the class with most votes for every test example."""
    tables = fit(train)
    return walked(test.traits, tables.trees, tables.start).argmax(axis=1)


def by_person(source: Examples) -> NDArray[np.int64]:
    """Return each example's class by the forest that was trained without its fold."""
    fold = folds_of(source.subject)
    out = np.zeros(len(fold), np.int64)
    for number in range(FOLDS):
        out[fold == number] = predicted(source.rows(fold != number), source.rows(fold == number))
    return out


def report(title: str, truth: NDArray[np.int64], found: NDArray[np.int64], write: Callable[[str], object]) -> None:
    """Write F1 and confusion of each class that occurs."""
    write(f"{title}: {len(truth)} epochs, accuracy {np.mean(truth == found):.3f}\n")
    for index, f1 in f1_of(truth, found).items():
        row = [int(((truth == index) & (found == other)).sum()) for other in range(len(CLASSES))]
        write(f"  {CLASSES[index]:<9} {sum(row):>5}  F1 {f1:.3f}  -> {row}\n")


def level(source: Source, write: Callable[[str], object]) -> None:
    """Write what share of each class' sure gait the second forest takes for level walking, folds by person."""
    fold = folds_of(source.level.subject)
    taken = np.zeros(len(fold), np.bool_)
    for number in range(FOLDS):
        here = fold == number
        sure = fit_level(source.without(number).level)
        votes = walked(source.level.traits[here], sure.trees, (0,) * len(CLASSES)).sum(axis=1)
        taken[here] = votes + sure.start > 0
    for dataset in DATASETS:
        rows = [
            (name, (source.level.dataset == dataset) & (source.level.target == i)) for i, name in enumerate(CLASSES)
        ]
        told = ", ".join(f"{name} {taken[of].mean():.2f} of {of.sum()}" for name, of in rows if of.any())
        write(f"taken for level walking, {dataset}: {told}\n")


def main() -> None:
    """Print the tables."""
    both = Source.load()
    source = both.kinds
    found = by_person(source)
    for dataset in np.unique(source.dataset):
        here = source.dataset == dataset
        report(f"folds by person, {dataset}", source.target[here], found[here], sys.stdout.write)
    for one, other in permutations(DATASETS, 2):
        train = source.rows(np.char.startswith(source.dataset, one))
        test = source.rows(source.dataset == other)
        report(f"{one} -> {other}", test.target, predicted(train, test), sys.stdout.write)
    level(both, sys.stdout.write)


if __name__ == "__main__":
    main()
