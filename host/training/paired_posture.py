"""Posture from two nodes on real people, paired by person and class: what PDIoT 2023 can say about lying and sitting.

    cd host && python -m training.paired_posture FOLDER [--flagged]

FOLDER holds the npz files. Thigh and FRONT trunk of a person were recorded in the same trials but are not aligned in
time, so only what stands still is paired: lying on four sides, sitting, standing, six epochs each. The trunk node is
turned to the back's axes. This supports the two-node posture; it does not validate it at L5.
"""

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ambula.epochs.fusion import fuse_records
from ambula.epochs.table import EpochTable, Records
from ambula.recordings.classify import records_of
from ambula.recordings.recording import Recording, resample
from nodecore import activity

RATE_HZ = 25.0
CLASSES = {
    "lyingBack": activity.LYING,
    "lyingLeft": activity.LYING,
    "lyingRight": activity.LYING,
    "lyingStomach": activity.LYING,
    "sitting": activity.SITTING,
    "standing": activity.STANDING,
}
_EPOCH = 125  # samples at 25 Hz
_MOST = 750


def main(folder: Path, flagged: bool) -> None:
    """Print a confusion table, the accuracy and the worst person."""
    seen: Counter[tuple[int, int]] = Counter()
    people: dict[str, float] = {}
    bad = set() if flagged else doubted(folder)
    for path in sorted(folder.glob("s*.npz")):
        if path.stem in bad:
            continue
        with np.load(path) as recording:
            found = posture_pairs(dict(recording)) if "acc_trunk" in recording else None
        if found is not None:
            pairs = list(zip(found[0].tolist(), found[1].activity.tolist(), strict=True))
            seen.update(pairs)
            people[path.stem] = sum(a == b for a, b in pairs) / len(pairs)
    total = sum(seen.values())
    right = sum(n for (a, b), n in seen.items() if a == b)
    for truth in (activity.LYING, activity.SITTING, activity.STANDING):
        row = {activity.NAMES[b]: n for (a, b), n in sorted(seen.items()) if a == truth}
        print(f"{activity.NAMES[truth]:<9}{row}")
    worst = min(people.items(), key=lambda item: item[1])
    print(f"{len(people)} people, {total} epochs, accuracy {right / total:.4f}, worst {worst[0]} {worst[1]:.3f}")


def doubted(folder: Path) -> set[str]:
    """Return the people of whom a recording is worn or labelled wrongly."""
    flags = json.loads((folder / "meta.json").read_text("utf-8"))["quality_flags"]
    return set(flags)


def posture_pairs(recording: dict[str, NDArray[Any]]) -> tuple[NDArray[np.int64], EpochTable] | None:
    """Return the truth of every paired epoch of one person, and the epochs; None where there is no pair."""
    thigh, trunk, truth = [], [], []
    for name, code in CLASSES.items():
        a = recording["acc_thigh"][np.char.startswith(recording["label_raw"], name + "_")]
        b = recording["acc_trunk"][np.char.startswith(recording["label_raw_trunk"], name + "_breathingNormal")]
        count = min(len(a), len(b), _MOST) // _EPOCH * _EPOCH
        thigh.append(a[:count] * [-1, -1, 1])  # x down, z forward -> x up
        trunk.append(np.column_stack([-b[:count, 1], b[:count, 0], -b[:count, 2]]))  # y down, z forward -> back's axes
        truth += [code] * (count // _EPOCH)
    if not truth:
        return None
    table = fuse_records(_records(np.concatenate(thigh), 0), _records(np.concatenate(trunk), 1))
    return np.array(truth, np.int64), table


def _records(acc_g: NDArray[Any], role: int) -> Records:
    return records_of(resample(Recording.even(acc_g.astype(float), RATE_HZ)), role)


if __name__ == "__main__":
    main(Path(sys.argv[1]), "--flagged" in sys.argv)
