"""Lying or sitting where the trunk leans back to the border: `python -m training.reclined [made] [real] [sway]`.

`made` needs no data: a sitter for ten hours whose trunk's angle is drawn anew each epoch about 55 degrees, with the
sensor's noise. `real`: agreement with the labels by person, the worst first, on three sets beside the project.
`sway`: by how much the trunk's angle changes from one epoch to the next while people sit or lie.
"""

import sys
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ambula.epochs.bouts import find_bouts, lengths
from ambula.epochs.fusion import fuse_records
from ambula.epochs.table import EpochTable, Records
from ambula.recordings.classify import records_of
from ambula.recordings.recording import Recording, resample
from ambula.twin.score import score_stream
from nodecore import activity
from nodecore.roles import BACK, THIGH
from nodecore.sampling import COUNTS_PER_G, EPOCH_S, EPOCH_SAMPLES, EPOCHS_A_MINUTE, EPOCHS_AN_HOUR
from training.paired_posture import doubted, posture_pairs
from training.recordings import DATA
from training.tables import chosen

HOURS = 10
SEEDS = range(5)
NOISE_DEG = (0.5, 1.0, 2.0, 3.0, 4.0, 5.0)
BORDER_DEG = 55.0
_NOISE_G = 0.01  # what a quiet body moves, so that no node is taken for laid down
_TRUTH = {"lying": activity.LYING, "sitting": activity.SITTING}

Ints = NDArray[np.int64]
Said = tuple[str, Ints, Ints, NDArray[np.float64]]  # person, truth, said, degrees


def sitter(noise_deg: float, seed: int) -> EpochTable:
    """Return the fused epochs of a seated thigh and a trunk that leans about the border."""
    dice = np.random.default_rng(seed)
    epochs = HOURS * EPOCHS_AN_HOUR
    lean = np.radians(BORDER_DEG + noise_deg * dice.standard_normal(epochs))
    back_g = np.repeat(np.stack([np.cos(lean), 0 * lean, -np.sin(lean)], axis=1), EPOCH_SAMPLES, axis=0)
    thigh_g = np.tile([0.0, 0.0, 1.0], (len(back_g), 1))
    sides: list[Records] = []
    for role, acc_g in ((THIGH, thigh_g), (BACK, back_g)):
        counts = np.rint((acc_g + _NOISE_G * dice.standard_normal(acc_g.shape)) * COUNTS_PER_G)
        sides.append(Records(np.arange(epochs), score_stream(counts.astype(np.int16), role)))
    return fuse_records(sides[0], sides[1])


def made() -> None:
    """Print changes an hour and sitting bouts of half an hour for every noise, all seeds together."""
    for noise_deg in NOISE_DEG:
        tables = [sitter(noise_deg, seed) for seed in SEEDS]
        changes = sum(int((np.diff(t.activity) != 0).sum()) for t in tables) / HOURS / len(tables)
        long = [lengths(find_bouts(t.epoch, t.activity == activity.SITTING)) for t in tables]
        bouts = sum(int((one >= 30 * EPOCHS_A_MINUTE).sum()) for one in long)
        lying = np.mean([(t.activity == activity.LYING).mean() for t in tables])
        print(
            f"noise {noise_deg} deg: {changes:.1f} changes an hour, {bouts} sitting bouts of 30 min in "
            f"{HOURS * len(tables)} h, lying {lying:.2f}",
            flush=True,
        )


def _scored(acc_g: NDArray[np.float64], rate_hz: float, role: int) -> Records:
    return records_of(resample(Recording.even(acc_g, rate_hz)), role)


def _dsads() -> Iterator[Said]:
    """Thigh and chest, synchronous; sitting and lying of five minutes each."""
    for path in sorted((DATA / "dsads").glob("*.npz")):
        with np.load(path) as file:
            one = dict(file)
        for number in np.unique(one["seg"]).tolist():
            rows = one["seg"] == number
            label = str(one["label"][rows][0])
            if label in _TRUTH:
                sides = [_scored(one[k][rows].astype(float), 25.0, r) for k, r in (("acc_thigh", 0), ("acc_trunk", 1))]
                table = fuse_records(sides[0], sides[1])
                yield path.stem, np.full(len(table), _TRUTH[label]), *_of(table)


def _hapt() -> Iterator[Said]:
    """One waist as a back alone, whole recordings: it says lying or not; epochs of one label count."""
    for path in sorted((DATA / "hapt_waist").glob("*.npz")):
        with np.load(path) as file:
            one = dict(file)
        for number in np.unique(one["seg"]).tolist():
            rows = one["seg"] == number
            labels = one["label"][rows]
            table = fuse_records(None, _scored(one["acc_waist"][rows].astype(float), float(one["fs"]), BACK))
            size = int(float(one["fs"]) * EPOCH_S)
            pieces = [set(labels[i * size : (i + 1) * size].tolist()) for i in range(len(table))]
            pure = [i for i, seen in enumerate(pieces) if len(seen) == 1 and seen <= set(_TRUTH)]
            truth = np.array([_TRUTH[next(iter(pieces[i]))] for i in pure], np.int64)
            said, degrees = _of(table)
            said = np.where(said == activity.LYING, activity.LYING, activity.SITTING)
            yield path.stem, truth, said[pure], degrees[pure]


def _pdiot() -> Iterator[Said]:
    """Thigh and front trunk, paired by person and class: sitting and lying on four sides."""
    bad = doubted(DATA / "pdiot_2023")
    for path in sorted((DATA / "pdiot_2023").glob("s*.npz")):
        if path.stem in bad:
            continue
        with np.load(path) as file:
            pair = posture_pairs(dict(file)) if "acc_trunk" in file else None
        if pair is not None:
            truth, table = pair
            at = np.isin(truth, list(_TRUTH.values()))
            said, degrees = _of(table)
            yield path.stem, truth[at], said[at], degrees[at]


def _of(table: EpochTable) -> tuple[Ints, NDArray[np.float64]]:
    return table.activity.astype(np.int64), table.back_inclination_deg


SETS = {"dsads": _dsads, "hapt_waist": _hapt, "pdiot_2023": _pdiot}


def real() -> None:
    """Print how much of each person's sitting and lying is said as labelled, and how often the word changes."""
    for name, of_set in SETS.items():
        people: dict[str, list[NDArray[np.bool_]]] = {}
        changes = epochs = 0
        for person, truth, said, _ in of_set():
            people.setdefault(person, []).append(truth == said)
            changes += int(((np.diff(said) != 0) & (np.diff(truth) == 0)).sum())
            epochs += len(said)
        shares = sorted((float(np.concatenate(hits).mean()), person) for person, hits in people.items())
        worst = ", ".join(f"{person} {share:.3f}" for share, person in shares[:3])
        mean = np.mean([share for share, _ in shares])
        print(f"{name}: {len(shares)} people, {epochs} epochs, mean {mean:.4f}, worst {worst}, {changes} changes")


def sway() -> None:
    """Print how far the trunk's angle moves from epoch to epoch, and from the median, while one label lasts."""
    for name, of_set in SETS.items():
        steps, away = [], []
        for _, truth, _, degrees in of_set():
            steps.append(np.abs(np.diff(degrees)[np.diff(truth) == 0]))
            away += [np.abs(degrees[truth == t] - np.nanmedian(degrees[truth == t])) for t in np.unique(truth)]
        step = np.concatenate(steps)
        told = [f"{q} % {np.nanpercentile(step, q):.1f}" for q in (50, 90, 95, 99)]
        print(f"{name}: degrees from epoch to epoch: {', '.join(told)}, of {len(step)}")


TABLES = {"made": made, "real": real, "sway": sway}


def main(names: list[str]) -> None:
    """Print the chosen tables."""
    for table in chosen(names, TABLES):
        table()


if __name__ == "__main__":
    main(sys.argv[1:])
