"""A programme in words: the next goal, the next day, how to reach it, and when to ask for help."""

from ambula.base.translation import ENGLISH, N_, NN_, Speaker
from ambula.programme.plan import Plan
from ambula.programme.progress import Programme
from ambula.programme.reasons import SHORT_WALKS, own_walking, reason_words
from ambula.programme.weeks import Goal, ProgrammeWeek, Stage, Verdict

__all__ = [
    "HELP_AT_ONCE",
    "goal_words",
    "how_words",
    "next_words",
    "reason_words",
    "tomorrow_words",
    "verdict_words",
    "walks_words",
]

# Facts: NHS, "Cauda equina syndrome" (www.nhs.uk/conditions/cauda-equina-syndrome).
HELP_AT_ONCE = N_(
    "Get medical help at once if back pain comes with new numbness between the legs or around the back passage, with "
    "new trouble holding or passing urine or stool, or with new weakness in both legs."
)
_CAREFUL = N_("Stop before it hurts more.")
_SHORT = {
    Verdict.LOOKING: N_("no goal yet"),
    Verdict.LOOKING_PAIN: N_("no goal yet: pain"),
    Verdict.NO_WALKS: N_("no walks seen"),
    Verdict.BEYOND: N_("no goal needed"),
    Verdict.LESS: N_("less than before"),
    Verdict.RUNNING: N_("under way"),
    Verdict.WELL: N_("went well"),
    Verdict.WELL_PAIN: N_("went well, with pain"),
    Verdict.WELL_PAIN_AGAIN: N_("went well, with pain"),
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
    if programme.has_no_walks:
        return speaker.say("No walks were seen, so this plan sets no goal.")
    if programme.is_waiting and is_looking:
        return speaker.say("Until {day}: no goal yet. Walk as far as feels right.", day=last)
    if programme.is_waiting:
        return speaker.say("The plan is paused until {day}. Walk as far as feels right.", day=last)
    if programme.looks_again:
        return speaker.say(
            "Until {day}: walk as you always do. This shows what is usual for you now. Your next goal comes after "
            "that.",
            day=last,
        )
    if is_looking:
        return speaker.say(
            "Until {day}: walk as you always do. This shows what is usual for you. Your first goal comes after that.",
            day=last,
        )
    if programme.stage is Stage.BEYOND and programme.own_week:
        return _beyond_words(programme, programme.own_week, speaker)
    return _goal_words(programme, speaker)


def tomorrow_words(programme: Programme, speaker: Speaker = ENGLISH) -> str:
    """Return one thing to do on `programme.tomorrow`, which it names; "" where no walks were seen."""
    if programme.has_no_walks:
        return ""
    day = speaker.day_name(programme.tomorrow)
    after = programme.reason.verdict if programme.reason is not None else None
    is_painful = after in (Verdict.PAIN, Verdict.LOOKING_PAIN, Verdict.WELL_PAIN, Verdict.WELL_PAIN_AGAIN)
    if programme.is_waiting or (is_painful and not programme.has_goal):
        line = speaker.say("On {day}: walk as far as feels right.", day=day)
        return f"{line} {speaker.say(_CAREFUL)}"
    if programme.stage is Stage.LOOKING:
        return speaker.say("On {day}: walk as you always do.", day=day)
    if programme.stage is Stage.BEYOND and programme.own_week:
        return _own_day_words(programme, programme.own_week, day, speaker)
    if programme.tomorrow > programme.goal_last:
        return speaker.say("Your next goal starts on {day}.", day=day)
    line = _goal_day_words(programme, day, speaker)
    return f"{line} {speaker.say(_CAREFUL)}" if is_painful else line


def how_words(programme: Programme, speaker: Speaker = ENGLISH) -> str:
    """Return how walking counts, and with a goal how many days stay free; "" where no walks were seen."""
    if programme.has_no_walks:
        return ""
    plan = programme.plan
    lines = [
        speaker.say("Walk at your own pace."),
        speaker.say("Minutes {walks} count, and they add up over the day.", walks=walks_words(plan, speaker)),
        speaker.say("Running counts as walking."),
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


def _beyond_words(programme: Programme, week: ProgrammeWeek, speaker: Speaker) -> str:
    first, last = speaker.day_name(programme.goal_first), speaker.day_name(programme.goal_last)
    is_running = programme.running is not None
    if programme.reason is not None and programme.reason.verdict is Verdict.PAIN:
        if is_running:
            line = speaker.say("Until {day}: walk as far as feels right.", day=last)
        else:
            line = speaker.say("From {day}: walk as far as feels right.", day=first)
        return f"{line} {speaker.say(SHORT_WALKS)}"
    minutes, days = own_walking(programme.plan, week)
    if week.has_running:
        until = NN_(
            "Until {day}: keep on as you do, about {minutes} minutes of walking or running on {n} day a week.",
            "Until {day}: keep on as you do, about {minutes} minutes of walking or running on {n} days a week.",
        )
        start = NN_(
            "From {day}: keep on as you do, about {minutes} minutes of walking or running on {n} day a week.",
            "From {day}: keep on as you do, about {minutes} minutes of walking or running on {n} days a week.",
        )
    else:
        until = NN_(
            "Until {day}: keep on as you do, about {minutes} minutes on {n} day a week, {walks}.",
            "Until {day}: keep on as you do, about {minutes} minutes on {n} days a week, {walks}.",
        )
        start = NN_(
            "From {day}: keep on as you do, about {minutes} minutes on {n} day a week, {walks}.",
            "From {day}: keep on as you do, about {minutes} minutes on {n} days a week, {walks}.",
        )
    said, day = (until, last) if is_running else (start, first)
    walks = walks_words(programme.plan, speaker)
    return speaker.say_n(*said, days, day=day, minutes=minutes, walks=walks)


def _own_day_words(programme: Programme, week: ProgrammeWeek, day: str, speaker: Speaker) -> str:
    minutes, _ = own_walking(programme.plan, week)
    if week.has_running:
        said = NN_(
            "On {day}: about {n} minute of walking or running, as you do now, or a day off.",
            "On {day}: about {n} minutes of walking or running, as you do now, or a day off.",
        )
    else:
        said = NN_(
            "On {day}: about {n} minute of walking, as you do now, or a day off.",
            "On {day}: about {n} minutes of walking, as you do now, or a day off.",
        )
    return speaker.say_n(*said, minutes, day=day)
