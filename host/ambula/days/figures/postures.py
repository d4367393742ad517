"""Minutes by activity, and bouts of sitting."""

from typing import TypedDict

import numpy as np

from ambula.days.figures.day_rows import EPOCHS_A_MIN, DayRows, minutes
from ambula.days.rules import Rules
from ambula.epochs.bouts import find_bouts, lengths
from nodecore import activity
from nodecore.sampling import EPOCH_S

_LONG_SITTING_MIN = 30
_UPRIGHT = (activity.STANDING, activity.WALKING, activity.STAIRS, activity.RUNNING, activity.CYCLING)


class Postures(TypedDict):
    """Minutes by activity: they add up to the recorded minutes."""

    lying_min: float
    sitting_min: float
    sedentary_min: float
    standing_min: float
    walking_min: float
    stairs_min: float
    running_min: float
    cycling_min: float
    other_min: float
    not_worn_min: float


class Sitting(TypedDict):
    """Sitting bouts and what ends them."""

    sitting_bouts: int
    sitting_longest_min: float
    sitting_bouts_30min: int
    sitting_30min_min: float
    sitting_breaks: int


def postures(rows: DayRows) -> Postures:
    """Return minutes by activity."""
    m = [minutes(rows.code == number) for number in range(len(activity.NAMES))]
    return Postures(
        lying_min=m[activity.LYING],
        sitting_min=m[activity.SITTING],
        sedentary_min=m[activity.SEDENTARY],
        standing_min=m[activity.STANDING],
        walking_min=m[activity.WALKING],
        stairs_min=m[activity.STAIRS],
        running_min=m[activity.RUNNING],
        cycling_min=m[activity.CYCLING],
        other_min=m[activity.OTHER],
        not_worn_min=m[activity.NOT_WORN],
    )


def sitting(rows: DayRows, rules: Rules) -> Sitting:
    """Return sitting bouts, and how often the person rose from one: the very next epoch is upright."""
    epoch = rows.table.epoch
    bouts = find_bouts(epoch, rows.sitting, rules.sitting_pause_s // EPOCH_S)
    bout_min = lengths(bouts) / EPOCHS_A_MIN
    long_min = bout_min[bout_min >= _LONG_SITTING_MIN]
    upright_epochs = epoch[np.isin(rows.code, _UPRIGHT)]
    return Sitting(
        sitting_bouts=len(bouts),
        sitting_longest_min=float(bout_min.max()) if len(bout_min) else 0.0,
        sitting_bouts_30min=len(long_min),
        sitting_30min_min=float(long_min.sum()),
        sitting_breaks=int(np.isin(bouts[:, 1], upright_epochs).sum()),
    )
