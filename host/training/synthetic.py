"""What the synthetic participant gives: weeks, false steps, reclined trunks: `python -m training.synthetic`.

No data are needed. Names as arguments choose tables (`weeks steps postures`), none means all. The model that is scored
is the one in use; it never saw these people, nor are they people: this tests the road, not the accuracy on humans.
"""

import sys
from collections.abc import Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from ambula.days.summary import DaySummary, summarise_days
from ambula.epochs.fusion import fuse_records
from ambula.epochs.pace import speed_kmh
from ambula.epochs.table import EpochTable, Records
from ambula.synthetic import Kind, Participant, Stretch, Synthetic, Truth, default_day, simulate
from ambula.twin.score import score_stream
from nodecore import activity, record
from nodecore.roles import BACK, THIGH
from nodecore.sampling import COUNTS_PER_G, EPOCH_S, EPOCHS_A_DAY
from training.tables import chosen

WEEKS = (1, 2, 3, 4, 5, 6)  # seeds
DAYS = 7
PEOPLE = 40
MINUTES = 10
PACES = ("slow", "moderate", "brisk")
_START = 20 * 365 * EPOCHS_A_DAY  # any local midnight of a zone without summer time
_UTC = ZoneInfo("UTC")


def counts(acc_g: NDArray[np.float32]) -> NDArray[np.int16]:
    """Return samples as the sensor counts them."""
    return np.clip(np.rint(acc_g * COUNTS_PER_G), -32768, 32767).astype(np.int16)


def both_nodes(made: Sequence[Synthetic]) -> EpochTable:
    """Return the fused epochs of consecutive recordings, each of whole epochs."""
    sides: list[Records] = []
    for role, parts in ((THIGH, [one.thigh for one in made]), (BACK, [one.back for one in made])):
        data = score_stream(np.concatenate([counts(part) for part in parts]), role)
        sides.append(Records(np.arange(len(data), dtype=np.int64) + _START, data))
    return fuse_records(sides[0], sides[1])


def weeks() -> None:
    """Print walking minutes a day and minutes of each pace a week, found and true, with and without the height."""
    for seed in WEEKS:
        person = Participant.random(seed)
        made = [simulate(default_day(seed, day), person, day_index=day) for day in range(DAYS)]
        true = np.array([_true_minutes([one.truth]) for one in made])
        table = both_nodes(made)
        print(f"week {seed}, {person.height_m:.2f} m:", end=" ")
        _show_walking(summarise_days(table, _UTC), true)
        walks = np.where(table.activity == activity.WALKING, table.cadence_spm, np.nan)
        for name, height_m in (("height known", person.height_m), ("height unknown", None)):
            found = summarise_days(replace(table, speed_kmh=speed_kmh(walks, height_m)), _UTC)
            _show_paces(name, found, true)


def _true_minutes(truth: Sequence[Truth]) -> list[float]:
    """Return true minutes of walking, then of each pace."""
    walking = sum(int((one.activity == activity.WALKING).sum()) for one in truth)
    paces = [sum(int((one.pace == name).sum()) for one in truth) for name in PACES]
    return [EPOCH_S / 60 * epochs for epochs in (walking, *paces)]


def _show_walking(found: Sequence[DaySummary], true: NDArray[np.float64]) -> None:
    walked = np.array([day.walking_min for day in found])
    off = np.abs(walked - true[:, 0])
    good = int(((off <= 5) | (off <= 0.05 * true[:, 0])).sum())
    worst = int(off.argmax())
    print(f"walking within 5 min or 5 % on {good} of {len(found)} days,", end=" ")
    print(f"worst {walked[worst]:.1f} of {true[worst, 0]:.1f} min")


def _show_paces(name: str, found: Sequence[DaySummary], true: NDArray[np.float64]) -> None:
    told: list[str] = []
    for pace, minutes in zip(PACES, true[:, 1:].sum(axis=0).tolist(), strict=True):
        got = sum(getattr(day, f"walking_{pace}_min") for day in found)
        told.append(f"{pace} {got:.0f} of {minutes:.0f} ({got / minutes - 1:+.3f})")
    print(f"  {name}: {', '.join(told)}", flush=True)


def steps() -> None:
    """Print how many steps an hour the back alone counts while nobody walks, or only shuffles."""
    for kind in (Kind.SITTING, Kind.STANDING, Kind.CAR, Kind.BENDING, Kind.SHUFFLING, Kind.CYCLING):
        told, true = [], []
        for seed in range(PEOPLE):
            made = _alone(kind, seed)
            told.append(score_stream(counts(made.back), BACK)[:, record.STEPS].sum() / 8)
            true.append(made.truth.steps.sum())
        an_hour = 60 / MINUTES
        line = f"{kind:<10} back alone counts {np.mean(told) * an_hour:6.0f} steps an hour"
        print(f"{line}, most {max(told) * an_hour:.0f}; true {np.mean(true) * an_hour:.0f}", flush=True)


def postures() -> None:
    """Print what both nodes say of reclined, sitting and lying people with carelessly taped nodes."""
    for kind in (Kind.RECLINED, Kind.SITTING, Kind.LYING_AWAKE):
        said = np.concatenate([both_nodes([_alone(kind, seed)]).activity for seed in range(PEOPLE)])
        names, epochs = np.unique(said, return_counts=True)
        row = {activity.NAMES[code]: count for code, count in zip(names.tolist(), epochs.tolist(), strict=True)}
        print(f"{kind}: {row}", flush=True)


def _alone(kind: Kind, seed: int) -> Synthetic:
    return simulate([Stretch(0, 60 * MINUTES, kind)], Participant.random(seed))


TABLES = {"weeks": weeks, "steps": steps, "postures": postures}


def main(names: list[str]) -> None:
    """Print the chosen tables."""
    for table in chosen(names, TABLES):
        table()


if __name__ == "__main__":
    main(sys.argv[1:])
