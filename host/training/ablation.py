"""What rate, features and model size are worth, people left out: `OMP_NUM_THREADS=1 python -m training.ablation`.

The forest alone, as in `training.crossval`: folds by person trained on both sets, then trained on one set and tested
on the other. Names as arguments choose tables (`features size rate`), none means all.
"""

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ambula.epochs.table import EpochTable
from nodecore import trait
from training.double_rate import doubled
from training.f1 import f1_of
from training.folds import FOLDS, folds_of
from training.forest import LEAVES, ROUNDS, boosted
from training.harness import ROLES, external, table_of
from training.tables import chosen
from training.traits import CLASSES, DATASETS, ECHOES, Examples, examples

GROUPS: Mapping[str, tuple[int, ...]] = {
    "angles of the limb": (trait.UP, trait.FRONT),
    "beat and mean magnitude": (trait.BEAT, trait.MAG),
    "rhythm (likeness, stride, echoes)": (trait.LIKENESS, trait.STRIDE, *ECHOES),
    "spread of each axis": (trait.MAD_X, trait.MAD_Y, trait.MAD_Z),
    "jerk of each axis": (trait.JERK_X, trait.JERK_Y, trait.JERK_Z),
    "low-passed spread of each axis": (trait.LOW_X, trait.LOW_Y, trait.LOW_Z),
    "ratios": tuple(range(trait.LOW_Z_TO_X, trait.SIZE)),
}
SIZES = ((5, 6), (10, 6), (20, 6), (40, 6), (80, 6), (40, 2), (40, 4), (40, 12), (40, 31))  # rounds, leaves
_FEWEST = 15  # epochs of a person who may be the worst
_STAIRS = CLASSES.index("stairs")


@dataclass(frozen=True)
class Score:
    """Figures of one set: macro_f1, stairs (F1) and the person with the lowest accuracy."""

    macro_f1: float
    stairs: float
    worst: str
    worst_accuracy: float

    def __str__(self) -> str:
        return f"{self.macro_f1:.3f} | {self.stairs:.3f} | {self.worst_accuracy:.3f} ({self.worst})"


def tree_bytes(rounds: int, leaves: int) -> int:
    """Return the table bytes of a forest of four classes: five a node, one a leaf."""
    return 4 * rounds * (5 * (leaves - 1) + leaves)


def score(source: Examples, found: NDArray[np.int64]) -> Score:
    """Return the figures of one set's examples."""
    truth = source.target
    f1 = f1_of(truth, found)
    rows = {person: source.subject == person for person in np.unique(source.subject).tolist()}
    right = {who: float((truth == found)[here].mean()) for who, here in rows.items() if here.sum() >= _FEWEST}
    worst = min(right, key=lambda who: right[who])
    return Score(float(np.mean(list(f1.values()))), f1[_STAIRS], worst, right[worst])


def compare(source: Examples, rounds: int = ROUNDS, leaves: int = LEAVES) -> dict[str, Score]:
    """Return the figures of each set by folds, then of each by a forest of the other."""
    fold = folds_of(source.subject)
    found = np.zeros(len(fold), np.int64)
    for number in range(FOLDS):
        forest = boosted(source.rows(fold != number), rounds, leaves)
        found[fold == number] = forest.predict(source.rows(fold == number).traits)
    here = {name: source.dataset == name for name in DATASETS}
    out = {name: score(source.rows(rows), found[rows]) for name, rows in here.items()}
    for one, other in (DATASETS, DATASETS[::-1]):
        forest = boosted(source.rows(np.char.startswith(source.dataset, one)), rounds, leaves)
        test = source.rows(here[other])
        out[f"{one} -> {other}"] = score(test, forest.predict(test.traits))
    return out


def without(source: Examples, traits: Iterable[int]) -> Examples:
    """Return examples that say nothing in some traits."""
    kept = source.traits.copy()
    kept[:, list(traits)] = 0
    return replace(source, traits=kept)


def show(name: str, figures: Mapping[str, Score]) -> None:
    """Print one line a set: macro-F1, stairs' F1, worst person."""
    for dataset, one in figures.items():
        print(f"| {name} | {dataset} | {one} |", flush=True)


def features() -> None:
    """Print what each group of traits is worth."""
    source = examples(DATASETS)
    show(f"all {trait.SIZE} traits", compare(source))
    for name, traits in GROUPS.items():
        show(f"without {name}", compare(without(source, traits)))


def size() -> None:
    """Print what each size of the forest is worth."""
    source = examples(DATASETS)
    for rounds, leaves in SIZES:
        show(
            f"{4 * rounds} trees of {leaves} leaves, {tree_bytes(rounds, leaves)} bytes",
            compare(source, rounds, leaves),
        )


def rate() -> None:
    """Print what sampling at 52 Hz is worth, in the forest's classes and in cadence."""
    show("26 Hz", compare(examples(DATASETS)))
    _show_cadence("26 Hz")
    for name, quick in (("52 Hz, the same features", False), ("52 Hz, jerk from sample to sample", True)):
        with doubled(quick_jerk=quick):
            show(name, compare(examples(DATASETS)))
            if not quick:
                _show_cadence(name)


def _show_cadence(name: str) -> None:
    sets, figures = external()
    for dataset, role in ROLES.items():
        found = list(sets.recordings(dataset))
        answers = [table_of(one["data"][:, :3], one["fs"], role) for one in found]
        rows = figures.rows(found, [_walking(table) for table in answers], "thigh")
        found = figures.cadence(rows)
        every, steps = found["all"], found["steps"]
        told = (
            f"MAE {every['mae']}, within 5/min {every['within5']}, octave {every['octave']}, steps MAPE {steps['mape']}"
        )
        print(f"| {name} | {dataset} | {told} |", flush=True)


def _walking(table: EpochTable) -> dict[str, object]:
    """Return cadence and steps without the forest's classes, which the rate's tables leave as they are."""
    return {
        "epoch_start_s": table.start_s.astype(float),
        "activity": ["cadence_only"] * len(table),
        "cadence_spm": table.cadence_spm,
        "steps": table.steps,
    }


TABLES = {"features": features, "size": size, "rate": rate}


def main(names: list[str]) -> None:
    """Print the chosen tables."""
    for table in chosen(names, TABLES):
        table()


if __name__ == "__main__":
    main(sys.argv[1:])
