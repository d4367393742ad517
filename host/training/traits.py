"""The forest's view of labelled epochs: the traits of every epoch that it would be asked about."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ambula.fastclassify import asks, described
from ambula.fastfeatures import measure_stream
from ambula.fastscore import followed
from nodecore.classify import THIGH
from training.recordings import stretches

CLASSES = ("running", "stairs", "standing", "walking")  # the order of `nodecore.forest.ACTIVITIES`
_CLASS_OF = {
    "running": 0,
    "stairs_up": 1,
    "stairs_down": 1,
    "standing": 2,
    "walking": 3,
    "turning": 3,
}


@dataclass(frozen=True)
class Examples:
    """n epochs: `traits` (n, 27) int64, `target` (n,) index into CLASSES, `dataset` and `subject` (n,) of each."""

    traits: NDArray[np.int64]
    target: NDArray[np.int64]
    dataset: NDArray[np.str_]
    subject: NDArray[np.str_]

    def rows(self, which: NDArray[np.bool_]) -> "Examples":
        """Return the chosen examples."""
        return Examples(self.traits[which], self.target[which], self.dataset[which], self.subject[which])


def examples(datasets: tuple[str, ...]) -> Examples:
    """Return the examples of the data sets, in a fixed order."""
    traits: list[NDArray[np.int64]] = []
    rows: list[tuple[int, str, str]] = []
    for dataset in datasets:
        for stretch in stretches(dataset):
            measured = measure_stream(stretch.counts)
            gait = followed(measured, THIGH)
            known = np.array([label in _CLASS_OF for label in stretch.label], np.bool_)
            chosen = asks(measured.values, gait, THIGH) & known
            traits.append(described(measured.values, gait)[chosen])
            rows += [(_CLASS_OF[label], dataset, stretch.subject) for label in stretch.label[chosen].tolist()]
    target, dataset_of, subject = zip(*rows, strict=True)
    return Examples(np.concatenate(traits), np.array(target), np.array(dataset_of), np.array(subject))
