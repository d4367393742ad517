"""Which node walking shakes more, on people: two nodes at once, of recordings beside the project."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from ambula.donning.phases import find_walking
from ambula.donning.site import shake_ratio
from ambula.donning.windows import Windows, windows_of_counts
from nodecore.sampling import COUNTS_PER_G, ODR_HZ

DATA = Path(__file__).parents[4] / "shared" / "data"
UPPER = {"cmu_dual": "acc_back", "daphnet_part": "acc_back", "dsads": "acc_trunk"}
PEOPLE = [(name, path) for name in UPPER for path in sorted((DATA / name).glob("*.npz"))]


def windows(acc_g: NDArray[np.float32], fs: float) -> Windows:
    """A recording as a node would sample it."""
    at_s = np.arange(int(len(acc_g) / fs * ODR_HZ)) / ODR_HZ
    axes = [np.interp(at_s, np.arange(len(acc_g)) / fs, acc_g[:, k]) for k in range(3)]
    return windows_of_counts(np.rint(np.stack(axes, axis=1) * COUNTS_PER_G).clip(-32768, 32767).astype(np.int16))


@pytest.mark.skipif(not PEOPLE, reason="no recordings of two nodes beside the project")
def test_walking_shakes_the_thigh_more_than_the_trunk() -> None:
    ratios: list[float] = []
    for name, path in PEOPLE:
        with np.load(path, allow_pickle=True) as held:
            walks = np.char.find(held["label"].astype(str), "walk") >= 0
            at = np.ones_like(walks) if name == "daphnet_part" else walks  # which labels freezing alone
            if not at.any():
                continue
            thigh, trunk = (windows(held[key][at], float(held["fs"])) for key in ("acc_thigh", UPPER[name]))
        walking = find_walking([thigh, trunk])
        if walking.any():
            ratios.append(shake_ratio([thigh, trunk], walking))
    assert len(ratios) >= 11
    assert min(ratios) > 1.4  # 1.2 decides
