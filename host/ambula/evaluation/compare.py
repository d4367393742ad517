"""Run every program over the same epochs of a data set and put their figures side by side."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, cast

import numpy as np

from ambula.base.errors import InputError
from ambula.base.version import PROGRAM
from ambula.evaluation.cadence import CadenceScores, cadence_scores, not_scored
from ambula.evaluation.known_sets import Order, known
from ambula.evaluation.metrics import ClassScores, Fold, class_scores, excluded
from ambula.evaluation.parts import DataSet
from ambula.evaluation.programs import Answer, Program
from ambula.evaluation.streams import streams_of
from ambula.evaluation.truth import Truth
from nodecore.sampling import EPOCH_S

_LEARNT = (
    "The classifier in this version learnt from recordings of this set. The classes here show how well it fits them, "
    "not how well it does on people whom it never saw. host/training/RESULTS.md has those figures."
)


@dataclass(frozen=True)
class Scores:
    """One program's figures; None where the set has no such truth."""

    classes: ClassScores | None
    cadence: CadenceScores | None


@dataclass(frozen=True)
class Evaluation:
    """What was scored, and how each program did on it.

    excluded, cadence_excluded: epochs that are not scored, by reason. notes: what was done to the recordings, and what
    the figures do not show.
    """

    dataset: str
    sites: tuple[str, ...]
    fold: str
    order: str
    seed: int
    version: str
    people: int
    recordings: int
    hours: float
    epochs: int
    excluded: dict[str, int]
    cadence_excluded: dict[str, int]
    notes: list[str]
    programs: dict[str, Scores]

    @property
    def classes(self) -> dict[str, ClassScores]:
        """The classes of each program, Ambula's first; empty where the set has no such truth."""
        return {name: s.classes for name, s in self.programs.items() if s.classes}

    @property
    def cadence(self) -> dict[str, CadenceScores]:
        """The same of cadence and steps."""
        return {name: s.cadence for name, s in self.programs.items() if s.cadence}

    def plain(self) -> dict[str, Any]:
        """Return everything as JSON has it: NaN becomes None."""
        return cast("dict[str, Any]", _plain(asdict(self)))


def evaluate(
    data: DataSet,
    programs: Mapping[str, Program],
    fold: Fold,
    order: Order | None = None,
    seed: int = 0,
    seen: Callable[[str], None] | None = None,
) -> Evaluation:
    """Return how each program does on a data set, all of them on the same epochs.

    data: as `open_set` gave it; it is read once. order: how a person's recordings are put together, None for what suits
    the set. seen: is told each person who is done. Raises InputError where a file is bad, or where there is nothing to
    score: no labelled epoch and no counted steps.
    """
    order = order or known(data.name).order
    truths: list[Truth] = []
    answers: dict[str, list[Answer]] = {name: [] for name in programs}
    for parts in data.people:
        for stream in streams_of(parts, order, data.name, seed):
            truths.append(stream.truth)
            for name, program in programs.items():
                answers[name].append(program(stream))
        if seen is not None and parts:
            seen(parts[0].subject)
    if not truths:
        raise InputError(f"{data.name}: no recording is as long as an epoch of {EPOCH_S} s")
    truth = Truth.joined(truths)
    if not (truth.klass != "").any() and not np.isfinite(truth.steps).any():
        raise InputError(f"{data.name}: nothing to score: no epoch has a known label, and no steps were counted")
    return Evaluation(
        dataset=data.name,
        sites=data.sites,
        fold=fold.value,
        order=order.value,
        seed=seed,
        version=PROGRAM,
        people=len(np.unique(truth.subject)),
        recordings=len(np.unique(truth.whose)),
        hours=len(truth) * EPOCH_S / 3600,
        epochs=len(truth),
        excluded=excluded(truth),
        cadence_excluded=not_scored(truth),
        notes=([_LEARNT] if known(data.name).learnt_from else []) + data.told(),
        programs={name: _scores(truth, given, fold) for name, given in answers.items()},
    )


def _scores(truth: Truth, given: list[Answer], fold: Fold) -> Scores:
    activity = np.concatenate([a.activity for a in given])
    cadence = np.concatenate([a.cadence_spm for a in given])
    steps = np.concatenate([a.steps for a in given])
    return Scores(class_scores(truth, activity, fold), cadence_scores(truth, cadence, steps))


def _plain(value: Any) -> Any:
    if isinstance(value, float) and value != value:
        return None
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in cast("dict[str, Any]", value).items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in cast("list[Any]", value)]
    return value
