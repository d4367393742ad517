"""Recordings to epochs, without a node: what `ambula classify` does."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from ambula.epochs import EpochTable, Records
from ambula.errors import InputError
from ambula.fastscore import score_stream
from ambula.fusion import fuse_records
from ambula.recording import Axes, Samples, read_samples
from nodecore.sampling import EPOCH_S
from nodecore.score import BACK, THIGH


def classify(
    thigh: Path | None, back: Path | None, axes: Axes | None = None, tell: Callable[[str], None] | None = None
) -> EpochTable:
    """Return the epochs of one or two recordings that share one time axis; epochs count from t = 0, or from 1970 where
    the files tell dates. One file that holds both sites may be given twice.

    axes: see `recording.read_recording`. tell: hears in words what was found out about each file.

    Raises InputError if neither is given, if a file is bad (see `recording.read_recording`) or if they never overlap.
    """
    if thigh is None and back is None:
        raise InputError("nothing to classify: give --thigh, --back or both")
    thigh_samples = None if thigh is None else read_samples(thigh, THIGH, axes)
    back_samples = None if back is None else read_samples(back, BACK, axes)
    if tell is not None:
        for name, samples in (("thigh", thigh_samples), ("back", back_samples)):
            if samples is not None and samples.said:
                tell(f"{name}: {'; '.join(samples.said)}")
    check_overlap(thigh_samples, back_samples)
    return fuse_records(
        None if thigh_samples is None else records_of(thigh_samples, THIGH),
        None if back_samples is None else records_of(back_samples, BACK),
    )


def check_overlap(thigh: Samples | None, back: Samples | None) -> None:
    """Raise InputError if both are there and share no epoch."""
    if thigh is None or back is None:
        return
    first = max(thigh.first_epoch, back.first_epoch)
    if first >= min(thigh.first_epoch + thigh.epochs, back.first_epoch + back.epochs):
        raise InputError(
            f"the recordings do not overlap: thigh t={_span(thigh)}, back t={_span(back)};"
            " their t must count from the same instant"
        )


def _span(samples: Samples) -> str:
    return f"{samples.first_epoch * EPOCH_S} to {(samples.first_epoch + samples.epochs) * EPOCH_S} s"


def records_of(samples: Samples, role: int) -> Records:
    """Return the records that a node of that role (0 thigh, 1 back) would have made of these samples."""
    epoch = np.arange(samples.first_epoch, samples.first_epoch + samples.epochs, dtype=np.int64)
    return Records(epoch, score_stream(samples.counts, role))
