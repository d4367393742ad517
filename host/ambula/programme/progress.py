"""Week by week: the plan's goal, the minutes walked, and what that means for the next goal.

The first recorded week sets no goal: a person who walks half an hour every day must not get a goal of ten minutes.
Weeks are seven local dates from the first one on. The same recordings, notes and plan give the same goals, on any
day.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import Enum
from statistics import median

from ambula.programme.plan import Plan
from ambula.programme.walks import WalkingDay

_WEEK = timedelta(days=7)


class Verdict(Enum):
    """What a week was, and with it why the next goal is what it is."""

    LOOKING = "looking"  # the first week that was seen, and those before: no goal yet
    RUNNING = "running"  # it is not over
    WELL = "well"  # the goal was reached, on nearly all its days
    PARTLY = "partly"
    LOW = "low"  # much less than the goal
    LOW_AGAIN = "low again"  # and for the second time
    PAIN = "pain"  # a pause: more pain was noted
    UNSEEN = "unseen"  # a pause: too little was recorded to judge it
    UNSEEN_AGAIN = "unseen again"


@dataclass(frozen=True)
class Goal:
    """Minutes of a walking day, and walking days a week."""

    minutes: int
    days: int


@dataclass(frozen=True)
class ProgrammeWeek:
    """One week: its goal (None: it only looked), the minutes of each date (None: nothing recorded), and the verdict.

    reached_days: dates with the minutes asked for. share: of the goal's minutes, counted on its best dates, none beyond
    its goal. worst_pain: the highest noted, 0..10.
    """

    number: int
    first: date
    goal: Goal | None
    walked_min: tuple[float | None, ...]
    seen_days: int
    reached_days: int
    share: float
    worst_pain: int | None
    verdict: Verdict

    @property
    def last(self) -> date:
        """The week's last date."""
        return self.first + _WEEK - timedelta(days=1)


@dataclass(frozen=True)
class Programme:
    """All weeks, the goal after the last one that is over, and the reason: that week, or the one under way in pain."""

    plan: Plan
    weeks: tuple[ProgrammeWeek, ...]
    goal: Goal
    reason: ProgrammeWeek | None

    @property
    def is_waiting(self) -> bool:
        """Whether pain was noted in the week under way that makes the plan wait."""
        return self.reason is not None and self.reason.verdict is Verdict.RUNNING


def follow(
    plan: Plan, first: date, days: Sequence[WalkingDay], pain: Sequence[tuple[date, int]], until: date
) -> Programme:
    """Return the programme from its first date to `until`, the first date that is not over yet.

    days: what was walked, a date at most once. pain: noted, 0..10, any order. Edge case: `until` before `first`, no
    weeks and the plan's own start.
    """
    by_date = {day.date: day for day in days}
    goal = Goal(plan.start_min, plan.start_days)
    weeks: list[ProgrammeWeek] = []
    went_well = 0
    is_looking = True
    while first + len(weeks) * _WEEK <= until:
        week = _week(plan, len(weeks), first + len(weeks) * _WEEK, goal, is_looking, by_date, pain)
        is_over = week.last < until
        verdict = _verdict(plan, week, pain, weeks) if is_over else Verdict.RUNNING
        week = replace(week, verdict=verdict)
        weeks.append(week)
        went_well += verdict is Verdict.WELL
        if is_over:
            goal = _next_goal(plan, week, goal, went_well)
            is_looking = is_looking and week.seen_days == 0
    reasons = [week for week in weeks if week.verdict is not Verdict.RUNNING or _is_painful(plan, week, pain)]
    return Programme(plan, tuple(weeks), goal, reasons[-1] if reasons else None)


def _week(
    plan: Plan,
    number: int,
    first: date,
    goal: Goal,
    is_looking: bool,
    by_date: dict[date, WalkingDay],
    pain: Sequence[tuple[date, int]],
) -> ProgrammeWeek:
    dates = [first + timedelta(days=i) for i in range(7)]
    # A gap in the recording is not a day without a walk.
    days_worn = [day if (day := by_date.get(d)) is not None and day.worn_h else None for d in dates]
    walked = tuple(day.walked_min if day is not None else None for day in days_worn)
    best = sorted((m for m in walked if m is not None), reverse=True)[: goal.days]
    return ProgrammeWeek(
        number=number + 1,
        first=first,
        goal=None if is_looking else goal,
        walked_min=walked,
        seen_days=sum(day is not None and day.worn_h >= plan.seen_h for day in days_worn),
        reached_days=0 if is_looking else sum(m is not None and m >= goal.minutes for m in walked),
        share=sum(min(m, goal.minutes) for m in best) / (goal.minutes * goal.days),
        worst_pain=max((p for d, p in pain if d in dates), default=None),
        verdict=Verdict.LOOKING,
    )


def _verdict(
    plan: Plan, week: ProgrammeWeek, pain: Sequence[tuple[date, int]], before: Sequence[ProgrammeWeek]
) -> Verdict:
    if week.goal is None:
        return Verdict.LOOKING
    if _is_painful(plan, week, pain):
        return Verdict.PAIN
    if week.reached_days >= plan.well_share * week.goal.days:
        return Verdict.WELL
    previous = before[-1].verdict
    if week.seen_days < plan.seen_days:
        return Verdict.UNSEEN_AGAIN if previous in (Verdict.UNSEEN, Verdict.UNSEEN_AGAIN) else Verdict.UNSEEN
    if week.share < plan.low_share:
        return Verdict.LOW_AGAIN if previous in (Verdict.LOW, Verdict.LOW_AGAIN) else Verdict.LOW
    return Verdict.PARTLY


def _is_painful(plan: Plan, week: ProgrammeWeek, pain: Sequence[tuple[date, int]]) -> bool:
    """Whether much pain was noted in a week, or more than was usual before it."""
    if week.worst_pain is None:
        return False
    usual = [p for d, p in pain if d < week.first]
    return week.worst_pain >= plan.pain_limit or (bool(usual) and week.worst_pain - median(usual) >= plan.pain_rise)


def _next_goal(plan: Plan, week: ProgrammeWeek, goal: Goal, went_well: int) -> Goal:
    """Return the goal after a week; `went_well`: how many weeks have, this one included."""
    if week.goal is None:
        return _first_goal(plan, week)
    if week.verdict in (Verdict.LOW_AGAIN, Verdict.UNSEEN_AGAIN):
        return Goal(max(min(plan.start_min, goal.minutes), goal.minutes - plan.step_min), goal.days)
    if week.verdict is not Verdict.WELL:
        return goal
    more_days = Goal(goal.minutes, min(plan.ceiling_days, goal.days + 1))
    more_min = Goal(min(plan.ceiling_min, goal.minutes + plan.step_min), goal.days)
    if went_well % plan.day_every_weeks == 0:
        return more_days if more_days != goal else more_min
    return more_min if more_min != goal else more_days


def _first_goal(plan: Plan, week: ProgrammeWeek) -> Goal:
    """Return the first goal: what was usual in the first week, between the plan's start and its ceiling."""
    walked = [m for m in week.walked_min if m]
    usual_min = int(median(walked)) if len(walked) >= plan.start_days else 0
    minutes = min(plan.ceiling_min, max(plan.start_min, usual_min))
    usual_days = sum(m >= minutes for m in walked)
    return Goal(minutes, min(plan.ceiling_days, max(plan.start_days, usual_days)))
