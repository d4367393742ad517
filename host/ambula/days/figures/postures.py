"""Minutes by activity, and bouts of sitting."""

from dataclasses import dataclass
from functools import partial
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from ambula.days.entry import HUNT4, PLAIN, WEEK, DailyMean, Entry
from ambula.days.figures.day_rows import DayRows, minutes
from ambula.days.means import mean
from ambula.days.rules import Rules
from ambula.days.units import Unit
from ambula.epochs.bouts import find_bouts, lengths
from nodecore import activity
from nodecore.sampling import EPOCH_S, EPOCHS_A_MINUTE

_LONG_SITTING_MIN = 30
_UPRIGHT = (activity.STANDING, activity.WALKING, activity.STAIRS, activity.RUNNING, activity.CYCLING)


_posture = partial(Entry, group="Posture and activity", rests_on="worn_share")


@dataclass(frozen=True, kw_only=True)
class Postures:
    """Minutes by activity: they add up to the recorded minutes."""

    lying_min: Annotated[
        float,
        _posture("Lying", Unit.MIN, "Minutes classified as lying.", formula="count(worn and activity = lying) / 12"),
    ]
    sitting_min: Annotated[
        float,
        _posture(
            "Sitting",
            Unit.MIN,
            "Minutes classified as sitting. Time in which one node alone cannot distinguish sitting from lying is "
            "counted separately.",
            formula="count(worn and activity = sitting) / 12",
        ),
    ]
    sedentary_min: Annotated[
        float,
        _posture(
            "Sitting or lying",
            Unit.MIN,
            "Minutes in which one node alone could not distinguish sitting from lying.",
            formula="count(worn and activity = sedentary) / 12",
        ),
    ]
    standing_min: Annotated[
        float,
        _posture(
            "Standing",
            Unit.MIN,
            "Minutes classified as standing, shuffling included.",
            formula="count(worn and activity = standing) / 12",
        ),
    ]
    walking_min: Annotated[
        float,
        _posture(
            "Walking",
            Unit.MIN,
            "Minutes classified as walking. Stairs and running are counted separately.",
            formula="count(worn and activity = walking) / 12",
            source=HUNT4,
        ),
    ]
    stairs_min: Annotated[
        float,
        _posture(
            "Stairs",
            Unit.MIN,
            "Minutes classified as stairs, up or down.",
            formula="count(worn and activity = stairs) / 12",
        ),
    ]
    running_min: Annotated[
        float,
        _posture(
            "Running", Unit.MIN, "Minutes classified as running.", formula="count(worn and activity = running) / 12"
        ),
    ]
    cycling_min: Annotated[
        float,
        _posture(
            "Cycling", Unit.MIN, "Minutes classified as cycling.", formula="count(worn and activity = cycling) / 12"
        ),
    ]
    other_min: Annotated[
        float,
        _posture("Other", Unit.MIN, "Worn minutes that fit no class.", formula="count(worn and activity = other) / 12"),
    ]
    not_worn_min: Annotated[
        float,
        _posture(
            "Not worn",
            Unit.MIN,
            "Recorded minutes in which the nodes were not worn.",
            formula="count(recorded and not worn) / 12",
            rests_on="recorded_share",
        ),
    ]


_sitting = partial(Entry, group="Sitting", rests_on="worn_share")


@dataclass(frozen=True, kw_only=True)
class Sitting:
    """Sitting bouts and what ends them."""

    sitting_bouts: Annotated[
        int,
        _sitting(
            "Sitting bouts",
            Unit.COUNT,
            "Runs of sitting (or sitting or lying) of at least sitting_least_s (10 s), cut at midnight. Something else "
            "of up to sitting_pause_s (5 s, one epoch) does not end one: 10 s upright does.",
            formula="count(bouts of sitting or sedentary, pauses <= sitting_pause_s, length >= sitting_least_s)",
        ),
    ]
    sitting_longest_min: Annotated[
        float,
        _sitting(
            "Longest time sitting",
            Unit.MIN,
            "Longest of those bouts. It is cut at midnight and where a slot is not recorded.",
            formula="max(length of those bouts)",
        ),
    ]
    sitting_bouts_30min: Annotated[
        int,
        _sitting(
            "Sitting bouts of 30 min or more",
            Unit.COUNT,
            "Those bouts of at least 30 min.",
            formula="count(those bouts of length >= 30 min)",
        ),
    ]
    sitting_30min_min: Annotated[
        float,
        _sitting(
            "Minutes in sitting bouts of 30 min or more",
            Unit.MIN,
            "Length of the sitting bouts of at least 30 min, pauses included.",
            formula="sum(length of those bouts of length >= 30 min)",
        ),
    ]
    sitting_breaks: Annotated[
        int,
        _sitting(
            "Breaks in sitting",
            Unit.COUNT,
            "Sitting bouts that are followed at once by standing, walking, stairs, running or cycling.",
            formula="count(those bouts followed at once by an upright epoch)",
        ),
    ]


@dataclass(frozen=True, kw_only=True)
class PosturesOfWeek:
    """Postures and sitting on an average valid day."""

    sitting_min: Annotated[
        float,
        Entry(
            "Sitting per day",
            Unit.MIN,
            "Mean of sitting_min + sedentary_min over valid days.",
            formula="mean(sitting_min + sedentary_min over valid days)",
            group=WEEK,
            rests_on="worn_share",
            take=lambda days: mean(d.sitting_min + d.sedentary_min for d in days),
        ),
    ]
    standing_min: Annotated[float, DailyMean("Standing per day", Postures, PLAIN)]
    lying_min: Annotated[float, DailyMean("Lying per day", Postures, PLAIN)]
    stairs_min: Annotated[float, DailyMean("Stairs per day", Postures)]
    running_min: Annotated[float, DailyMean("Running per day", Postures)]
    cycling_min: Annotated[float, DailyMean("Cycling per day", Postures)]
    sitting_longest_min: Annotated[
        float, DailyMean("Longest time sitting per day", Sitting, "Mean of sitting_longest_min over valid days.")
    ]
    sitting_bouts_30min: Annotated[float, DailyMean("Sitting bouts of 30 min or more per day", Sitting, PLAIN)]
    sitting_30min_min: Annotated[float, DailyMean("Minutes per day in sitting bouts of 30 min or more", Sitting)]
    sitting_breaks: Annotated[float, DailyMean("Breaks in sitting per day", Sitting)]


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
    bouts = sitting_bouts(rows, rules)
    bout_min = lengths(bouts) / EPOCHS_A_MINUTE
    long_min = bout_min[bout_min >= _LONG_SITTING_MIN]
    upright_epochs = epoch[np.isin(rows.code, _UPRIGHT)]
    return Sitting(
        sitting_bouts=len(bouts),
        sitting_longest_min=float(bout_min.max()) if len(bout_min) else 0.0,
        sitting_bouts_30min=len(long_min),
        sitting_30min_min=float(long_min.sum()),
        sitting_breaks=int(np.isin(bouts[:, 1], upright_epochs).sum()),
    )


def sitting_bouts(rows: DayRows, rules: Rules) -> NDArray[np.int64]:
    """Return the sitting bouts, (m, 2) [start, end) in epochs: a single epoch neither parts one nor makes one."""
    bouts = find_bouts(rows.table.epoch, rows.sitting, rules.sitting_pause_s // EPOCH_S)
    return bouts[lengths(bouts) * EPOCH_S >= rules.sitting_least_s]
