"""Week by week: the plan's goal, the minutes walked, and what that means for the next goal.

The first recorded week sets no goal: a person who walks half an hour every day must not get a goal of ten minutes. Nor
does a week in which a person already walks all that the plan ever asks for, or does not walk at all. After two weeks on
end that were not seen, the plan looks again. Weeks are seven local dates from the first one on. The same recordings,
notes and plan give the same goals, on any day.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from ambula.programme.goals import next_goal
from ambula.programme.pain import Pain, judge, worst_by_date
from ambula.programme.plan import Plan
from ambula.programme.walks import WalkingDay
from ambula.programme.weeks import DAY, WEEK, Goal, ProgrammeWeek, Stage, Verdict

# The least on a date that shows that this person walks: less is a step that was seen where none was.
_WALKING_MIN = 1


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
        return self.goal_first + WEEK - DAY

    @property
    def running(self) -> ProgrammeWeek | None:
        """The week under way; None where the last one is over and the next has not begun."""
        return self.weeks[-1] if self.weeks and self.weeks[-1].verdict is Verdict.RUNNING else None

    @property
    def is_waiting(self) -> bool:
        """Whether pain was noted in the week under way that makes the plan wait."""
        return self.reason is not None and self.reason.verdict is Verdict.RUNNING

    @property
    def looks_again(self) -> bool:
        """Whether it looks because little was recorded, after it had set a goal or needed none."""
        return self.stage is Stage.LOOKING and any(w.verdict is Verdict.UNSEEN_AGAIN for w in self.weeks)

    @property
    def has_no_walks(self) -> bool:
        """Whether it sets no goal because a week that was seen well held no walking, and none held any since."""
        last = next((w for w in reversed(self.weeks) if w.has_walking or w.verdict is Verdict.NO_WALKS), None)
        return self.stage is Stage.LOOKING and last is not None and not last.has_walking

    @property
    def own_week(self) -> ProgrammeWeek | None:
        """The last week of a person who needed no goal: their own walking is the goal; None before."""
        return next((week for week in reversed(self.weeks) if week.verdict is Verdict.BEYOND), None)

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
    by_date, worst = {day.date: day for day in days}, worst_by_date(pain)
    tomorrow = until + DAY if _has_begun(plan, until, by_date) or until in worst else until
    goal, stage = Goal(plan.start_min, plan.start_days), Stage.LOOKING
    weeks: list[ProgrammeWeek] = []
    went_well = 0
    while (start := first + len(weeks) * WEEK) < tomorrow:
        week = _week(plan, len(weeks) + 1, start, goal if stage is Stage.GOAL else None, by_date, worst)
        if week.last < until:
            week = replace(week, verdict=_verdict(plan, week, stage, weeks))
            went_well += week.verdict in (Verdict.WELL, Verdict.WELL_PAIN_AGAIN)
            goal, stage = next_goal(plan, week, goal, went_well), _next_stage(week, stage)
        weeks.append(week)
    running = weeks[-1] if weeks and weeks[-1].verdict is Verdict.RUNNING else None
    reasons = [week for week in weeks if week is not running or _is_painful(week, stage)]
    return Programme(
        plan, tuple(weeks), stage, goal, running.first if running else start, reasons[-1] if reasons else None, tomorrow
    )


def _has_begun(plan: Plan, day: date, by_date: Mapping[date, WalkingDay]) -> bool:
    """Whether on a date a walk was recorded that counts, or hours enough to judge it."""
    worn = by_date.get(day)
    return worn is not None and (worn.walked_min > 0 or worn.worn_h >= max(plan.seen_h, 1))


def _week(
    plan: Plan,
    number: int,
    first: date,
    goal: Goal | None,
    by_date: Mapping[date, WalkingDay],
    worst: Mapping[date, int],
) -> ProgrammeWeek:
    dates = [first + i * DAY for i in range(7)]
    # A gap in the recording is not a day without a walk.
    days_worn = [day if (day := by_date.get(d)) is not None and day.worn_h else None for d in dates]
    walked = tuple(day.walked_min if day is not None else None for day in days_worn)
    return ProgrammeWeek(
        number=number,
        first=first,
        goal=goal,
        walked_min=walked,
        pain_by_day=tuple(worst.get(d) for d in dates),
        seen_days=sum(day is not None and day.worn_h >= plan.seen_h for day in days_worn),
        reached_days=sum(m is not None and m >= goal.minutes for m in walked) if goal else 0,
        share=_share(walked, goal) if goal else 0.0,
        has_walking=any(day is not None and day.on_foot_min >= _WALKING_MIN for day in days_worn),
        has_running=any(day is not None and day.running_min >= plan.walk_from_min for day in days_worn),
        pain=judge(plan, worst, first),
        verdict=Verdict.RUNNING,
    )


def _share(walked: Sequence[float | None], goal: Goal) -> float:
    best = sorted((m for m in walked if m is not None), reverse=True)[: goal.days]
    return sum(min(m, goal.minutes) for m in best) / (goal.minutes * goal.days)


def _verdict(plan: Plan, week: ProgrammeWeek, stage: Stage, before: Sequence[ProgrammeWeek]) -> Verdict:
    if stage is Stage.LOOKING:
        return _looked(plan, week, stage)
    if _is_painful(week, stage):
        return Verdict.PAIN
    if week.goal is None and _is_beyond(plan, week):
        return Verdict.BEYOND
    previous = before[-1].verdict
    if week.goal is not None and week.reached_days >= plan.well_share * week.goal.days:
        if week.pain is not Pain.USUAL:
            return Verdict.WELL
        return Verdict.WELL_PAIN_AGAIN if previous is Verdict.WELL_PAIN else Verdict.WELL_PAIN
    if week.seen_days < plan.seen_days:
        return Verdict.UNSEEN_AGAIN if previous is Verdict.UNSEEN else Verdict.UNSEEN
    if week.goal is None:
        return Verdict.LESS
    if week.share < plan.low_share:
        return Verdict.LOW_AGAIN if previous in (Verdict.LOW, Verdict.LOW_AGAIN) else Verdict.LOW
    return Verdict.PARTLY


def _looked(plan: Plan, week: ProgrammeWeek, stage: Stage) -> Verdict:
    if not week.has_walking and week.seen_days >= max(plan.seen_days, 1):
        return Verdict.NO_WALKS
    if _is_painful(week, stage):
        return Verdict.LOOKING_PAIN
    return Verdict.BEYOND if week.seen_days and _is_beyond(plan, week) else Verdict.LOOKING


def _is_beyond(plan: Plan, week: ProgrammeWeek) -> bool:
    return len(week.days_of(plan.ceiling_min)) >= plan.ceiling_days


def _is_painful(week: ProgrammeWeek, stage: Stage) -> bool:
    """Whether the plan waits for the pain of a week: much or more of it. A start is low after much, usual or not."""
    return week.pain in ((Pain.STRONG, Pain.USUAL) if stage is Stage.LOOKING else (Pain.STRONG, Pain.RISEN))


def _next_stage(week: ProgrammeWeek, stage: Stage) -> Stage:
    if week.verdict is Verdict.BEYOND:
        return Stage.BEYOND
    if week.verdict is Verdict.UNSEEN_AGAIN:
        return Stage.LOOKING
    if stage is Stage.LOOKING:
        return Stage.GOAL if week.seen_days and week.has_walking else Stage.LOOKING
    return stage if week.verdict in (Verdict.PAIN, Verdict.UNSEEN) else Stage.GOAL
