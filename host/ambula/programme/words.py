"""A programme in words: the next goal, why it is that, how to go about it, and when to ask for help."""

from ambula.programme.plan import Plan
from ambula.programme.progress import Goal, Programme, ProgrammeWeek, Verdict

# Facts: NHS, "Cauda equina syndrome" (www.nhs.uk/conditions/cauda-equina-syndrome).
HELP_AT_ONCE = (
    "Get medical help at once if back pain comes with new numbness between the legs or around the back passage, with "
    "new trouble holding or passing urine or stool, or with new weakness in both legs."
)
ASK = "If the pain is strong, new, or does not settle, talk to a health professional before you do more."

_SHORT = {
    Verdict.LOOKING: "looking only",
    Verdict.RUNNING: "under way",
    Verdict.WELL: "went well",
    Verdict.PARTLY: "in part",
    Verdict.LOW: "little",
    Verdict.LOW_AGAIN: "little again",
    Verdict.PAIN: "pause: pain",
    Verdict.UNSEEN: "pause: little recorded",
    Verdict.UNSEEN_AGAIN: "pause: little recorded",
}


def verdict_words(verdict: Verdict) -> str:
    """Return a verdict in a few words."""
    return _SHORT[verdict]


def goal_words(goal: Goal) -> str:
    """Return e.g. "3 days of 12 min"."""
    return f"{goal.days} day{'s' if goal.days != 1 else ''} of {goal.minutes} min"


def next_words(programme: Programme) -> str:
    """Return the goal in a sentence: of the week under way, or of the next."""
    if programme.weeks and programme.weeks[-1].goal is None and programme.reason is None:
        return "This week Ambula only looks: walk as you always do. Your first goal comes after it."
    running = programme.weeks and programme.weeks[-1].verdict is Verdict.RUNNING
    goal = programme.goal
    days = f"{goal.days} days" if goal.days != 1 else "1 day"
    return f"{'This' if running else 'Next'} week: walk on {days}, {goal.minutes} minutes each."


def reason_words(programme: Programme) -> str:
    """Return why the goal is what it is; "" before the first week is over."""
    week = programme.reason
    if week is None:
        return ""
    return _REASONS[week.verdict](programme, week)


def how_words(plan: Plan) -> str:
    """Return how the goal is meant."""
    return (
        f"At your own pace. Short walks add up: each of {plan.walk_from_min} minutes and more counts. Keep "
        f"{plan.rest_days} day{'s' if plan.rest_days != 1 else ''} a week free, and break long sitting every 30 to 40 "
        "minutes."
    )


def _looking(programme: Programme, week: ProgrammeWeek) -> str:
    plan, goal = programme.plan, programme.goal
    if goal == Goal(plan.start_min, plan.start_days):
        return "The plan starts low, so that the first weeks are easy."
    if goal == Goal(plan.ceiling_min, plan.ceiling_days):
        return "Your first week held as much as the plan ever asks for, or more: keep it up."
    return "It starts at what your first week showed to be usual for you."


def _well(programme: Programme, week: ProgrammeWeek) -> str:
    before, now = week.goal, programme.goal
    if before is None or before == now:
        return f"You reached your goal on {_of_days(week)}. That is as far as the plan goes: keep it up."
    if now.days > before.days:
        return f"You reached your goal on {_of_days(week)}, and have for some weeks: now a day more, as long as before."
    return f"You reached your goal on {_of_days(week)}, so the walks grow by {now.minutes - before.minutes} minutes."


def _partly(programme: Programme, week: ProgrammeWeek) -> str:
    return f"You reached your goal on {_of_days(week)}, so it stays as it is for one more week."


def _low(programme: Programme, week: ProgrammeWeek) -> str:
    return "It was a week with little walking. That happens: the goal stays as it is."


def _low_again(programme: Programme, week: ProgrammeWeek) -> str:
    if week.goal == programme.goal:
        return "Two weeks with little walking. The goal is the plan's lowest: any short walk is a start."
    return "Two weeks with little walking, so the goal comes down one step. Small and regular is better than much."


def _pain(programme: Programme, week: ProgrammeWeek) -> str:
    return f"You noted pain of {week.worst_pain} of 10, so there is no step up. Walk as far as feels right. {ASK}"


def _unseen(programme: Programme, week: ProgrammeWeek) -> str:
    days = f"{week.seen_days} day{'s' if week.seen_days != 1 else ''}"
    return f"Only {days} of the week were recorded well enough to tell, so the goal stays as it is."


def _unseen_again(programme: Programme, week: ProgrammeWeek) -> str:
    if week.goal == programme.goal:
        return "Again little was recorded. The goal is the plan's lowest; wear both nodes to see how it goes."
    return "Again little was recorded. After a break it is wise to start a little lower."


def _of_days(week: ProgrammeWeek) -> str:
    days = week.goal.days if week.goal else 0
    return f"{min(week.reached_days, days)} of {days} days"


_REASONS = {
    Verdict.LOOKING: _looking,
    Verdict.WELL: _well,
    Verdict.PARTLY: _partly,
    Verdict.LOW: _low,
    Verdict.LOW_AGAIN: _low_again,
    Verdict.PAIN: _pain,
    Verdict.UNSEEN: _unseen,
    Verdict.UNSEEN_AGAIN: _unseen_again,
}
