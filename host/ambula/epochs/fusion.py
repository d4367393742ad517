"""Fuses two nodes' records into one table of epochs, from the records alone."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from ambula.epochs import trunk
from ambula.epochs.nonwear import mark_off_body
from ambula.epochs.pace import speed_kmh
from ambula.epochs.rescore import rescore
from ambula.epochs.rules import DEFAULT, EpochRules
from ambula.epochs.shake import shake_ratio
from ambula.epochs.table import EpochTable, Records
from nodecore import activity, fuse
from nodecore import record as rec
from nodecore.roles import BACK, BACK_BIT, THIGH, THIGH_BIT
from nodecore.sampling import COUNTS_PER_G

Bytes = NDArray[np.uint8]
Bool = NDArray[np.bool_]


@cache
def _mad_mg() -> NDArray[np.float64]:
    """Return what each log code stands for, (256,) mg: the middle of the counts that it holds."""
    codes = np.arange(256)
    step = np.left_shift(1, np.maximum((codes >> 4) - 1, 0))
    lowest = np.array([rec.log_counts(code) for code in range(256)])
    return (lowest + (step - 1) / 2) * 1000 / COUNTS_PER_G


def fuse_records(
    thigh: Records | None, back: Records | None, height_m: float | None = None, rules: EpochRules = DEFAULT
) -> EpochTable:
    """Return one row per epoch in which at least one node has a record.

    thigh, back: what each node recorded, None if it was not worn. height_m: for the speed estimate, see `pace`. rules:
    others than the node's, as far as records can follow them (`rescore`); the records stay as they are. A class that
    this Ambula does not know is `other`.
    Raises ValueError if both are None.
    """
    if thigh is None and back is None:
        raise ValueError("fusion needs the records of at least one node")
    sides = [side for side in (thigh, back) if side is not None]
    epoch = _epochs_of_either(sides)
    thigh_data, has_thigh, _ = decided(thigh, epoch, THIGH, rules)
    back_data, has_back, _ = decided(back, epoch, BACK, rules)
    fused = fuse_rows(thigh_data, has_thigh, back_data, has_back, rules)
    return _table(epoch, fused, thigh_data, has_thigh, back_data, has_back, height_m)


def unsure_epochs(thigh: Records | None, back: Records | None, rules: EpochRules) -> NDArray[np.int64]:
    """Return the epochs, rising, in which a node's record cannot follow the rules for sure; see `rescore`."""
    sides = [(side, role) for side, role in ((thigh, THIGH), (back, BACK)) if side is not None]
    found = [side.epoch[decided(side, side.epoch, role, rules)[2]] for side, role in sides]
    return np.unique(np.concatenate([np.empty(0, np.int64), *found]))


def decided(side: Records | None, epoch: NDArray[np.int64], role: int, rules: EpochRules) -> tuple[Bytes, Bool, Bool]:
    """Return `_aligned` with one node's classes by the rules, and where its records cannot follow them for sure."""
    data, has = _aligned(side, epoch)
    unsure = rescore(epoch, data, has, role, rules)
    mark_off_body(epoch, data, has, rules)
    if role == BACK:
        trunk.settle(epoch, data, has, rules)
    return data, has, unsure & ((data[:, rec.ACTIVITY] & 15) != activity.NOT_WORN)


def _epochs_of_either(sides: list[Records]) -> NDArray[np.int64]:
    """Return the epochs in which one side at least has a record; each side's rise, so that merging them is cheap."""
    if all(np.array_equal(side.epoch, sides[0].epoch) for side in sides[1:]):
        return sides[0].epoch
    merged = np.sort(np.concatenate([side.epoch for side in sides]), kind="stable").astype(np.int64)
    return merged[np.concatenate([np.ones(min(len(merged), 1), np.bool_), np.diff(merged) > 0])]


def _aligned(side: Records | None, epoch: NDArray[np.int64]) -> tuple[Bytes, Bool]:
    """Return one node's records on the common epochs, (n, 12), as a copy, and where there is one."""
    if side is not None and len(side) == len(epoch):
        return _known_classes(side.data), np.ones(len(epoch), np.bool_)
    data = np.zeros((len(epoch), rec.SIZE), np.uint8)
    has = np.zeros(len(epoch), np.bool_)
    if side is not None:
        at = np.searchsorted(epoch, side.epoch)
        data[at] = _known_classes(side.data)
        has[at] = True
    return data, has


def _known_classes(data: Bytes) -> Bytes:
    """Return a copy of records in which a class that only a newer Ambula knows is `other`."""
    known = data.copy()
    known[is_newer_class(data), rec.ACTIVITY] &= 0xF0
    return known


def is_newer_class(data: Bytes) -> Bool:
    """Tell which of (n, 12) records have an activity code that this Ambula does not know."""
    return (data[:, rec.ACTIVITY] & 15) >= len(activity.NAMES)


def fuse_rows(thigh: Bytes, has_thigh: Bool, back: Bytes, has_back: Bool, rules: EpochRules = DEFAULT) -> Bytes:
    """Twin of `nodecore.fuse.fuse` for every row, (n, fuse.SIZE); each row has at least one record."""
    says_thigh, says_back = thigh[:, rec.ACTIVITY] & 15, back[:, rec.ACTIVITY] & 15
    worn_thigh = has_thigh & (says_thigh != activity.NOT_WORN)
    worn_back = has_back & (says_back != activity.NOT_WORN)
    paired = worn_thigh & worn_back
    from_back = worn_back & (~worn_thigh | (says_thigh == activity.OTHER))
    both = paired & (says_thigh != activity.OTHER) & (says_back != activity.OTHER)
    by_back = from_back | ~has_thigh
    says = np.where(by_back, back[:, rec.ACTIVITY], thigh[:, rec.ACTIVITY])
    out = np.zeros((len(thigh), fuse.SIZE), np.uint8)
    out[:, fuse.ACTIVITY] = says & 15
    out[:, fuse.CONFIDENCE] = says >> 4
    out[:, fuse.CADENCE] = np.where(by_back, back[:, rec.CADENCE], thigh[:, rec.CADENCE])
    out[:, fuse.STEPS] = np.where(by_back, back[:, rec.STEPS], thigh[:, rec.STEPS])
    out[:, fuse.WORN] = worn_thigh * THIGH_BIT + worn_back * BACK_BIT
    unsure = from_back & (out[:, fuse.ACTIVITY] == activity.STANDING)
    out[unsure, fuse.ACTIVITY] = activity.OTHER
    out[unsure, fuse.CONFIDENCE] = fuse.UNSURE
    _settle_posture(out, back, both & (says_thigh == activity.SEDENTARY), rules)
    lent = both & (says_thigh != activity.SEDENTARY) & (says_thigh == says_back) & (out[:, fuse.CADENCE] == 0)
    out[lent, fuse.CADENCE] = back[lent, rec.CADENCE]
    out[lent, fuse.STEPS] = back[lent, rec.STEPS]
    return out


def _settle_posture(out: Bytes, back: Bytes, rows: Bool, rules: EpochRules) -> None:
    x_cg = trunk.mean_x_cg(back)
    lying = trunk.lies(x_cg, (back[:, rec.ACTIVITY] & 15) == activity.LYING, rules)
    np.copyto(out[:, fuse.ACTIVITY], np.where(lying, activity.LYING, activity.SITTING), "unsafe", rows)
    sure = np.minimum(out[:, fuse.CONFIDENCE], 4 + (np.abs(x_cg - fuse.MIDDLE_CG) >> 2))
    np.copyto(out[:, fuse.CONFIDENCE], sure, "unsafe", rows)


def _table(
    epoch: NDArray[np.int64],
    fused: Bytes,
    thigh: Bytes,
    has_thigh: Bool,
    back: Bytes,
    has_back: Bool,
    height_m: float | None,
) -> EpochTable:
    cadence = np.where(fused[:, fuse.CADENCE] > 0, fused[:, fuse.CADENCE], np.nan).astype(np.float64)
    walking = fused[:, fuse.ACTIVITY] == activity.WALKING
    return EpochTable(
        epoch=epoch,
        activity=fused[:, fuse.ACTIVITY].copy(),
        cadence_spm=cadence,
        steps=fused[:, fuse.STEPS] / 8.0,
        worn=fused[:, fuse.WORN] > 0,
        thigh_inclination_deg=inclination_deg(thigh, has_thigh),
        back_inclination_deg=inclination_deg(back, has_back),
        confidence=fused[:, fuse.CONFIDENCE] / 15.0,
        nodes=(has_thigh * THIGH_BIT + has_back * BACK_BIT).astype(np.uint8),
        speed_kmh=speed_kmh(np.where(walking, cadence, np.nan), height_m),
        worn_nodes=fused[:, fuse.WORN].copy(),
        thigh_flags=thigh[:, rec.FLAGS].copy(),
        back_flags=back[:, rec.FLAGS].copy(),
        shake_ratio=shake_ratio(thigh, back),
        back_mad_mg=np.where(has_back, _mad_mg()[back[:, rec.MAD_MAG]], np.nan),
    )


def inclination_deg(data: Bytes, has: Bool) -> NDArray[np.float64]:
    """Return the angle between a record's mean x and the vertical, 0-180 degrees; NaN without a record or direction."""
    mean = np.ascontiguousarray(data.T[rec.MEAN_X : rec.MEAN_Z + 1]).view(np.int8).astype(np.float64)
    length = np.sqrt((mean * mean).sum(axis=0))
    known = has & (length > 0)
    cosine = np.where(known, mean[0] / np.maximum(length, 1), np.nan)
    return np.degrees(np.arccos(cosine))
