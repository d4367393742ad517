"""Strips: rows of coloured blocks, one row per day, from which the report's figures are made.

A strip is an SVG that stretches to the width of the page; its words stand beside it as text, so that they stay readable
on a phone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import isnan

import numpy as np
from numpy.typing import NDArray

from ambula.base.translation import N_
from ambula.days.entry import EMPTY
from ambula.days.figures import DayRows, effective_activity
from ambula.days.figures.postures import sitting_bouts
from ambula.days.local_days import LocalDay
from ambula.days.rules import DEFAULT, Rules
from ambula.days.summary import DaySummary
from ambula.epochs.bouts import find_bouts, lengths
from ambula.epochs.table import EpochTable
from ambula.report.language import Language
from ambula.report.words import THIN_SHARE
from nodecore import activity
from nodecore.roles import BACK_BIT, BOTH_BITS, THIGH_BIT
from nodecore.sampling import EPOCH_S, EPOCHS_A_MINUTE

_HEIGHT = 10
_OVERLAP = 8.0  # epochs: hides the hairlines that renderers leave between neighbouring blocks
SITTING_BANDS_MIN = (0, 10, 30, 60)
ACTIVITIES = {
    "lying": N_("lying"),
    "sitting": N_("sitting"),
    "sedentary": N_("sitting or lying"),
    "standing": N_("standing"),
    "walking": N_("walking"),
    "stairs": N_("stairs"),
    "running": N_("running"),
    "cycling": N_("cycling"),
    "other": N_("other"),
    "not_worn": N_("not worn"),
}
# Drawn from what fills the day to what must not be covered by its neighbours.
_PAINT = (
    activity.LYING,
    activity.SEDENTARY,
    activity.SITTING,
    activity.NOT_WORN,
    activity.OTHER,
    activity.STANDING,
    activity.CYCLING,
    activity.WALKING,
    activity.STAIRS,
    activity.RUNNING,
)


@dataclass(frozen=True)
class Layer:
    """Blocks of one colour: `kind` names it in `colours.FILL`, `path` is SVG path data."""

    kind: str
    path: str


@dataclass(frozen=True)
class Strip:
    """One row: words before and after, the blocks, and what a screen reader says."""

    label: str
    value: str
    width: float
    layers: list[Layer]
    said: str
    note: str = ""


def raster(language: Language, table: EpochTable, days: Sequence[tuple[LocalDay, DaySummary]]) -> list[Strip]:
    """Return one strip per day, of what was done when; time that was not recorded stays bare."""
    return [_raster_day(language, rows_of(table, day), day, figures) for day, figures in days]


def pace_bars(language: Language, days: Sequence[DaySummary], full_min: float) -> list[Strip]:
    """Return minutes walked each day by pace; `full_min` is the width of the page."""
    strips: list[Strip] = []
    for day in days:
        parts = [
            ("slow", day.walking_slow_min),
            ("moderate", day.walking_moderate_min),
            ("brisk", day.walking_brisk_min),
            ("unknown-pace", day.walking_unknown_pace_min),
        ]
        name, walked = language.day_name(day.date), language.number(day.walking_min)
        said = language.say(
            "{day}: walked {walked} minutes (slow {slow}, moderate {moderate}, brisk {brisk}, unknown pace {unknown})",
            day=name,
            walked=walked,
            slow=language.number(parts[0][1]),
            moderate=language.number(parts[1][1]),
            brisk=language.number(parts[2][1]),
            unknown=language.number(parts[3][1]),
        )
        value = language.say("{n} min", n=walked)
        if isnan(day.walking_min):
            value = EMPTY if day.recorded_epochs else language.say("no data")
            said = language.say("{day}: unknown", day=name)
        strips.append(Strip(name, value, full_min, stacked(parts), said, _thin(language, day)))
    return strips


def sitting_bars(
    language: Language,
    table: EpochTable,
    days: Sequence[tuple[LocalDay, DaySummary]],
    full_min: float,
    rules: Rules = DEFAULT,
) -> list[Strip]:
    """Return minutes sat each day by the length of the sitting they were part of; rules: those of the days."""
    strips: list[Strip] = []
    for day, figures in days:
        minutes = sitting_minutes_by_band(rows_of(table, day), rules)
        kinds = [f"sat-{low}" for low in SITTING_BANDS_MIN]
        name = language.day_name(day.date)
        said = language.say(
            "{day}: sat {time}; times of 30 minutes or more: {long}; longest: {longest}; breaks: {breaks}",
            day=name,
            time=language.duration(sum(minutes)),
            long=figures.sitting_bouts_30min or 0,
            longest=language.duration(figures.sitting_longest_min),
            breaks=figures.sitting_breaks or 0,
        )
        layers = stacked(list(zip(kinds, minutes, strict=True)))
        if figures.sitting_bouts_30min is None:
            said = language.say("{day}: unknown", day=name)
        strips.append(Strip(name, _long_sittings(language, figures), full_min, layers, said, _thin(language, figures)))
    return strips


def sitting_minutes_by_band(rows: EpochTable, rules: Rules = DEFAULT) -> list[float]:
    """Return minutes in sittings of under 10, 10-30, 30-60 and 60 min or more; together all sitting of the day.

    The bouts are those that the day's figures count. What is no bout by the rules stands with the shortest.
    """
    day = DayRows.of(rows)
    bouts = sitting_bouts(day, rules)
    bout_min = lengths(bouts) / EPOCHS_A_MINUTE
    sat = rows.epoch[day.sitting]
    sat_min = np.diff(np.searchsorted(sat, bouts), axis=1)[:, 0] / EPOCHS_A_MINUTE  # without the pauses
    bands = pairwise((*SITTING_BANDS_MIN, np.inf))
    minutes = [float(sat_min[(bout_min >= a) & (bout_min < b)].sum()) for a, b in bands]
    minutes[0] = len(sat) / EPOCHS_A_MINUTE - sum(minutes[1:])
    return minutes


def wear_strips(language: Language, table: EpochTable, days: Sequence[tuple[LocalDay, DaySummary]]) -> list[Strip]:
    """Return which nodes recorded and were worn, through each day."""
    strips: list[Strip] = []
    for day, figures in days:
        rows = rows_of(table, day)
        kinds = [("both", BOTH_BITS), ("one-node", THIGH_BIT), ("one-node", BACK_BIT)]
        layers = [Layer(kind, path_of(rows.epoch - day.start, rows.worn & (rows.nodes == n))) for kind, n in kinds]
        layers.append(Layer("not_worn", path_of(rows.epoch - day.start, ~rows.worn)))
        name = language.day_name(day.date)
        share = language.say("{percent} worn", percent=language.percent(figures.worn_share))
        said = language.say(
            "{day}: {share}, {time} not recorded",
            day=name,
            share=share,
            time=language.duration(figures.unrecorded_min),
        )
        strips.append(Strip(name, share, day.epochs, layers, said))
    return strips


def trunk_bars(language: Language, days: Sequence[DaySummary], full_min: float) -> list[Strip]:
    """Return minutes bent forward each day, and how often; a dash where the nodes were never worn together."""
    strips: list[Strip] = []
    for day in days:
        name = language.day_name(day.date)
        if day.bends is None:
            value, minutes = EMPTY if day.recorded_epochs else language.say("no data"), 0.0
            said = language.say("{day}: unknown", day=name)
        else:
            value, minutes = language.say_n("{n} time", "{n} times", day.bends), day.bent_min
            said = language.say("{day}: {times}, {n} minutes", day=name, times=value, n=language.number(minutes, 1))
        strips.append(Strip(name, value, full_min, stacked([("bent", minutes)]), said, _thin(language, day)))
    return strips


def _raster_day(language: Language, rows: EpochTable, day: LocalDay, figures: DaySummary) -> Strip:
    code, at = effective_activity(rows), rows.epoch - day.start
    layers = [Layer(activity.NAMES[kind], path_of(at, code == kind)) for kind in _PAINT]
    named = [(name, float(getattr(figures, f"{name}_min"))) for name in activity.NAMES]
    parts = [f"{language.say(ACTIVITIES[name])} {language.duration(minutes)}" for name, minutes in named if minutes > 0]
    name = language.day_name(day.date)
    done = ", ".join(parts) or language.say("nothing recorded")
    said = f"{name}: {done}"
    return Strip(name, "", day.epochs, layers, said, odd_length(language, day))


def odd_length(language: Language, day: LocalDay) -> str:
    """What to say of a day that has not 24 hours."""
    hours = day.epochs * EPOCH_S / 3600
    if hours == 24:
        return ""
    if len(day.zones) > 1:
        return language.say("{n}-hour day: the time zone changed", n=language.shortest(hours))
    return language.say("{n}-hour day: the clock changed", n=language.shortest(hours))


def _long_sittings(language: Language, day: DaySummary) -> str:
    """How often the wearer sat for long; a dash where the nodes were never worn together, which sitting takes."""
    if not day.recorded_epochs:
        return language.say("no data")
    if day.sitting_bouts_30min is None:
        return EMPTY
    return language.say_n("{n} time", "{n} times", day.sitting_bouts_30min)


def rows_of(table: EpochTable, day: LocalDay) -> EpochTable:
    """Return the epochs of a day."""
    first, last = np.searchsorted(table.epoch, (day.start, day.end))
    return table.rows(slice(int(first), int(last)))


def path_of(at: NDArray[np.int64], chosen: NDArray[np.bool_]) -> str:
    """One block a run, a little longer than the run so that no gap shows between neighbours."""
    runs = find_bouts(at, chosen)
    return "".join(f"M{start} 0h{end - start + _OVERLAP:g}v{_HEIGHT}H{start}z" for start, end in runs.tolist())


def stacked(parts: Sequence[tuple[str, float]]) -> list[Layer]:
    """Return blocks one after the other, each as long as its number."""
    layers: list[Layer] = []
    left = 0.0
    for kind, size in parts:
        if size > 0:
            layers.append(Layer(kind, f"M{left:.2f} 0h{size:.2f}v{_HEIGHT}H{left:.2f}z"))
            left += size
    return layers


def _thin(language: Language, day: DaySummary) -> str:
    """A warning beside a day of which much is missing."""
    if not day.recorded_epochs or day.worn_share >= THIN_SHARE:
        return ""
    return language.say("{percent} worn", percent=language.percent(day.worn_share))
