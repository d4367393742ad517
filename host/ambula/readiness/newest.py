"""The newest minutes in the store, as the donning check wants them, and which nodes have a part in them."""

from collections.abc import Sequence
from dataclasses import dataclass

from ambula.base.sites import SITES
from ambula.clock.true_time import node_time
from ambula.donning import Windows, windows_of_records
from ambula.epochs.table import Records
from ambula.participant.epochs import role_records
from ambula.readiness.rules import NodeState
from ambula.store import Store
from nodecore.sampling import EPOCH_S, EPOCHS_A_MINUTE

FRESH_S = 120  # what was synced just now ends so short a time ago, if the nodes record


@dataclass(frozen=True)
class Newest:
    """start_s: where the minutes begin, UTC s. sides: the windows of thigh and back, None where it recorded nothing
    in them."""

    start_s: int
    sides: tuple[Windows | None, Windows | None]

    @property
    def roles(self) -> list[str]:
        """Return the nodes that recorded in them."""
        return [role for role, side in zip(SITES, self.sides, strict=True) if side is not None]


def newest_minutes(store: Store, participant: str, minutes: int) -> Newest | None:
    """Return the newest minutes of a participant in the store, wherever they end, or None if there are none."""
    return _minutes([role_records(store, participant, role) for role in range(len(SITES))], minutes)


def minutes_until(store: Store, states: Sequence[NodeState], minutes: int, now_s: float) -> Newest | None:
    """Return the last minutes before now_s (UTC s) of the nodes that were just read, or None.

    A node whose own log ends more than two minutes before, or after, has no part in them.
    """
    sides: list[Records | None] = [None] * len(SITES)
    for state in states:
        (node,) = store.nodes("node_id = ?", (state.node_id,))
        records = node_time(store, node).records
        if len(records) and abs(now_s - (int(records.epoch[-1]) + 1) * EPOCH_S) <= FRESH_S:
            sides[node.role] = records
    return _minutes(sides, minutes)


def _minutes(sides: Sequence[Records | None], minutes: int) -> Newest | None:
    ends = [int(side.epoch[-1]) + 1 for side in sides if side is not None]
    if not ends:
        return None
    epochs = minutes * EPOCHS_A_MINUTE
    first = max(ends) - epochs
    thigh, back = (None if side is None else windows_of_records(side, first, epochs) for side in sides)
    return Newest(first * EPOCH_S, (thigh, back))
