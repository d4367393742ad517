"""The sentences of the person's page: what was walked, against the week before, pain, sitting, and one true praise."""

from collections.abc import Sequence
from datetime import date

from ambula.days.summary import DaySummary
from ambula.programme import Programme
from ambula.programme.words import goal_words
from ambula.report.language import Language
from ambula.report.person_week import PersonWeek

_SAME_MIN = 5  # a difference of less is no difference: single days differ by far more
_SAME_SHARE = 0.05
_LONG_WALK_MIN = 10
_OFTEN_DAYS = 5

Pain = Sequence[tuple[date, int]]


def headline(language: Language, shown: PersonWeek) -> str:
    """Return the first sentence: what was walked a day, or on the few days that count, or that too little was seen."""
    if not any(day.recorded_epochs for day in shown.days):
        return language.say("Nothing was recorded.")
    counted = shown.counted
    if shown.is_typical:
        return language.say("You walked {minutes} a day.", minutes=language.minutes(shown.week.walking_min))
    if counted:
        return language.say("You walked {days}.", days=_listed(language, counted))
    if any(day.nodes_swapped for day in shown.days):
        return language.say("We cannot describe your walking: the sensors look swapped.")
    if not shown.worn:
        return language.say("The sensors were not worn.")
    return language.say(
        "We saw {minutes} of walking in {time} of wear.",
        minutes=language.minutes(sum(day.walking_min for day in shown.worn)),
        time=language.duration(sum(day.worn_min for day in shown.worn)),
    )


def against(language: Language, shown: PersonWeek) -> str:
    """Return how that compares with the seven days before; what is missing for it where it cannot be compared."""
    if not shown.is_typical:
        return language.say("That is too little to say what is usual for you. It takes 4 days with enough wear.")
    if shown.before is None:
        return language.say("There is no week before to compare with yet.")
    now, then = round(shown.week.walking_min), round(shown.before.walking_min)
    told = {"before": language.minutes(then), "n": abs(now - then)}
    if not _differs(now, then):
        return language.say("That is about the same as in the 7 days before ({before} a day).", **told)
    if now > then:
        return language.say("That is {n} minutes a day more than in the 7 days before ({before}).", **told)
    return language.say("That is {n} minutes a day less than in the 7 days before ({before}).", **told)


def praise(language: Language, shown: PersonWeek, programme: Programme | None) -> str:
    """Return one thing that went well and is true; "" where nothing was walked."""
    for found in (_goal_reached, _walked_more, _walked_often, _longest_walk):
        said = found(language, shown, programme)
        if said:
            return said
    walked = [day for day in shown.worn if day.walking_min >= 1]
    if not walked:
        return ""
    return language.say_n(
        "You were on the move on {n} day. Every walk counts.",
        "You were on the move on {n} days. Every walk counts.",
        len(walked),
    )


def pain_words(language: Language, shown: PersonWeek, pain: Pain) -> str:
    """Return how often pain was noted in these days, and how much at most: what the person wrote, nothing derived."""
    noted = [(day, level) for day, level in pain if shown.has(day)]
    if not noted:
        return language.say("No pain score was noted in these days.")
    worst_day, worst = max(noted, key=lambda each: each[1])
    return language.say_n(
        "You noted pain on {n} day: {worst} out of 10 on {day}.",
        "You noted pain on {n} days: at most {worst} out of 10, on {day}.",
        len({day for day, _ in noted}),
        worst=worst,
        day=language.weekday(worst_day),
    )


def worst_by_date(pain: Pain) -> dict[date, int]:
    """Return the highest pain that was noted on each date."""
    worst: dict[date, int] = {}
    for day, level in pain:
        worst[day] = max(level, worst.get(day, 0))
    return worst


def _listed(language: Language, days: Sequence[DaySummary]) -> str:
    """Return "84 minutes on Monday, 90 minutes on Tuesday"."""
    return ", ".join(
        language.say("{minutes} on {day}", minutes=language.minutes(d.walking_min), day=language.weekday(d.date))
        for d in days
    )


def _differs(now_min: float, then_min: float) -> bool:
    return abs(now_min - then_min) >= max(_SAME_MIN, _SAME_SHARE * then_min)


def _goal_reached(language: Language, shown: PersonWeek, programme: Programme | None) -> str:
    weeks = programme.weeks if programme else ()
    week = next((w for w in reversed(weeks) if w.goal and w.reached_days >= w.goal.days and shown.has(w.last)), None)
    if week is None:
        return ""
    return language.say("You reached your goal: {goal}.", goal=goal_words(week.goal, language)) if week.goal else ""


def _walked_more(language: Language, shown: PersonWeek, programme: Programme | None) -> str:
    before = shown.before
    if before is None or not shown.is_typical or shown.week.walking_min <= before.walking_min:
        return ""
    if not _differs(shown.week.walking_min, before.walking_min):
        return ""
    return language.say("You walked more than in the week before. Well done.")


def _walked_often(language: Language, shown: PersonWeek, programme: Programme | None) -> str:
    often = sum((day.walks_10min or 0) > 0 for day in shown.worn)
    if often < _OFTEN_DAYS:
        return ""
    if often == len(shown.days):
        return language.say("You took a walk of 10 minutes or more every day. That is regular.")
    return language.say(
        "You took a walk of 10 minutes or more on {n} of {all} days. That is regular.", n=often, all=len(shown.days)
    )


def _longest_walk(language: Language, shown: PersonWeek, programme: Programme | None) -> str:
    best = max(shown.worn, key=lambda day: day.walks_longest_min, default=None)
    if best is None or best.walks_longest_min < _LONG_WALK_MIN:
        return ""
    return language.say(
        "Your longest walk took {minutes}, on {day}.",
        minutes=language.minutes(int(best.walks_longest_min)),
        day=language.weekday(best.date),
    )
