"""Intensity: movement bands of the back node, and moderate and vigorous minutes by what was done."""

from math import nan
from typing import TypedDict

import numpy as np

from ambula.days.figures.day_rows import BACK, EPOCHS_A_MIN, DayRows, minutes
from ambula.days.rules import Rules
from ambula.epochs.bouts import find_bouts, lengths
from nodecore import activity
from nodecore.sampling import EPOCH_S

_ACTIVE_BOUT_MIN = 10


class Movement(TypedDict):
    """Minutes by how much the back node moved; NaN where it was not worn."""

    movement_low_min: float
    movement_moderate_min: float
    movement_vigorous_min: float
    movement_mean_mg: float


class Effort(TypedDict):
    """Moderate and vigorous minutes by activity and cadence."""

    moderate_min: float
    vigorous_min: float
    active_bouts_10min: int
    active_10min_min: float


def movement(rows: DayRows, rules: Rules) -> Movement:
    """Return minutes by mean amplitude deviation of the worn back node: they add up to the minutes that have one."""
    mad_mg = rows.table.back_mad_mg
    known = mad_mg[rows.worn_by(BACK) & ~np.isnan(mad_mg)]
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
    vigorous = (rows.code == activity.RUNNING) | (spm >= rules.vigorous_from_spm)
    moderate = (spm >= rules.moderate_from_spm) | np.isin(rows.code, (activity.STAIRS, activity.CYCLING))
    bouts = find_bouts(rows.table.epoch, moderate | vigorous, rules.active_pause_s // EPOCH_S)
    bout_min = lengths(bouts) / EPOCHS_A_MIN
    long_min = bout_min[bout_min >= _ACTIVE_BOUT_MIN]
    return Effort(
        moderate_min=minutes(moderate & ~vigorous),
        vigorous_min=minutes(vigorous),
        active_bouts_10min=len(long_min),
        active_10min_min=float(long_min.sum()),
    )
