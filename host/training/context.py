"""What smoothing over both neighbours would do after the sync: `OMP_NUM_THREADS=1 python -m training.context`.

The walking, stairs and running that nodes decided, by forests that did not see the person, changed in two ways and
scored by the external harness: the labelled streams, and HuGaDB's recordings as they were, bouts and all. Not part of
`ambula`: see RESULTS.md.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ambula.epochs.table import EpochTable
from nodecore import activity
from nodecore.roles import THIGH
from training.folds import Source, each_fold
from training.harness import Stream, answer, external_or_exit, streams, table_of
from training.traits import DATASETS

GAITS = (activity.WALKING, activity.STAIRS, activity.RUNNING)
ORDERS = ((DATASETS[0], "shuffle"), (DATASETS[0], "segment"), (DATASETS[1], "blocks"), (DATASETS[1], "shuffle"))
_LEAD = 15 * 24 / 127  # log odds of a full confidence
_CHANGE = 1.0  # log odds that a change of gait costs

Codes = NDArray[np.uint8]
Scored = list[tuple[Stream, EpochTable]]


def as_it_is(table: EpochTable) -> Codes:
    """Return what the node said."""
    return table.activity


def lone(table: EpochTable) -> Codes:
    """Return the codes with a single epoch of one gait between two of another, and less sure than both, as those."""
    out, sure = table.activity.copy(), table.confidence
    before, here, after = table.activity[:-2], table.activity[1:-1], table.activity[2:]
    odd = (before == after) & (here != before) & np.isin(here, GAITS) & np.isin(before, GAITS)
    odd &= sure[1:-1] < np.minimum(sure[:-2], sure[2:])
    out[1:-1][odd] = before[odd]
    return out


def path(table: EpochTable) -> Codes:
    """Return the codes with each run of gait on its likeliest path, where a change of gait costs `_CHANGE`."""
    out = table.activity.copy()
    gait = np.isin(out, GAITS)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], gait.astype(int), [0]])))
    for start, end in edges.reshape(-1, 2).tolist():
        out[start:end] = _likeliest(out[start:end], table.confidence[start:end])
    return out


def _likeliest(codes: Codes, sure: NDArray[np.float64]) -> Codes:
    gaits = np.array(GAITS, np.uint8)
    told = np.where(codes[:, None] == gaits, 0.2 + _LEAD * sure[:, None], 0.0)
    change = _CHANGE * (1 - np.eye(len(gaits)))
    best, came = told[0], np.zeros((len(codes), len(gaits)), np.int64)
    for row in range(1, len(codes)):
        options = best - change
        came[row] = options.argmax(axis=1)
        best = options.max(axis=1) + told[row]
    at = int(best.argmax())
    out = [at]
    for row in range(len(codes) - 1, 0, -1):
        at = int(came[row, at])
        out.append(at)
    return gaits[out[::-1]]


WAYS: Mapping[str, Callable[[EpochTable], Codes]] = {"as it is": as_it_is, "lone epochs": lone, "likeliest path": path}


def _scored(source: Source) -> dict[tuple[str, str], Scored]:
    out: dict[tuple[str, str], Scored] = {which: [] for which in ORDERS}
    for fold in each_fold(source):
        for dataset, order in ORDERS:
            some = streams(dataset, fold, order)
            out[dataset, order] += [(one, table_of(one["data"][:, :3], one["fs"], THIGH)) for one in some]
    return out


def main() -> None:
    """Print accuracy, macro-F1 and each class' F1, as it is and smoothed."""
    _, score = external_or_exit()
    for (dataset, order), scored in _scored(Source.load()).items():
        for name, way in WAYS.items():
            answers = [answer(replace(table, activity=way(table))) for _, table in scored]
            found = score.classify(score.rows([one for one, _ in scored], answers, "thigh"), "thigh")
            f1 = ", ".join(f"{label} {figures[2]:.3f}" for label, figures in found["pooled"].items())
            print(f"{dataset} {order}, {name}: macro-F1 {found['macro_f1']:.3f}; {f1}", flush=True)


if __name__ == "__main__":
    main()
