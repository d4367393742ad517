"""The forest's view of labelled epochs: the traits of every epoch that it would be asked about."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ambula.fastclassify import asks, described
from ambula.fastfeatures import measure_stream
from ambula.fastscore import followed
from nodecore.classify import THIGH
from training.recordings import Stretch, slowed, stretches, tilted

CLASSES = ("running", "stairs", "standing", "walking")  # the order of `nodecore.forest.ACTIVITIES`
_SLOWER = (1.3, 1.7, 2.2)  # people with back pain walk slower than students: time longer by
_TILTS = (-12.0, 12.0)  # tape and pockets lean: degrees
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
    """Return the examples of the data sets, and their walks slowed down, in a fixed order."""
    parts: list[Examples] = []
    for dataset in datasets:
        for stretch in stretches(dataset):
            parts.append(_examples(stretch))
            parts += [_examples(tilted(stretch, degrees)) for degrees in _TILTS]
            if set(stretch.label.tolist()) == {"walking"}:
                parts += [_examples(slowed(stretch, factor)) for factor in _SLOWER]
    columns = ("traits", "target", "dataset", "subject")
    return Examples(*(np.concatenate([getattr(part, name) for part in parts]) for name in columns))


def _examples(stretch: Stretch) -> Examples:
    measured = measure_stream(stretch.counts)
    gait = followed(measured, THIGH)
    known = np.array([label in _CLASS_OF for label in stretch.label], np.bool_)
    chosen = asks(measured.values, gait, THIGH) & known
    target = np.array([_CLASS_OF[label] for label in stretch.label[chosen].tolist()], np.int64)
    same = (np.full(len(target), stretch.dataset), np.full(len(target), stretch.subject))
    return Examples(described(measured.values, gait)[chosen], target, *same)
