"""What a mounting costs once it is learnt: `OMP_NUM_THREADS=1 python -m training.mountings`.

Each limb's recordings are joined, turned, and worn twice in a row; the second time counts. Forests of five folds by
person. Prints accuracy and macro-F1 a data set and mounting; sitting and lying are one class.
"""

import sys
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from ambula.twin.score import score_stream
from nodecore import activity, record
from nodecore.roles import THIGH
from training.f1 import f1_of
from training.folds import Source, each_fold, fold_of
from training.recordings import Floats, Stretch, by_limb, turned
from training.traits import DATASETS

_ABOUT = {"x": 0, "y": 1, "z": 2}
MOUNTINGS = (
    ("as worn", ()),
    ("other leg", (("mirror", 0),)),
    ("upside down", (("z", 180),)),
    ("inside out", (("x", 180),)),
    *((f"about the long axis {a}", (("x", a),)) for a in (20, 45, 90)),
    *((f"leaning forward {a}", (("y", a),)) for a in (15, 30, -15, -30)),
    *((f"leaning sideways {a}", (("z", a),)) for a in (15, 30)),
)
_CLASS_OF = {
    "sitting": activity.SEDENTARY,
    "lying": activity.SEDENTARY,
    "standing": activity.STANDING,
    "walking": activity.WALKING,
    "turning": activity.WALKING,
    "running": activity.RUNNING,
    "stairs_up": activity.STAIRS,
    "stairs_down": activity.STAIRS,
    "cycling": activity.CYCLING,
}


def axes(turns: Iterable[tuple[str, float]]) -> Floats:
    """Return the axes (rows) of a node turned about x, y or z by degrees, or seen in a mirror."""
    out = np.eye(3)
    for about, degrees in turns:
        if about == "mirror":
            out = np.diag([1.0, -1.0, 1.0]) @ out
            continue
        a, b = (k for k in range(3) if k != _ABOUT[about])
        one = np.eye(3)
        one[a, a] = one[b, b] = np.cos(np.radians(degrees))
        one[b, a] = np.sin(np.radians(degrees))
        one[a, b] = -one[b, a]
        out = one @ out
    return out


def second_wear(limb: list[Stretch], frame: Floats) -> NDArray[np.int64]:
    """Return (truth, answer) of the labelled epochs, (n, 2)."""
    counts = np.concatenate([turned(one, frame, "").counts for one in limb])
    label = np.concatenate([one.label for one in limb]).tolist()
    says = score_stream(np.concatenate([counts, counts]), THIGH)[len(label) :, record.ACTIVITY] & 15
    pairs = [(_CLASS_OF[name], int(said)) for name, said in zip(label, says, strict=True) if name in _CLASS_OF]
    return np.array(pairs, np.int64).reshape(-1, 2)


def main() -> None:
    """Print the table."""
    source = Source.load()
    found: dict[tuple[str, str], list[NDArray[np.int64]]] = {}
    limbs = {dataset: list(by_limb(dataset)) for dataset in DATASETS}
    for fold in each_fold(source):
        for dataset, every in limbs.items():
            for limb in (one for one in every if fold_of(one[0].subject) == fold):
                for name, turns in MOUNTINGS:
                    found.setdefault((dataset, name), []).append(second_wear(limb, axes(turns)))
    for (dataset, name), parts in sorted(found.items()):
        pairs = np.concatenate(parts)
        truth, said = pairs.T
        right = float(np.mean(truth == said))
        macro_f1 = float(np.mean(list(f1_of(truth, said).values())))
        sys.stdout.write(f"{dataset}  {name:<24} accuracy {right:.3f}  macro-F1 {macro_f1:.3f}\n")


if __name__ == "__main__":
    main()
