"""The dates that the short pages show, at most seven, with those before them to compare with."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from ambula.days.rules import DEFAULT, Rules
from ambula.days.summary import DaySummary, WeekSummary, summarise_week

WEEK_DAYS = 7
TYPICAL_DAYS = 4
TYPICAL_WORN_MIN = 600
_MOST_APART_MIN = 120


@dataclass(frozen=True)
class PersonWeek:
    """The dates shown and their means.

    days: in time order, at most seven. week: means over those of them that count. before: means over `days_before`, the
    seven dates before, None where too few of them count, or where the sensors were worn for other hours than
    now: then the two do not compare. is_typical: whether enough of `days` count to speak of a usual day.
    """

    days: list[DaySummary]
    week: WeekSummary
    before: WeekSummary | None
    days_before: list[DaySummary]
    is_typical: bool

    @property
    def counted(self) -> list[DaySummary]:
        """The dates that count."""
        return [day for day in self.days if day.valid]

    @property
    def worn(self) -> list[DaySummary]:
        """The dates on which a sensor was worn, in its place: swapped sensors make all figures wrong."""
        return [day for day in self.days if day.worn_min and not day.nodes_swapped]

    def has(self, day: date) -> bool:
        """Return whether a date is among those shown."""
        return bool(self.days) and self.days[0].date <= day <= self.days[-1].date


def latest_week(days: Sequence[DaySummary], rules: Rules = DEFAULT, noted: Collection[date] = ()) -> PersonWeek:
    """Return the latest seven dates of a recording. rules: those of the days. noted: dates on which pain was noted.

    A last date that does not count is left out where seven others are there and no pain was noted on it: it is mostly
    the morning of the sync. Edge case: no days, nothing.
    """
    is_morning = len(days) > WEEK_DAYS and not days[-1].valid and days[-1].date not in noted
    end = len(days) - is_morning
    start = max(0, end - WEEK_DAYS)
    shown, before = list(days[start:end]), list(days[max(0, start - WEEK_DAYS) : start])
    return PersonWeek(
        days=shown,
        week=summarise_week(shown, rules=rules),
        before=summarise_week(before, rules=rules) if is_typical(before) and _compare(shown, before) else None,
        days_before=before,
        is_typical=is_typical(shown),
    )


def _compare(now: Sequence[DaySummary], then: Sequence[DaySummary]) -> bool:
    """Return whether the days of both that count were worn for about as long: who is seen for longer walks more."""
    worn_min = [[day.worn_min for day in days if day.valid] for days in (now, then)]
    if not all(worn_min):
        return True
    a, b = (sum(minutes) / len(minutes) for minutes in worn_min)
    return abs(a - b) <= _MOST_APART_MIN


def is_typical(days: Sequence[DaySummary]) -> bool:
    """Return whether days can stand for what is usual: at least four that count and were worn for ten hours or more."""
    return sum(day.valid and day.worn_min >= TYPICAL_WORN_MIN for day in days) >= TYPICAL_DAYS
