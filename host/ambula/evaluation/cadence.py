"""How well a program's cadence and steps fit the true ones, by true cadence."""

from dataclasses import dataclass

import numpy as np

from ambula.evaluation.metrics import counted
from ambula.evaluation.parts import Float
from ambula.evaluation.truth import Bool, Truth

BINS_SPM = ((0, 60), (60, 80), (80, 100), (100, 120), (120, None))
_CLOSE_SPM, _CLOSE_SHARE = 5.0, 0.1
_DOUBLE, _HALF = 0.2, 0.05  # how near an answer's ratio to 2 or 1/2 makes it an octave error
_FEWEST_STEPS = 5  # a recording with fewer says nothing in per cent


@dataclass(frozen=True)
class CadenceScore:
    """Errors in steps/min of the answered epochs, and shares of all epochs with a true cadence (no answer: not within).

    octave: answers at twice or half the truth. mae, bias, median_error and p95_error: NaN if nothing was answered.
    """

    epochs: int
    answered: float
    mae: float
    bias: float
    median_error: float
    p95_error: float
    within_5: float
    within_10_percent: float
    octave: float


@dataclass(frozen=True)
class StepScore:
    """Steps recording by recording: mean and median absolute error and mean error as shares of the true count."""

    recordings: int
    mape: float
    median_ape: float
    bias: float
    true_steps: float
    counted_steps: float


@dataclass(frozen=True)
class CadenceScores:
    """One program's cadence: `groups` has "all", "steady" and each bin of true cadence that has epochs."""

    groups: dict[str, CadenceScore]
    steps: StepScore | None


def cadence_scores(truth: Truth, cadence_spm: Float, steps: Float) -> CadenceScores | None:
    """Return the figures over the epochs with a true cadence; None if none has.

    cadence_spm, steps: (n,), one an epoch of `truth`; a cadence of NaN or 0 is no answer.
    """
    known = np.isfinite(truth.cadence_spm)
    if not known.any():
        return None
    groups = {"all": known, "steady": known & truth.steady}
    for low, high in BINS_SPM:
        inside = known & (truth.cadence_spm >= low) & (truth.cadence_spm < (np.inf if high is None else high))
        groups[bin_name(low, high)] = inside
    scores = {name: _score(truth.cadence_spm[m], cadence_spm[m]) for name, m in groups.items() if m.any()}
    return CadenceScores(scores, _steps(truth, steps))


def bin_name(low: int, high: int | None) -> str:
    """Return what a bin is called: "80-100", "120+"."""
    return f"{low}+" if high is None else f"{low}-{high}"


def not_scored(truth: Truth) -> dict[str, int]:
    """Return how many epochs with counted steps around them have no true cadence, by reason."""
    return counted(np.where(truth.cadence_why == "no truth", "", truth.cadence_why))


def _score(true: Float, said: Float) -> CadenceScore:
    answered: Bool = np.isfinite(said) & (said > 0)
    away = said[answered] - true[answered]
    ratio = said[answered] / true[answered]
    octave = (np.abs(ratio - 2) < _DOUBLE) | (np.abs(ratio - 0.5) < _HALF)
    size = np.abs(away)
    some = len(away) > 0
    return CadenceScore(
        epochs=len(true),
        answered=float(answered.mean()),
        mae=float(size.mean()) if some else np.nan,
        bias=float(away.mean()) if some else np.nan,
        median_error=float(np.median(size)) if some else np.nan,
        p95_error=float(np.quantile(size, 0.95)) if some else np.nan,
        within_5=float((size <= _CLOSE_SPM).sum() / len(true)),
        within_10_percent=float((np.abs(ratio - 1) <= _CLOSE_SHARE).sum() / len(true)),
        octave=float(octave.sum() / len(true)),
    )


def _steps(truth: Truth, steps: Float) -> StepScore | None:
    known = np.isfinite(truth.steps)
    names, row = np.unique(truth.whose[known], return_inverse=True)
    true = np.bincount(row, truth.steps[known], len(names))
    said = np.bincount(row, steps[known], len(names))
    enough = true > _FEWEST_STEPS
    if not enough.any():
        return None
    true, said = true[enough], said[enough]
    error = (said - true) / true
    size = np.abs(error)
    return StepScore(
        recordings=len(true),
        mape=float(size.mean()),
        median_ape=float(np.median(size)),
        bias=float(error.mean()),
        true_steps=float(true.sum()),
        counted_steps=float(said.sum()),
    )
