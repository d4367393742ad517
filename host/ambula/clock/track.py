"""One role's records from however many logs, in true time."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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


def began(log: NodeTime) -> int:
    """Return what sorts logs with records, later begun ones first."""
    return -int(log.records.epoch[0])
