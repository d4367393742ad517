"""Time in bed: the longest stretch of mostly lying, from noon to noon. Lying is not sleep."""

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
from ambula.epochs.table import EpochTable
from nodecore import activity
from nodecore.roles import BACK_BIT
from nodecore.sampling import EPOCH_S, EPOCHS_A_DAY, EPOCHS_A_MINUTE

_HALF_DAY = EPOCHS_A_DAY // 2


_bed = partial(Entry, group="Time in bed", rests_on="bed_share")


@dataclass(frozen=True, kw_only=True)
class Bed:
    """The night before a date, ended by noon; empty and NaN where no stretch is long enough."""

    bed_start: Annotated[
        str,
        _bed(
            "To bed",
            Unit.LOCAL_TIME,
            "Local time at which the night's longest stretch of lying began. The stretch ends on this date before "
            "noon, or began after noon of the day before. It is at least bed_least_h (3 h) long. Lying takes up at "
            "least bed_lying_share (half) of it, with gaps of at most bed_pause_s (30 min). Lying is not sleep, and "
            "time awake in bed counts.",
            formula="first lying epoch of the stretch",
        ),
    ]
    bed_end: Annotated[
        str,
        _bed(
            "Out of bed",
            Unit.LOCAL_TIME,
            "End of that stretch, in local time.",
            formula="end of the last lying epoch of the stretch",
        ),
    ]
    bed_min: Annotated[
        float,
        _bed(
            "Time in bed",
            Unit.MIN,
            "Length of that stretch. Empty if there is none. The nodes may then have been off at night: see bed_share.",
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
            "Share of the night with the back node worn",
            Unit.SHARE,
            "Share of the 24 hours from noon to noon in which the back node was worn. Only the back node shows lying.",
            formula="count(back worn, 12 h before to 12 h after the date begins) / 17,280",
            rests_on="",
        ),
    ]


@dataclass(frozen=True, kw_only=True)
class BedOfWeek:
    """An average night."""

    bed_min: Annotated[float, DailyMean("Time in bed per night", Bed)]


def beds(table: EpochTable, days: Sequence[LocalDay], zones: ZoneHistory, rules: Rules) -> list[Bed]:
    """Return for each date the night that ends on it, from 12 h before the date begins to 12 h after."""
    lying = table.epoch[effective_activity(table) == activity.LYING]
    back_worn = table.epoch[(table.worn_nodes & BACK_BIT) != 0]
    return [_night(lying, back_worn, day, zones, rules) for day in days]


def _night(
    lying: NDArray[np.int64], back_worn: NDArray[np.int64], day: LocalDay, zones: ZoneHistory, rules: Rules
) -> Bed:
    noon = day.start - _HALF_DAY, day.start + _HALF_DAY
    share = len(_between(back_worn, noon)) / (2 * _HALF_DAY)
    stretch = longest_stretch(_between(lying, noon), rules)
    if stretch is None:
        return Bed(bed_start="", bed_end="", bed_min=nan, bed_lying_min=nan, bed_share=share)
    start, end, lay = stretch
    return Bed(
        bed_start=_local(start, zones),
        bed_end=_local(end, zones),
        bed_min=(end - start) / EPOCHS_A_MINUTE,
        bed_lying_min=lay / EPOCHS_A_MINUTE,
        bed_share=share,
    )


def longest_stretch(lying: NDArray[np.int64], rules: Rules) -> tuple[int, int, int] | None:
    """Return [start, end) in epochs and the lying epochs in it, of the longest stretch that counts, or None.

    lying: (n,) rising epochs. Stretches end where more than `bed_pause_s` go by without lying, recorded or not.
    """
    if not len(lying):
        return None
    breaks = np.flatnonzero(np.diff(lying) - 1 > rules.bed_pause_s // EPOCH_S)
    first, last = np.append(0, breaks + 1), np.append(breaks, len(lying) - 1)
    length, lay = lying[last] + 1 - lying[first], last + 1 - first
    counts = (length * EPOCH_S >= rules.bed_least_h * 3600) & (lay >= rules.bed_lying_share * length)
    if not counts.any():
        return None
    best = int(np.argmax(np.where(counts, length, 0)))
    return int(lying[first[best]]), int(lying[last[best]]) + 1, int(lay[best])


def _between(epochs: NDArray[np.int64], span: tuple[int, int]) -> NDArray[np.int64]:
    start, end = np.searchsorted(epochs, span)
    return epochs[start:end]


def _local(epoch: int, zones: ZoneHistory) -> str:
    utc_s = epoch * EPOCH_S
    return datetime.fromtimestamp(utc_s, zones.zone_at(utc_s)).isoformat()
