"""A programme in words: the next goal, its reason, the next day, how to reach it, and when to ask for help."""

from statistics import median

from ambula.base.translation import ENGLISH, N_, NN_, Speaker
from ambula.programme.plan import Plan
from ambula.programme.progress import Goal, Programme, ProgrammeWeek, Stage, Verdict

# Facts: NHS, "Cauda equina syndrome" (www.nhs.uk/conditions/cauda-equina-syndrome).
HELP_AT_ONCE = N_(
    "Get medical help at once if back pain comes with new numbness between the legs or around the back passage, with "
    "new trouble holding or passing urine or stool, or with new weakness in both legs."
)
ASK = N_("If the pain is strong, new, or does not settle, talk to a health professional before you do more.")

_CAREFUL = N_("Stop before it hurts more.")
_NO_LESS = N_("You already walked more than this goal. There is no need to walk less.")
_SHORT = {
    Verdict.LOOKING: N_("first look"),
    Verdict.LOOKING_PAIN: N_("first look: pain"),
    Verdict.BEYOND: N_("no goal needed"),
    Verdict.LESS: N_("less than before"),
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


def walks_words(plan: Plan, speaker: Speaker = ENGLISH) -> str:
    """Return in what the plan's minutes are counted: "in walks of 5 minutes or more"."""
    return speaker.say_n("in walks of {n} minute or more", "in walks of {n} minutes or more", plan.walk_from_min)


def next_words(programme: Programme, speaker: Speaker = ENGLISH) -> str:
    """Return in a sentence what to do in the week under way, or in the coming one, with its date."""
    last, is_looking = speaker.day_name(programme.goal_last), programme.stage is Stage.LOOKING
    if programme.is_waiting and is_looking:
        return speaker.say("Until {day}: no goal yet. Walk as far as feels right.", day=last)
    if programme.is_waiting:
        return speaker.say("The plan is paused until {day}. Walk as far as feels right.", day=last)
    if is_looking:
        return speaker.say(
            "Until {day}: walk as you always do. This shows what is usual for you. Your first goal comes after that.",
            day=last,
        )
    return _beyond_words(programme, speaker) if programme.stage is Stage.BEYOND else _goal_words(programme, speaker)


def tomorrow_words(programme: Programme, speaker: Speaker = ENGLISH) -> str:
    """Return one thing to do on `programme.tomorrow`, which it names."""
    day = speaker.day_name(programme.tomorrow)
    after = programme.reason.verdict if programme.reason is not None else None
    is_painful = after in (Verdict.PAIN, Verdict.LOOKING_PAIN)
    if programme.is_waiting or (is_painful and not programme.has_goal):
        line = speaker.say("On {day}: walk as far as feels right.", day=day)
        return f"{line} {speaker.say(_CAREFUL)}"
    if programme.stage is Stage.LOOKING:
        return speaker.say("On {day}: walk as you always do.", day=day)
    if programme.stage is Stage.BEYOND:
        minutes, _ = _beyond_numbers(programme)
        return speaker.say_n(
            "On {day}: about {n} minute of walking, as you do now, or a day off.",
            "On {day}: about {n} minutes of walking, as you do now, or a day off.",
            minutes,
            day=day,
        )
    if programme.tomorrow > programme.goal_last:
        return speaker.say("Your next goal starts on {day}.", day=day)
    line = _goal_day_words(programme, day, speaker)
    return f"{line} {speaker.say(_CAREFUL)}" if is_painful else line


def reason_words(programme: Programme, speaker: Speaker = ENGLISH) -> str:
    """Return why the goal is what it is, or why there is none; "" in the first week, but for pain."""
    week = programme.reason
    if week is None or (programme.stage is Stage.LOOKING and not programme.is_waiting):
        return ""
    return _REASONS[week.verdict](programme, week, speaker)


def how_words(programme: Programme, speaker: Speaker = ENGLISH) -> str:
    """Return how walking counts, and with a goal how many days stay free."""
    plan = programme.plan
    lines = [
        speaker.say("Walk at your own pace."),
        speaker.say("Minutes {walks} count, and they add up over the day.", walks=walks_words(plan, speaker)),
    ]
    if programme.has_goal and plan.rest_days:
        lines.append(speaker.say_n("Keep {n} day a week free.", "Keep {n} days a week free.", plan.rest_days))
    lines.append(speaker.say("When you sit for long, take a break every 30 to 40 minutes."))
    return " ".join(lines)


def _goal_words(programme: Programme, speaker: Speaker) -> str:
    goal = programme.goal
    if programme.running is not None:
        said = NN_(
            "Until {day}: walk on {n} day, {minutes} minutes.",
            "Until {day}: walk on {n} days, {minutes} minutes each.",
        )
        day = programme.goal_last
    else:
        said = NN_(
            "From {day}: walk on {n} day, {minutes} minutes.", "From {day}: walk on {n} days, {minutes} minutes each."
        )
        day = programme.goal_first
    return speaker.say_n(*said, goal.days, day=speaker.day_name(day), minutes=goal.minutes)


def _goal_day_words(programme: Programme, day: str, speaker: Speaker) -> str:
    """Return a day of the goal's week: its minutes, rest where there is time, nothing once the goal is reached."""
    plan, goal, week = programme.plan, programme.goal, programme.running
    reached = week.reached_days if week else 0
    if reached >= goal.days:
        return speaker.say("You have reached this week's goal. On {day}: walk or rest, as you like.", day=day)
    minutes = max(goal.minutes, plan.walk_from_min)  # a shorter walk would not count
    half = (minutes + 1) // 2
    if half >= plan.walk_from_min and half < minutes:
        line = speaker.say("On {day}: a walk of {n} minutes, or two of {half}.", day=day, n=minutes, half=half)
    else:
        line = speaker.say_n("On {day}: a walk of {n} minute.", "On {day}: a walk of {n} minutes.", minutes, day=day)
    days_left = (programme.goal_last - programme.tomorrow).days + 1
    if reached and days_left > goal.days - reached:
        so_far = speaker.say_n(
            "So far you have reached your goal on {reached} of {n} day, so a day off is fine too.",
            "So far you have reached your goal on {reached} of {n} days, so a day off is fine too.",
            goal.days,
            reached=reached,
        )
        return f"{line} {so_far}"
    return line


def _beyond_numbers(programme: Programme) -> tuple[int, int]:
    """Return what a person walks who needs no goal: minutes a walking day, and walking days a week."""
    week = next(week for week in reversed(programme.weeks) if week.verdict is Verdict.BEYOND)
    days = week.days_of(programme.plan.ceiling_min)
    return round(median(days)), len(days)


def _beyond_words(programme: Programme, speaker: Speaker) -> str:
    if programme.reason is not None and programme.reason.verdict is Verdict.PAIN:
        return speaker.say("From {day}: walk no more than before.", day=speaker.day_name(programme.goal_first))
    minutes, days = _beyond_numbers(programme)
    return speaker.say_n(
        "From {day}: keep on as you do, about {minutes} minutes on {n} day a week, {walks}.",
        "From {day}: keep on as you do, about {minutes} minutes on {n} days a week, {walks}.",
        days,
        day=speaker.day_name(programme.goal_first),
        minutes=minutes,
        walks=walks_words(programme.plan, speaker),
    )


def _beyond(programme: Programme, week: ProgrammeWeek, speaker: Speaker) -> str:
    plan = programme.plan
    if _beyond_numbers(programme) == (plan.ceiling_min, plan.ceiling_days):
        return speaker.say("That is as much as this plan ever asks for, so your own walking is the goal.")
    return speaker.say("That is more than this plan ever asks for, so your own walking is the goal.")


def _less(programme: Programme, week: ProgrammeWeek, speaker: Speaker) -> str:
    return speaker.say("You walked less than in the weeks before, so from now on the plan gives you a goal.")


def _looking_pain(programme: Programme, week: ProgrammeWeek, speaker: Speaker) -> str:
    why = speaker.say("That is why the plan starts low. Walk as far as feels right.")
    return f"{_pain_noted(programme, week, speaker)} {why} {speaker.say(ASK)}"


def _looking(programme: Programme, week: ProgrammeWeek, speaker: Speaker) -> str:
    plan, goal = programme.plan, programme.goal
    if goal == Goal(plan.start_min, plan.start_days):
        line = speaker.say("The plan starts low, so that the first weeks are easy.")
    else:
        line = speaker.say("The plan starts at what was usual for you in the first week.")
    return _or_more(line, programme, week, speaker)


def _or_more(line: str, programme: Programme, week: ProgrammeWeek, speaker: Speaker) -> str:
    """Return a reason, and where a person did clearly more than the next goal, that it does not ask for less."""
    goal = programme.goal
    has_reached = len(week.days_of(goal.minutes)) >= goal.days
    if not has_reached or sum(week.days_of(0)) < goal.minutes * (goal.days + 1):
        return line
    return f"{line} {speaker.say(_NO_LESS)}"


def _well(programme: Programme, week: ProgrammeWeek, speaker: Speaker) -> str:
    before, now = week.goal, programme.goal
    if before is None or before == now:
        said = NN_(
            "You reached your goal on {reached} of {n} day in the week to {day}. The plan goes no further. Keep it up.",
            "You reached your goal on {reached} of {n} days in the week to {day}. The plan goes no further. Keep it "
            "up.",
        )
        return _or_more(_reached(week, said, speaker, day=speaker.day_name(week.last)), programme, week, speaker)
    if now.days > before.days:
        said = NN_(
            "You reached your goal on {reached} of {n} day, so now walk on one day more, for as long as before.",
            "You reached your goal on {reached} of {n} days, so now walk on one day more, for as long as before.",
        )
        return _or_more(_reached(week, said, speaker), programme, week, speaker)
    said = NN_(
        "You reached your goal on {reached} of {n} day, so the walks get {more} minutes longer.",
        "You reached your goal on {reached} of {n} days, so the walks get {more} minutes longer.",
    )
    line = _reached(week, said, speaker, more=now.minutes - before.minutes)
    return _or_more(line, programme, week, speaker)


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
    if week.goal is None:
        return _waiting(programme, week, speaker)
    why = speaker.say("That is why the goal does not go up. Walk as far as feels right.")
    return f"{_pain_noted(programme, week, speaker)} {why} {speaker.say(ASK)}"


def _waiting(programme: Programme, week: ProgrammeWeek, speaker: Speaker) -> str:
    return f"{_pain_noted(programme, week, speaker)} {speaker.say(ASK)}"


def _pain_noted(programme: Programme, week: ProgrammeWeek, speaker: Speaker) -> str:
    pain = week.worst_pain
    if pain is not None and pain < programme.plan.pain_limit:
        return speaker.say("You noted pain of {pain} out of 10, which is more than before.", pain=pain)
    return speaker.say("You noted pain of {pain} out of 10.", pain=pain)


def _unseen(programme: Programme, week: ProgrammeWeek, speaker: Speaker) -> str:
    if week.goal is None:
        return speaker.say_n(
            "Only {n} day of the week was recorded well enough to judge, so there is still no goal.",
            "Only {n} days of the week were recorded well enough to judge, so there is still no goal.",
            week.seen_days,
        )
    return speaker.say_n(
        "Only {n} day of the week was recorded well enough to judge, so the goal stays the same.",
        "Only {n} days of the week were recorded well enough to judge, so the goal stays the same.",
        week.seen_days,
    )


def _unseen_again(programme: Programme, week: ProgrammeWeek, speaker: Speaker) -> str:
    if week.goal is None:
        return speaker.say("Again, little was recorded, so from now on the plan gives you a goal.")
    if week.goal == programme.goal:
        return speaker.say(
            "Again, little was recorded. The goal is already the plan's lowest. Wear both sensors so that your walking "
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
    Verdict.LOOKING_PAIN: _looking_pain,
    Verdict.BEYOND: _beyond,
    Verdict.LESS: _less,
    Verdict.RUNNING: _waiting,
    Verdict.WELL: _well,
    Verdict.PARTLY: _partly,
    Verdict.LOW: _low,
    Verdict.LOW_AGAIN: _low_again,
    Verdict.PAIN: _pain,
    Verdict.UNSEEN: _unseen,
    Verdict.UNSEEN_AGAIN: _unseen_again,
}
