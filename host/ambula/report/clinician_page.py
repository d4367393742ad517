"""The clinician's page: one side of A4 with the latest days in numbers: postures, walks, cadence, pain, quality."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan

from ambula.base.translation import N_
from ambula.days import study
from ambula.days.entry import EMPTY
from ambula.days.local_days import ZoneHistory, local_day
from ambula.days.means import mean
from ambula.days.summary import DaySummary, WeekSummary
from ambula.epochs.table import EpochTable
from ambula.report.accepted import accepted_words
from ambula.report.clock_note import clock_note
from ambula.report.colours import FILL
from ambula.report.context import ReportContext
from ambula.report.language import Language
from ambula.report.person_page import environment
from ambula.report.person_rests import caveats, worn_share_of
from ambula.report.person_sitting import through_the_day
from ambula.report.person_week import PersonWeek, latest_week
from ambula.report.person_words import worst_by_date
from ambula.report.plan_view import plan_view

_DATES = 14
# What stands in the table: a day's figure, its heading. Means are over the days that count.
FIGURES = (
    ("worn_min", N_("Worn, h")),
    ("walking_min", N_("Walking, min")),
    ("steps", N_("Steps")),
    ("walks_10min", N_("Walks of 10 min+")),
    ("walks_longest_min", N_("Longest walk, min")),
    ("cadence_median_spm", N_("Median steps/min")),
    ("cadence_peak30_spm", N_("Best 30 min, steps/min")),
    ("standing_min", N_("Standing, h")),
    ("sitting_min", N_("Sitting, h")),
    ("sitting_bouts_30min", N_("Sitting 30 min+")),
    ("sitting_longest_min", N_("Longest sitting, h")),
    ("sitting_breaks", N_("Breaks in sitting")),
    ("lying_min", N_("Lying, h")),
    ("bends", N_("Bends")),
)
_IN_HOURS = ("worn_min", "standing_min", "sitting_min", "sitting_longest_min", "lying_min")


@dataclass(frozen=True)
class Line:
    """One line of the table: a date or a mean, whether it counts, and its cells in the order of the headings."""

    name: str
    counts: bool
    cells: list[str]


def render_clinician(table: EpochTable, days: Sequence[DaySummary], context: ReportContext) -> str:
    """Return the page as one HTML file, as `render_person`; one printed side of A4 for up to fourteen dates."""
    language, zones = Language(context.language), ZoneHistory.of(context.zone)
    shown, latest = latest_week(days, context.rules, {day for day, _ in context.pain}), list(days[-_DATES:])
    local = [(local_day(day.date, zones), day) for day in latest]
    raster, legend = through_the_day(language, table, local, context.rules)
    worst = worst_by_date(context.pain)
    return (
        environment()
        .get_template("clinician.html")
        .render(
            say=language.say,
            lang=language,
            fill=FILL,
            context=context,
            study=study,
            period=language.period(latest[0].date, latest[-1].date) if latest else language.say("nothing recorded"),
            headings=[language.say(words) for _, words in FIGURES],
            lines=[_day(language, day, worst.get(day.date)) for day in latest],
            means=_means(language, shown),
            walked=_walked(language, shown),
            raster=raster,
            raster_legend=legend,
            plan=plan_view(language, context.programme) if context.programme else None,
            rests=caveats(language, shown, context),
            clock_note=clock_note(language, days),
            accepted=accepted_words(language, context.accepted),
            band=shown.week.volume_category if shown.is_typical else "",
        )
    )


def _walked(language: Language, shown: PersonWeek) -> str:
    """Return the page's first line: mean walking where enough days count, and how much was worn."""
    told = {
        "n": len(shown.counted),
        "all": len(shown.days),
        "percent": language.percent(worn_share_of(shown.days)),
    }
    if not shown.is_typical:
        return language.say("No mean: {n} of {all} days count, worn {percent} of the time", **told)
    return language.say(
        "Walking {minutes} a day: {n} of {all} days count, worn {percent} of the time",
        **told,
        minutes=language.minutes(shown.week.walking_min),
    )


def _day(language: Language, day: DaySummary, pain: int | None) -> Line:
    told = () if not day.recorded_epochs else ("worn_min",) if day.nodes_swapped else [name for name, _ in FIGURES]
    cells = [_shown(language, name, getattr(day, name)) if name in told else EMPTY for name, _ in FIGURES]
    return Line(language.day_name(day.date), day.valid, [EMPTY if pain is None else str(pain), *cells])


def _means(language: Language, shown: PersonWeek) -> list[Line]:
    """Return a line of means over the days shown that count, and one over the seven before, where both can be told."""
    if not shown.is_typical:
        return []
    lines = [_mean(language, language.say("mean"), shown.week, shown.counted)]
    if shown.before is not None:
        counted = [day for day in shown.days_before if day.valid]
        lines.append(_mean(language, language.say("7 days before"), shown.before, counted))
    return lines


def _mean(language: Language, name: str, week: WeekSummary, counted: Sequence[DaySummary]) -> Line:
    """Return the week's own mean of each figure; of a figure that a week has not, the mean over its days."""
    cells = [
        _shown(language, figure, getattr(week, figure, mean(getattr(d, figure) for d in counted)), 1)
        for figure, _ in FIGURES
    ]
    return Line(name, True, ["", *cells])


def _shown(language: Language, name: str, value: float | int | None, decimals: int = 0) -> str:
    """Return a figure as the table shows it: long times in hours, the rest rounded; a dash where it is unknown."""
    if value is None or isnan(value):
        return EMPTY
    if name in _IN_HOURS:
        return language.number(value / 60, 1)
    is_count = name in ("walks_10min", "sitting_bouts_30min", "sitting_breaks", "bends")
    return language.number(value, decimals if is_count else 0)
