"""All logs of a participant on one time, and in words what is to be said of their clocks."""

from collections.abc import Sequence

import numpy as np

from ambula.account.moves import moves_words
from ambula.base.sites import SITES
from ambula.clock.realign import realign
from ambula.clock.refuted import without_refuted
from ambula.clock.true_time import NodeTime, node_time
from ambula.store import NodeRow, Store
from nodecore.sampling import EPOCH_S, EPOCHS_A_MINUTE

Logs = Sequence[NodeTime]


def clocked(store: Store, of_role: Sequence[Sequence[NodeRow]]) -> tuple[Logs, Logs, list[str]]:
    """Return the thigh's logs and the back's in true time, and what is to be said of their clocks.

    of_role: the nodes, thigh's and back's.
    """
    counts = [len(nodes) for nodes in of_role]
    logs, refuted = without_refuted([node_time(store, node) for nodes in of_role for node in nodes])
    thigh, back, by_gait = realign(logs[: counts[0]], logs[counts[0] :])
    names = [site for site, count in zip(SITES, counts, strict=True) for _ in range(count)]
    said: list[str] = []
    for site, log, wrong in zip(names, [*thigh, *back], refuted, strict=True):
        said += [f"The {site} node's clock: {words}" for words in log.clocks]
        said += [f"The {site} node's clock: {_refuted_words(wrong)}"] if wrong else []
        said += [f"The {site} node's records: {words}" for words in (moves_words(log), _unplaced_words(log)) if words]
    return thigh, back, [*said, *_twice(SITES[0], thigh), *_twice(SITES[1], back), *by_gait]


def _refuted_words(count: int) -> str:
    readings = f"{count} readings are" if count > 1 else "one reading is"
    return f"{readings} not believed, because the other node's clock shows that that computer was wrong."


def _unplaced_words(log: NodeTime) -> str:
    """Return how much of a log has no place in time; "" where that is less than a minute."""
    epochs = sum(part.epochs for part in log.unplaced)
    if epochs < EPOCHS_A_MINUTE:
        return ""
    return f"{_hours(epochs)} were recorded at an unknown time, and count nowhere."


def _twice(role: str, logs: Logs) -> list[str]:
    """Return words where two logs of a role have much of the same time."""
    held = [t.records.epoch for t in logs if len(t.records)]
    shared = sum(map(len, held)) - len(np.unique(np.concatenate(held))) if len(held) > 1 else 0
    if shared < EPOCHS_A_MINUTE:
        return []
    return [f"Two {role} nodes recorded {_hours(shared)} at the same time: the one that began later counts."]


def _hours(epochs: int) -> str:
    return f"{epochs * EPOCH_S / 3600:.1f} h"
