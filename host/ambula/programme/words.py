"""A programme in words: the next goal, its reason, how to reach it, and when to ask for help."""

from ambula.base.translation import ENGLISH, N_, NN_, Speaker
from ambula.programme.plan import Plan
from ambula.programme.progress import Goal, Programme, ProgrammeWeek, Verdict

# Facts: NHS, "Cauda equina syndrome" (www.nhs.uk/conditions/cauda-equina-syndrome).
HELP_AT_ONCE = N_(
    "Get medical help at once if back pain comes with new numbness between the legs or around the back passage, with "
    "new trouble holding or passing urine or stool, or with new weakness in both legs."
)
ASK = N_("If the pain is strong, new, or does not settle, talk to a health professional before you do more.")

_SHORT = {
    Verdict.LOOKING: N_("first look"),
    Verdict.RUNNING: N_("under way"),
    Verdict.WELL: N_("went well"),
    Verdict.PARTLY: N_("partly reached"),
    Verdict.LOW: N_("little walking"),
    Verdict.LOW_AGAIN: N_("little walking again"),
    Verdict.PAIN: N_("pause: pain"),
    Verdict.UNSEEN: N_("pause: little recorded"),
    Verdict.UNSEEN_AGAIN: N_("pause: little recorded"),
}


def verdict_words(verdict: Verdict, speaker: Speaker = ENGLISH) -> str:
    """Return a verdict in a few words."""
    return speaker.say(_SHORT[verdict])


def goal_words(goal: Goal, speaker: Speaker = ENGLISH) -> str:
    """Return e.g. "3 days of 12 min"."""
    return speaker.say_n("{n} day of {minutes} min", "{n} days of {minutes} min", goal.days, minutes=goal.minutes)


def next_words(programme: Programme, speaker: Speaker = ENGLISH) -> str:
    """Return the goal in a sentence: of the week under way, or of the next; none in a week of pain."""
    if programme.is_waiting:
        return speaker.say("The plan is paused this week. Walk as far as feels right.")
    if programme.weeks and programme.weeks[-1].goal is None:
        return speaker.say("This first week shows what is usual for you. Walk as always. Your first goal follows.")
    goal = programme.goal
    if programme.weeks and programme.weeks[-1].verdict is Verdict.RUNNING:
        return speaker.say_n(
            "This week: walk on {n} day, {minutes} minutes.",
            "This week: walk on {n} days, {minutes} minutes each.",
            goal.days,
            minutes=goal.minutes,
        )
    return speaker.say_n(
        "Next week: walk on {n} day, {minutes} minutes.",
        "Next week: walk on {n} days, {minutes} minutes each.",
        goal.days,
        minutes=goal.minutes,
    )


def reason_words(programme: Programme, speaker: Speaker = ENGLISH) -> str:
    """Return why the goal is what it is; "" before there is one."""
    week = programme.reason
    if week is None or programme.weeks[-1].goal is None:
        return ""
    return _REASONS[week.verdict](programme, week, speaker)


def how_words(plan: Plan, speaker: Speaker = ENGLISH) -> str:
    """Return how the goal is meant."""
    counted = speaker.say_n(
        "Walk at your own pace. Short walks add up: every walk of {n} minute or more counts.",
        "Walk at your own pace. Short walks add up: every walk of {n} minutes or more counts.",
        plan.walk_from_min,
    )
    rest = speaker.say_n(
        "Keep {n} day a week free. When you sit for long, take a break every 30 to 40 minutes.",
        "Keep {n} days a week free. When you sit for long, take a break every 30 to 40 minutes.",
        plan.rest_days,
    )
    return f"{counted} {rest}"


def _looking(programme: Programme, week: ProgrammeWeek, speaker: Speaker) -> str:
    plan, goal = programme.plan, programme.goal
    if goal == Goal(plan.start_min, plan.start_days):
        return speaker.say("The plan starts low, so that the first weeks are easy.")
    if goal == Goal(plan.ceiling_min, plan.ceiling_days):
        return speaker.say("You already walk as much as the plan asks. Keep it up.")
    return speaker.say("The plan starts at what was usual for you in the first week.")


def _well(programme: Programme, week: ProgrammeWeek, speaker: Speaker) -> str:
    before, now = week.goal, programme.goal
    if before is None or before == now:
        said = NN_(
            "You reached your goal on {reached} of {n} day. The plan goes no further. Keep it up.",
            "You reached your goal on {reached} of {n} days. The plan goes no further. Keep it up.",
        )
        return _reached(week, said, speaker)
    if now.days > before.days:
        said = NN_(
            "You reached your goal on {reached} of {n} day, as in the weeks before. Now walk on one day more, as "
            "long as before.",
            "You reached your goal on {reached} of {n} days, as in the weeks before. Now walk on one day more, as "
            "long as before.",
        )
        return _reached(week, said, speaker)
    said = NN_(
        "You reached your goal on {reached} of {n} day, so the walks get {more} minutes longer.",
        "You reached your goal on {reached} of {n} days, so the walks get {more} minutes longer.",
    )
    return _reached(week, said, speaker, more=now.minutes - before.minutes)


def _partly(programme: Programme, week: ProgrammeWeek, speaker: Speaker) -> str:
    said = NN_(
        "You reached your goal on {reached} of {n} day, so it stays the same for one more week.",
        "You reached your goal on {reached} of {n} days, so it stays the same for one more week.",
    )
    return _reached(week, said, speaker)


def _low(programme: Programme, week: ProgrammeWeek, speaker: Speaker) -> str:
    return speaker.say("You had a week with little walking. That happens. The goal stays the same.")


def _low_again(programme: Programme, week: ProgrammeWeek, speaker: Speaker) -> str:
    if week.goal == programme.goal:
        return speaker.say(
            "You had two weeks with little walking. The goal is already the plan's lowest. Any short walk is a start.",
        )
    return speaker.say(
        "You had two weeks with little walking, so the goal goes down one step. A little, regularly, is better than "
        "much at once.",
    )


def _pain(programme: Programme, week: ProgrammeWeek, speaker: Speaker) -> str:
    line = speaker.say(
        "You noted pain of {pain} out of 10, so the goal does not go up. Walk as far as feels right.",
        pain=week.worst_pain,
    )
    return f"{line} {speaker.say(ASK)}"


def _waiting(programme: Programme, week: ProgrammeWeek, speaker: Speaker) -> str:
    told = speaker.say("You noted pain of {pain} out of 10.", pain=week.worst_pain)
    return f"{told} {speaker.say(ASK)}"


def _unseen(programme: Programme, week: ProgrammeWeek, speaker: Speaker) -> str:
    return speaker.say_n(
        "Only {n} day of the week was recorded well enough to judge, so the goal stays the same.",
        "Only {n} days of the week were recorded well enough to judge, so the goal stays the same.",
        week.seen_days,
    )


def _unseen_again(programme: Programme, week: ProgrammeWeek, speaker: Speaker) -> str:
    if week.goal == programme.goal:
        return speaker.say(
            "Again, little was recorded. The goal is already the plan's lowest. Wear both nodes so that your walking "
            "is recorded.",
        )
    return speaker.say(
        "Again, little was recorded. The goal goes down, because it is wise to start a little lower after a break."
    )


def _reached(week: ProgrammeWeek, said: tuple[str, str], speaker: Speaker, **values: object) -> str:
    days = week.goal.days if week.goal else 0
    return speaker.say_n(*said, days, reached=min(week.reached_days, days), **values)


_REASONS = {
    Verdict.LOOKING: _looking,
    Verdict.RUNNING: _waiting,
    Verdict.WELL: _well,
    Verdict.PARTLY: _partly,
    Verdict.LOW: _low,
    Verdict.LOW_AGAIN: _low_again,
    Verdict.PAIN: _pain,
    Verdict.UNSEEN: _unseen,
    Verdict.UNSEEN_AGAIN: _unseen_again,
}
