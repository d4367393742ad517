"""Intensity: movement bands of the back node, and moderate and vigorous minutes by what was done."""

from dataclasses import dataclass
from functools import partial
from math import nan
from typing import Annotated

import numpy as np

from ambula.days.entry import AMBULA, CADENCE_ADULTS, VAHA_YPYA, DailyMean, Entry
from ambula.days.figures.day_rows import DayRows, Mask, minutes
from ambula.days.rules import Rules
from ambula.days.units import Unit
from ambula.epochs.bouts import find_bouts, inside, lengths
from nodecore import activity
from nodecore.roles import BACK_BIT
from nodecore.sampling import EPOCH_S, EPOCHS_A_MINUTE

_ACTIVE_BOUT_MIN = 10


_movement = partial(Entry, group="Pace and intensity", source=VAHA_YPYA, rests_on="back_worn_share")


@dataclass(frozen=True, kw_only=True)
class Movement:
    """Minutes by how much the back node moved; NaN where it was not worn."""

    movement_low_min: Annotated[
        float,
        _movement(
            "Little movement",
            Unit.MIN,
            "Minutes with a mean amplitude deviation of the back node below movement_moderate_mg (91 mg). The limits "
            "were set for a sensor on the hip. They have not been checked for the lower back at 26 Hz.",
            formula="count(back worn and MAD < movement_moderate_mg) / 12",
        ),
    ]
    movement_moderate_min: Annotated[
        float,
        _movement(
            "Moderate movement",
            Unit.MIN,
            "The same from movement_moderate_mg up to movement_vigorous_mg (414 mg). That is about 3 to 6 MET in "
            "walking and running.",
            formula="count(back worn and movement_moderate_mg <= MAD < movement_vigorous_mg) / 12",
        ),
    ]
    movement_vigorous_min: Annotated[
        float,
        _movement(
            "Vigorous movement",
            Unit.MIN,
            "The same from movement_vigorous_mg on. That is about 6 MET and more.",
            formula="count(back worn and MAD >= movement_vigorous_mg) / 12",
        ),
    ]
    movement_mean_mg: Annotated[
        float,
        _movement(
            "Mean movement",
            Unit.MG,
            "Mean amplitude deviation of the back node's acceleration magnitude over its worn epochs. Records round "
            "it down by at most 6%.",
            formula="mean(MAD over back worn)",
        ),
    ]


_effort = partial(Entry, group="Pace and intensity", source=CADENCE_ADULTS, rests_on="worn_share")


@dataclass(frozen=True, kw_only=True)
class Effort:
    """Moderate and vigorous minutes by activity and cadence; NaN and None where no node was worn."""

    moderate_min: Annotated[
        float,
        _effort(
            "Moderate activity",
            Unit.MIN,
            "Time walked at a cadence of at least moderate_from_spm (100, about 3 MET), or on stairs, or cycling, by "
            "5-s epochs. Stairs and cycling count from active_least_s (10 s) on. The back node alone sees no cycling, "
            "and calls stairs walking.",
            formula="count(not vigorous and (walking and cadence >= moderate_from_spm, or run of stairs, or of "
            "cycling, of >= active_least_s)) / 12",
        ),
    ]
    vigorous_min: Annotated[
        float,
        _effort(
            "Vigorous activity",
            Unit.MIN,
            "Time run, for active_least_s (10 s) or more, or walked at a cadence of at least vigorous_from_spm (130, "
            "about 6 MET), by 5-s epochs.",
            formula="count(run of running of >= active_least_s, or walking and cadence >= vigorous_from_spm) / 12",
        ),
    ]
    active_bouts_10min: Annotated[
        int | None,
        _effort(
            "Active bouts of 10 min or more",
            Unit.COUNT,
            "Stretches of moderate or vigorous activity of at least 10 min, in which each pause is at most "
            "active_pause_s (60 s).",
            formula="count(bouts of moderate or vigorous, pauses <= active_pause_s, length >= 10 min)",
            source=AMBULA,
        ),
    ]
    active_10min_min: Annotated[
        float,
        _effort(
            "Minutes in active bouts of 10 min or more",
            Unit.MIN,
            "Length of those bouts, pauses included.",
            formula="sum(length of those bouts)",
            source=AMBULA,
        ),
    ]


@dataclass(frozen=True, kw_only=True)
class EffortOfWeek:
    """Intensity on an average valid day."""

    moderate_min: Annotated[float, DailyMean("Moderate activity per day", Effort)]
    vigorous_min: Annotated[float, DailyMean("Vigorous activity per day", Effort)]
    active_10min_min: Annotated[float, DailyMean("Minutes per day in active bouts of 10 min or more", Effort)]
    movement_mean_mg: Annotated[float, DailyMean("Mean movement", Movement)]


def movement(rows: DayRows, rules: Rules) -> Movement:
    """Return minutes by mean amplitude deviation of the worn back node: they add up to the minutes that have one."""
    mad_mg = rows.table.back_mad_mg
    known = mad_mg[rows.worn_by(BACK_BIT) & ~np.isnan(mad_mg)]
    if not len(known):
        return Movement(
            movement_low_min=nan, movement_moderate_min=nan, movement_vigorous_min=nan, movement_mean_mg=nan
        )
    vigorous, moderate = known >= rules.movement_vigorous_mg, known >= rules.movement_moderate_mg
    return Movement(
        movement_low_min=minutes(~moderate),
        movement_moderate_min=minutes(moderate & ~vigorous),
        movement_vigorous_min=minutes(vigorous),
        movement_mean_mg=float(known.mean()),
    )


def effort(rows: DayRows, rules: Rules) -> Effort:
    """Return moderate and vigorous minutes, and bouts of at least 10 min of either."""
    spm = np.where(rows.walking, np.nan_to_num(rows.table.cadence_spm), 0.0)
    run, stairs, cycled = (
        _lasting(rows, kind, rules) for kind in (activity.RUNNING, activity.STAIRS, activity.CYCLING)
    )
    vigorous = run | (spm >= rules.vigorous_from_spm)
    moderate = (spm >= rules.moderate_from_spm) | stairs | cycled
    bouts = find_bouts(rows.table.epoch, moderate | vigorous, rules.active_pause_s // EPOCH_S)
    bout_min = lengths(bouts) / EPOCHS_A_MINUTE
    long_min = bout_min[bout_min >= _ACTIVE_BOUT_MIN]
    return Effort(
        moderate_min=minutes(moderate & ~vigorous),
        vigorous_min=minutes(vigorous),
        active_bouts_10min=len(long_min),
        active_10min_min=float(long_min.sum()),
    )


def _lasting(rows: DayRows, kind: int, rules: Rules) -> Mask:
    """Return the epochs of one class that are part of a run of it that lasts."""
    bouts = find_bouts(rows.table.epoch, rows.code == kind)
    return inside(rows.table.epoch, bouts[EPOCH_S * lengths(bouts) >= rules.active_least_s])
