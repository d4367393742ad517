"""Minutes by activity, and bouts of sitting."""

from dataclasses import dataclass
from functools import partial
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from ambula.days.entry import HUNT4, PLAIN, DailyMean, Entry
from ambula.days.figures.day_rows import DayRows, minutes
from ambula.days.rules import Rules
from ambula.days.units import Unit
from ambula.epochs.bouts import find_bouts, lengths
from nodecore import activity
from nodecore.roles import THIGH_BIT
from nodecore.sampling import EPOCH_S, EPOCHS_A_MINUTE

_LONG_SITTING_MIN = 30
_UPRIGHT = (activity.STANDING, activity.WALKING, activity.STAIRS, activity.RUNNING, activity.CYCLING)


_posture = partial(Entry, group="Posture and activity", rests_on="worn_share")
_of_thigh = partial(_posture, rests_on="thigh_worn_share")
_of_back = partial(_posture, rests_on="back_worn_share")
_of_both = partial(_posture, rests_on="both_worn_share")


@dataclass(frozen=True, kw_only=True)
class Postures:
    """Minutes by activity; NaN where the nodes were off that `nodecore.fuse` needs to know of one."""

    lying_min: Annotated[
        float,
        _of_back(
            "Lying",
            Unit.MIN,
            "Minutes classified as lying, which only the back node shows. The ten minutes of this group up to "
            "not_worn_min, an empty one as nothing, add up to recorded_min.",
            formula="count(worn and activity = lying) / 12",
        ),
    ]
    sitting_min: Annotated[
        float,
        _of_both(
            "Sitting",
            Unit.MIN,
            "Minutes classified as sitting, which takes both nodes: the thigh node shows that a person sits or lies, "
            "and the back node which. Time with the thigh node alone is in sedentary_min.",
            formula="count(worn and activity = sitting) / 12",
        ),
    ]
    sedentary_min: Annotated[
        float,
        _of_thigh(
            "Sitting or lying",
            Unit.MIN,
            "Minutes in which the thigh node alone could not distinguish sitting from lying.",
            formula="count(worn and activity = sedentary) / 12",
        ),
    ]
    standing_min: Annotated[
        float,
        _of_thigh(
            "Standing",
            Unit.MIN,
            "Minutes classified as standing, shuffling included. The back node alone cannot see it.",
            formula="count(worn and activity = standing) / 12",
        ),
    ]
    walking_min: Annotated[
        float,
        _posture(
            "Walking",
            Unit.MIN,
            "Minutes classified as walking. Running is counted separately, and so are stairs, which the back node "
            "alone calls walking.",
            formula="count(worn and activity = walking) / 12",
            source=HUNT4,
        ),
    ]
    stairs_min: Annotated[
        float,
        _of_thigh(
            "Stairs",
            Unit.MIN,
            "Minutes classified as stairs, up or down. The back node alone calls them walking.",
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
        _of_thigh(
            "Cycling",
            Unit.MIN,
            "Minutes classified as cycling, which only the thigh node shows.",
            formula="count(worn and activity = cycling) / 12",
        ),
    ]
    other_min: Annotated[
        float,
        _posture(
            "Other",
            Unit.MIN,
            "Worn minutes that fit no class, such as sitting and standing with the back node alone.",
            formula="count(worn and activity = other) / 12",
        ),
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
    sitting_or_lying_min: Annotated[
        float,
        _of_thigh(
            "Sitting and lying together",
            Unit.MIN,
            "Minutes in which the thigh node was worn and the person sat or lay, nights included. It means the same "
            "with both nodes and with the thigh node alone, and it is no eleventh part of the recorded minutes.",
            formula="count(thigh worn and activity = sitting, lying or sedentary) / 12",
        ),
    ]


_sitting = partial(Entry, group="Sitting", rests_on="both_worn_share")


@dataclass(frozen=True, kw_only=True)
class Sitting:
    """Sitting bouts and what ends them; NaN and None where the nodes were never worn together."""

    sitting_bouts: Annotated[
        int | None,
        _sitting(
            "Sitting bouts",
            Unit.COUNT,
            "Runs of sitting of at least sitting_least_s (10 s), cut at midnight. Something else, or one node alone, "
            "of up to sitting_pause_s (5 s, one epoch) does not end one: 10 s do.",
            formula="count(bouts of sitting, pauses of any kind <= sitting_pause_s, length >= sitting_least_s)",
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
        int | None,
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
        int | None,
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

    sitting_min: Annotated[float, DailyMean("Sitting per day", Postures, PLAIN)]
    sitting_or_lying_min: Annotated[float, DailyMean("Sitting and lying together per day", Postures, PLAIN)]
    standing_min: Annotated[float, DailyMean("Standing per day", Postures, PLAIN)]
    lying_min: Annotated[float, DailyMean("Lying per day", Postures, PLAIN)]
    stairs_min: Annotated[float, DailyMean("Stairs per day", Postures)]
    running_min: Annotated[float, DailyMean("Running per day", Postures)]
    cycling_min: Annotated[float, DailyMean("Cycling per day", Postures)]
    sitting_longest_min: Annotated[float, DailyMean("Longest time sitting per day", Sitting)]
    sitting_bouts_30min: Annotated[float, DailyMean("Sitting bouts of 30 min or more per day", Sitting, PLAIN)]
    sitting_30min_min: Annotated[float, DailyMean("Minutes per day in sitting bouts of 30 min or more", Sitting)]
    sitting_breaks: Annotated[float, DailyMean("Breaks in sitting per day", Sitting)]


def postures(rows: DayRows) -> Postures:
    """Return minutes by activity; `summarise_days` leaves out those that the nodes of the day cannot show."""
    still = rows.sedentary | (rows.code == activity.LYING)
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
        sitting_or_lying_min=minutes(still & rows.worn_by(THIGH_BIT)),
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
