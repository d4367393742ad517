"""From fused epochs to days and a week, in the study's terms."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import nan

import numpy as np

from ambula import figures
from ambula.epochs import EpochTable
from ambula.localdays import LocalDay, Zones, local_days
from ambula.settings import DEFAULT, Rules
from ambula.study import intensity_category, volume_category

JOURNEY = " > "  # between the zones of a day on which the participant went from one to the other


@dataclass(frozen=True)
class DaySummary:
    """One local day; every field is defined, with unit and source, in dictionary.toml under its own name.

    Floats are NaN where there is nothing to take them from. The ten activity minutes add up to `recorded_min`.
    """

    date: date
    zone: str
    day_epochs: int
    span_epochs: int
    recorded_epochs: int
    recorded_min: float
    unrecorded_min: float
    lost_min: float
    recorded_share: float
    worn_min: float
    worn_share: float
    thigh_min: float
    back_min: float
    both_min: float
    valid: bool
    lying_min: float
    sitting_min: float
    sedentary_min: float
    standing_min: float
    walking_min: float
    stairs_min: float
    running_min: float
    cycling_min: float
    other_min: float
    not_worn_min: float
    walking_slow_min: float
    walking_moderate_min: float
    walking_brisk_min: float
    walking_unknown_pace_min: float
    walking_met: float
    steps: int
    cadence_mean_spm: float
    cadence_median_spm: float
    cadence_p95_spm: float
    cadence_peak1_spm: float
    cadence_peak30_spm: float
    cadence_100_min: float
    cadence_130_min: float
    walking_bouts_10s: int
    walking_bouts_30s: int
    walking_bouts_60s: int
    walks_10min: int
    walks_10min_min: float
    sitting_longest_min: float
    sitting_bouts_30min: int
    sitting_breaks: int
    rules: str
    met_table: str


@dataclass(frozen=True)
class WeekSummary:
    """Means over the valid days of a recording (NaN without one), as the study makes them; see dictionary.toml."""

    first_date: date | None
    last_date: date | None
    days: int
    valid_days: int
    walking_min: float
    walking_slow_min: float
    walking_moderate_min: float
    walking_brisk_min: float
    walking_unknown_pace_min: float
    walking_met: float
    steps: float
    sitting_min: float
    standing_min: float
    lying_min: float
    sitting_longest_min: float
    sitting_bouts_30min: float
    worn_share: float
    recorded_share: float
    volume_category: str
    intensity_category: str
    rules: str
    met_table: str


def summarise_days(table: EpochTable, zones: Zones, rules: Rules = DEFAULT) -> list[DaySummary]:
    """Return one summary a local date from the first epoch to the last, dates without any epoch included.

    table: epochs in strictly increasing order. zones: one IANA zone, or a history of them; an epoch belongs to the
    local date of its start, and a day is as long as the zones make it. Raises ValueError where the order is broken.
    Edge case: no epochs, no days.
    """
    if not len(table):
        return []
    if np.any(np.diff(table.epoch) <= 0):
        raise ValueError("epochs must be strictly increasing")
    first, last = int(table.epoch[0]), int(table.epoch[-1])
    days = local_days(first, last, zones)
    edges = np.searchsorted(table.epoch, [d.start for d in days] + [days[-1].end])
    return [
        _day(day, table.rows(slice(int(edges[i]), int(edges[i + 1]))), (first, last + 1), rules)
        for i, day in enumerate(days)
    ]


def summarise_week(days: Sequence[DaySummary]) -> WeekSummary:
    """Return means over the valid days; walking MET is weighted by minutes. Edge case: no day, NaN and no category."""
    valid = [d for d in days if d.valid]
    met = figures.weighted_mean([d.walking_met for d in valid], [_paced_min(d) for d in valid])
    walking_min = _mean([d.walking_min for d in valid])
    volume, intensity = volume_category(walking_min), intensity_category(met)
    return WeekSummary(
        first_date=days[0].date if days else None,
        last_date=days[-1].date if days else None,
        days=len(days),
        valid_days=len(valid),
        walking_min=walking_min,
        walking_slow_min=_mean([d.walking_slow_min for d in valid]),
        walking_moderate_min=_mean([d.walking_moderate_min for d in valid]),
        walking_brisk_min=_mean([d.walking_brisk_min for d in valid]),
        walking_unknown_pace_min=_mean([d.walking_unknown_pace_min for d in valid]),
        walking_met=met,
        steps=_mean([d.steps for d in valid]),
        sitting_min=_mean([d.sitting_min + d.sedentary_min for d in valid]),
        standing_min=_mean([d.standing_min for d in valid]),
        lying_min=_mean([d.lying_min for d in valid]),
        sitting_longest_min=_mean([d.sitting_longest_min for d in valid]),
        sitting_bouts_30min=_mean([d.sitting_bouts_30min for d in valid]),
        worn_share=_mean([d.worn_share for d in valid]),
        recorded_share=_mean([d.recorded_share for d in valid]),
        volume_category=volume.label if volume else "",
        intensity_category=intensity.label if intensity else "",
        rules=days[0].rules if days else "",
        met_table=days[0].met_table if days else "",
    )


def _day(day: LocalDay, table: EpochTable, span: tuple[int, int], rules: Rules) -> DaySummary:
    rows = figures.DayRows.of(table)
    return DaySummary(
        date=day.date,
        zone=JOURNEY.join(day.zones),
        **figures.wear(rows, day, span),
        valid=figures.is_valid(rows, rules),
        **figures.postures(rows),
        **figures.pace(rows, rules),
        **figures.cadence(rows),
        **figures.walks(rows, rules),
        **figures.sitting(rows, rules),
        rules=rules.name,
        met_table=rules.met.name,
    )


def _paced_min(day: DaySummary) -> float:
    return day.walking_slow_min + day.walking_moderate_min + day.walking_brisk_min


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if values else nan
