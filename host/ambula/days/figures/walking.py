"""Walking: pace and what it costs, steps and cadence, bouts."""

from math import nan
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from ambula.days.figures.day_rows import EPOCHS_A_MIN, DayRows, minutes, weighted_mean
from ambula.days.rules import Rules
from ambula.epochs.bouts import find_bouts, lengths
from ambula.epochs.pace import Pace, paces
from ambula.epochs.table import EpochTable
from nodecore.sampling import EPOCH_S

_PEAK_MINUTES = 30
_LONG_WALK_MIN = 10


class Paces(TypedDict):
    """Minutes walked by pace, and what they cost."""

    walking_slow_min: float
    walking_moderate_min: float
    walking_brisk_min: float
    walking_unknown_pace_min: float
    walking_met: float
    walking_met_min: float


class Cadence(TypedDict):
    """Steps and steps a minute."""

    steps: int
    cadence_known_min: float
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
    walking_longest_min: float
    walks_10min: int
    walks_10min_min: float


def pace(rows: DayRows, rules: Rules) -> Paces:
    """Return walking minutes by speed; what they cost rests on those whose speed is known."""
    speed = rows.table.speed_kmh
    chosen = paces(speed, rules.slow_max_kmh, rules.brisk_min_kmh)
    slow, moderate, brisk = (minutes(rows.walking & chosen[pace]) for pace in (Pace.SLOW, Pace.MODERATE, Pace.BRISK))
    by_pace, met = [slow, moderate, brisk], [rules.met.slow, rules.met.moderate, rules.met.brisk]
    return Paces(
        walking_slow_min=slow,
        walking_moderate_min=moderate,
        walking_brisk_min=brisk,
        walking_unknown_pace_min=minutes(rows.walking & np.isnan(speed)),
        walking_met=weighted_mean(met, by_pace),
        walking_met_min=float(np.dot(met, by_pace)),
    )


def cadence(rows: DayRows) -> Cadence:
    """Return steps and cadence; mean, median and 95th percentile over walking epochs that have a cadence."""
    spm = rows.table.cadence_spm
    known = spm[rows.walking & ~np.isnan(spm)]
    peaks = np.sort(minute_steps(rows.table))[::-1]
    worn_spm = np.where(rows.worn, np.nan_to_num(spm), 0.0)
    return Cadence(
        steps=round(float(rows.table.steps[rows.worn].sum())),
        cadence_known_min=len(known) / EPOCHS_A_MIN,
        cadence_mean_spm=float(known.mean()) if len(known) else nan,
        cadence_median_spm=float(np.median(known)) if len(known) else nan,
        cadence_p95_spm=float(np.percentile(known, 95)) if len(known) else nan,
        cadence_peak1_spm=float(peaks[0]) if len(peaks) else nan,
        cadence_peak30_spm=float(peaks[:_PEAK_MINUTES].mean()) if len(peaks) >= _PEAK_MINUTES else nan,
        cadence_100_min=minutes(worn_spm >= 100),
        cadence_130_min=minutes(worn_spm >= 130),
    )


def minute_steps(table: EpochTable) -> NDArray[np.float64]:
    """Return the steps taken in each clock minute that has an epoch, (m,), in steps/min; not worn counts as none."""
    minute = table.epoch // EPOCHS_A_MIN
    which = np.cumsum(np.diff(minute, prepend=minute[:1]) > 0)
    return np.bincount(which, weights=np.where(table.worn, table.steps, 0.0)).astype(np.float64)


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
        walking_longest_min=float(bout_s.max()) / 60 if len(bout_s) else 0.0,
        walks_10min=len(long_s),
        walks_10min_min=float(long_s.sum()) / 60,
    )
