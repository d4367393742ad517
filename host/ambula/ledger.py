"""Every 5-second slot of a node's recording has one state; their sum is the duration.

The states are told apart by what the log says around a gap: a boot ends one, a fault event begins one, a full flash is
confessed once there is room again. What nothing explains is lost.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from ambula.store import Event, NodeRow, Store
from ambula.timebase import clock_records
from nodecore import activity, record, segment
from nodecore.sampling import EPOCH_S


class State(StrEnum):
    """What became of a slot."""

    RECORDED = "recorded"
    NOT_WORN = "not worn"
    REBOOTING = "rebooting"
    SENSOR_FAULT = "sensor fault"
    STORAGE_FULL = "storage full"
    CLOCK_UNKNOWN = "clock unknown"
    LOST = "lost"


@dataclass(frozen=True)
class Ledger:
    """One node's slots by state, from its first start to its last record or event; all states are present."""

    slots: dict[State, int]

    @property
    def duration_slots(self) -> int:
        """All slots together."""
        return sum(self.slots.values())

    @property
    def duration_s(self) -> int:
        """The whole duration in seconds."""
        return self.duration_slots * EPOCH_S


def ledger_of(store: Store, node: NodeRow) -> Ledger:
    """Return the ledger of one node's log, by its own clock.

    Epochs of a boot that never learnt the time count as CLOCK_UNKNOWN beside the span, since nobody knows where in it
    they belong.
    """
    events = store.events(node.node_id)
    set_boots = {e.boot for e in events if e.code == segment.CLOCK_SET}
    slots = dict.fromkeys(State, 0)
    for _, boot, flags, _, count, _ in store.segments(node.node_id):
        if not flags & segment.CLOCK_IS_SET and boot not in set_boots:
            slots[State.CLOCK_UNKNOWN] += count
    timed = [e for e in events if e.flags & segment.CLOCK_IS_SET]
    records = clock_records(store, node)
    worn = records.data[:, record.ACTIVITY] & 15 != activity.NOT_WORN
    slots[State.RECORDED] = int(worn.sum())
    slots[State.NOT_WORN] = len(records) - int(worn.sum())
    for first, end in _gaps(records.epoch, timed):
        for state, count in _explain(first, end, timed):
            slots[state] += count
    return Ledger(slots)


def _gaps(epoch: NDArray[np.int64], events: list[Event]) -> list[tuple[int, int]]:
    """Return the runs [first, end) of slots without a record, between the first and the last sign of life."""
    marks = [e.epoch for e in events]
    if len(epoch) == 0 and not marks:
        return []
    first = min([*marks, *epoch[:1].tolist()])
    last = max([*marks, *epoch[-1:].tolist()])
    known = np.concatenate([[first - 1], epoch, [last + 1]])
    known = known[(known >= first - 1) & (known <= last + 1)]
    holes = np.flatnonzero(np.diff(known) > 1)
    return [(int(known[i]) + 1, int(known[i + 1])) for i in holes]


def _explain(first: int, end: int, events: list[Event]) -> list[tuple[State, int]]:
    """Split a gap at the events in it, and name each part by what happened at its ends."""
    inside = sorted((e for e in events if first <= e.epoch <= end), key=lambda e: e.epoch)
    parts: list[tuple[State, int]] = []
    at, state_after = first, State.LOST
    for event in inside:
        before = _state_before(event, state_after)
        parts.append((before, min(event.epoch, end) - at))
        at = min(event.epoch, end)
        state_after = _state_after(event, state_after)
    parts.append((state_after, end - at))
    return parts


def _state_before(event: Event, otherwise: State) -> State:
    """Return what the slots before an event were: no power before a boot, no room before a full flash is confessed."""
    if event.code == segment.BOOT:
        return State.REBOOTING
    if event.code == segment.GAP:
        return State.STORAGE_FULL
    if is_sensor_fault(event):
        return State.SENSOR_FAULT  # silence is told half a minute after it began
    return otherwise


def _state_after(event: Event, otherwise: State) -> State:
    """Return what the slots after an event are, up to the next record or event."""
    if event.code == segment.BOOT:
        return State.REBOOTING  # the first epoch after a start is not whole
    if is_sensor_fault(event):
        return State.SENSOR_FAULT
    return otherwise


def is_sensor_fault(event: Event) -> bool:
    """Tell a fault of the sensor from one that costs no epochs, such as the radio's."""
    return event.code == segment.FAULT and event.payload.startswith(b"imu")
