"""Hand-made epoch tables for summaries and reports: runs of one activity, end to end, from a local wall-clock time."""

from dataclasses import fields
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np

from ambula.epochs.table import EpochTable
from nodecore import activity

OSLO = ZoneInfo("Europe/Oslo")
LYING, SITTING, STANDING, WALKING = activity.LYING, activity.SITTING, activity.STANDING, activity.WALKING

Run = tuple[int, int] | tuple[int, int, float] | tuple[int, int, float, float]
"""(activity, epochs[, cadence_spm[, speed_kmh]])"""


def epoch_at(local: datetime, zone: ZoneInfo = OSLO) -> int:
    """The epoch that starts at a local time."""
    return int(local.replace(tzinfo=zone).timestamp()) // 5


def table_of(start_epoch: int, runs: list[Run], nodes: int = 3) -> EpochTable:
    """One row an epoch, without gaps; steps follow from the cadence."""
    code = np.concatenate([np.full(r[1], r[0], np.uint8) for r in runs])
    cadence = np.concatenate([np.full(r[1], r[2] if len(r) > 2 else np.nan) for r in runs])
    speed = np.concatenate([np.full(r[1], r[3] if len(r) > 3 else np.nan) for r in runs])
    n = len(code)
    return EpochTable(
        epoch=start_epoch + np.arange(n, dtype=np.int64),
        activity=code,
        cadence_spm=cadence,
        steps=np.nan_to_num(cadence) / 12,
        worn=code != activity.NOT_WORN,
        thigh_inclination_deg=np.zeros(n),
        back_inclination_deg=np.zeros(n),
        confidence=np.ones(n),
        nodes=np.full(n, nodes, np.uint8),
        speed_kmh=speed,
    )


def joined(*tables: EpochTable) -> EpochTable:
    """Tables one after the other."""
    return EpochTable(**{f.name: np.concatenate([getattr(t, f.name) for t in tables]) for f in fields(EpochTable)})


def nothing() -> EpochTable:
    """A table without rows."""
    return table_of(0, [(LYING, 1)]).rows(slice(0, 0))
