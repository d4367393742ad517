"""Put the page together: figures, words and numbers into one file that needs nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from ambula.base.atomic_files import write_whole
from ambula.days import study
from ambula.days.dictionary import entries, in_file
from ambula.days.entry import EMPTY, Entry
from ambula.days.local_days import JOURNEY, LocalDay, ZoneHistory, local_day
from ambula.days.rules import Rules
from ambula.days.summary import DaySummary, WeekSummary
from ambula.epochs.table import EpochTable
from ambula.report import strips, words
from ambula.report.accepted import accepted_words
from ambula.report.accounts import accounts
from ambula.report.cadences import cadence_bars
from ambula.report.clock_note import clock_note
from ambula.report.colours import FILL
from ambula.report.context import ReportContext
from ambula.report.language import Language
from ambula.report.plan_view import plan_view

_LEAST_AXIS_MIN = 150
ABOVE = ("participant", "date", "zone", "rules", "met_table", "software")  # said elsewhere on the page, once


@dataclass(frozen=True)
class Row:
    """One figure of the table of numbers: its entry and, one cell per day, what the file holds and what is shown."""

    entry: Entry
    cells: list[tuple[str, str, str]]


def write_report(
    table: EpochTable, days: Sequence[DaySummary], week: WeekSummary, path: Path, context: ReportContext
) -> None:
    """Write one self-contained HTML file: no network, no script; it prints on A4 and reads on a phone.

    table, days, week: as `summarise_days` and `summarise_week` made them, by `context.rules` and `context.zone`.
    The file appears whole or not at all; the same input gives the same bytes. Raises OSError where the place cannot be
    written, ValueError where the days are of another zone or the language has no catalogue. Edge case: without any day,
    a page that says so.
    """
    write_whole(path, render_report(table, days, week, context))


def render_report(table: EpochTable, days: Sequence[DaySummary], week: WeekSummary, context: ReportContext) -> str:
    """Return the page that `write_report` writes."""
    zones = ZoneHistory.of(context.zone)
    shown = [(local_day(d.date, zones), d) for d in days]
    if any(day.zone != JOURNEY.join(local.zones) for local, day in shown):
        raise ValueError(f"days are by {days[0].zone}, but the report is by {zones.words}")
    language = Language(context.language)
    loader = PackageLoader("ambula.report", "")
    pages = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return pages.get_template("detail.html").render(
        say=language.say,
        lang=language,
        fill=FILL,
        empty=EMPTY,
        context=context,
        zones=words.zones_words(language, zones),
        days=days,
        week=week,
        study=study,
        words=words,
        period=language.period(days[0].date, days[-1].date) if days else language.say("nothing recorded"),
        plan=plan_view(language, context.programme) if context.programme else None,
        accepted=accepted_words(language, context.accepted),
        clock_note=clock_note(language, days),
        **_figures(language, table, shown, context.rules),
        **accounts(language, context.ledgers, [day for day, _ in shown]),
        **_numbers(language, days, week),
    )


def _figures(
    language: Language, table: EpochTable, shown: Sequence[tuple[LocalDay, DaySummary]], rules: Rules
) -> dict[str, Any]:
    days = [figures for _, figures in shown]
    walking_axis = _axis(max((d.walking_min for d in days if d.walking_min > 0), default=0.0), _LEAST_AXIS_MIN, 10)
    sitting_axis = _axis(max((d.sitting_min for d in days if d.sitting_min > 0), default=0.0), 480, 240)
    trunk_axis = _axis(max((d.bent_min for d in days if d.bends), default=0.0), 8, 8)
    return {
        "raster": strips.raster(language, table, shown),
        "pace": strips.pace_bars(language, days, walking_axis),
        "sitting": strips.sitting_bars(language, table, shown, sitting_axis, rules),
        "sitting_ticks": _hours(sitting_axis),
        "trunk": strips.trunk_bars(language, days, trunk_axis) if any(d.bends is not None for d in days) else [],
        "trunk_ticks": [(m, 100 * m / trunk_axis) for m in range(0, int(trunk_axis) + 1, int(trunk_axis / 4))],
        "wear": strips.wear_strips(language, table, shown),
        "cadence": cadence_bars(language, table, [day for day, figures in shown if figures.valid]),
        "used": _legend(language, days),
    }


def _legend(language: Language, days: Sequence[DaySummary]) -> list[tuple[str, str]]:
    """The activities that the raster shows, as colour and word, from rest to effort."""
    return [
        (name, language.say(text))
        for name, text in strips.ACTIVITIES.items()
        if any(getattr(d, f"{name}_min") > 0 for d in days)
    ]


def _numbers(language: Language, days: Sequence[DaySummary], week: WeekSummary) -> dict[str, Any]:
    rows = [
        Row(e, [(d.date.isoformat(), in_file(v), language.shown(e, v)) for d in days for v in [getattr(d, e.name)]])
        for e in entries("day")
        if e.name not in ABOVE
    ]
    return {
        "groups": [(language.say(name), list(group)) for name, group in groupby(rows, key=lambda r: r.entry.group)],
        "week_rows": [(e, in_file(v), language.shown(e, v)) for e in entries("week") for v in [getattr(week, e.name)]],
        "definitions": entries("day"),
    }


def _axis(largest: float, least: float, step: float) -> float:
    """Length of an axis: round, at least `least`, with room above the largest value."""
    return max(least, (largest * 1.05 // step + 1) * step)


def _hours(axis_min: float) -> list[tuple[int, float]]:
    """Hours to mark on an axis, and where in percent: at most five, so that a phone has room."""
    step = 4 if axis_min <= 16 * 60 else 8
    return [(h, 100 * 60 * h / axis_min) for h in range(0, int(axis_min / 60) + 1, step)]
