"""What a week's noted pain says to the plan: it is as it was, it is more, or it is much.

Like is set against like: the median of the week's dates against that of the dates before, and its worst against the
worst of each week before. The worst of a week stands above the median of single days though nothing has changed.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from enum import Enum
from statistics import median

from ambula.programme.plan import Plan

# The weeks that tell what is usual. With all weeks instead, pain that has risen for good pauses the plan for months.
_WEEKS_BEFORE = 4
# With fewer noted dates on either side, nothing is said of a rise.
_LEAST_DATES = 3


class Pain(Enum):
    """How the pain of a week stands to the plan's limit, and to what was usual in the weeks before."""

    CALM = "calm"  # below the limit, and no more than usual; or none was noted
    USUAL = "usual"  # at the limit or above, as in the weeks before
    RISEN = "risen"  # more than usual on its median date
    STRONG = "strong"  # at the limit or above, and not known to be usual


def judge(plan: Plan, worst: Mapping[date, int], first: date) -> Pain:
    """Return what the pain of the seven dates from `first` on says. worst: the highest noted on a date, 0..10."""
    week = _noted(worst, first, 7)
    if not week:
        return Pain.CALM
    days_before = 7 * _WEEKS_BEFORE
    before = worst_before = None
    usual = _noted(worst, first - timedelta(days=days_before), days_before)
    if len(usual) >= _LEAST_DATES:
        before = median(usual)
        weeks = (_noted(worst, first - timedelta(days=7 * i), 7) for i in range(1, _WEEKS_BEFORE + 1))
        worst_before = median(max(each) for each in weeks if each)
    is_much = max(week) >= plan.pain_limit
    if is_much and (worst_before is None or max(week) - worst_before >= plan.pain_rise):
        return Pain.STRONG
    if before is not None and len(week) >= _LEAST_DATES and median(week) - before >= plan.pain_rise:
        return Pain.RISEN
    return Pain.USUAL if is_much else Pain.CALM


def worst_by_date(pain: Sequence[tuple[date, int]]) -> dict[date, int]:
    """Return the highest pain that was noted on each date."""
    worst: dict[date, int] = {}
    for day, level in pain:
        worst[day] = max(level, worst.get(day, 0))
    return worst


def _noted(worst: Mapping[date, int], first: date, days: int) -> list[int]:
    dates = (first + timedelta(days=i) for i in range(days))
    return [worst[d] for d in dates if d in worst]
