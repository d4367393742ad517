"""Steps and cadence."""

from dataclasses import dataclass
from functools import partial
from math import nan
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from ambula.days.entry import CADENCE_ADULTS, TUDOR_LOCKE, Entry
from ambula.days.figures.day_rows import DayRows, minutes
from ambula.days.units import Unit
from ambula.epochs.table import EpochTable
from nodecore.sampling import EPOCHS_A_MINUTE

_PEAK_MINUTES = 30

_cadence = partial(Entry, group="Steps and cadence", rests_on="worn_share")


@dataclass(frozen=True, kw_only=True)
class Cadence:
    """Steps and steps a minute; NaN and None where no node was worn."""

    steps: Annotated[
        int | None,
        _cadence(
            "Steps",
            Unit.STEPS,
            "Steps in worn epochs, rounded to whole steps.",
            formula="round(sum(steps over worn)), a half to the even number",
        ),
    ]
    cadence_known_min: Annotated[
        float,
        _cadence(
            "Walking with known cadence",
            Unit.MIN,
            "Walking minutes with a known cadence. Mean, median and percentile rest on these.",
            formula="count(walking and has a cadence) / 12",
        ),
    ]
    cadence_mean_spm: Annotated[
        float,
        _cadence(
            "Mean cadence",
            Unit.SPM,
            "Mean over walking epochs with a known cadence.",
            formula="mean(cadence over walking)",
        ),
    ]
    cadence_median_spm: Annotated[
        float,
        _cadence(
            "Median cadence",
            Unit.SPM,
            "Median over walking epochs with a known cadence.",
            formula="median(cadence over walking)",
        ),
    ]
    cadence_p95_spm: Annotated[
        float,
        _cadence(
            "95th percentile of cadence",
            Unit.SPM,
            "95th percentile, linear between ranks, over walking epochs with a known cadence.",
            formula="percentile 95 (cadence over walking)",
        ),
    ]
    cadence_peak1_spm: Annotated[
        float,
        _cadence(
            "Peak 1-min cadence",
            Unit.SPM,
            "Most steps in one clock minute.",
            formula="max over clock minutes of sum(steps over worn)",
            source=TUDOR_LOCKE,
        ),
    ]
    cadence_peak30_spm: Annotated[
        float,
        _cadence(
            "Peak 30-min cadence",
            Unit.SPM,
            "Mean of the 30 clock minutes with most steps, not necessarily in a row. Empty with fewer than 30 "
            "recorded minutes.",
            formula="mean of the 30 largest clock minutes' sum(steps over worn), of those with a recorded epoch",
            source=TUDOR_LOCKE,
        ),
    ]
    cadence_100_min: Annotated[
        float,
        _cadence(
            "Time at 100 steps/min or more, by 5-s epochs",
            Unit.MIN,
            "Epochs of any worn activity with a cadence of at least 100 steps/min, as minutes. That is about 3 MET in "
            "adults. It is mostly more than cadence_100_clock_min: a minute that was walked in part counts in part.",
            formula="count(worn and cadence >= 100) / 12",
            source=CADENCE_ADULTS,
        ),
    ]
    cadence_130_min: Annotated[
        float,
        _cadence(
            "Time at 130 steps/min or more, by 5-s epochs",
            Unit.MIN,
            "The same at 130 steps/min. That is about 6 MET in adults.",
            formula="count(worn and cadence >= 130) / 12",
            source=CADENCE_ADULTS,
        ),
    ]
    cadence_100_clock_min: Annotated[
        int | None,
        _cadence(
            "Clock minutes with 100 steps or more",
            Unit.MIN,
            "Clock minutes in which at least 100 steps were taken, as studies with step counters count them.",
            formula="count(clock minutes with sum(steps over worn) >= 100)",
            source=CADENCE_ADULTS,
            digits=0,
        ),
    ]
    cadence_130_clock_min: Annotated[
        int | None,
        _cadence(
            "Clock minutes with 130 steps or more",
            Unit.MIN,
            "The same with at least 130 steps.",
            formula="count(clock minutes with sum(steps over worn) >= 130)",
            source=CADENCE_ADULTS,
            digits=0,
        ),
    ]


def cadence(rows: DayRows) -> Cadence:
    """Return steps and cadence; mean, median and 95th percentile over walking epochs that have a cadence."""
    spm = rows.table.cadence_spm
    known = spm[rows.walking & ~np.isnan(spm)]
    by_minute = minute_steps(rows.table)
    peaks = np.sort(by_minute)[::-1]
    worn_spm = np.where(rows.worn, np.nan_to_num(spm), 0.0)
    return Cadence(
        steps=round(float(rows.table.steps[rows.worn].sum())),
        cadence_known_min=len(known) / EPOCHS_A_MINUTE,
        cadence_mean_spm=float(known.mean()) if len(known) else nan,
        cadence_median_spm=float(np.median(known)) if len(known) else nan,
        cadence_p95_spm=float(np.percentile(known, 95)) if len(known) else nan,
        cadence_peak1_spm=float(peaks[0]) if len(peaks) else nan,
        cadence_peak30_spm=float(peaks[:_PEAK_MINUTES].mean()) if len(peaks) >= _PEAK_MINUTES else nan,
        cadence_100_min=minutes(worn_spm >= 100),
        cadence_130_min=minutes(worn_spm >= 130),
        cadence_100_clock_min=int((by_minute >= 100).sum()),
        cadence_130_clock_min=int((by_minute >= 130).sum()),
    )


def minute_steps(table: EpochTable) -> NDArray[np.float64]:
    """Return the steps taken in each clock minute that has an epoch, (m,), in steps/min; not worn counts as none."""
    minute = table.epoch // EPOCHS_A_MINUTE
    which = np.cumsum(np.diff(minute, prepend=minute[:1]) > 0)
    return np.bincount(which, weights=np.where(table.worn, table.steps, 0.0)).astype(np.float64)
