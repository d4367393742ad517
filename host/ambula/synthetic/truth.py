"""What really happened, per 5-s epoch: the answer sheet of a synthetic recording."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ambula.epochs.table import EpochTable
from ambula.synthetic.body import Floats, Participant
from ambula.synthetic.plan import Kind, Stretch
from nodecore import activity
from nodecore.roles import BOTH_BITS
from nodecore.sampling import EPOCH_S

_SLOW_KMH, _BRISK_KMH = 4.0, 5.5
_PITCH_DEG = {activity.LYING: (88, 90), activity.SITTING: (85, 15), activity.CYCLING: (41, 32)}
_UPRIGHT_DEG = (6, 10)


@dataclass(frozen=True)
class Steps:
    """The foot strikes of one stretch, seconds since the plan began (cycling: pedal strokes)."""

    stretch: Stretch
    times_s: Floats


@dataclass(frozen=True)
class Truth:
    """One row an epoch, from the plan's start; columns of shape (n,).

    activity: `nodecore.activity` code of what fills most of the epoch; names, kind: the same in words, coarse and fine.
    share: part of the epoch that it fills, 0..1 (below 1 at boundaries). cadence_spm: from the intervals between the
    steps in the epoch, NaN with fewer than two and in shuffling; cycling: none. steps: foot strikes, cycling 0.
    speed_kmh: NaN unless walking; pace: "slow" (up to 4.0 km/h), "moderate", "brisk" (from 5.5), "" elsewhere.
    worn: bool. step_times_s: (m,) every foot strike.
    """

    activity: NDArray[np.uint8]
    kind: NDArray[np.str_]
    share: Floats
    cadence_spm: Floats
    steps: NDArray[np.int64]
    speed_kmh: Floats
    pace: NDArray[np.str_]
    worn: NDArray[np.bool_]
    step_times_s: Floats

    def __len__(self) -> int:
        return len(self.activity)

    @property
    def names(self) -> NDArray[np.str_]:
        """Activity in words, as in `nodecore.activity.NAMES`."""
        return np.array(activity.NAMES)[self.activity]


def truth_of(plan: Sequence[Stretch], steps: Sequence[Steps], person: Participant) -> Truth:
    """Return the truth of a plan whose strikes are known; whole epochs only."""
    n = int(plan[-1].end_s // EPOCH_S)
    share, kind = _majority(plan, n)
    codes = {k: s.activity for s in plan for k in [s.kind]}
    code = np.array([codes[Kind(k)] for k in kind], np.uint8)
    feet = [s for s in steps if s.stretch.kind is not Kind.CYCLING]
    times_s = np.concatenate([s.times_s for s in feet]) if feet else np.empty(0)
    count = np.bincount((times_s // EPOCH_S).astype(np.int64), minlength=n)[:n]
    cadence = _cadence(feet, code, n)
    speed = np.where(code == activity.WALKING, _speed_kmh(cadence, person), np.nan)
    return Truth(
        activity=code,
        kind=kind,
        share=share,
        cadence_spm=cadence,
        steps=count.astype(np.int64),
        speed_kmh=speed,
        pace=_pace(speed),
        worn=code != activity.NOT_WORN,
        step_times_s=times_s,
    )


def _speed_kmh(cadence_spm: Floats, person: Participant) -> Floats:
    return person.walking_kmh(1.0) * cadence_spm**2


def _pace(speed_kmh: Floats) -> NDArray[np.str_]:
    names = np.where(speed_kmh <= _SLOW_KMH, "slow", np.where(speed_kmh < _BRISK_KMH, "moderate", "brisk"))
    return np.where(np.isnan(speed_kmh), "", names)


def _majority(plan: Sequence[Stretch], n: int) -> tuple[Floats, NDArray[np.str_]]:
    """For each epoch the kind that fills most of it, the first where two tie, and its share."""
    kinds = list(Kind)
    filled = np.zeros((n, len(kinds)))
    for stretch in plan:
        column = filled[:, kinds.index(stretch.kind)]
        first, last = int(stretch.start_s // EPOCH_S), min(int(np.ceil(stretch.end_s / EPOCH_S)), n)
        starts = np.arange(first, last) * EPOCH_S
        column[first:last] += np.minimum(starts + EPOCH_S, stretch.end_s) - np.maximum(starts, stretch.start_s)
    most = filled.argmax(axis=1)
    return filled.max(axis=1) / EPOCH_S, np.array([str(k) for k in kinds])[most]


def _cadence(steps: Sequence[Steps], code: NDArray[np.uint8], n: int) -> Floats:
    """Mean cadence over the step intervals that end in the epoch, where the epoch is mostly of that gait."""
    total_s, count = np.zeros(n), np.zeros(n)
    for part in steps:
        if part.stretch.kind is Kind.SHUFFLING:
            continue
        ends = (part.times_s[1:] // EPOCH_S).astype(np.int64)
        inside = (ends < n) & (code[np.minimum(ends, n - 1)] == part.stretch.activity)
        np.add.at(total_s, ends[inside], np.diff(part.times_s)[inside])
        np.add.at(count, ends[inside], 1)
    return np.where(count >= 2, 60.0 * count / np.where(count >= 2, total_s, 1.0), np.nan)


def truth_table(truth: Truth, start_epoch: int) -> EpochTable:
    """Return the truth as the table that a perfect classifier of two perfect nodes would give.

    start_epoch: floor(UTC / 5 s) of the plan's start. Inclinations are typical of the activity, not simulated.
    """
    pitch = np.array([_PITCH_DEG.get(c, _UPRIGHT_DEG) for c in range(len(activity.NAMES))], float)[truth.activity]
    n = len(truth)
    return EpochTable(
        epoch=start_epoch + np.arange(n, dtype=np.int64),
        activity=truth.activity,
        cadence_spm=truth.cadence_spm,
        steps=truth.steps.astype(np.float64),
        worn=truth.worn,
        thigh_inclination_deg=pitch[:, 0],
        back_inclination_deg=pitch[:, 1],
        confidence=truth.share,
        nodes=np.full(n, BOTH_BITS, np.uint8),
        speed_kmh=truth.speed_kmh,
    )
