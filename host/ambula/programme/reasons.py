"""Why the next goal is what it is, in words."""

from statistics import median

from ambula.base.translation import ENGLISH, N_, NN_, Speaker
from ambula.programme.pain import Pain
from ambula.programme.plan import Plan
from ambula.programme.progress import Programme
from ambula.programme.weeks import Goal, ProgrammeWeek, Stage, Verdict

ASK = N_("If the pain is strong, new, or does not settle, talk to a health professional before you do more.")
SHORT_WALKS = N_("A few short walks a day are a good start after bad days.")

_WORSE = N_("If the pain gets worse, talk to a health professional before you do more.")
_NO_LESS = N_("You already walked more than this goal. There is no need to walk less.")


def reason_words(programme: Programme, speaker: Speaker = ENGLISH) -> str:
    """Return why the goal is what it is, or why there is none; "" in the first week, but for pain."""
    week = programme.reason
    if week is None:
        return ""
    if programme.is_waiting:
        return _waiting(programme, week, speaker)
    if programme.has_no_walks:
        return _no_walks(speaker)
    if programme.stage is Stage.LOOKING:
        return _looks_again(speaker) if programme.looks_again else ""
    return _REASONS[week.verdict](programme, week, speaker)


def own_walking(plan: Plan, week: ProgrammeWeek) -> tuple[int, int]:
    """Return what a person walks who needs no goal: minutes a walking day, and walking days a week."""
    days = week.days_of(plan.ceiling_min)
    return round(median(days)), len(days)


def _beyond(programme: Programme, week: ProgrammeWeek, speaker: Speaker) -> str:
    plan = programme.plan
    if own_walking(plan, week) == (plan.ceiling_min, plan.ceiling_days):
        return speaker.say("That is as much as this plan ever asks for, so your own walking is the goal.")
    return speaker.say("That is more than this plan ever asks for, so your own walking is the goal.")


def _less(programme: Programme, week: ProgrammeWeek, speaker: Speaker) -> str:
    return speaker.say("You walked less than in the weeks before, so from now on the plan gives you a goal.")


def _looking_pain(programme: Programme, week: ProgrammeWeek, speaker: Speaker) -> str:
    why = speaker.say("That is why the plan starts low.")
    return f"{_pain_noted(week, speaker)} {why} {_as_feels_right(programme, week, speaker)} {speaker.say(ASK)}"


def _looking(programme: Programme, week: ProgrammeWeek, speaker: Speaker) -> str:
    plan, goal = programme.plan, programme.goal
    if goal == Goal(plan.start_min, plan.start_days):
        line = speaker.say("The plan starts low, so that the first weeks are easy.")
    else:
        day = speaker.day_name(week.last)
        line = speaker.say("The plan starts at what was usual for you in the week to {day}.", day=day)
    return _or_more(line, programme, week, speaker)


def _did_more(programme: Programme, week: ProgrammeWeek) -> bool:
    """Whether a person did clearly more in a week than the next goal asks for."""
    goal = programme.goal
    has_reached = len(week.days_of(goal.minutes)) >= goal.days
    return has_reached and sum(week.days_of(0)) >= goal.minutes * (goal.days + 1)


def _or_more(line: str, programme: Programme, week: ProgrammeWeek, speaker: Speaker) -> str:
    """Return a reason, and where a person did clearly more than the next goal, that it does not ask for less."""
    return f"{line} {speaker.say(_NO_LESS)}" if _did_more(programme, week) else line


def _as_feels_right(programme: Programme, week: ProgrammeWeek, speaker: Speaker) -> str:
    """Return how to walk after a painful week: it must sound neither like an order to rest nor like one to go on."""
    if _did_more(programme, week):
        return speaker.say("There is no need to walk less than feels right.")
    return " ".join((speaker.say("Walk as far as feels right."), speaker.say(SHORT_WALKS)))


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


def _well_pain(programme: Programme, week: ProgrammeWeek, speaker: Speaker) -> str:
    if programme.goal == Goal(programme.plan.ceiling_min, programme.plan.ceiling_days):
        as_before = speaker.say("Your pain was as before.")
        return f"{as_before} {_well(programme, week, speaker)} {speaker.say(_WORSE)}"
    said = NN_(
        "You reached your goal on {reached} of {n} day, and your pain was as before. After two such weeks in a row the "
        "goal goes up.",
        "You reached your goal on {reached} of {n} days, and your pain was as before. After two such weeks in a row "
        "the goal goes up.",
    )
    line = _or_more(_reached(week, said, speaker), programme, week, speaker)
    return f"{line} {speaker.say(_WORSE)}"


def _well_pain_again(programme: Programme, week: ProgrammeWeek, speaker: Speaker) -> str:
    as_before = speaker.say("Your pain was as before for two weeks.")
    return f"{as_before} {_well(programme, week, speaker)} {speaker.say(_WORSE)}"


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
    why = speaker.say("That is why the goal does not go up.")
    return f"{_pain_noted(week, speaker)} {why} {_as_feels_right(programme, week, speaker)} {speaker.say(ASK)}"


def _waiting(programme: Programme, week: ProgrammeWeek, speaker: Speaker) -> str:
    return f"{_pain_noted(week, speaker)} {speaker.say(ASK)}"


def _pain_noted(week: ProgrammeWeek, speaker: Speaker) -> str:
    if week.pain is Pain.RISEN and week.median_pain is not None:
        pain = int(week.median_pain + 0.5)
        return speaker.say("You noted pain of about {pain} out of 10, which is more than before.", pain=pain)
    return speaker.say("You noted pain of {pain} out of 10.", pain=week.worst_pain)


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


def _looks_again(speaker: Speaker) -> str:
    return speaker.say("Little was recorded for two weeks or more, so the plan looks again before it sets a goal.")


def _no_walks(speaker: Speaker) -> str:
    return speaker.say("If walking is something you want to build up, plan it with a health professional.")


def _reached(week: ProgrammeWeek, said: tuple[str, str], speaker: Speaker, **values: object) -> str:
    days = week.goal.days if week.goal else 0
    return speaker.say_n(*said, days, reached=min(week.reached_days, days), **values)


_REASONS = {
    Verdict.LOOKING: _looking,
    Verdict.LOOKING_PAIN: _looking_pain,
    Verdict.BEYOND: _beyond,
    Verdict.LESS: _less,
    Verdict.WELL: _well,
    Verdict.WELL_PAIN: _well_pain,
    Verdict.WELL_PAIN_AGAIN: _well_pain_again,
    Verdict.PARTLY: _partly,
    Verdict.LOW: _low,
    Verdict.LOW_AGAIN: _low_again,
    Verdict.PAIN: _pain,
    Verdict.UNSEEN: _unseen,
}
