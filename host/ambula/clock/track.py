"""One role's records from however many logs, in true time."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ambula.base.sites import SITES
from ambula.clock.true_time import NodeTime
from ambula.epochs.table import Records, first_of_each


@dataclass(frozen=True)
class Track:
    """One role's records, (n,), with what `NodeTime` says of each: how far off it may be, also against the other's."""

    records: Records
    doubt_ms: NDArray[np.float64]
    apart_ms: NDArray[np.float64]

    def within(self, doubt_ms: float) -> Records:
        """Return the records that may be off by no more than that."""
        chosen = self.doubt_ms <= doubt_ms
        return Records(self.records.epoch[chosen], self.records.data[chosen])


def track_of(logs: Sequence[NodeTime]) -> Track | None:
    """Return the records of one role's logs, or None where there are none.

    Where two have the same epoch, that counts which began later: a node that was replaced may record on in a drawer.
    """
    held = sorted((t for t in logs if len(t.records)), key=began)
    if not held:
        return None
    epoch = np.concatenate([t.records.epoch for t in held])
    data = np.concatenate([t.records.data for t in held])
    first = first_of_each(epoch)
    return Track(
        Records(epoch[first], data[first]),
        np.concatenate([t.doubt_ms for t in held])[first],
        np.concatenate([t.apart_ms for t in held])[first],
    )


def clock_columns(epoch: NDArray[np.int64], tracks: Sequence[Track | None]) -> dict[str, NDArray[np.float64]]:
    """Return the columns of `EpochTable` that say how far off the fused epochs' times may be, (n,) each, s.

    Two clocks err independently of each other, so their bounds add as squares do.
    """
    doubts_s = [_on(epoch, track, track.doubt_ms) for track in tracks if track is not None]
    aparts_s = [_on(epoch, track, track.apart_ms) for track in tracks if track is not None]
    none = np.full(len(epoch), np.nan)
    apart_s = np.fmin(np.hypot(*doubts_s), np.fmin.reduce(aparts_s)) if len(doubts_s) == len(SITES) else none
    return {"clock_doubt_s": np.fmax.reduce([none, *doubts_s]), "nodes_apart_s": apart_s}


def _on(epoch: NDArray[np.int64], track: Track, values_ms: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a track's values on a table's epochs, s; NaN where it has no record."""
    own = track.records.epoch
    at = np.searchsorted(own, epoch).clip(0, len(own) - 1)
    return np.where(own[at] == epoch, values_ms[at] / 1000, np.nan)


def began(log: NodeTime) -> int:
    """Return what sorts logs with records, later begun ones first."""
    return -int(log.records.epoch[0])
