"""One time for two nodes: from each node's clock to UTC, by the clock readings (anchors) taken at each sync.

A node's clock is never stepped while it records. Its error is known at the anchors and taken as linear in between, as
that of the last anchor after it and of the first before it. Records are moved by whole epochs: they cannot be split.
"""

import json
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ambula.epochs import Records
from ambula.store import Anchor, Event, NodeRow, Store, join_records
from nodecore import segment
from nodecore.sampling import EPOCH_S

_EPOCH_MS = EPOCH_S * 1000


@dataclass(frozen=True)
class ClockFit:
    """Node UTC (ms) at each anchor and what to add there to get true UTC (ms); empty where there are no anchors."""

    node_utc_ms: NDArray[np.int64]
    correction_ms: NDArray[np.float64]

    def correct(self, epoch: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the true epoch numbers of a node's epoch numbers, to the nearest epoch."""
        if len(self.node_utc_ms) == 0:
            return epoch
        middle_ms = epoch * _EPOCH_MS + _EPOCH_MS // 2
        error_ms = np.interp(middle_ms, self.node_utc_ms, self.correction_ms)
        return epoch + np.floor(error_ms / _EPOCH_MS + 0.5).astype(np.int64)

    @property
    def drift_ppm(self) -> float:
        """The clock's rate error between the first and the last anchor; NaN where they are less than an hour apart."""
        if len(self.node_utc_ms) < 2 or self.node_utc_ms[-1] - self.node_utc_ms[0] < 3_600_000:
            return float("nan")
        span_ms = float(self.node_utc_ms[-1] - self.node_utc_ms[0])
        return float(self.correction_ms[0] - self.correction_ms[-1]) / span_ms * 1e6


def fit(anchors: list[Anchor]) -> ClockFit:
    """Return the piecewise-linear fit through a node's anchors (in any order)."""
    pairs = sorted({a.node_utc_ms: a.host_utc_ms for a in anchors}.items())
    node = np.array([n for n, _ in pairs], np.int64)
    host = np.array([h for _, h in pairs], np.int64)
    return ClockFit(node, (host - node).astype(np.float64))


def node_records(store: Store, node: NodeRow) -> Records:
    """Return a node's records in true epochs; what was recorded before its clock was set is moved by that step."""
    records = clock_records(store, node)
    epoch = fit(store.anchors(node.node_id)).correct(records.epoch)
    epoch, where = np.unique(epoch, return_index=True)
    return Records(epoch, records.data[where])


def clock_records(store: Store, node: NodeRow) -> Records:
    """Return a node's records by its own set clock; those of a boot that never learnt the time are left out."""
    steps = {e.boot: _step_epochs(e) for e in store.events(node.node_id) if e.code == segment.CLOCK_SET}
    parts: list[tuple[int, bytes]] = []
    for _, boot, flags, epoch, _, data in store.segments(node.node_id):
        if flags & segment.CLOCK_IS_SET:
            parts.append((epoch, data))
        elif boot in steps:
            parts.append((epoch + steps[boot], data))
    return join_records(parts)


def _step_epochs(event: Event) -> int:
    story = json.loads(event.payload)
    return round((story["to_utc_ms"] - story["from_utc_ms"]) / _EPOCH_MS)
