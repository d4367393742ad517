"""The first sentences of the person's page: what was walked, against the week before, what else was done, and pain."""

from collections.abc import Sequence
from datetime import date
from math import isnan

from ambula.base.translation import N_
from ambula.days.summary import DaySummary
from ambula.report.language import Language
from ambula.report.person_week import PersonWeek

_SAME_MIN = 5  # a difference of less is no difference: single days differ by far more
_SAME_SHARE = 0.05
_IN_HOURS_FROM_MIN = 120
_WORTH_A_WORD_MIN = 3  # of less a day most is misread

Pain = Sequence[tuple[date, int]]


def headline(language: Language, shown: PersonWeek) -> str:
    """Return the first sentence: what was walked a day, or on the few days that count, or that too little was seen."""
    if not any(day.recorded_epochs for day in shown.days):
        return language.say("Nothing was recorded.")
    counted = shown.counted
    if shown.is_typical and round(shown.week.walking_min) == 0:
        return language.say("No walking was seen in these days.")
    if shown.is_typical:
        return language.say("You walked {minutes} a day.", minutes=_minutes(language, shown.week.walking_min))
    if counted:
        return language.say("You walked {days}.", days=_listed(language, counted))
    if any(day.nodes_swapped for day in shown.days):
        return language.say("We cannot describe your walking: the sensors look swapped.")
    if not shown.worn:
        return language.say("The sensors were not worn.")
    return language.say(
        "We saw {minutes} of walking in {time} of wear.",
        minutes=_minutes(language, sum(day.walking_min for day in shown.worn)),
        time=language.duration(sum(day.worn_min for day in shown.worn)),
    )


def against(language: Language, shown: PersonWeek) -> str:
    """Return how that compares with the seven days before; what is missing for it where it cannot be compared."""
    if not shown.is_typical:
        return language.say("That is too little to say what is usual for you. It takes 4 days with enough wear.")
    if shown.before is None:
        if not any(day.worn_min for day in shown.days_before):
            return language.say("There is no week before to compare with.")
        return language.say(
            "The 7 days before cannot be compared: the sensors were worn for other hours, or too little."
        )
    now, then = round(shown.week.walking_min), round(shown.before.walking_min)
    if now == then == 0:
        return ""
    told = {"before": _minutes(language, then), "n": abs(now - then)}
    if not differs(now, then):
        return language.say("That is about the same as in the 7 days before ({before} a day).", **told)
    if now > then:
        return language.say("That is {n} minutes a day more than in the 7 days before ({before}).", **told)
    return language.say("That is {n} minutes a day less than in the 7 days before ({before}).", **told)


def also(language: Language, shown: PersonWeek) -> str:
    """Return what was run and cycled a day, which is no walking; "" where neither, or too few days count."""
    if not shown.is_typical:
        return ""
    run_min, cycled_min = (0.0 if isnan(m) else m for m in (shown.week.running_min, shown.week.cycling_min))
    told = {"ran": _minutes(language, run_min), "cycled": _minutes(language, cycled_min)}
    has_run, has_cycled = run_min >= _WORTH_A_WORD_MIN, cycled_min >= _WORTH_A_WORD_MIN
    if has_run and has_cycled:
        return language.say("You also ran for {ran} and cycled for {cycled} a day.", **told)
    if has_run:
        return language.say("You also ran for {ran} a day.", **told)
    return language.say("You also cycled for {cycled} a day.", **told) if has_cycled else ""


def pain_words(language: Language, shown: PersonWeek, pain: Pain) -> str:
    """Return how often pain was noted in these days and after them, and how much at most: what the person wrote."""
    noted = worst_by_date([each for each in pain if shown.has(each[0])])
    later = worst_by_date([each for each in pain if shown.days and each[0] > shown.days[-1].date])
    said = [_noted(language, noted)] if noted else []
    if not noted and not later:
        said.append(language.say("No pain score was noted in these days."))
    for day, level in list(later.items())[-1:]:
        said.append(language.say("Later, on {day}, you noted {n} out of 10.", day=language.day_name(day), n=level))
    return " ".join(said)


def worst_by_date(pain: Pain) -> dict[date, int]:
    """Return the highest pain that was noted on each date, in the order of the dates."""
    worst: dict[date, int] = {}
    for day, level in sorted(pain):
        worst[day] = max(level, worst.get(day, 0))
    return worst


def differs(now_min: float, then_min: float) -> bool:
    """Return whether two means of minutes a day differ by more than days do by chance."""
    return abs(now_min - then_min) >= max(_SAME_MIN, _SAME_SHARE * then_min)


def _noted(language: Language, noted: dict[date, int]) -> str:
    worst = max(noted.values())
    days = [day for day, level in noted.items() if level == worst]
    if not worst:
        return language.say_n("You noted no pain on {n} day.", "You noted no pain on {n} days.", len(noted))
    if len(days) > 1:
        message = N_("You noted your pain on {n} days: at most {worst} out of 10.")
        return language.say(message, n=len(noted), worst=worst)
    return language.say_n(
        "You noted your pain on {n} day: {worst} out of 10, on {day}.",
        "You noted your pain on {n} days: at most {worst} out of 10, on {day}.",
        len(noted),
        worst=worst,
        day=language.weekday(days[0]),
    )


def _listed(language: Language, days: Sequence[DaySummary]) -> str:
    """Return "84 minutes on Monday, 90 minutes on Tuesday"."""
    return ", ".join(
        language.say("{minutes} on {day}", minutes=_minutes(language, d.walking_min), day=language.weekday(d.date))
        for d in days
    )


def _minutes(language: Language, minutes: float) -> str:
    """Return "72 minutes", and longer times in hours."""
    return language.duration(minutes) if minutes >= _IN_HOURS_FROM_MIN else language.minutes(minutes)
