"""The forests' view of labelled epochs: the traits of every epoch that they would be asked about."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ambula.evaluation.axes import frame_along
from ambula.twin.classify import asks, described
from ambula.twin.features import measure_stream
from ambula.twin.mounting import walks_for_sure
from ambula.twin.score import followed
from nodecore import trait
from nodecore.features import FRONT, UP
from nodecore.roles import THIGH
from training.recordings import Floats, Stretch, by_limb, slowed_stretch, turned

CLASSES = ("running", "stairs", "standing", "walking")  # the order of `nodecore.forest.ACTIVITIES`
LEVEL = CLASSES.index("walking")
ECHOES = tuple(range(trait.ECHO, trait.ECHO + 4))
DATASETS = ("hugadb_v1", "pdiot_2023")
_SAMPLE = "[Ss]1[01]"  # file names
_SLOWER = (1.3, 1.7, 2.2)  # people with back pain walk slower than students: time longer by
_OFF = ((4.0, 20.0), (-4.0, -20.0))  # how far a learnt frame may be off: degrees of lean and about the long axis
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
    """n epochs: `traits` (n, trait.SIZE) int64, `target` (n,) index into CLASSES, `dataset` and `subject` (n,)."""

    traits: NDArray[np.int64]
    target: NDArray[np.int64]
    dataset: NDArray[np.str_]
    subject: NDArray[np.str_]

    def rows(self, which: NDArray[np.bool_]) -> "Examples":
        """Return the chosen examples."""
        return Examples(self.traits[which], self.target[which], self.dataset[which], self.subject[which])


def examples(datasets: tuple[str, ...], people: str = "*") -> Examples:
    """Return what the forest of kinds learns from, in a fixed order.

    Every epoch on the axes of the own walking, as they are and somewhat off, walks also slowed down; and as worn, where
    the forest is not told the angles.
    """
    parts: list[Examples] = []
    for dataset in datasets:
        for limb in by_limb(dataset, people):
            frame = own_frame(limb)
            for stretch in limb:
                parts.append(_kinds(turned(stretch, frame, ""), 1))
                parts += [_kinds(turned(slow, frame, ""), 1) for slow in _slow(stretch)]
                parts += [_kinds(turned(stretch, off_by(*off) @ frame, " off"), 1) for off in _OFF]
                parts.append(_kinds(turned(stretch, np.eye(3), " as worn"), 0))
    return _joined(parts)


def level_examples(datasets: tuple[str, ...], people: str = "*") -> Examples:
    """Return what the forest of level walking learns from: sure gait as worn, walks also slowed down."""
    parts: list[Examples] = []
    for dataset in datasets:
        for limb in by_limb(dataset, people):
            for stretch in limb:
                parts += [_level(one) for one in (stretch, *_slow(stretch))]
    return _joined(parts)


def digest(datasets: tuple[str, ...]) -> str:
    """Return a hash of what three people give to learn from: it changes with whatever the forests rest on."""
    some = (examples(datasets, _SAMPLE), level_examples(datasets, _SAMPLE))
    found = b"".join(one.traits.tobytes() + one.target.tobytes() for one in some)
    return hashlib.sha256(found).hexdigest()[:16]


def own_frame(limb: Iterable[Stretch]) -> Floats:
    """Return the axes (rows) of which x lies along the mean walking direction and z is as near to z as can be."""
    means = [measure_stream(one.counts).values[one.label == "walking", UP : FRONT + 1] for one in limb]
    return frame_along(np.concatenate(means).mean(axis=0))


def off_by(lean_deg: float, twist_deg: float) -> Floats:
    """Return the axes of a frame that leans x towards z and is twisted about x by so much."""
    (c, s), (d, t) = [(np.cos(a), np.sin(a)) for a in np.radians([lean_deg, twist_deg])]
    lean = np.array([[c, 0.0, -s], [0.0, 1.0, 0.0], [s, 0.0, c]])
    return lean @ np.array([[1.0, 0.0, 0.0], [0.0, d, -t], [0.0, t, d]])


def _slow(stretch: Stretch) -> list[Stretch]:
    return [slowed_stretch(stretch, factor) for factor in _SLOWER] if set(stretch.label.tolist()) == {"walking"} else []


def _joined(parts: list[Examples]) -> Examples:
    columns = ("traits", "target", "dataset", "subject")
    return Examples(*(np.concatenate([getattr(part, name) for part in parts]) for name in columns))


def _kinds(stretch: Stretch, own: int) -> Examples:
    measured = measure_stream(stretch.counts)
    gait = followed(measured, THIGH)
    chosen = asks(measured.values, gait, THIGH)
    return _examples(stretch, described(measured.values, gait, np.full(len(chosen), own)), chosen)


def _level(stretch: Stretch) -> Examples:
    measured = measure_stream(stretch.counts)
    gait = followed(measured, THIGH)
    traits = described(measured.values, gait, np.zeros(len(stretch.label), np.int64))
    return _examples(stretch, traits, walks_for_sure(measured.values, gait))


def _examples(stretch: Stretch, traits: NDArray[np.int64], chosen: NDArray[np.bool_]) -> Examples:
    chosen = chosen & np.array([label in _CLASS_OF for label in stretch.label], np.bool_)
    target = np.array([_CLASS_OF[label] for label in stretch.label[chosen].tolist()], np.int64)
    same = (np.full(len(target), stretch.dataset), np.full(len(target), stretch.subject))
    return Examples(traits[chosen], target, *same)
