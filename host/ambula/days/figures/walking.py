"""Walking: pace and what it costs, steps and cadence, bouts."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated

import numpy as np

from ambula.days.entry import AMBULA, COMPENDIUM, HUNT4, PLAIN, WEEK, DailyMean, Entry
from ambula.days.figures.cadence import Cadence
from ambula.days.figures.day_rows import DayRows, minutes
from ambula.days.figures.postures import Postures
from ambula.days.means import mean, weekdays, weekend, weighted_mean
from ambula.days.rules import Rules
from ambula.days.units import Unit
from ambula.epochs.bouts import find_bouts, lengths
from ambula.epochs.pace import Pace, paces
from nodecore.sampling import EPOCH_S

_LONG_WALK_MIN = 10


_pace = partial(Entry, group="Pace and intensity", source=HUNT4, rests_on="worn_share")


@dataclass(frozen=True, kw_only=True)
class Paces:
    """Minutes walked by pace, and what they cost."""

    walking_slow_min: Annotated[
        float,
        _pace(
            "Slow walking",
            Unit.MIN,
            "Walking minutes at up to slow_max_kmh (4.0 km/h). Speed is estimated from cadence and height (height_m), "
            "and not rounded.",
            formula="count(walking and speed <= slow_max_kmh) / 12",
        ),
    ]
    walking_moderate_min: Annotated[
        float,
        _pace(
            "Moderate walking",
            Unit.MIN,
            "Walking minutes above slow_max_kmh (4.0) and below brisk_min_kmh (5.5 km/h), estimated from cadence and "
            "height (height_m).",
            formula="count(walking and slow_max_kmh < speed < brisk_min_kmh) / 12",
        ),
    ]
    walking_brisk_min: Annotated[
        float,
        _pace(
            "Brisk walking",
            Unit.MIN,
            "Walking minutes at brisk_min_kmh (5.5 km/h) or more, estimated from cadence and height (height_m).",
            formula="count(walking and speed >= brisk_min_kmh) / 12",
        ),
    ]
    walking_unknown_pace_min: Annotated[
        float,
        _pace(
            "Walking, pace unknown",
            Unit.MIN,
            "Walking minutes without a speed estimate.",
            formula="count(walking and no speed) / 12",
            source=AMBULA,
        ),
    ]
    walking_met: Annotated[
        float,
        _pace(
            "Mean intensity of walking",
            Unit.MET,
            "Mean MET of walking of known pace, weighted by minutes. The MET of each pace is from the table named in "
            "met_table; pace rests on height_m.",
            formula="sum(walking_<pace>_min x met.<pace>) / sum(walking_<pace>_min)",
        ),
    ]
    walking_met_min: Annotated[
        float,
        _pace(
            "MET-minutes of walking",
            Unit.MET_MIN,
            "Minutes of walking weighted by the MET of their pace, from the table named in met_table; pace rests on "
            "height_m. Walking of unknown pace is left out.",
            formula="sum(walking_<pace>_min x met.<pace>)",
            source=COMPENDIUM,
        ),
    ]


_walks = partial(Entry, group="Walks", rests_on="worn_share")


@dataclass(frozen=True, kw_only=True)
class Walks:
    """Walking bouts, which hardly pause, and walks, which go on over halts: each by length, and the longest.

    NaN and None where no node was worn.
    """

    walking_bouts_10s: Annotated[
        int | None,
        _walks(
            "Walking bouts of more than 10 s",
            Unit.COUNT,
            "Runs of walking epochs longer than 10 s, cut at midnight. Something else of up to walking_pause_s (5 s, "
            "one epoch) does not end one.",
            formula="count(bouts of walking, pauses <= walking_pause_s, length > 10 s)",
        ),
    ]
    walking_bouts_30s: Annotated[
        int | None,
        _walks(
            "Walking bouts of more than 30 s",
            Unit.COUNT,
            "The same, longer than 30 s.",
            formula="count(bouts of walking, pauses <= walking_pause_s, length > 30 s)",
        ),
    ]
    walking_bouts_60s: Annotated[
        int | None,
        _walks(
            "Walking bouts of more than 60 s",
            Unit.COUNT,
            "The same, longer than 60 s.",
            formula="count(bouts of walking, pauses <= walking_pause_s, length > 60 s)",
        ),
    ]
    walking_bouts_longest_min: Annotated[
        float,
        _walks(
            "Longest walking bout",
            Unit.MIN,
            "Longest of those bouts. It is cut at midnight and where a slot is not recorded. The longest walk, halts "
            "included, is walks_longest_min.",
            formula="max(length of bouts of walking, pauses <= walking_pause_s)",
        ),
    ]
    walks_longest_min: Annotated[
        float,
        _walks(
            "Longest walk",
            Unit.MIN,
            "Longest walk, in which each halt is at most long_walk_pause_s (default 30 s), halts included. It is cut "
            "at midnight and where a slot is not recorded.",
            formula="max(length of bouts of walking, pauses <= long_walk_pause_s)",
        ),
    ]
    walks_10min: Annotated[
        int | None,
        _walks(
            "Walks of 10 min or more",
            Unit.COUNT,
            "Walks of at least 10 min, by the same rule as the longest walk.",
            formula="count(bouts of walking, pauses <= long_walk_pause_s, length >= 10 min)",
        ),
    ]
    walks_10min_min: Annotated[
        float,
        _walks(
            "Minutes in walks of 10 min or more",
            Unit.MIN,
            "Length of those walks, halts included.",
            formula="sum(length of those bouts)",
        ),
    ]


_week = partial(Entry, group=WEEK, rests_on="worn_share")


def _mean_met(days: Sequence[Paces]) -> float:
    """Return the MET of all the walking of known pace on these days: a day counts by its minutes."""
    paced_min = [d.walking_slow_min + d.walking_moderate_min + d.walking_brisk_min for d in days]
    return weighted_mean([d.walking_met for d in days], paced_min)


@dataclass(frozen=True, kw_only=True)
class WalkingOfWeek:
    """Walking, cadence and long walks on an average valid day."""

    walking_min: Annotated[float, DailyMean("Walking per day", Postures, "Mean of walking_min over valid days.")]
    walking_weekday_min: Annotated[
        float,
        _week(
            "Walking per weekday",
            Unit.MIN,
            "Mean of walking_min over valid days from Monday to Friday.",
            formula="mean(walking_min over valid weekdays)",
            take=lambda days: mean(d.walking_min for d in weekdays(days)),
        ),
    ]
    walking_weekend_min: Annotated[
        float,
        _week(
            "Walking per weekend day",
            Unit.MIN,
            "Mean of walking_min over valid Saturdays and Sundays.",
            formula="mean(walking_min over valid weekend days)",
            take=lambda days: mean(d.walking_min for d in weekend(days)),
        ),
    ]
    walking_slow_min: Annotated[float, DailyMean("Slow walking per day", Paces, PLAIN)]
    walking_moderate_min: Annotated[float, DailyMean("Moderate walking per day", Paces, PLAIN)]
    walking_brisk_min: Annotated[float, DailyMean("Brisk walking per day", Paces, PLAIN)]
    walking_unknown_pace_min: Annotated[float, DailyMean("Walking of unknown pace per day", Paces, PLAIN)]
    walking_met: Annotated[
        float,
        _week(
            "Mean intensity of walking",
            Unit.MET,
            "Mean MET of walking of known pace on all valid days, weighted by minutes. The MET of each pace is from "
            "the table named in met_table.",
            formula="sum(day's walking_<pace>_min x met.<pace>) / sum(day's walking_<pace>_min) over valid days",
            source=HUNT4,
            take=_mean_met,
        ),
    ]
    steps: Annotated[float, DailyMean("Steps per day", Cadence, PLAIN)]
    cadence_peak1_spm: Annotated[float, DailyMean("Daily peak 1-min cadence", Cadence)]
    cadence_peak30_spm: Annotated[float, DailyMean("Daily peak 30-min cadence", Cadence)]
    cadence_100_min: Annotated[float, DailyMean("Time per day at 100 steps/min or more, by 5-s epochs", Cadence)]
    cadence_130_min: Annotated[float, DailyMean("Time per day at 130 steps/min or more, by 5-s epochs", Cadence)]
    cadence_100_clock_min: Annotated[float, DailyMean("Clock minutes per day with 100 steps or more", Cadence)]
    cadence_130_clock_min: Annotated[float, DailyMean("Clock minutes per day with 130 steps or more", Cadence)]
    walks_10min: Annotated[float, DailyMean("Walks of 10 min or more per day", Walks)]
    walks_10min_min: Annotated[float, DailyMean("Minutes per day in walks of 10 min or more", Walks)]


def pace(rows: DayRows, rules: Rules) -> Paces:
    """Return walking minutes by speed; what they cost rests on those whose speed is known."""
    speed = rows.table.speed_kmh
    chosen = paces(speed, rules.slow_max_kmh, rules.brisk_min_kmh)
    slow, moderate, brisk = (minutes(rows.walking & chosen[pace]) for pace in (Pace.SLOW, Pace.MODERATE, Pace.BRISK))
    by_pace, met = [slow, moderate, brisk], [rules.met.slow, rules.met.moderate, rules.met.brisk]
    return Paces(
        walking_slow_min=slow,
        walking_moderate_min=moderate,
        walking_brisk_min=brisk,
        walking_unknown_pace_min=minutes(rows.walking & np.isnan(speed)),
        walking_met=weighted_mean(met, by_pace),
        walking_met_min=float(np.dot(met, by_pace)),
    )


def walks(rows: DayRows, rules: Rules) -> Walks:
    """Return walking bouts and walks by length: the same search, with two lengths of a pause."""
    bout_s, walk_s = (
        EPOCH_S * lengths(find_bouts(rows.table.epoch, rows.walking, pause_s // EPOCH_S))
        for pause_s in (rules.walking_pause_s, rules.long_walk_pause_s)
    )
    long_s = walk_s[walk_s >= 60 * _LONG_WALK_MIN]
    return Walks(
        walking_bouts_10s=int((bout_s > 10).sum()),
        walking_bouts_30s=int((bout_s > 30).sum()),
        walking_bouts_60s=int((bout_s > 60).sum()),
        walking_bouts_longest_min=float(bout_s.max(initial=0)) / 60,
        walks_longest_min=float(walk_s.max(initial=0)) / 60,
        walks_10min=len(long_s),
        walks_10min_min=float(long_s.sum()) / 60,
    )
