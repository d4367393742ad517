"""The programs that are scored: each gets a stream of whole epochs and answers every one of them."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ambula.base.sites import BACK_SITE, SITES, THIGH_SITE
from ambula.epochs.fusion import fuse_records
from ambula.epochs.table import Records
from ambula.evaluation.parts import Float, Text
from ambula.evaluation.streams import Stream
from ambula.recordings.classify import records_of
from ambula.recordings.recording import Recording, resample
from nodecore.activity import NAMES


@dataclass(frozen=True)
class Answer:
    """One row an epoch of the stream: `activity` words, `cadence_spm` (NaN: none), `steps`; each (n,)."""

    activity: Text
    cadence_spm: Float
    steps: Float


Program = Callable[[Stream], Answer]


def ambula(stream: Stream) -> Answer:
    """Answer as the nodes and the host do: resampled to 26 Hz, scored node by node, fused."""
    records = {site: _records(stream, site) for site in stream.acc_g}
    table = fuse_records(records.get(THIGH_SITE), records.get(BACK_SITE))
    names = np.array(NAMES)[table.activity]
    return Answer(names, table.cadence_spm, table.steps)


def _records(stream: Stream, site: str) -> Records:
    samples = resample(Recording.even(stream.acc_g[site], stream.rate_hz, stream.subject))
    return records_of(samples, SITES.index(site))
