"""Recordings to epochs, without a node: what `ambula classify` does."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from ambula.base.errors import InputError
from ambula.base.sites import SITES
from ambula.epochs.fusion import fuse_records
from ambula.epochs.table import EpochTable, Records
from ambula.recordings.recording import Axes, Samples, read_samples, read_stretches
from ambula.twin.score import score_stream
from nodecore.roles import BACK, BACK_BIT, THIGH, THIGH_BIT
from nodecore.sampling import EPOCH_S


def classify(
    thigh: Path | None,
    back: Path | None,
    axes: Axes | None = None,
    tell: Callable[[str], None] | None = None,
    split_gaps: bool = False,
    firmware: str = "",
    height_m: float | None = None,
) -> EpochTable:
    """Return the epochs of one or two recordings that share one time axis; epochs count from t = 0, or from 1970 if
    the files have dates. One file that holds both sites may be given twice.

    axes: see `recording.read_recording`. tell: hears in words what was found out about each file. split_gaps: classify
    what lies between gaps, each stretch on its own, instead of refusing the file. firmware: named in the table as the
    one whose rules these are; "" names none. height_m: the person's, 1.2 to 2.2, for walking speed; None: 1.70 assumed.

    Raises InputError if neither is given, if a file is bad (see `recording.read_recording`) or if they never overlap.

    Example:
        >>> from pathlib import Path
        >>> import ambula
        >>> epochs = ambula.classify(Path("thigh.csv"), None)
        >>> len(epochs)
        12
    """
    if thigh is None and back is None:
        raise InputError("nothing to classify: give --thigh, --back or both")
    sides: list[list[Samples]] = []
    for role, path in ((THIGH, thigh), (BACK, back)):
        if path is None:
            sides.append([])
        else:
            sides.append(read_stretches(path, role, axes) if split_gaps else [read_samples(path, role, axes)])
    for site, side in zip(SITES, sides, strict=True):
        if tell is not None and side and side[0].said:
            tell(f"{site}: {'; '.join(side[0].said)}")
    check_overlap(*sides)
    table = fuse_records(_records(sides[THIGH], THIGH), _records(sides[BACK], BACK), height_m)
    named = (np.where(table.nodes & bit, firmware, "").astype(np.object_) for bit in (THIGH_BIT, BACK_BIT))
    return replace(table, **dict(zip(("thigh_firmware", "back_firmware"), named, strict=True)))


def _records(stretches: Sequence[Samples], role: int) -> Records | None:
    if not stretches:
        return None
    parts = [records_of(samples, role) for samples in stretches]
    return Records(np.concatenate([p.epoch for p in parts]), np.concatenate([p.data for p in parts]))


def check_overlap(thigh: Sequence[Samples], back: Sequence[Samples]) -> None:
    """Raise InputError if both are there, as stretches in order, and from first to last share no epoch."""
    if not thigh or not back:
        return
    (thigh_first, thigh_end), (back_first, back_end) = _span(thigh), _span(back)
    if max(thigh_first, back_first) >= min(thigh_end, back_end):
        raise InputError(
            f"the recordings do not overlap: thigh t={thigh_first * EPOCH_S} to {thigh_end * EPOCH_S} s, "
            f"back t={back_first * EPOCH_S} to {back_end * EPOCH_S} s; their t must count from the same instant"
        )


def _span(stretches: Sequence[Samples]) -> tuple[int, int]:
    return stretches[0].first_epoch, stretches[-1].first_epoch + stretches[-1].epochs


def records_of(samples: Samples, role: int) -> Records:
    """Return the records that a node of that role (0 thigh, 1 back) would have made of these samples."""
    epoch = np.arange(samples.first_epoch, samples.first_epoch + samples.epochs, dtype=np.int64)
    return Records(epoch, score_stream(samples.counts, role))
