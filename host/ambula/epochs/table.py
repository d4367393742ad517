"""Fused epochs as columns: what every table, summary and report is made from."""

from dataclasses import dataclass, field, fields
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from nodecore import record
from nodecore.sampling import EPOCH_S

Ints = NDArray[np.int64]
Bytes = NDArray[np.uint8]


@dataclass(frozen=True)
class Records:
    """One node's records in epoch order.

    `epoch`: (n,) int64, floor(UTC / 5 s), strictly increasing, gaps allowed; `data`: (n, 12) uint8, SPEC.md "Record".
    """

    epoch: NDArray[np.int64]
    data: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.epoch)


def first_of_each(epoch: NDArray[np.int64]) -> NDArray[np.int64] | slice:
    """Return which of (n,) epochs to take, in rising order; where one comes twice, the first counts.

    Edge case: they rise already, as nearly all do: a slice, which copies nothing.
    """
    if (np.diff(epoch) > 0).all():
        return slice(None)
    return np.unique(epoch, return_index=True)[1]


def stand_ins(own: NDArray[np.int64], moved: NDArray[np.int64], data: NDArray[np.uint8]) -> tuple[Ints, Bytes]:
    """Return (which, records) for epochs that a move left empty between two that follow each other.

    own, moved: (n,) a node's epochs before and after; data: (n, 12). The first of the two stands for the empty epoch
    behind it too, without its steps: `which` are its places, `records` what stands there.
    """
    which = np.flatnonzero((np.diff(own) == 1) & (np.diff(moved) == 2))
    records = data[which].copy()
    records[:, record.STEPS] = 0
    return which, records


def _left_out() -> NDArray[Any]:
    return np.empty(0)


@dataclass(frozen=True)
class EpochTable:
    """One row an epoch in which at least one node has a record, in epoch order; all columns have shape (n,).

    epoch: int64, floor(UTC / 5 s). activity: uint8, `nodecore.activity` code. cadence_spm: float64, NaN where there is
    none. steps: float64, in eighths. worn: bool. thigh_inclination_deg, back_inclination_deg: float64, 0 = upright,
    90 = horizontal, NaN where that node has no record. confidence: float64, 0..1. nodes: uint8, the bits of
    `nodecore.roles`. speed_kmh: float64, walking speed estimate, NaN where not walking.

    May be left out: worn_nodes: uint8, which nodes were worn, bits as in `nodes` (left out: all of `nodes` where worn).
    thigh_flags, back_flags: uint8, the records' FLAGS (`nodecore.record`), 0 without a record (left out: 0).
    back_mad_mg: float64, mean absolute deviation of the back node's acceleration magnitude, NaN without a record (left
    out: NaN). shake_ratio: float64, how many times as much walking shook the thigh node as the back node, NaN where not
    both say walking (left out: NaN). thigh_firmware, back_firmware: str objects, the firmware by whose rules that
    record was classified, "unknown" where nothing says it, "" without a record (left out: ""). clock_doubt_s: float64,
    by how much the epoch's time may be off, the worst of its nodes; infinite where nothing vouches for it.
    nodes_apart_s: float64, by how much the two nodes' records may be apart (both left out: NaN).
    """

    epoch: NDArray[np.int64]
    activity: NDArray[np.uint8]
    cadence_spm: NDArray[np.float64]
    steps: NDArray[np.float64]
    worn: NDArray[np.bool_]
    thigh_inclination_deg: NDArray[np.float64]
    back_inclination_deg: NDArray[np.float64]
    confidence: NDArray[np.float64]
    nodes: NDArray[np.uint8]
    speed_kmh: NDArray[np.float64]
    worn_nodes: NDArray[np.uint8] = field(default_factory=_left_out)
    thigh_flags: NDArray[np.uint8] = field(default_factory=_left_out)
    back_flags: NDArray[np.uint8] = field(default_factory=_left_out)
    back_mad_mg: NDArray[np.float64] = field(default_factory=_left_out)
    shake_ratio: NDArray[np.float64] = field(default_factory=_left_out)
    thigh_firmware: NDArray[np.object_] = field(default_factory=_left_out)
    back_firmware: NDArray[np.object_] = field(default_factory=_left_out)
    clock_doubt_s: NDArray[np.float64] = field(default_factory=_left_out)
    nodes_apart_s: NDArray[np.float64] = field(default_factory=_left_out)

    def __post_init__(self) -> None:
        n = len(self.epoch)
        unknown: dict[str, NDArray[Any]] = {
            "worn_nodes": np.where(self.worn, self.nodes, 0).astype(np.uint8),
            "thigh_flags": np.zeros(n, np.uint8),
            "back_flags": np.zeros(n, np.uint8),
            "back_mad_mg": np.full(n, np.nan),
            "shake_ratio": np.full(n, np.nan),
            "thigh_firmware": np.full(n, "", np.object_),
            "back_firmware": np.full(n, "", np.object_),
            "clock_doubt_s": np.full(n, np.nan),
            "nodes_apart_s": np.full(n, np.nan),
        }
        for name, column in unknown.items():
            if len(getattr(self, name)) == 0:
                object.__setattr__(self, name, column)

    def __len__(self) -> int:
        return len(self.epoch)

    @property
    def start_s(self) -> NDArray[np.int64]:
        """UTC seconds at which each epoch starts."""
        return self.epoch * EPOCH_S

    def off_body(self, node: int) -> Ints:
        """Return the epochs, rising, in which a node has a record and was not worn; node: its bit as in `nodes`."""
        return self.epoch[((self.nodes & node) != 0) & ((self.worn_nodes & node) == 0)]

    def rows(self, which: NDArray[np.bool_] | slice) -> Self:
        """Return the chosen rows as a table of their own."""
        return type(self)(**{f.name: getattr(self, f.name)[which] for f in fields(self)})
