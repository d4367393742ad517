"""The person's page: one page, the latest seven days, in plain words; what `ambula report` writes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import isnan
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from ambula.days.local_days import LocalDay, ZoneHistory, local_day
from ambula.days.summary import DaySummary, WeekSummary
from ambula.epochs.table import EpochTable
from ambula.programme import Programme
from ambula.programme import words as plan_words
from ambula.report import person_words
from ambula.report.colours import FILL
from ambula.report.context import ReportContext
from ambula.report.language import Language
from ambula.report.person_praise import praise
from ambula.report.person_rests import rests_words
from ambula.report.person_sitting import long_sittings, sitting_words, through_the_day
from ambula.report.person_week import PersonWeek, latest_week
from ambula.report.strips import Layer, stacked
from ambula.report.words import zones_words

_LEAST_AXIS_MIN = 60
_MOST_PAIN = 10


@dataclass(frozen=True)
class WalkedDay:
    """One date of the walking chart: minutes walked, those in longer walks, and the pain that was noted."""

    label: str
    value: str
    note: str
    layers: list[Layer]
    pain: str
    pain_layers: list[Layer]
    said: str


@dataclass(frozen=True)
class Card:
    """One number with its name, and the same of the seven days before, "" where there is none."""

    value: str
    name: str
    before: str


def render_person(table: EpochTable, days: Sequence[DaySummary], context: ReportContext) -> str:
    """Return the page as one HTML file: no network, no script; two printed sides of A4, six screens of a phone.

    table, days: as for `render_report`. Edge case: nothing recorded, a page that says so.
    """
    language, zones = Language(context.language), ZoneHistory.of(context.zone)
    shown = latest_week(days, context.rules, {day for day, _ in context.pain})
    local = [(local_day(day.date, zones), day) for day in shown.days if not day.nodes_swapped]
    axis_min = _axis(shown)
    return (
        environment()
        .get_template("person.html")
        .render(
            say=language.say,
            lang=language,
            fill=FILL,
            context=context,
            shown=shown,
            zones=zones_words(language, zones),
            period=language.period(shown.days[0].date, shown.days[-1].date) if shown.days else "",
            headline=person_words.headline(language, shown),
            against=person_words.against(language, shown),
            also=person_words.also(language, shown),
            praise=praise(language, shown, context.programme, context.pain),
            cards=_cards(language, shown),
            walked=[_walked_day(language, day, context, axis_min) for day in shown.days],
            axis_min=axis_min,
            walking_legend=_walking_legend(language, shown, context),
            pain_words=person_words.pain_words(language, shown, context.pain),
            rests=rests_words(language, shown, context),
            **_plan(language, context.programme),
            **_sitting(language, table, shown, local, zones, context),
        )
    )


def environment() -> Environment:
    """Return how the pages' templates are filled: everything escaped, nothing undefined."""
    loader = PackageLoader("ambula.report", "")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def _axis(shown: PersonWeek) -> float:
    most = max((day.walking_min + day.running_min for day in shown.worn), default=0.0)
    return max(_LEAST_AXIS_MIN, (most // 10 + 1) * 10)


def _cards(language: Language, shown: PersonWeek) -> list[Card]:
    """Return the numbers of a usual day beside its walking, which stands above; none where too few days count."""
    if not shown.is_typical:
        return []
    week, before = shown.week, shown.before
    cards = [
        _card(language, "steps", language.say("steps a day"), week, before),
        _long_walks(language, shown),
        _card(language, "standing_min", language.say("standing a day"), week, before),
        _card(language, "sitting_min", language.say("sitting a day"), week, before)
        or _card(language, "sitting_or_lying_min", language.say("sitting or lying a day, nights too"), week, before),
    ]
    return [card for card in cards if card is not None]


def _card(language: Language, name: str, words: str, week: WeekSummary, before: WeekSummary | None) -> Card | None:
    now = getattr(week, name)
    if isnan(now):
        return None
    then = getattr(before, name) if before is not None else float("nan")
    said = "" if isnan(then) else language.say("before: {n}", n=_number(language, name, then))
    return Card(_number(language, name, now), words, said)


def _long_walks(language: Language, shown: PersonWeek) -> Card:
    """Return how many walks were long in these days: a number of walks, not a mean."""
    now, then = (sum(day.walks_10min or 0 for day in days) for days in (shown.days, shown.days_before))
    before = language.say("before: {n}", n=then) if shown.before is not None else ""
    return Card(str(now), language.say("walks of 10 minutes or more"), before)


def _number(language: Language, name: str, value: float) -> str:
    if name.endswith("_min"):
        return language.duration(value)
    return language.number(value)


def _walked_day(language: Language, day: DaySummary, context: ReportContext, axis_min: float) -> WalkedDay:
    is_seen = day.worn_min and not day.nodes_swapped
    walked_min, ran_min = (day.walking_min, day.running_min) if is_seen else (0.0, 0.0)
    name, walked = language.day_name(day.date), language.say("{n} min", n=language.number(walked_min))
    dark = min(_longer_min(context.programme, day.date), walked_min)
    parts: list[str] = []
    if 0 < round(dark) < round(walked_min):
        parts.append(language.say("{n} in longer walks", n=language.number(dark)))
    if round(ran_min):
        parts.append(language.say("{n} running", n=language.number(ran_min)))
    note = ", ".join(parts)
    if not day.recorded_epochs:
        walked, note = language.say("no data"), ""
    elif not day.worn_min:
        walked, note = language.say("not worn"), ""
    elif day.nodes_swapped:
        walked, note = language.say("not clear"), ""
    elif not day.valid:
        note = language.say("{time} worn", time=language.duration(day.worn_min))
    level = person_words.worst_by_date(context.pain).get(day.date)
    pain = "" if level is None else language.say("pain {n} of 10", n=level)
    return WalkedDay(
        label=name,
        value=walked,
        note=note,
        layers=stacked([("longer-walks", dark), ("short-walks", walked_min - dark), ("running", ran_min)]),
        pain=pain,
        pain_layers=stacked([("pain", level * axis_min / _MOST_PAIN)]) if level else [],
        said=", ".join(part for part in (f"{name}: {walked}", note, pain) if part),
    )


def _longer_min(programme: Programme | None, day: date) -> float:
    """Return the minutes in walks that are long enough for the plan on a date; 0 where none or no plan."""
    for week in programme.weeks if programme else ():
        if week.first <= day <= week.last:
            return week.walked_min[(day - week.first).days] or 0.0
    return 0.0


def _walking_legend(language: Language, shown: PersonWeek, context: ReportContext) -> list[tuple[str, str]]:
    """Return what the bars of the walking chart are, as colour and word."""
    longer = [day for day in shown.days if _longer_min(context.programme, day.date)]
    items = [("short-walks", language.say("minutes walked"))]
    if context.programme and longer:
        least = context.programme.plan.walk_from_min
        items = [
            ("longer-walks", language.say_n("walks of {n} minute or more", "walks of {n} minutes or more", least)),
            ("short-walks", language.say("shorter walks")),
        ]
    if any(round(day.running_min) for day in shown.worn):
        items.append(("running", language.say("running")))
    hurt = any(shown.has(day) for day, _ in context.pain)
    return [*items, ("pain", language.say("pain; a full bar is 10"))] if hurt else items


def _plan(language: Language, programme: Programme | None) -> dict[str, Any]:
    """Return the walking goal in words; nothing without a programme."""
    if programme is None:
        return {"plan": None}
    return {
        "plan": {
            "goal": plan_words.next_words(programme, language),
            "reason": plan_words.reason_words(programme, language),
            "tomorrow": plan_words.tomorrow_words(programme, language),
            "how": plan_words.how_words(programme, language),
            "help": language.say(plan_words.HELP_AT_ONCE),
        }
    }


def _sitting(
    language: Language,
    table: EpochTable,
    shown: PersonWeek,
    local: Sequence[tuple[LocalDay, DaySummary]],
    zones: ZoneHistory,
    context: ReportContext,
) -> dict[str, Any]:
    sittings = long_sittings(table, [day for day, _ in local], zones, context.rules)
    raster, legend = through_the_day(language, table, local, context.rules)
    return {"sitting": sitting_words(language, shown, sittings), "raster": raster, "raster_legend": legend}
