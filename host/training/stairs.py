"""Whether stairs up can be told from stairs down, people left out: `OMP_NUM_THREADS=1 python -m training.stairs`.

Epochs labelled as stairs, seen as the forest sees them (own axes known), as the record keeps them, and by the phase
between the thigh's push and swing, which neither holds. Not part of `ambula`: see RESULTS.md.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ambula.twin.classify import described
from ambula.twin.features import measure_stream
from ambula.twin.score import followed, score_stream
from nodecore import record
from nodecore.roles import THIGH
from nodecore.sampling import EPOCH_SAMPLES
from training.f1 import f1_of
from training.folds import FOLDS, folds_of
from training.forest import boosting
from training.recordings import Floats, Stretch, by_limb, turned
from training.traits import DATASETS, own_frame

VIEWS = ("traits on the own axes", "record, byte by byte", "phase of push and swing")
_ROUNDS, _LEAVES, _RATE = 30, 6, 0.15
_LAGS = range(-8, 9, 2)  # samples

Row = tuple[str, str, bool, tuple[Floats, Floats, Floats]]


def epochs() -> Iterator[Row]:
    """Yield data set, person, whether it goes up, and the views, of each epoch of stairs."""
    for dataset in DATASETS:
        for limb in by_limb(dataset):
            frame = own_frame(limb)
            for stretch in limb:
                rows = np.flatnonzero(np.char.startswith(stretch.label, "stairs_"))
                for row, views in zip(rows.tolist(), _views(stretch, turned(stretch, frame, ""), rows), strict=True):
                    yield dataset, stretch.subject, str(stretch.label[row]) == "stairs_up", views


def _views(worn: Stretch, own: Stretch, rows: NDArray[np.int64]) -> list[tuple[Floats, Floats, Floats]]:
    measured = measure_stream(own.counts)
    traits = described(measured.values, followed(measured, THIGH), np.ones(len(own.label), np.int64)).astype(float)
    data = score_stream(worn.counts, THIGH)
    means = data[:, record.MEAN_X : record.MEAN_Z + 1].view(np.int8)
    kept = np.concatenate([means, data[:, record.MAD_X :]], axis=1).astype(float)
    waves = own.counts.reshape(-1, EPOCH_SAMPLES, 3).astype(float)
    return [(traits[row], kept[row], _phase(waves[row])) for row in rows.tolist()]


def _phase(wave: Floats) -> Floats:
    """Return how push (x, magnitude) and swing (z) follow each other, and how lopsided each is."""
    size = np.linalg.norm(wave, axis=1)
    x, z, push = (_smooth(one) for one in (wave[:, 0], wave[:, 2], size))
    follow = [_alike(one, z, lag) for one in (x, push) for lag in _LAGS]
    return np.array(follow + [_skew(one) for one in (x, z, size, np.diff(x), np.diff(z), np.diff(size))])


def _smooth(series: Floats) -> Floats:
    return np.convolve(series - series.mean(), np.full(5, 0.2), "same")


def _alike(a: Floats, b: Floats, lag: int) -> float:
    n = len(a)
    both = a[max(0, lag) : n + min(0, lag)] * b[max(0, -lag) : n - max(0, lag)]
    return float(both.sum() / (np.sqrt((a * a).sum() * (b * b).sum()) + 1e-9))


def _skew(series: Floats) -> float:
    away = series - series.mean()
    return float((away**3).mean() / ((away * away).mean() ** 1.5 + 1e-9))


def _told(train: Floats, up: NDArray[np.bool_], test: Floats) -> NDArray[np.bool_]:
    return boosting(_ROUNDS, _LEAVES, _RATE).fit(train, up).predict(test)


def _f1(truth: NDArray[np.bool_], found: NDArray[np.bool_]) -> str:
    f1 = f1_of(truth, found)
    return f"{f1[True]:.3f}, {f1[False]:.3f}"


def main() -> None:
    """Print F1 of up and down in each set, by folds and by the other set."""
    rows = list(epochs())
    dataset, person = np.array([row[0] for row in rows]), np.array([row[1] for row in rows])
    up = np.array([row[2] for row in rows], np.bool_)
    fold = folds_of(person)
    for view, name in enumerate(VIEWS):
        seen = np.array([row[3][view] for row in rows])
        found = np.zeros(len(up), np.bool_)
        for number in range(FOLDS):
            found[fold == number] = _told(seen[fold != number], up[fold != number], seen[fold == number])
        for one, other in (DATASETS, DATASETS[::-1]):
            here, away = dataset == one, dataset == other
            right = {
                who: float((up == found)[here & (person == who)].mean()) for who in np.unique(person[here]).tolist()
            }
            worst = min(right, key=lambda who: right[who])
            there = _told(seen[away], up[away], seen[here])
            print(f"{name}: {one}, {here.sum()} epochs, F1 up, down {_f1(up[here], found[here])};", end=" ")
            print(f"worst {worst} {right[worst]:.3f}; by the other set {_f1(up[here], there)}", flush=True)


if __name__ == "__main__":
    main()
