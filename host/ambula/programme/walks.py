"""What a programme counts on a day: the minutes in walks that are long enough, and how long the nodes were worn.

Running counts as walking: who runs an hour a day must not get a goal of ten minutes on foot.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from ambula.days.figures import DayRows, by_local_day
from ambula.days.figures.day_rows import minutes
from ambula.days.figures.sites import sites
from ambula.days.local_days import ZoneHistory, Zones, local_days
from ambula.days.rules import DEFAULT, Rules
from ambula.epochs.bouts import find_bouts, lengths
from ambula.epochs.table import EpochTable
from nodecore import activity
from nodecore.sampling import EPOCH_S, EPOCHS_A_MINUTE

# Local hour from which a last date counts as over: a week's data are read out on its last evening, and little is walked
# after it. What a later sync adds is counted then.
EVENING_H = 18


@dataclass(frozen=True)
class WalkingDay:
    """One local date: minutes in walks that count, hours worn, minutes on foot of any length, and those of running."""

    date: date
    walked_min: float
    worn_h: float
    on_foot_min: float
    running_min: float


def walking_days(table: EpochTable, zones: Zones, walk_from_min: int, rules: Rules = DEFAULT) -> list[WalkingDay]:
    """Return a day for each local date from the first epoch to the last; no epochs, no days.

    Only walks of at least `walk_from_min` minutes count; halts of up to `rules.long_walk_pause_s` do not end one, and
    its length includes them. A walk over midnight is two, one on each date. Edge case: a date on which the nodes look
    swapped is as one without wear, because its walking is wrong.
    """
    return [_walking_day(day.date, DayRows.of(rows), walk_from_min, rules) for day, rows in by_local_day(table, zones)]


def _walking_day(day: date, rows: DayRows, walk_from_min: int, rules: Rules) -> WalkingDay:
    if sites(rows, rules).nodes_swapped:
        return WalkingDay(day, 0.0, 0.0, 0.0, 0.0)
    running = rows.code == activity.RUNNING
    on_foot = rows.walking | running
    walks = lengths(find_bouts(rows.table.epoch, on_foot, rules.long_walk_pause_s // EPOCH_S))
    counted = walks[walks >= walk_from_min * EPOCHS_A_MINUTE]
    worn_h = int(rows.worn.sum()) * EPOCH_S / 3600
    return WalkingDay(day, float(counted.sum()) / EPOCHS_A_MINUTE, worn_h, minutes(on_foot), minutes(running))


def open_date(table: EpochTable, zones: Zones) -> date | None:
    """Return the first local date that is not over; None without epochs.

    A date is over if it was recorded to its end, or into its evening (EVENING_H).
    """
    if not len(table):
        return None
    last = int(table.epoch[-1])
    day = local_days(last, last, zones)[0]
    end_s = (last + 1) * EPOCH_S
    is_evening = datetime.fromtimestamp(end_s, ZoneHistory.of(zones).zone_at(end_s)).hour >= EVENING_H
    return day.date + timedelta(days=1) if last + 1 >= day.end or is_evening else day.date
