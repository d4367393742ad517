"""The walking programme on the page: what to do next and why, the latest week against its goal, all weeks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from ambula.days.entry import EMPTY
from ambula.programme import Programme, ProgrammeWeek, words
from ambula.report.language import Language
from ambula.report.strips import Strip, stacked

_LEAST_AXIS_MIN = 20
_AXIS_STEP_MIN = 10


@dataclass(frozen=True)
class PlanRow:
    """One week of the table: what `ambula programme` prints of it."""

    number: int
    first: date
    from_day: str
    goal: str
    reached: str
    pain: str
    verdict: str


@dataclass(frozen=True)
class PlanView:
    """What the page shows of a programme.

    strips: minutes that counted, one row per date of `week`. lines: the goal in minutes, and where it lies on the
    page (%); empty in a week that only looks.
    """

    next_words: str
    reason: str
    tomorrow: str
    walks: str
    how: str
    help: str
    week: ProgrammeWeek | None
    strips: list[Strip]
    lines: list[tuple[str, float]]
    rows: list[PlanRow]


def plan_view(language: Language, programme: Programme) -> PlanView:
    """Return a programme for the page. Edge case: without a week in which anything was recorded, no strips."""
    seen = [week for week in programme.weeks if any(m is not None for m in week.walked_min)]
    week = seen[-1] if seen else None
    full_min = _axis(week) if week else 0.0
    goal_min = week.goal.minutes if week and week.goal else None
    return PlanView(
        next_words=words.next_words(programme, language),
        reason=words.reason_words(programme, language),
        tomorrow=words.tomorrow_words(programme, language),
        walks=words.walks_words(programme.plan, language),
        how=words.how_words(programme, language),
        help=language.say(words.HELP_AT_ONCE),
        week=week,
        strips=_strips(language, week, full_min) if week else [],
        lines=[(language.say("goal: {n} min", n=goal_min), 100 * goal_min / full_min)] if goal_min else [],
        rows=[_row(language, each) for each in programme.weeks],
    )


def _axis(week: ProgrammeWeek) -> float:
    longest = max((m for m in week.walked_min if m is not None), default=0.0)
    most = max(longest, week.goal.minutes if week.goal else 0, _LEAST_AXIS_MIN)
    return (most * 1.1 // _AXIS_STEP_MIN + 1) * _AXIS_STEP_MIN


def _strips(language: Language, week: ProgrammeWeek, full_min: float) -> list[Strip]:
    dates: Sequence[date] = [week.first + timedelta(days=i) for i in range(7)]
    return [_strip(language, week, d, m, full_min) for d, m in zip(dates, week.walked_min, strict=True)]


def _strip(language: Language, week: ProgrammeWeek, day: date, minutes: float | None, full_min: float) -> Strip:
    name = language.day_name(day)
    if minutes is None:
        nothing = language.say("no data")
        return Strip(name, nothing, full_min, [], f"{name}: {nothing}")
    reached = week.goal is not None and minutes >= week.goal.minutes
    # One decimal, so that 9.6 minutes do not look like the 10 that were asked for.
    value = language.say("{n} min", n=language.number(minutes, 1))
    note = language.say("goal reached") if reached else ""
    said = f"{name}: {value}, {note}" if note else f"{name}: {value}"
    return Strip(name, value, full_min, stacked([("reached" if reached else "walked", minutes)]), said, note)


def _row(language: Language, week: ProgrammeWeek) -> PlanRow:
    return PlanRow(
        number=week.number,
        first=week.first,
        from_day=language.day_name(week.first),
        goal=words.goal_words(week.goal, language) if week.goal else EMPTY,
        reached=language.say_n("{n} day", "{n} days", week.reached_days) if week.goal else EMPTY,
        pain=EMPTY if week.worst_pain is None else str(week.worst_pain),
        verdict=words.verdict_words(week.verdict, language),
    )
