"""A day's epochs, sorted out once for all figures."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from ambula.days.local_days import LocalDay, Zones, local_days
from ambula.epochs.table import EpochTable
from nodecore import activity
from nodecore.sampling import EPOCHS_A_MINUTE

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class DayRows:
    """A day's epochs with what every figure asks for: when worn, walking, sitting, sedentary (sitting, or unknown)."""

    table: EpochTable
    code: NDArray[np.uint8]
    worn: Mask
    walking: Mask
    sitting: Mask
    sedentary: Mask

    @classmethod
    def of(cls, table: EpochTable) -> Self:
        """Sort out the epochs of one day."""
        code = effective_activity(table)
        worn, walking, sitting = code != activity.NOT_WORN, code == activity.WALKING, code == activity.SITTING
        return cls(table, code, worn, walking, sitting, sitting | (code == activity.SEDENTARY))

    def worn_by(self, nodes: int) -> Mask:
        """Return when all of these nodes were worn, bits as in `EpochTable.nodes`."""
        return (self.table.worn_nodes & nodes) == nodes


def by_local_day(table: EpochTable, zones: Zones) -> list[tuple[LocalDay, EpochTable]]:
    """Return each local date from the first epoch to the last with its epochs, dates without any included.

    table: epochs in strictly increasing order. Edge case: no epochs, no days.
    """
    if not len(table):
        return []
    days = local_days(int(table.epoch[0]), int(table.epoch[-1]), zones)
    edges = np.searchsorted(table.epoch, [d.start for d in days] + [days[-1].end]).tolist()
    return [(day, table.rows(slice(edges[i], edges[i + 1]))) for i, day in enumerate(days)]


def effective_activity(table: EpochTable) -> NDArray[np.uint8]:
    """Return the activity codes, (n,), every epoch not worn as NOT_WORN: what all minutes are counted by."""
    return np.where(table.worn, table.activity, np.uint8(activity.NOT_WORN)).astype(np.uint8)


def minutes(mask: Mask) -> float:
    """Return how many minutes the chosen epochs are."""
    return int(mask.sum()) / EPOCHS_A_MINUTE
