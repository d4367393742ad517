"""Made weeks of walking minutes, and the programme that follows from them."""

from datetime import date, timedelta

from ambula.programme import Plan, Programme, WalkingDay, follow, read_plan
from ambula.programme.plan import default_text

PLAN = read_plan(default_text())
FIRST = date(2026, 3, 2)  # a Monday


def walked(day: date, walked_min: float, worn_h: float = 14.0, short_min: float = 20.0) -> WalkingDay:
    """A date with so much in walks that count, and in those too short to."""
    return WalkingDay(day, walked_min, worn_h, walked_min + short_min, 0.0)


def week_of(*walked_min: float, number: int = 0, worn_h: float = 14.0, short_min: float = 20.0) -> list[WalkingDay]:
    """Walking days from the first date of a week on."""
    start = FIRST + timedelta(days=7 * number)
    return [walked(start + timedelta(days=i), m, worn_h, short_min) for i, m in enumerate(walked_min)]


def after(weeks: list[list[WalkingDay]], pain: list[tuple[date, int]] | None = None, plan: Plan = PLAN) -> Programme:
    """The programme when all those weeks are over, and nothing more."""
    return until(len(weeks) * 7, weeks, pain, plan)


def until(
    days_over: int, weeks: list[list[WalkingDay]], pain: list[tuple[date, int]] | None = None, plan: Plan = PLAN
) -> Programme:
    """The programme when so many days are over."""
    return follow(plan, FIRST, [day for week in weeks for day in week], pain or [], FIRST + timedelta(days=days_over))
