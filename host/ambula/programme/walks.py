"""What a programme counts on a day: the minutes in walks that are long enough, and how long the nodes were worn."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from ambula.days.figures import DayRows, by_local_day
from ambula.days.local_days import ZoneHistory, Zones, local_days
from ambula.days.rules import DEFAULT, Rules
from ambula.epochs.bouts import find_bouts, lengths
from ambula.epochs.table import EpochTable
from nodecore.sampling import EPOCH_S, EPOCHS_A_MINUTE

# Local hour from which a last date counts as over: a week's data are read out on its last evening, and little is walked
# after it. What a later sync adds is counted then.
EVENING_H = 18


@dataclass(frozen=True)
class WalkingDay:
    """One local date: minutes in walks that count, and hours worn."""

    date: date
    walked_min: float
    worn_h: float


def walking_days(table: EpochTable, zones: Zones, walk_from_min: int, rules: Rules = DEFAULT) -> list[WalkingDay]:
    """Return a day for each local date from the first epoch to the last; no epochs, no days.

    Only walks of at least `walk_from_min` minutes count; halts of up to `rules.long_walk_pause_s` do not end one, and
    its length includes them. A walk over midnight is two, one on each date.
    """
    walking: list[WalkingDay] = []
    for day, epochs in by_local_day(table, zones):
        rows = DayRows.of(epochs)
        walks = lengths(find_bouts(rows.table.epoch, rows.walking, rules.long_walk_pause_s // EPOCH_S))
        counted = walks[walks >= walk_from_min * EPOCHS_A_MINUTE]
        worn_h = int(rows.worn.sum()) * EPOCH_S / 3600
        walking.append(WalkingDay(day.date, float(counted.sum()) / EPOCHS_A_MINUTE, worn_h))
    return walking


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
