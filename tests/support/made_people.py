"""People made of records, not of signals: a plan's stretches as what two nodes would have written, with some noise."""

from pathlib import Path

import numpy as np

from ambula.epochs.fusion import fuse_records
from ambula.epochs.table import EpochTable, Records
from ambula.rehearsal.first_look import put_log, segments_of
from ambula.store import Store
from ambula.synthetic import Kind, Stretch, default_day
from nodecore import activity, record
from nodecore.sampling import EPOCH_S

MONDAY = 1_772_406_000 // EPOCH_S  # 2026-03-02 00:00 in Oslo
DAY = 86_400 // EPOCH_S
_LEANS_CG = {activity.LYING: (5, 8), activity.SITTING: (10, 92), activity.SEDENTARY: (10, 92)}  # x: thigh, back
_MAD = {activity.WALKING: 640, activity.STAIRS: 700, activity.RUNNING: 2600, activity.CYCLING: 300}


def made_records(seed: int, days: int) -> tuple[Records, Records]:
    """Return what thigh and back recorded from a Monday's midnight on, whole days."""
    dice = np.random.default_rng(seed)
    stretches = [(d * DAY, s) for d in range(days) for s in default_day(seed, d)]
    code = np.zeros(days * DAY, np.uint8)
    cadence = np.zeros(days * DAY)
    bent = np.zeros(days * DAY, np.bool_)
    for start, s in stretches:
        here = slice(start + int(s.start_s / EPOCH_S), start + int(np.ceil(s.end_s / EPOCH_S)))
        code[here], cadence[here], bent[here] = s.activity, _steps_spm(s), s.kind is Kind.BENDING
    epoch = MONDAY + np.arange(len(code), dtype=np.int64)
    noise = dice.normal(size=(4, len(code)))
    sides = [_side(role, code, cadence, bent, noise[2 * role : 2 * role + 2]) for role in (0, 1)]
    return Records(epoch, sides[0]), Records(epoch, sides[1])


def _steps_spm(s: Stretch) -> float:
    return (s.rate_spm or 0.0) if s.activity in (activity.WALKING, activity.STAIRS, activity.RUNNING) else 0.0


def _side(role: int, code: np.ndarray, cadence: np.ndarray, bent: np.ndarray, noise: np.ndarray) -> np.ndarray:
    seated = (code == activity.LYING) | (code == activity.SITTING)
    lean = np.array([_LEANS_CG.get(c, (98, 97))[role] for c in range(len(activity.NAMES))])[code]
    lean = np.where(bent & (role == 1), 25, lean) + np.rint(noise[0])
    says = np.where(seated, activity.SEDENTARY if role == 0 else activity.STANDING, code)
    says = np.where((role == 1) & (code == activity.LYING), activity.LYING, says)
    says = np.where((role == 1) & (code == activity.STAIRS), activity.WALKING, says)  # a back node has no such class
    spm = np.clip(np.rint(cadence + 3 * noise[1] * (cadence > 0)), 0, 220)
    still = np.where(code == activity.NOT_WORN, 4, 30)
    mad = np.array([_MAD.get(c, 0) for c in range(len(activity.NAMES))])[code]
    mad = np.clip(np.where(mad > 0, mad * (1 + 0.1 * noise[1]), still + 8 * np.abs(noise[1])), 0, 32767).astype(int)
    out = np.zeros((len(code), record.SIZE), np.int64)
    out[:, record.ACTIVITY] = says | 12 << 4
    out[:, record.MEAN_X] = lean
    out[:, record.MEAN_Z] = np.rint(np.sqrt(np.maximum(100**2 - lean**2, 0)))
    logs = np.array([record.log_code(c) for c in range(8192)])
    out[:, record.MAD_X : record.MAD_MAG + 1] = logs[np.minimum(mad, 8191)][:, None]
    out[:, record.CADENCE] = spm
    out[:, record.STEPS] = np.rint(spm / 60 * EPOCH_S * 8)
    out[:, record.FLAGS] = record.MOUNTING_KNOWN
    return (out & 0xFF).astype(np.uint8)


def made_table(seed: int, days: int) -> EpochTable:
    """Return the same fused."""
    return fuse_records(*made_records(seed, days))


def made_store(path: Path, people: dict[str, int], days: int, off: tuple[int, int] | None = None) -> None:
    """Write a store with these participants (code to seed), two nodes each with well-read clocks.

    off: from which hour to which of the next day the nodes lie on a table, if at all.
    """
    with Store(path) as store:
        store.set("zone", "Europe/Oslo")
        for code, seed in people.items():
            for role, records in enumerate(made_records(seed, days)):
                if off:
                    hour = np.arange(len(records)) // (DAY // 24) % 24
                    records.data[(hour >= off[0]) | (hour < off[1]), record.ACTIVITY] = activity.NOT_WORN
                put_log(store, code, role, segments_of(role, records), log_id=seed)
