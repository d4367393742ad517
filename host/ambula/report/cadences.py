"""How many minutes of a typical day were walked at each cadence."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ambula.days.figures import effective_activity
from ambula.days.local_days import LocalDay
from ambula.epochs.table import EpochTable
from ambula.report.language import Language
from nodecore import activity
from nodecore.sampling import EPOCHS_A_MINUTE

EFFORT_SPM = (100, 130)  # about 3 and 6 MET in adults: `days.entry.CADENCE_ADULTS`
KINDS = ("slow", "moderate", "brisk")
_LOWEST_SPM, _HIGHEST_SPM, _WIDTH_SPM = 40, 150, 10


@dataclass(frozen=True)
class Bar:
    """Minutes a day from `from_spm` up to, not including, `to_spm`; `height` 0..100 against the tallest bar.

    kind: the colour, by what that cadence asks of most adults. tick: what stands below it.
    """

    from_spm: int
    to_spm: int
    minutes: float
    height: float
    kind: str
    tick: str
    said: str


def cadence_bars(language: Language, table: EpochTable, valid_days: Sequence[LocalDay]) -> list[Bar]:
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
    minutes = np.histogram(spm, edges)[0] / EPOCHS_A_MINUTE / len(valid_days)
    top = float(minutes.max())
    return [
        _bar(language, low, each, 100 * each / top)
        for low, each in zip(edges[:-1].tolist(), minutes.tolist(), strict=True)
    ]


def _bar(language: Language, low: int, minutes: float, height: float) -> Bar:
    high = low + _WIDTH_SPM
    kind = KINDS[sum(low >= limit for limit in EFFORT_SPM)]
    if low == _LOWEST_SPM:
        tick, cadence = f"<{high}", language.say("under {limit}", limit=high)
    elif high == _HIGHEST_SPM:
        tick, cadence = f"{low}+", language.say("at least {limit}", limit=low)
    else:
        tick, cadence = f"{low}", language.say("{low} to {high}", low=low, high=high - 1)
    said = language.say("{cadence} steps per minute: {n} minutes", cadence=cadence, n=language.number(minutes, 1))
    return Bar(low, high, minutes, height, kind, tick, said)
