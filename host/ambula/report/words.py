"""The page's first words: what a typical day held, what it rests on, and what the sources advise; no diagnosis."""

from collections.abc import Sequence
from datetime import date
from math import isnan

from ambula.study import VOLUME_MIN, Category, volume_category
from ambula.summary import DaySummary, WeekSummary

THIN_SHARE = 0.8
_ALMOST_ALL = 0.995
_FEW_DAYS = 4
_WORTH_A_WORD_MIN = 5
_NBSP = "\N{NO-BREAK SPACE}"


def day_name(day: date) -> str:
    """Return e.g. "Mon 2 Mar"."""
    return f"{day:%a} {day.day} {day:%b}"


def duration(minutes: float) -> str:
    """Return minutes in words that do not break over lines: "8 min", "11 h 29 min"; "0 min" for under half a minute."""
    if isnan(minutes):
        return "unknown"
    hours, rest = divmod(round(minutes), 60)
    if not hours:
        return f"{rest}{_NBSP}min"
    return f"{hours}{_NBSP}h{_NBSP}{rest}{_NBSP}min" if rest else f"{hours}{_NBSP}h"


def percent(share: float) -> str:
    """Return a share in whole percent; never 100 % unless nothing is missing, never 0 % where there is something."""
    if isnan(share):
        return "unknown"
    bounded = min(max(round(100 * share), 1 if share > 0 else 0), 100 if share >= 1 else 99)
    return f"{bounded}{_NBSP}%"


def headline(days: Sequence[DaySummary], week: WeekSummary) -> str:
    """Return the first sentence; where much is missing it claims no more than what was seen."""
    if not week.valid_days:
        return "There is no day yet from which your walking can be told."
    seen = f"{round(week.walking_min)}{_NBSP}minutes"
    one = days[0].date
    when = f"on {one:%A} {one.day}{_NBSP}{one:%B}" if len(days) == 1 else "on a typical day"
    if _much_is_missing(week):
        return f"We saw you walk {seen} {when if len(days) == 1 else 'a day'}, but much is missing."
    return f"You walked {seen} {when}."


def story(days: Sequence[DaySummary], week: WeekSummary) -> list[str]:
    """Return the sentences after the first: pace, sitting, best day."""
    if not week.valid_days:
        return ["A day counts when it holds some sitting and some walking; so far none does."]
    sentences = [_pace(week), _sitting(days, week)]
    valid = [d for d in days if d.valid]
    if len(valid) > 1:
        best = max(valid, key=lambda d: d.walking_min)
        sentences.append(f"Your longest walking day was {best.date:%A}, with {round(best.walking_min)} minutes.")
    return sentences


def rests_on(days: Sequence[DaySummary], week: WeekSummary) -> list[str]:
    """Return what the reader must know about gaps before trusting any figure."""
    if not days:
        return ["Nothing was recorded."]
    notes = [_basis(days, week)]
    if 0 < week.valid_days < _FEW_DAYS:
        notes.append("That is too short to say what is typical of you: the study's people wore the nodes for a week.")
    thin = _thin(days)
    if thin:
        names = ", ".join(f"{day_name(d.date)} ({percent(d.worn_share)} worn)" for d in thin)
        notes.append(f"Parts are missing on {names}: you will have walked and sat more than is counted there.")
        notes.extend(_full_days(days))
    if one_node_matters(days):
        notes.append("For part of the time only one node recorded: there, sitting and lying cannot be told apart.")
    return notes


def one_node_matters(days: Sequence[DaySummary]) -> bool:
    """Whether enough time rests on one node alone to be worth a sentence; stray epochs are in the table only."""
    return sum(d.sedentary_min for d in days) >= _WORTH_A_WORD_MIN


def _much_is_missing(week: WeekSummary) -> bool:
    """A first and a last day that began or ended at noon are no reason to doubt a week."""
    return week.worn_share < THIN_SHARE


def _thin(days: Sequence[DaySummary]) -> list[DaySummary]:
    """The days that count although much of them is missing."""
    return [d for d in days if d.valid and d.worn_share < THIN_SHARE]


def _full_days(days: Sequence[DaySummary]) -> list[str]:
    """What the days say of which little is missing; nothing if there are none."""
    full = [d.walking_min for d in days if d.valid and d.worn_share >= THIN_SHARE]
    if not full:
        return []
    on = "the one day" if len(full) == 1 else f"the {len(full)} days"
    return [f"On {on} of which little is missing you walked {round(sum(full) / len(full))} minutes."]


def _basis(days: Sequence[DaySummary], week: WeekSummary) -> str:
    """How many days, and how much of them."""
    if not week.valid_days:
        return "No day held both sitting and walking, so there is no typical day."
    worn = "almost all the time" if week.worn_share >= _ALMOST_ALL else f"{percent(week.worn_share)} of the time"
    counted = _count(week.valid_days, "day")
    if week.valid_days < len(days):
        counted = f"{week.valid_days} of {len(days)} days (the others lack sitting or walking)"
    return f"These figures rest on {counted}, with the nodes worn {worn}."


def study_sentence(week: WeekSummary) -> str:
    """Return the study's finding for the band of this walking volume, as a finding about groups; "" without one."""
    band = volume_category(week.walking_min)
    if band is None:
        return ""
    if not _much_is_missing(week):
        return _finding(band)
    missing = percent(1 - week.worn_share)
    return f"{_finding(band)} With {missing} of the time missing, your true group may be a higher one."


def advice() -> list[str]:
    """Return what the study and the WalkBack trial's authors repeat; general, the same for every reader."""
    return [
        "Short walks add up. Start slowly, build up gradually, and keep at it.",
        "Break up sitting every 30 to 40 minutes.",
        "More than about 125 minutes a day brought no further gain in the study.",
    ]


def _finding(band: Category) -> str:
    if band is VOLUME_MIN[0]:
        return (
            "Your minutes lie in the study's lowest group, under 78 minutes a day. The groups that walked more had "
            f"long-lasting back pain less often: {_less(VOLUME_MIN[1])} in the next group, 78 to 100 minutes."
        )
    group = band.label.replace(">=", "at least ").replace("-", " to ")
    return (
        f"Your minutes lie in the study's group of {group} minutes a day. That group had long-lasting "
        f"back pain {_less(band)} often than the group under 78 minutes."
    )


def _less(band: Category) -> str:
    return f"{round(100 * (1 - band.risk_ratio))}{_NBSP}% less"


def _pace(week: WeekSummary) -> str:
    slow, moderate, brisk = week.walking_slow_min, week.walking_moderate_min, week.walking_brisk_min
    if slow + moderate + brisk == 0:
        return "How fast you walked could not be told."
    unknown = round(week.walking_unknown_pace_min)
    rest = f"; the pace of {unknown} is not known" if unknown else ""
    return f"About {round(slow)} of these were slow, {round(moderate)} moderate and {round(brisk)} brisk{rest}."


def _sitting(days: Sequence[DaySummary], week: WeekSummary) -> str:
    longest = max((d for d in days if d.valid), key=lambda d: d.sitting_longest_min)
    on = f", on {longest.date:%A}" if len(days) > 1 else ""
    how = "sat or lay" if week.sitting_min > 0 and all(d.sitting_min == 0 for d in days if d.valid) else "sat"
    stretch = duration(longest.sitting_longest_min)
    return f"You {how} for {duration(week.sitting_min)}; the longest stretch without a break was {stretch}{on}."


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"
