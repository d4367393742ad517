"""Strips: rows of coloured blocks, one row a day, from which the report's figures are made.

A strip is an SVG that stretches to the width of the page; its words stand beside it as text, so that they stay readable
on a phone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ambula.bouts import find_bouts, lengths
from ambula.epochs import EpochTable
from ambula.figures import EPOCHS_A_MIN, effective_activity
from ambula.localdays import LocalDay
from ambula.report.words import THIN_SHARE, day_name, duration, percent
from ambula.summary import DaySummary
from nodecore import activity
from nodecore.sampling import EPOCH_S

_HEIGHT = 10
_OVERLAP = 8.0  # epochs: hides the hairlines that renderers leave between neighbouring blocks
_THIGH, _BACK, _BOTH = 1, 2, 3
SITTING_BANDS_MIN = (0, 10, 30, 60)
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
    """Blocks of one colour: `kind` names the colour in the style sheet, `path` is SVG path data."""

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


def raster(table: EpochTable, days: Sequence[tuple[LocalDay, DaySummary]]) -> list[Strip]:
    """Return one strip a day: what was done when; what was not recorded stays bare."""
    return [_raster_day(_rows(table, day), day, figures) for day, figures in days]


def pace_bars(days: Sequence[DaySummary], full_min: float) -> list[Strip]:
    """Return minutes walked each day by pace; `full_min` is the width of the page."""
    strips: list[Strip] = []
    for day in days:
        parts = [
            ("slow", day.walking_slow_min),
            ("moderate", day.walking_moderate_min),
            ("brisk", day.walking_brisk_min),
            ("unknown-pace", day.walking_unknown_pace_min),
        ]
        words = ", ".join(f"{kind.replace('-', ' ')} {minutes:.0f}" for kind, minutes in parts)
        said = f"{day_name(day.date)}: walked {day.walking_min:.0f} minutes ({words})"
        value = f"{day.walking_min:.0f} min" if day.recorded_epochs else "no data"
        strips.append(Strip(day_name(day.date), value, full_min, _stacked(parts), said, _thin(day)))
    return strips


def sitting_bars(table: EpochTable, days: Sequence[tuple[LocalDay, DaySummary]], full_min: float) -> list[Strip]:
    """Return minutes sat each day by the length of the sitting they were part of."""
    strips: list[Strip] = []
    for day, figures in days:
        minutes = sitting_minutes_by_band(_rows(table, day))
        kinds = [f"sat-{low}" for low in SITTING_BANDS_MIN]
        times = "1 time" if figures.sitting_bouts_30min == 1 else f"{figures.sitting_bouts_30min} times"
        value = times if figures.recorded_epochs else "no data"
        said = (
            f"{day_name(day.date)}: sat {duration(sum(minutes))}, {figures.sitting_bouts_30min} times for 30 minutes "
            f"or more, longest {duration(figures.sitting_longest_min)}, {figures.sitting_breaks} breaks"
        )
        layers = _stacked(list(zip(kinds, minutes, strict=True)))
        strips.append(Strip(day_name(day.date), value, full_min, layers, said, _thin(figures)))
    return strips


def sitting_minutes_by_band(rows: EpochTable) -> list[float]:
    """Return minutes in sittings of under 10, 10-30, 30-60 and 60 min or more; together all sitting of the day."""
    code = effective_activity(rows)
    sitting = (code == activity.SITTING) | (code == activity.SEDENTARY)
    bout_min = lengths(find_bouts(rows.epoch, sitting)) / EPOCHS_A_MIN
    bands = pairwise((*SITTING_BANDS_MIN, np.inf))
    return [float(bout_min[(bout_min >= a) & (bout_min < b)].sum()) for a, b in bands]


def wear_strips(table: EpochTable, days: Sequence[tuple[LocalDay, DaySummary]]) -> list[Strip]:
    """Return which nodes recorded and were worn, through each day."""
    strips: list[Strip] = []
    for day, figures in days:
        rows = _rows(table, day)
        kinds = [("both", _BOTH), ("one-node", _THIGH), ("one-node", _BACK)]
        layers = [Layer(kind, _path(rows.epoch - day.start, rows.worn & (rows.nodes == n))) for kind, n in kinds]
        layers.append(Layer("not_worn", _path(rows.epoch - day.start, ~rows.worn)))
        share = f"{percent(figures.worn_share)} worn"
        said = f"{day_name(day.date)}: {share}, {duration(figures.unrecorded_min)} not recorded"
        strips.append(Strip(day_name(day.date), share, day.epochs, layers, said))
    return strips


def _raster_day(rows: EpochTable, day: LocalDay, figures: DaySummary) -> Strip:
    code, at = effective_activity(rows), rows.epoch - day.start
    layers = [Layer(activity.NAMES[kind], _path(at, code == kind)) for kind in _PAINT]
    named = [(name, float(getattr(figures, f"{name}_min"))) for name in activity.NAMES]
    parts = [f"{name.replace('_', ' ')} {duration(minutes)}" for name, minutes in named if minutes > 0]
    said = f"{day_name(day.date)}: {', '.join(parts) or 'nothing recorded'}"
    hours = day.epochs * EPOCH_S / 3600
    changed = "the time zone changed" if len(day.zones) > 1 else "the clock changed"
    note = "" if hours == 24 else f"{hours:g}-hour day: {changed}"
    return Strip(day_name(day.date), "", day.epochs, layers, said, note)


def _rows(table: EpochTable, day: LocalDay) -> EpochTable:
    first, last = np.searchsorted(table.epoch, (day.start, day.end))
    return table.rows(slice(int(first), int(last)))


def _path(at: NDArray[np.int64], chosen: NDArray[np.bool_]) -> str:
    """One block a run, a little longer than the run so that no gap shows between neighbours."""
    runs = find_bouts(at, chosen)
    return "".join(f"M{start} 0h{end - start + _OVERLAP:g}v{_HEIGHT}H{start}z" for start, end in runs.tolist())


def _stacked(parts: Sequence[tuple[str, float]]) -> list[Layer]:
    layers: list[Layer] = []
    left = 0.0
    for kind, size in parts:
        if size > 0:
            layers.append(Layer(kind, f"M{left:.2f} 0h{size:.2f}v{_HEIGHT}H{left:.2f}z"))
            left += size
    return layers


def _thin(day: DaySummary) -> str:
    """A warning beside a day of which much is missing."""
    return f"{percent(day.worn_share)} worn" if day.recorded_epochs and day.worn_share < THIN_SHARE else ""
