"""The figures of one day: wear, postures, pace, cadence, walks, sitting; each a function of that day's epochs."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan
from typing import Self, TypedDict

import numpy as np
from numpy.typing import NDArray

from ambula.bouts import find_bouts, lengths
from ambula.epochs import EpochTable
from ambula.localdays import LocalDay
from ambula.settings import Rules
from nodecore import activity
from nodecore.sampling import EPOCH_S

EPOCHS_A_MIN = 60 // EPOCH_S
_THIGH, _BACK = 1, 2
_PEAK_MINUTES = 30
_LONG_WALK_MIN = 10
_LONG_SITTING_MIN = 30
_UPRIGHT = (activity.STANDING, activity.WALKING, activity.STAIRS, activity.RUNNING, activity.CYCLING)

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class DayRows:
    """A day's epochs with what every figure asks for: when worn, walking, sitting (or lying: unknown)."""

    table: EpochTable
    code: NDArray[np.uint8]
    worn: Mask
    walking: Mask
    sitting: Mask

    @classmethod
    def of(cls, table: EpochTable) -> Self:
        """Sort out the epochs of one day."""
        code = effective_activity(table)
        sitting = (code == activity.SITTING) | (code == activity.SEDENTARY)
        return cls(table, code, code != activity.NOT_WORN, code == activity.WALKING, sitting)


class Wear(TypedDict):
    """How much of the day the figures rest on."""

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


class Postures(TypedDict):
    """Minutes by activity: they add up to the recorded minutes."""

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


class Pace(TypedDict):
    """Minutes walked by pace, and what they cost."""

    walking_slow_min: float
    walking_moderate_min: float
    walking_brisk_min: float
    walking_unknown_pace_min: float
    walking_met: float


class Cadence(TypedDict):
    """Steps and steps a minute."""

    steps: int
    cadence_mean_spm: float
    cadence_median_spm: float
    cadence_p95_spm: float
    cadence_peak1_spm: float
    cadence_peak30_spm: float
    cadence_100_min: float
    cadence_130_min: float


class Walks(TypedDict):
    """Walking bouts by length."""

    walking_bouts_10s: int
    walking_bouts_30s: int
    walking_bouts_60s: int
    walks_10min: int
    walks_10min_min: float


class Sitting(TypedDict):
    """Sitting bouts and what ends them."""

    sitting_longest_min: float
    sitting_bouts_30min: int
    sitting_breaks: int


def effective_activity(table: EpochTable) -> NDArray[np.uint8]:
    """Return the activity codes, (n,), every epoch not worn as NOT_WORN: what all minutes are counted by."""
    return np.where(table.worn, table.activity, np.uint8(activity.NOT_WORN)).astype(np.uint8)


def minute_steps(table: EpochTable) -> NDArray[np.float64]:
    """Return the steps taken in each clock minute that has an epoch, (m,), in steps/min; not worn counts as none."""
    _, which = np.unique(table.epoch // EPOCHS_A_MIN, return_inverse=True)
    return np.bincount(which, weights=np.where(table.worn, table.steps, 0.0)).astype(np.float64)


def wear(rows: DayRows, day: LocalDay, span: tuple[int, int]) -> Wear:
    """Account for every slot of the day; `span` is the whole recording, [first, last) in epochs."""
    recorded = len(rows.table)
    span_epochs = min(day.end, span[1]) - max(day.start, span[0])
    nodes = rows.table.nodes
    return Wear(
        day_epochs=day.epochs,
        span_epochs=span_epochs,
        recorded_epochs=recorded,
        recorded_min=recorded / EPOCHS_A_MIN,
        unrecorded_min=(day.epochs - recorded) / EPOCHS_A_MIN,
        lost_min=(span_epochs - recorded) / EPOCHS_A_MIN,
        recorded_share=recorded / day.epochs,
        worn_min=_minutes(rows.worn),
        worn_share=int(rows.worn.sum()) / day.epochs,
        thigh_min=_minutes((nodes & _THIGH) != 0),
        back_min=_minutes((nodes & _BACK) != 0),
        both_min=_minutes(nodes == _THIGH | _BACK),
    )


def is_valid(rows: DayRows, rules: Rules) -> bool:
    """Return whether the day counts: HUNT4 asks for some sitting and some walking."""
    enough = int(rows.worn.sum()) * EPOCH_S >= rules.valid_worn_h * 3600
    sat, walked = int(rows.sitting.sum()) * EPOCH_S, int(rows.walking.sum()) * EPOCH_S
    return enough and sat >= rules.valid_sitting_s and walked >= rules.valid_walking_s


def postures(rows: DayRows) -> Postures:
    """Return minutes by activity."""
    m = [_minutes(rows.code == number) for number in range(len(activity.NAMES))]
    return Postures(
        lying_min=m[activity.LYING],
        sitting_min=m[activity.SITTING],
        sedentary_min=m[activity.SEDENTARY],
        standing_min=m[activity.STANDING],
        walking_min=m[activity.WALKING],
        stairs_min=m[activity.STAIRS],
        running_min=m[activity.RUNNING],
        cycling_min=m[activity.CYCLING],
        other_min=m[activity.OTHER],
        not_worn_min=m[activity.NOT_WORN],
    )


def pace(rows: DayRows, rules: Rules) -> Pace:
    """Return walking minutes by speed; the mean MET rests on those whose speed is known."""
    speed = rows.table.speed_kmh
    unknown, slow, brisk = np.isnan(speed), speed <= rules.slow_max_kmh, speed >= rules.brisk_min_kmh
    by_pace = [_minutes(rows.walking & part) for part in (slow, ~(slow | brisk | unknown), brisk)]
    return Pace(
        walking_slow_min=by_pace[0],
        walking_moderate_min=by_pace[1],
        walking_brisk_min=by_pace[2],
        walking_unknown_pace_min=_minutes(rows.walking & unknown),
        walking_met=weighted_mean([rules.met.slow, rules.met.moderate, rules.met.brisk], by_pace),
    )


def cadence(rows: DayRows) -> Cadence:
    """Return steps and cadence; mean, median and 95th percentile over walking epochs that have a cadence."""
    spm = rows.table.cadence_spm
    known = spm[rows.walking & ~np.isnan(spm)]
    minutes = np.sort(minute_steps(rows.table))[::-1]
    worn_spm = np.where(rows.worn, np.nan_to_num(spm), 0.0)
    return Cadence(
        steps=round(float(rows.table.steps[rows.worn].sum())),
        cadence_mean_spm=float(known.mean()) if len(known) else nan,
        cadence_median_spm=float(np.median(known)) if len(known) else nan,
        cadence_p95_spm=float(np.percentile(known, 95)) if len(known) else nan,
        cadence_peak1_spm=float(minutes[0]) if len(minutes) else nan,
        cadence_peak30_spm=float(minutes[:_PEAK_MINUTES].mean()) if len(minutes) >= _PEAK_MINUTES else nan,
        cadence_100_min=_minutes(worn_spm >= 100),
        cadence_130_min=_minutes(worn_spm >= 130),
    )


def walks(rows: DayRows, rules: Rules) -> Walks:
    """Return walking bouts by length."""
    epoch, walking = rows.table.epoch, rows.walking
    bout_s = EPOCH_S * lengths(find_bouts(epoch, walking, rules.walking_pause_s // EPOCH_S))
    long_s = EPOCH_S * lengths(find_bouts(epoch, walking, rules.long_walk_pause_s // EPOCH_S))
    long_s = long_s[long_s >= 60 * _LONG_WALK_MIN]
    return Walks(
        walking_bouts_10s=int((bout_s > 10).sum()),
        walking_bouts_30s=int((bout_s > 30).sum()),
        walking_bouts_60s=int((bout_s > 60).sum()),
        walks_10min=len(long_s),
        walks_10min_min=float(long_s.sum()) / 60,
    )


def sitting(rows: DayRows, rules: Rules) -> Sitting:
    """Return sitting bouts, and how often the person rose from one: the very next epoch is upright."""
    epoch = rows.table.epoch
    bouts = find_bouts(epoch, rows.sitting, rules.sitting_pause_s // EPOCH_S)
    bout_min = lengths(bouts) / EPOCHS_A_MIN
    upright_epochs = epoch[np.isin(rows.code, _UPRIGHT)]
    return Sitting(
        sitting_longest_min=float(bout_min.max()) if len(bout_min) else 0.0,
        sitting_bouts_30min=int((bout_min >= _LONG_SITTING_MIN).sum()),
        sitting_breaks=int(np.isin(bouts[:, 1], upright_epochs).sum()),
    )


def weighted_mean(values: Sequence[float], weights: Sequence[float]) -> float:
    """Return the mean of `values` by `weights`; a value without weight does not count; NaN where none has any."""
    total = sum(weights)
    return sum(v * w for v, w in zip(values, weights, strict=True) if w > 0) / total if total > 0 else nan


def _minutes(mask: Mask) -> float:
    return int(mask.sum()) / EPOCHS_A_MIN
