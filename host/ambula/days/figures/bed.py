"""Time in bed: the longest stretch of mostly lying that ends on a date, by night or by day. Lying is not sleep.

Stretches are found over the whole recording and then given to the date on which they end. A window from noon to noon
cuts the sleep of those who work at night; GGIR moves it to 18:00 for them. The date of the end needs no window. It is
that of the morning for a night, and few sleeps end about midnight, so that two rarely end on one date; the middle of
the sleep of early risers (20:00 to 04:00) does lie there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from math import nan
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from ambula.days.entry import DailyMean, Entry
from ambula.days.figures.day_rows import effective_activity
from ambula.days.local_days import LocalDay, ZoneHistory
from ambula.days.rules import Rules
from ambula.days.units import Unit
from ambula.epochs.bouts import find_bouts, lengths
from ambula.epochs.table import EpochTable
from nodecore import activity
from nodecore.roles import BACK_BIT
from nodecore.sampling import EPOCH_S, EPOCHS_A_DAY, EPOCHS_A_MINUTE

_bed = partial(Entry, group="Time in bed", rests_on="bed_share")


@dataclass(frozen=True, kw_only=True)
class Bed:
    """The longest stretch that ends on a date; empty and NaN where none is long enough."""

    bed_start: Annotated[
        str,
        _bed(
            "To bed",
            Unit.LOCAL_TIME,
            "Local time at which the longest stretch of lying began that ends on this date, by night or by day. A "
            "stretch counts once, whole, on the date of its last lying epoch. It is at least bed_least_h (3 h) long. "
            "Lying takes up at least bed_lying_share (half) of it, with gaps of at most bed_pause_s (30 min). Lying of "
            "less than lying_least_s (10 s) neither begins nor ends it. Lying is not sleep, and time awake in bed "
            "counts.",
            formula="start of the first lying of >= lying_least_s, of all with <= bed_pause_s from one to the next",
        ),
    ]
    bed_end: Annotated[
        str,
        _bed(
            "Out of bed",
            Unit.LOCAL_TIME,
            "End of that stretch, in local time.",
            formula="end of the last of them",
        ),
    ]
    bed_min: Annotated[
        float,
        _bed(
            "Time in bed",
            Unit.MIN,
            "Length of that stretch, from the evening before if it began there. Empty if there is none. The nodes may "
            "then have been off in bed: see bed_share.",
            formula="bed_end - bed_start",
            digits=0,
        ),
    ]
    bed_lying_min: Annotated[
        float,
        _bed(
            "Lying in bed",
            Unit.MIN,
            "Minutes of lying in that stretch.",
            formula="count(lying within the stretch) / 12",
            digits=0,
        ),
    ]
    bed_share: Annotated[
        float,
        _bed(
            "Share of the time around bed with the back node worn",
            Unit.SHARE,
            "Share of 24 hours in which the back node was worn: those around the middle of the stretch, or around the "
            "midnight at which the date begins where there is no stretch. Only the back node shows lying. A small "
            "share says that the stretch may have been longer, as at the beginning and the end of a recording.",
            formula="count(back worn, 12 h before to 12 h after that middle or that midnight) / 17,280",
            rests_on="",
        ),
    ]


@dataclass(frozen=True, kw_only=True)
class BedOfWeek:
    """An average night."""

    bed_min: Annotated[float, DailyMean("Time in bed per day", Bed)]


@dataclass(frozen=True)
class Stretch:
    """[start, end) in epochs, and how many of them are lying."""

    start: int
    end: int
    lying: int


def beds(table: EpochTable, days: Sequence[LocalDay], zones: ZoneHistory, rules: Rules) -> list[Bed]:
    """Return for each date the longest stretch of the recording that ends on it."""
    found = stretches(table.epoch, effective_activity(table) == activity.LYING, rules)
    back_worn = table.epoch[(table.worn_nodes & BACK_BIT) != 0]
    return [_bed_of(day, found, back_worn, zones) for day in days]


def _bed_of(day: LocalDay, found: Sequence[Stretch], back_worn: NDArray[np.int64], zones: ZoneHistory) -> Bed:
    on_date = [s for s in found if day.start < s.end <= day.end]
    if not on_date:
        return Bed(bed_start="", bed_end="", bed_min=nan, bed_lying_min=nan, bed_share=_share(back_worn, day.start))
    longest = max(on_date, key=lambda s: s.end - s.start)
    return Bed(
        bed_start=_local(longest.start, zones),
        bed_end=_local(longest.end, zones),
        bed_min=(longest.end - longest.start) / EPOCHS_A_MINUTE,
        bed_lying_min=longest.lying / EPOCHS_A_MINUTE,
        bed_share=_share(back_worn, (longest.start + longest.end) // 2),
    )


def stretches(epoch: NDArray[np.int64], lying: NDArray[np.bool_], rules: Rules) -> list[Stretch]:
    """Return the stretches that count as time in bed, in time order; none overlaps another.

    epoch, lying: (n,), strictly increasing epochs and whether each is lying. A stretch ends where more than
    `bed_pause_s` go by without lying, recorded or not. Edge case: no lying, none.
    """
    bouts = find_bouts(epoch, lying)
    bouts = bouts[lengths(bouts) * EPOCH_S >= rules.lying_least_s]
    if not len(bouts):
        return []
    breaks = np.flatnonzero(bouts[1:, 0] - bouts[:-1, 1] > rules.bed_pause_s // EPOCH_S)
    starts, ends = bouts[np.append(0, breaks + 1), 0], bouts[np.append(breaks, len(bouts) - 1), 1]
    lay = np.diff(np.searchsorted(epoch[lying], np.stack([starts, ends], axis=1)), axis=1)[:, 0]
    every = [Stretch(*each) for each in zip(starts.tolist(), ends.tolist(), lay.tolist(), strict=True)]
    return [s for s in every if _is_bed(s, rules)]


def _is_bed(stretch: Stretch, rules: Rules) -> bool:
    length = stretch.end - stretch.start
    return length * EPOCH_S >= rules.bed_least_h * 3600 and stretch.lying >= rules.bed_lying_share * length


def _share(back_worn: NDArray[np.int64], middle: int) -> float:
    first, last = np.searchsorted(back_worn, (middle - EPOCHS_A_DAY // 2, middle + EPOCHS_A_DAY // 2))
    return int(last - first) / EPOCHS_A_DAY


def _local(epoch: int, zones: ZoneHistory) -> str:
    utc_s = epoch * EPOCH_S
    return datetime.fromtimestamp(utc_s, zones.zone_at(utc_s)).isoformat()
