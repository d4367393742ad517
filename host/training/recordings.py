"""Labelled thigh recordings as the node would sample them, cut into epochs; the recordings are not here."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ambula.recordings.recording import MIN_COVERED, Recording, resample
from nodecore.sampling import EPOCH_S, EPOCH_SAMPLES

Floats = NDArray[np.float64]

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
X_DOWN = np.array([-1.0, -1.0, 1.0])  # both sets record x down the thigh, z forward; here x is up
SITES = {"hugadb_v1": ("acc_thigh", "acc_thigh_left"), "pdiot_2023": ("acc_thigh",)}
AGREE = 0.8  # of an epoch's samples that must carry its label


@dataclass(frozen=True)
class Stretch:
    """One uninterrupted recording: `counts` (E * 130, 3) int16; `label` (E,) of each epoch, "" where they are mixed."""

    dataset: str
    subject: str
    site: str
    counts: NDArray[np.int16]
    label: NDArray[np.str_]


def stretches(dataset: str, people: str = "*") -> Iterator[Stretch]:
    """Yield every stretch of a data set, worn as labelled, in a fixed order; FileNotFoundError without data.

    people: whose, a pattern of file names.
    """
    folder = DATA / dataset
    wrong = _worn_wrongly(folder)
    for path in sorted(folder.glob(people + ".npz")):
        if path.stem not in wrong:
            with np.load(path) as data:
                for site in SITES[dataset]:
                    yield from _cut(
                        (dataset, path.stem, site), data[site], data["seg"], data["label"], float(data["fs"])
                    )


def slowed(walk: Floats, factor: float) -> Floats:
    """Return a walk (n, 3), in any unit, with time stretched by `factor` (>= 1) and movement divided by its square."""
    rest = walk.mean(axis=0)
    at = np.arange(int(len(walk) * factor)) / factor
    moved = np.stack([np.interp(at, np.arange(len(walk)), column) for column in (walk - rest).T], axis=1)
    return moved / (factor * factor) + rest


def slowed_stretch(stretch: Stretch, factor: float) -> Stretch:
    """Return a stretch of walking, all of one label, as `slowed`; what is no whole epoch is cut off."""
    slow = np.rint(slowed(stretch.counts.astype(np.float64), factor)).astype(np.int16)
    epochs = len(slow) // EPOCH_SAMPLES
    label = np.repeat(stretch.label[:1], epochs)
    return replace(stretch, dataset=stretch.dataset + " slowed", counts=slow[: epochs * EPOCH_SAMPLES], label=label)


def turned(stretch: Stretch, frame: Floats, name: str) -> Stretch:
    """Return a stretch on other axes, the rows of `frame` (3, 3); the data set's name is followed by `name`."""
    counts = np.clip(np.rint(stretch.counts @ frame.T), -32768, 32767).astype(np.int16)
    return replace(stretch, dataset=stretch.dataset + name, counts=counts)


def by_limb(dataset: str, people: str = "*") -> Iterator[list[Stretch]]:
    """Yield all stretches of one person's one site at a time."""
    every = sorted(stretches(dataset, people), key=lambda one: (one.subject, one.site))
    for _, group in groupby(every, key=lambda one: (one.subject, one.site)):
        yield list(group)


def _worn_wrongly(folder: Path) -> set[str]:
    flags: dict[str, list[str]] = json.loads((folder / "meta.json").read_text()).get("quality_flags", {})
    return {subject for subject, found in flags.items() if any(flag.startswith("thigh") for flag in found)}


def _cut(
    whose: tuple[str, str, str],
    acc: NDArray[np.float32],
    seg: NDArray[np.int64],
    label: NDArray[np.str_],
    rate_hz: float,
) -> Iterator[Stretch]:
    for number in np.unique(seg):
        rows = np.flatnonzero(seg == number)
        if len(rows) < MIN_COVERED * EPOCH_S * rate_hz:
            continue
        acc_g = np.nan_to_num(acc[rows].astype(np.float64)) * X_DOWN
        samples = resample(Recording.even(acc_g, rate_hz, whose[1]))
        counts = samples.counts
        yield Stretch(*whose, counts, _labels(label[rows], rate_hz, len(counts) // EPOCH_SAMPLES))


def _labels(label: NDArray[np.str_], rate_hz: float, epochs: int) -> NDArray[np.str_]:
    edges = np.minimum(np.rint(np.arange(epochs + 1) * EPOCH_S * rate_hz).astype(int), len(label))
    return np.array([_label(label[a:b]) for a, b in pairwise(edges)])


def _label(part: NDArray[np.str_]) -> str:
    names, counts = np.unique(part, return_counts=True)
    best = int(counts.argmax())
    return str(names[best]) if counts[best] >= AGREE * len(part) else ""
