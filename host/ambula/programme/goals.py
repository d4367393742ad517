"""How a week changes the goal."""

from statistics import median

from ambula.programme.plan import Plan
from ambula.programme.weeks import Goal, ProgrammeWeek, Verdict


def next_goal(plan: Plan, week: ProgrammeWeek, goal: Goal, went_well: int) -> Goal:
    """Return the goal after a week; `went_well`: after how many weeks it went up, this one included."""
    if week.verdict is Verdict.LOOKING:
        return _first_goal(plan, week)
    if week.verdict is Verdict.LOOKING_PAIN:
        return _low_goal(plan, week)
    if week.verdict is Verdict.BEYOND:
        return Goal(plan.ceiling_min, plan.ceiling_days)
    if week.goal is None:
        return goal
    if week.verdict is Verdict.LOW_AGAIN:
        return Goal(max(min(plan.start_min, goal.minutes), goal.minutes - plan.step_min), goal.days)
    if week.verdict not in (Verdict.WELL, Verdict.WELL_PAIN_AGAIN):
        return goal
    more_days = Goal(goal.minutes, min(plan.ceiling_days, goal.days + 1))
    more_min = Goal(min(plan.ceiling_min, goal.minutes + plan.step_min), goal.days)
    if went_well % plan.day_every_weeks == 0:
        return more_days if more_days != goal else more_min
    return more_min if more_min != goal else more_days


def _first_goal(plan: Plan, week: ProgrammeWeek) -> Goal:
    """Return the first goal: what was usual in the first week, between the plan's start and its ceiling."""
    minutes = min(plan.ceiling_min, max(plan.start_min, _usual_min(plan, week)))
    usual_days = len(week.days_of(minutes))
    return Goal(minutes, min(plan.ceiling_days, max(plan.start_days, usual_days)))


def _low_goal(plan: Plan, week: ProgrammeWeek) -> Goal:
    """Return the first goal after much pain: the plan's start, or the shortest walks that count where less is usual."""
    return Goal(min(plan.start_min, max(plan.walk_from_min, _usual_min(plan, week))), plan.start_days)


def _usual_min(plan: Plan, week: ProgrammeWeek) -> int:
    """Return the median minutes of the dates with a walk that counts; 0 where they are too few to be usual."""
    walked = [m for m in week.walked_min if m]
    return int(median(walked)) if len(walked) >= plan.start_days else 0
