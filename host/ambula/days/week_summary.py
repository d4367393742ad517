"""The days of a recording in one row: means over the valid ones, as the study makes them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import isnan, nan
from typing import NamedTuple

from ambula.days.day_summary import DaySummary
from ambula.days.figures import weighted_mean
from ambula.days.study import intensity_category, volume_category, who_category

_SATURDAY = 5


class ProgrammeFigures(NamedTuple):
    """The week's figures of a walking programme, under the names of its columns; the defaults: no programme."""

    programme_weeks: int = 0
    programme_well_weeks: int = 0
    programme_goal_min: float = nan
    programme_goal_days: float = nan


NO_PROGRAMME = ProgrammeFigures()


@dataclass(frozen=True)
class WeekSummary:
    """Means over the valid days of a recording (NaN without one); every field is defined in dictionary.toml."""

    participant: str
    first_date: date | None
    last_date: date | None
    days: int
    valid_days: int
    valid_weekdays: int
    valid_weekend_days: int
    walking_min: float
    walking_weekday_min: float
    walking_weekend_min: float
    walking_slow_min: float
    walking_moderate_min: float
    walking_brisk_min: float
    walking_unknown_pace_min: float
    walking_met: float
    steps: float
    cadence_peak1_spm: float
    cadence_peak30_spm: float
    cadence_100_min: float
    cadence_130_min: float
    walks_10min: float
    walks_10min_min: float
    sitting_min: float
    standing_min: float
    lying_min: float
    stairs_min: float
    running_min: float
    cycling_min: float
    sitting_longest_min: float
    sitting_bouts_30min: float
    sitting_30min_min: float
    sitting_breaks: float
    bends: float
    bent_min: float
    moderate_min: float
    vigorous_min: float
    active_10min_min: float
    movement_mean_mg: float
    bed_min: float
    worn_share: float
    both_worn_share: float
    back_worn_share: float
    bed_share: float
    recorded_share: float
    volume_category: str
    intensity_category: str
    who_min: float
    who_bouts_min: float
    who_category: str
    rules: str
    met_table: str
    programme_weeks: int
    programme_well_weeks: int
    programme_goal_min: float
    programme_goal_days: float


def summarise_week(days: Sequence[DaySummary], programme: ProgrammeFigures = NO_PROGRAMME) -> WeekSummary:
    """Return means over the valid days; walking MET is weighted by minutes. Edge case: no day, NaN and no category.

    Example:
        >>> from pathlib import Path
        >>> import ambula
        >>> with ambula.Store(Path("ambula.db")) as store:
        ...     days = ambula.results(store, "P01").days
        >>> ambula.summarise_week(days).valid_days
        7
    """
    valid = [d for d in days if d.valid]
    weekdays = [d for d in valid if d.date.weekday() < _SATURDAY]
    weekend = [d for d in valid if d.date.weekday() >= _SATURDAY]

    def mean(name: str, over: Sequence[DaySummary] = valid) -> float:
        return _mean([getattr(d, name) for d in over])

    met = weighted_mean([d.walking_met for d in valid], [_paced_min(d) for d in valid])
    walking_min = mean("walking_min")
    volume, intensity = volume_category(walking_min), intensity_category(met)
    who_min = 7 * (mean("moderate_min") + 2 * mean("vigorous_min"))
    return WeekSummary(
        participant=days[0].participant if days else "",
        first_date=days[0].date if days else None,
        last_date=days[-1].date if days else None,
        days=len(days),
        valid_days=len(valid),
        valid_weekdays=len(weekdays),
        valid_weekend_days=len(weekend),
        walking_min=walking_min,
        walking_weekday_min=mean("walking_min", weekdays),
        walking_weekend_min=mean("walking_min", weekend),
        **{name: mean(name) for name in _PLAIN_MEANS},
        walking_met=met,
        sitting_min=_mean([d.sitting_min + d.sedentary_min for d in valid]),
        volume_category=volume.label if volume else "",
        intensity_category=intensity.label if intensity else "",
        who_min=who_min,
        who_bouts_min=7 * mean("active_10min_min"),
        who_category=who_category(who_min),
        rules=days[0].rules if days else "",
        met_table=days[0].met_table if days else "",
        **programme._asdict(),
    )


_PLAIN_MEANS = (
    "walking_slow_min",
    "walking_moderate_min",
    "walking_brisk_min",
    "walking_unknown_pace_min",
    "steps",
    "cadence_peak1_spm",
    "cadence_peak30_spm",
    "cadence_100_min",
    "cadence_130_min",
    "walks_10min",
    "walks_10min_min",
    "standing_min",
    "lying_min",
    "stairs_min",
    "running_min",
    "cycling_min",
    "sitting_longest_min",
    "sitting_bouts_30min",
    "sitting_30min_min",
    "sitting_breaks",
    "bends",
    "bent_min",
    "moderate_min",
    "vigorous_min",
    "active_10min_min",
    "movement_mean_mg",
    "bed_min",
    "worn_share",
    "both_worn_share",
    "back_worn_share",
    "bed_share",
    "recorded_share",
)


def _paced_min(day: DaySummary) -> float:
    return day.walking_slow_min + day.walking_moderate_min + day.walking_brisk_min


def _mean(values: Sequence[float | None]) -> float:
    """Return the mean of those that are known; NaN where none is."""
    known = [v for v in values if v is not None and not isnan(v)]
    return sum(known) / len(known) if known else nan
