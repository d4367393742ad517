"""How far off a day's times may be, and which of its minutes that puts in doubt."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from math import nan
from typing import Annotated, Any

import numpy as np

from ambula.days.entry import WEEK, Entry
from ambula.days.local_days import LocalDay
from ambula.days.units import Unit
from ambula.epochs.table import EpochTable
from nodecore.roles import BOTH_BITS
from nodecore.sampling import EPOCH_S, EPOCHS_A_MINUTE

_MOST_APART_S = 60.0  # measured on a made week: that far apart a class gains or loses 0.1% of a day, walking 0.4% of it
_WORTH_SAYING = 0.01  # of what was recorded

_clock = partial(Entry, group="Data quality")


@dataclass(frozen=True, kw_only=True)
class Clock:
    """What the nodes' clocks leave open; NaN where nothing is known of the clocks, as in data sets."""

    clock_doubt_s: Annotated[
        float,
        _clock(
            "Clock, in doubt by",
            Unit.S,
            "By how much the time of the day's epochs may be off at most, by the computers' readings of the nodes' "
            "clocks and by gait. Empty where nothing vouches for a part of the day; clock_doubtful says it then.",
            formula="max(clock_doubt_s over epochs)",
        ),
    ]
    clock_doubt_min: Annotated[
        float,
        _clock(
            "Minutes in doubt by the clock",
            Unit.MIN,
            "Minutes of the day that may belong to the day before or behind, or whose two nodes may be more than 60 s "
            "apart.",
            formula="count(epochs all of which is nearer to an end of the day than clock_doubt_s, or nodes over 60 s "
            "apart) / 12",
            digits=1,
        ),
    ]
    clock_doubtful: Annotated[
        bool,
        _clock(
            "Clock doubtful",
            Unit.YES_NO,
            "Whether the clocks put more than 1% of the recorded minutes in doubt. The day still counts.",
            formula="clock_doubt_min > 0.01 x recorded_min",
        ),
    ]


@dataclass(frozen=True, kw_only=True)
class ClockOfWeek:
    """How many of the days that count have a doubtful clock."""

    clock_doubtful_days: Annotated[
        float,
        Entry(
            "Valid days with a doubtful clock",
            Unit.COUNT,
            "Valid days of which the clocks put more than 1% of the recorded minutes in doubt.",
            group=WEEK,
            formula="count(valid and clock_doubtful)",
            take=lambda days: _doubtful(days),
        ),
    ]


def _doubtful(days: Sequence[Any]) -> float:
    return float(sum(day.clock_doubtful for day in days))


def clock(table: EpochTable, day: LocalDay) -> Clock:
    """Return what the clocks leave open on a day, whose epochs are `table`. Edge case: without epochs, nothing."""
    known = ~np.isnan(table.clock_doubt_s)
    if not known.any():
        return Clock(clock_doubt_s=nan, clock_doubt_min=nan, clock_doubtful=False)
    worst_s = float(table.clock_doubt_s[known].max())
    to_end_s = np.minimum(table.epoch - day.start, day.end - 1 - table.epoch) * EPOCH_S
    may_leave = known & (to_end_s < table.clock_doubt_s - EPOCH_S)
    may_differ = (table.nodes == BOTH_BITS) & (table.nodes_apart_s > _MOST_APART_S)
    in_doubt = int((may_leave | may_differ).sum())
    return Clock(
        clock_doubt_s=worst_s if np.isfinite(worst_s) else nan,
        clock_doubt_min=in_doubt / EPOCHS_A_MINUTE,
        clock_doubtful=in_doubt > _WORTH_SAYING * len(table),
    )
