"""How many minutes of a typical day were walked at each cadence."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ambula.epochs import EpochTable
from ambula.figures import EPOCHS_A_MIN, effective_activity
from ambula.localdays import LocalDay
from nodecore import activity

_LOWEST_SPM, _HIGHEST_SPM, _WIDTH_SPM = 40, 150, 10


@dataclass(frozen=True)
class Bar:
    """Minutes a day from `from_spm` up to, not including, `to_spm`; `height` 0..100 against the tallest bar."""

    from_spm: int
    to_spm: int
    minutes: float
    height: float
    said: str


def cadence_bars(table: EpochTable, valid_days: Sequence[LocalDay]) -> list[Bar]:
    """Return walking minutes a valid day by cadence, 10 steps/min a bar; the outer bars hold what lies beyond.

    Edge case: empty without a valid day or without any cadence.
    """
    inside = np.zeros(len(table), np.bool_)
    for day in valid_days:
        inside |= (table.epoch >= day.start) & (table.epoch < day.end)
    walking = inside & (effective_activity(table) == activity.WALKING) & ~np.isnan(table.cadence_spm)
    if not walking.any():
        return []
    edges = np.arange(_LOWEST_SPM, _HIGHEST_SPM + 1, _WIDTH_SPM)
    spm = np.clip(table.cadence_spm[walking], _LOWEST_SPM, _HIGHEST_SPM - 1e-6)
    minutes = np.histogram(spm, edges)[0] / EPOCHS_A_MIN / len(valid_days)
    top = float(minutes.max())
    return [
        Bar(low, low + _WIDTH_SPM, m, 100 * m / top, f"{_range(low)} steps a minute: {m:.1f} minutes")
        for low, m in zip(edges[:-1].tolist(), minutes.tolist(), strict=True)
    ]


def _range(low: int) -> str:
    if low == _LOWEST_SPM:
        return f"under {low + _WIDTH_SPM}"
    if low + _WIDTH_SPM == _HIGHEST_SPM:
        return f"{low} and more"
    return f"{low} to {low + _WIDTH_SPM - 1}"
