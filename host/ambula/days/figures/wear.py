"""Wear and validity: what a day's figures rest on."""

from dataclasses import dataclass
from functools import partial
from typing import Annotated

from ambula.days.entry import HUNT4, PLAIN, VALID_BACK, VALID_BOTH, VALID_THIGH, DailyMean, Entry
from ambula.days.figures.bed import Bed
from ambula.days.figures.day_rows import DayRows, minutes
from ambula.days.local_days import LocalDay
from ambula.days.rules import Rules
from ambula.days.units import Unit
from nodecore.roles import BACK_BIT, BOTH_BITS, THIGH_BIT
from nodecore.sampling import EPOCH_S, EPOCHS_A_MINUTE

_wear = partial(Entry, group="Day")


@dataclass(frozen=True, kw_only=True)
class Wear:
    """How much of the day the figures rest on."""

    day_epochs: Annotated[
        int,
        _wear(
            "Epochs in the day",
            Unit.EPOCHS,
            "5-second slots between two local midnights: 17,280. There are 720 fewer or more when the clock changes. "
            "The number differs by more when the participant changes time zone.",
            formula="(next midnight - midnight) / 5 s",
        ),
    ]
    span_epochs: Annotated[
        int,
        _wear(
            "Epochs in the recording",
            Unit.EPOCHS,
            "Slots of the day between the first and the last epoch of the whole recording.",
            formula="min(day end, recording end) - max(day start, recording start), in epochs",
        ),
    ]
    recorded_epochs: Annotated[
        int,
        _wear(
            "Recorded epochs",
            Unit.EPOCHS,
            "Slots of the day for which at least one node has a record.",
            formula="count(epochs of the day)",
        ),
    ]
    recorded_min: Annotated[
        float,
        _wear(
            "Recorded",
            Unit.MIN,
            "Minutes of the day with a record of at least one node.",
            formula="recorded_epochs / 12",
        ),
    ]
    unrecorded_min: Annotated[
        float,
        _wear(
            "Not recorded",
            Unit.MIN,
            "Minutes of the day without a record: before the start, after the end, or lost.",
            formula="(day_epochs - recorded_epochs) / 12",
        ),
    ]
    lost_min: Annotated[
        float,
        _wear(
            "Lost during the recording",
            Unit.MIN,
            "Minutes during the recording without a record of any node. The nodes' minutes by state show the reasons.",
            formula="(span_epochs - recorded_epochs) / 12",
        ),
    ]
    recorded_share: Annotated[
        float,
        _wear(
            "Recorded share of the day",
            Unit.SHARE,
            "Share of the day with a record of at least one node.",
            formula="recorded_epochs / day_epochs",
        ),
    ]
    worn_min: Annotated[
        float,
        _wear(
            "Worn",
            Unit.MIN,
            "Recorded minutes in which at least one node was worn.",
            formula="count(worn) / 12",
        ),
    ]
    worn_share: Annotated[
        float,
        _wear(
            "Worn share of the day",
            Unit.SHARE,
            "Share of the day in which at least one node was worn.",
            formula="count(worn) / day_epochs",
        ),
    ]
    thigh_min: Annotated[
        float,
        _wear(
            "Thigh node recorded",
            Unit.MIN,
            "Minutes with a record of the thigh node.",
            formula="count(nodes has thigh) / 12",
        ),
    ]
    back_min: Annotated[
        float,
        _wear(
            "Back node recorded",
            Unit.MIN,
            "Minutes with a record of the back node.",
            formula="count(nodes has back) / 12",
        ),
    ]
    both_min: Annotated[
        float,
        _wear(
            "Both nodes recorded",
            Unit.MIN,
            "Minutes with a record of both nodes.",
            formula="count(nodes has both) / 12",
        ),
    ]
    thigh_worn_min: Annotated[
        float,
        _wear(
            "Thigh node worn",
            Unit.MIN,
            "Recorded minutes in which the thigh node was worn. All of a stillness of 45 min or more counts as not "
            "worn.",
            formula="count(thigh worn) / 12",
        ),
    ]
    back_worn_min: Annotated[
        float,
        _wear(
            "Back node worn",
            Unit.MIN,
            "Recorded minutes in which the back node was worn. All of a stillness of 45 min or more counts as not "
            "worn.",
            formula="count(back worn) / 12",
        ),
    ]
    both_worn_min: Annotated[
        float,
        _wear(
            "Both nodes worn",
            Unit.MIN,
            "Recorded minutes in which both nodes were worn. All of a stillness of 45 min or more counts as not worn.",
            formula="count(thigh and back worn) / 12",
        ),
    ]
    thigh_worn_share: Annotated[
        float,
        _wear(
            "Thigh node worn, share of the day",
            Unit.SHARE,
            "thigh_worn_min as a share of the day.",
            formula="thigh_worn_min x 12 / day_epochs",
        ),
    ]
    back_worn_share: Annotated[
        float,
        _wear(
            "Back node worn, share of the day",
            Unit.SHARE,
            "back_worn_min as a share of the day.",
            formula="back_worn_min x 12 / day_epochs",
        ),
    ]
    both_worn_share: Annotated[
        float,
        _wear(
            "Both nodes worn, share of the day",
            Unit.SHARE,
            "both_worn_min as a share of the day.",
            formula="both_worn_min x 12 / day_epochs",
        ),
    ]


@dataclass(frozen=True, kw_only=True)
class Validity:
    """Whether the day counts."""

    valid: Annotated[
        bool,
        _wear(
            "Valid day",
            Unit.YES_NO,
            "Whether the day has the wear, the walking and the sitting (or sitting or lying) that the rules require, "
            "and nodes that do not look swapped. By default that is 16 h of wear: a day in bed counts, with its little "
            "walking.",
            formula="valid_fails is empty",
            source=HUNT4,
        ),
    ]
    valid_thigh: Annotated[
        bool,
        _wear(
            "Valid day of the thigh node",
            Unit.YES_NO,
            "Whether the day is valid and the thigh node was worn for as long as the rules require of a valid day. The "
            "means of figures that need the thigh node are over these days.",
            formula="valid and thigh_worn_min > 0 and thigh_worn_min / 60 >= valid_worn_h",
        ),
    ]
    valid_back: Annotated[
        bool,
        _wear(
            "Valid day of the back node",
            Unit.YES_NO,
            "The same of the back node.",
            formula="valid and back_worn_min > 0 and back_worn_min / 60 >= valid_worn_h",
        ),
    ]
    valid_both: Annotated[
        bool,
        _wear(
            "Valid day of both nodes",
            Unit.YES_NO,
            "The same of both nodes at once.",
            formula="valid and both_worn_min > 0 and both_worn_min / 60 >= valid_worn_h",
        ),
    ]
    valid_fails: Annotated[
        str,
        _wear(
            "Rules not met",
            Unit.NAME,
            "Names of the validity rules that the day does not meet, separated by spaces. Empty on a valid day.",
            formula="names of {valid_worn_h, valid_span_share, valid_sitting_s, valid_walking_s} with less than they "
            "ask for, and swapped_shake if nodes_swapped",
            source=HUNT4,
        ),
    ]


@dataclass(frozen=True, kw_only=True)
class WearOfWeek:
    """The shares that the means rest on, each over the days that its means are over."""

    worn_share: Annotated[float, DailyMean("Worn share of the day", Wear, PLAIN)]
    thigh_worn_share: Annotated[float, DailyMean("Thigh node worn, share of the day", Wear, PLAIN, over=VALID_THIGH)]
    back_worn_share: Annotated[float, DailyMean("Back node worn, share of the day", Wear, PLAIN, over=VALID_BACK)]
    both_worn_share: Annotated[float, DailyMean("Both nodes worn, share of the day", Wear, PLAIN, over=VALID_BOTH)]
    bed_share: Annotated[
        float, DailyMean("Share of the time around bed with the back node worn", Bed, PLAIN, over=VALID_BACK)
    ]
    recorded_share: Annotated[float, DailyMean("Recorded share of the day", Wear, PLAIN)]


def wear(rows: DayRows, day: LocalDay, span: tuple[int, int]) -> Wear:
    """Account for every slot of the day; `span` is the whole recording, [first, last) in epochs."""
    recorded = len(rows.table)
    span_epochs = min(day.end, span[1]) - max(day.start, span[0])
    nodes = rows.table.nodes
    thigh, back, both = (rows.worn_by(node) for node in (THIGH_BIT, BACK_BIT, BOTH_BITS))
    return Wear(
        day_epochs=day.epochs,
        span_epochs=span_epochs,
        recorded_epochs=recorded,
        recorded_min=recorded / EPOCHS_A_MINUTE,
        unrecorded_min=(day.epochs - recorded) / EPOCHS_A_MINUTE,
        lost_min=(span_epochs - recorded) / EPOCHS_A_MINUTE,
        recorded_share=recorded / day.epochs,
        worn_min=minutes(rows.worn),
        worn_share=int(rows.worn.sum()) / day.epochs,
        thigh_min=minutes((nodes & THIGH_BIT) != 0),
        back_min=minutes((nodes & BACK_BIT) != 0),
        both_min=minutes(nodes == BOTH_BITS),
        thigh_worn_min=minutes(thigh),
        back_worn_min=minutes(back),
        both_worn_min=minutes(both),
        thigh_worn_share=int(thigh.sum()) / day.epochs,
        back_worn_share=int(back.sum()) / day.epochs,
        both_worn_share=int(both.sum()) / day.epochs,
    )


def validity(rows: DayRows, worn: Wear, rules: Rules, swapped: bool | None) -> Validity:
    """Return which validity rules the day does not meet; where none, it counts. swapped: whether the nodes look so."""
    had = {
        "valid_worn_h": worn.worn_min / 60,
        "valid_span_share": worn.span_epochs / worn.day_epochs,
        "valid_sitting_s": int(rows.sedentary.sum()) * EPOCH_S,
        "valid_walking_s": int(rows.walking.sum()) * EPOCH_S,
    }
    fails = [name for name, value in had.items() if value < getattr(rules, name)]
    fails += ["swapped_shake"] if swapped else []

    def counts(node_min: float) -> bool:
        return not fails and node_min > 0 and node_min / 60 >= rules.valid_worn_h

    return Validity(
        valid=not fails,
        valid_thigh=counts(worn.thigh_worn_min),
        valid_back=counts(worn.back_worn_min),
        valid_both=counts(worn.both_worn_min),
        valid_fails=" ".join(fails),
    )
