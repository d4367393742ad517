"""Week by week: the plan's goal, the minutes walked, and what that means for the next goal.

The first recorded week sets no goal: a person who walks half an hour every day must not get a goal of ten minutes.
Nor does a week in which a person already walks all that the plan ever asks for. Weeks are seven local dates from the
first one on. The same recordings, notes and plan give the same goals, on any day.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import Enum
from statistics import median

from ambula.programme.plan import Plan
from ambula.programme.walks import WalkingDay

_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)


class Verdict(Enum):
    """What a week was, and with it why the next goal is what it is."""

    LOOKING = "looking"  # the first week that was seen, and those before: no goal yet
    LOOKING_PAIN = "looking, pain"  # the same, with much pain: the plan starts low
    BEYOND = "beyond"  # as much as the plan ever asks for, or more: no goal
    LESS = "less"  # less than that, after a week of it
    RUNNING = "running"  # it is not over
    WELL = "well"  # the goal was reached, on nearly all its days
    PARTLY = "partly"
    LOW = "low"  # much less than the goal
    LOW_AGAIN = "low again"  # and for the second time
    PAIN = "pain"  # a pause: more pain was noted
    UNSEEN = "unseen"  # a pause: too little was recorded to judge it
    UNSEEN_AGAIN = "unseen again"


class Stage(Enum):
    """What the plan does in a week: look, set a goal, or leave a person alone who walks more than it asks."""

    LOOKING = "looking"
    GOAL = "goal"
    BEYOND = "beyond"


@dataclass(frozen=True)
class Goal:
    """Minutes of a walking day, and walking days a week."""

    minutes: int
    days: int


@dataclass(frozen=True)
class ProgrammeWeek:
    """One week: its goal (None: it had none), the minutes of each date (None: nothing recorded), and the verdict.

    pain_by_day: the highest noted on each date, 0..10 (None: none noted). reached_days: dates with the minutes asked
    for. share: of the goal's minutes, counted on its best dates, none beyond its goal.
    """

    number: int
    first: date
    goal: Goal | None
    walked_min: tuple[float | None, ...]
    pain_by_day: tuple[int | None, ...]
    seen_days: int
    reached_days: int
    share: float
    verdict: Verdict

    @property
    def last(self) -> date:
        """The week's last date."""
        return self.first + _WEEK - _DAY

    @property
    def worst_pain(self) -> int | None:
        """The highest pain noted in the week, 0..10."""
        return max((p for p in self.pain_by_day if p is not None), default=None)

    def days_of(self, minutes: float) -> list[float]:
        """Return what was walked on the dates with at least so many minutes, in min."""
        return [m for m in self.walked_min if m is not None and m >= minutes]


@dataclass(frozen=True)
class Programme:
    """All weeks that have begun, and what the plan does in the week under way, or in the coming one.

    goal_first: that week's first date. goal: what the plan would ask for in it; asked for in stage GOAL only. reason:
    the last week that is over, or the one under way in pain. tomorrow: the first date that has not begun yet.
    """

    plan: Plan
    weeks: tuple[ProgrammeWeek, ...]
    stage: Stage
    goal: Goal
    goal_first: date
    reason: ProgrammeWeek | None
    tomorrow: date

    @property
    def goal_last(self) -> date:
        """The last date of the goal's week."""
        return self.goal_first + _WEEK - _DAY

    @property
    def running(self) -> ProgrammeWeek | None:
        """The week under way; None where the last one is over and the next has not begun."""
        return self.weeks[-1] if self.weeks and self.weeks[-1].verdict is Verdict.RUNNING else None

    @property
    def is_waiting(self) -> bool:
        """Whether pain was noted in the week under way that makes the plan wait."""
        return self.reason is not None and self.reason.verdict is Verdict.RUNNING

    @property
    def has_goal(self) -> bool:
        """Whether there is a goal to show: the plan neither looks, nor waits, nor has been left behind."""
        return self.stage is Stage.GOAL and not self.is_waiting


def follow(
    plan: Plan, first: date, days: Sequence[WalkingDay], pain: Sequence[tuple[date, int]], until: date
) -> Programme:
    """Return the programme from its first date to `until`, the first date that is not over yet.

    days: what was walked, a date at most once. pain: noted, 0..10, any order. Edge cases: `until` before `first`, no
    weeks and the plan's own start; nothing worth a row on the first date of a week, that week has not begun.
    """
    by_date = {day.date: day for day in days}
    tomorrow = until + _DAY if _has_begun(plan, until, by_date, pain) else until
    goal, stage = Goal(plan.start_min, plan.start_days), Stage.LOOKING
    weeks: list[ProgrammeWeek] = []
    went_well = 0
    while (start := first + len(weeks) * _WEEK) < tomorrow:
        week = _week(plan, len(weeks) + 1, start, goal if stage is Stage.GOAL else None, by_date, pain)
        if week.last < until:
            week = replace(week, verdict=_verdict(plan, week, stage, pain, weeks))
            went_well += week.verdict is Verdict.WELL
            goal, stage = _next_goal(plan, week, goal, went_well), _next_stage(week, stage)
        weeks.append(week)
    running = weeks[-1] if weeks and weeks[-1].verdict is Verdict.RUNNING else None
    reasons = [week for week in weeks if week is not running or _is_painful(plan, week, pain)]
    return Programme(
        plan, tuple(weeks), stage, goal, running.first if running else start, reasons[-1] if reasons else None, tomorrow
    )


def _has_begun(plan: Plan, day: date, by_date: dict[date, WalkingDay], pain: Sequence[tuple[date, int]]) -> bool:
    """Whether a date holds anything worth a row: a walk that counts, hours enough to judge it, or pain."""
    worn = by_date.get(day)
    return (worn is not None and (worn.walked_min > 0 or worn.worn_h >= max(plan.seen_h, 1))) or any(
        d == day for d, _ in pain
    )


def _week(
    plan: Plan,
    number: int,
    first: date,
    goal: Goal | None,
    by_date: dict[date, WalkingDay],
    pain: Sequence[tuple[date, int]],
) -> ProgrammeWeek:
    dates = [first + i * _DAY for i in range(7)]
    # A gap in the recording is not a day without a walk.
    days_worn = [day if (day := by_date.get(d)) is not None and day.worn_h else None for d in dates]
    walked = tuple(day.walked_min if day is not None else None for day in days_worn)
    return ProgrammeWeek(
        number=number,
        first=first,
        goal=goal,
        walked_min=walked,
        pain_by_day=tuple(max((p for noted, p in pain if noted == d), default=None) for d in dates),
        seen_days=sum(day is not None and day.worn_h >= plan.seen_h for day in days_worn),
        reached_days=sum(m is not None and m >= goal.minutes for m in walked) if goal else 0,
        share=_share(walked, goal) if goal else 0.0,
        verdict=Verdict.RUNNING,
    )


def _share(walked: Sequence[float | None], goal: Goal) -> float:
    best = sorted((m for m in walked if m is not None), reverse=True)[: goal.days]
    return sum(min(m, goal.minutes) for m in best) / (goal.minutes * goal.days)


def _verdict(
    plan: Plan,
    week: ProgrammeWeek,
    stage: Stage,
    pain: Sequence[tuple[date, int]],
    before: Sequence[ProgrammeWeek],
) -> Verdict:
    is_painful = _is_painful(plan, week, pain)
    if stage is Stage.LOOKING and (is_painful or not week.seen_days):
        return Verdict.LOOKING_PAIN if is_painful else Verdict.LOOKING
    if is_painful:
        return Verdict.PAIN
    if week.goal is None and len(week.days_of(plan.ceiling_min)) >= plan.ceiling_days:
        return Verdict.BEYOND
    if stage is Stage.LOOKING:
        return Verdict.LOOKING
    if week.goal is not None and week.reached_days >= plan.well_share * week.goal.days:
        return Verdict.WELL
    previous = before[-1].verdict
    if week.seen_days < plan.seen_days:
        return Verdict.UNSEEN_AGAIN if previous in (Verdict.UNSEEN, Verdict.UNSEEN_AGAIN) else Verdict.UNSEEN
    if week.goal is None:
        return Verdict.LESS
    if week.share < plan.low_share:
        return Verdict.LOW_AGAIN if previous in (Verdict.LOW, Verdict.LOW_AGAIN) else Verdict.LOW
    return Verdict.PARTLY


def _is_painful(plan: Plan, week: ProgrammeWeek, pain: Sequence[tuple[date, int]]) -> bool:
    """Whether much pain was noted in a week, or more than was usual before it.

    Where none was noted before the week, what is usual is what was noted on its dates before the worst.
    """
    worst = week.worst_pain
    if worst is None:
        return False
    worst_day = week.first + week.pain_by_day.index(worst) * _DAY
    usual = [p for d, p in pain if d < week.first] or [p for d, p in pain if d < worst_day]
    return worst >= plan.pain_limit or (bool(usual) and worst - median(usual) >= plan.pain_rise)


def _next_stage(week: ProgrammeWeek, stage: Stage) -> Stage:
    if week.verdict is Verdict.BEYOND:
        return Stage.BEYOND
    if stage is Stage.LOOKING:
        return Stage.GOAL if week.seen_days else Stage.LOOKING
    return stage if week.verdict in (Verdict.PAIN, Verdict.UNSEEN) else Stage.GOAL


def _next_goal(plan: Plan, week: ProgrammeWeek, goal: Goal, went_well: int) -> Goal:
    """Return the goal after a week; `went_well`: how many weeks have, this one included."""
    if week.verdict is Verdict.LOOKING:
        return _first_goal(plan, week)
    if week.verdict is Verdict.LOOKING_PAIN:
        return Goal(plan.start_min, plan.start_days)
    if week.verdict is Verdict.BEYOND:
        return Goal(plan.ceiling_min, plan.ceiling_days)
    if week.goal is None:
        return goal
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
