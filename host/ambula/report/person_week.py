"""The dates that the short pages show, at most seven, with those before them to compare with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ambula.days.rules import DEFAULT, Rules
from ambula.days.summary import DaySummary, WeekSummary, summarise_week

WEEK_DAYS = 7
TYPICAL_DAYS = 4
TYPICAL_WORN_MIN = 600


@dataclass(frozen=True)
class PersonWeek:
    """The dates shown and their means.

    days: in time order, at most seven. week: means over those of them that count. before: means over the seven dates
    before, None where too few of them count. is_typical: whether enough of `days` count to speak of a usual day.
    """

    days: list[DaySummary]
    week: WeekSummary
    before: WeekSummary | None
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


def latest_week(days: Sequence[DaySummary], rules: Rules = DEFAULT) -> PersonWeek:
    """Return the latest seven dates of a recording. rules: those of the days.

    A last date that does not count is left out where seven others are there: it is mostly the morning of the sync.
    Edge case: no days, nothing.
    """
    end = len(days) - (len(days) > WEEK_DAYS and not days[-1].valid)
    start = max(0, end - WEEK_DAYS)
    shown, before = list(days[start:end]), list(days[max(0, start - WEEK_DAYS) : start])
    return PersonWeek(
        days=shown,
        week=summarise_week(shown, rules=rules),
        before=summarise_week(before, rules=rules) if is_typical(before) else None,
        is_typical=is_typical(shown),
    )


def is_typical(days: Sequence[DaySummary]) -> bool:
    """Return whether days can stand for what is usual: at least four that count and were worn for ten hours or more."""
    return sum(day.valid and day.worn_min >= TYPICAL_WORN_MIN for day in days) >= TYPICAL_DAYS
