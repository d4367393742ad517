"""One thing that went well and is true; in a week of much pain nothing that praises walking more."""

from collections.abc import Callable

from ambula.programme import Programme
from ambula.programme.words import goal_words
from ambula.report.language import Language
from ambula.report.person_week import PersonWeek
from ambula.report.person_words import Pain, differs, worst_by_date

_MUCH_PAIN = 6  # of 10, as the walking plan has it
_MORE_PAIN = 2
_LONG_WALK_MIN = 10
_OFTEN_DAYS = 5


def praise(language: Language, shown: PersonWeek, programme: Programme | None, pain: Pain) -> str:
    """Return one sentence; "" where nothing was walked. pain: all that was noted, with its dates."""
    if _hurts(shown, pain):
        days = len(worst_by_date([each for each in pain if shown.has(each[0])]))
        return language.say_n(
            "You noted your pain on {n} day. That helps to plan your walking.",
            "You noted your pain on {n} days. That helps to plan your walking.",
            days,
        )
    finders: tuple[Callable[[Language, PersonWeek, Programme | None], str], ...] = (
        _goal_reached,
        _walked_more,
        _walked_often,
        _longest_walk,
        _moved,
    )
    return next((said for find in finders if (said := find(language, shown, programme))), "")


def _hurts(shown: PersonWeek, pain: Pain) -> bool:
    """Whether much pain was noted in these days, or clearly more than in those before."""
    now = [level for day, level in worst_by_date(pain).items() if shown.has(day)]
    first = shown.days[0].date if shown.days else None
    then = [level for day, level in worst_by_date(pain).items() if first is not None and day < first]
    return bool(now) and (max(now) >= _MUCH_PAIN or (bool(then) and max(now) >= max(then) + _MORE_PAIN))


def _goal_reached(language: Language, shown: PersonWeek, programme: Programme | None) -> str:
    for week in reversed(programme.weeks if programme else ()):
        is_shown = shown.has(week.first) and shown.has(week.last)
        if week.goal and week.reached_days >= week.goal.days and is_shown:
            return language.say("You reached your goal: {goal}.", goal=goal_words(week.goal, language))
    return ""


def _walked_more(language: Language, shown: PersonWeek, programme: Programme | None) -> str:
    before = shown.before
    if before is None or not shown.is_typical or shown.week.walking_min <= before.walking_min:
        return ""
    if not differs(shown.week.walking_min, before.walking_min):
        return ""
    return language.say("You walked more than in the week before. Well done.")


def _walked_often(language: Language, shown: PersonWeek, programme: Programme | None) -> str:
    often = sum((day.walks_10min or 0) > 0 for day in shown.worn)
    if often < _OFTEN_DAYS:
        return ""
    if often == len(shown.days):
        return language.say("You took a walk of 10 minutes or more every day. Well done.")
    return language.say(
        "You took a walk of 10 minutes or more on {n} of {all} days. Well done.", n=often, all=len(shown.days)
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


def _moved(language: Language, shown: PersonWeek, programme: Programme | None) -> str:
    walked = [day for day in shown.worn if day.walking_min >= 1]
    if not walked:
        return ""
    return language.say_n(
        "You were on the move on {n} day. Every walk counts.",
        "You were on the move on {n} days. Every walk counts.",
        len(walked),
    )
