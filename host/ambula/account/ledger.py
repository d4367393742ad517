"""Every 5-second slot of a node's recording has one state; their sum is the duration.

The log around a gap gives its state: a boot ends it, a fault event begins it. A full flash is logged once there is room
again, maybe some records later, and told at each visit meanwhile. A gap without an explanation is lost. Time is true
time (`true_time`), as everywhere else: a slot that a slow clock skipped has a record that stands in for it, and a
record that fell on another's slot is counted beside.
"""

import json
from bisect import bisect_left
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from ambula.account.faults import is_sensor_fault
from ambula.clock.place import Visit
from ambula.clock.true_time import NodeTime, Unplaced
from ambula.store import Event
from nodecore import activity, record, segment
from nodecore.sampling import EPOCH_S

_SETTING_EPOCHS = 2
_ON_THE_NODE_EPOCHS = 6  # what the sensor's FIFO holds: it may not have been emptied yet when the log was read


class State(StrEnum):
    """What became of a slot."""

    RECORDED = "recorded"
    NOT_WORN = "not worn"
    STOOD_IN = "stood in"
    REBOOTING = "rebooting"
    SENSOR_FAULT = "sensor fault"
    STORAGE_FULL = "storage full"
    CLOCK_UNKNOWN = "clock unknown"
    LOST = "lost"


@dataclass(frozen=True)
class Run:
    """Slots [start, end) of one state."""

    start: int
    end: int
    state: State


@dataclass(frozen=True)
class Ledger:
    """One node's slots, from its first start to its last contact, as runs in time order, none over another.

    The last contact is the last visit that read all of its log, or its last record or event where that is later; the
    half minute before the visit that the sensor may still hold is in no run. A node that does not record by its plan
    owes nothing: the slots before a planned start, and from a stop to the next start, are in no run. dropped: slots on
    which a further record fell, rising; that record counts nowhere.
    """

    runs: tuple[Run, ...]
    dropped: tuple[int, ...] = ()

    @property
    def slots(self) -> dict[State, int]:
        """How many slots each state has; all states are present."""
        slots = dict.fromkeys(State, 0)
        for run in self.runs:
            slots[run.state] += run.end - run.start
        return slots

    @property
    def duration_slots(self) -> int:
        """All slots together."""
        return sum(run.end - run.start for run in self.runs)

    @property
    def duration_s(self) -> int:
        """The whole duration in seconds."""
        return self.duration_slots * EPOCH_S


def ledger_from(log: NodeTime, off_body: NDArray[np.int64] | None = None) -> Ledger:
    """Return the ledger of a node's log.

    off_body: the epochs in which it was not worn, rising, as `EpochTable.off_body` has them for every figure. Without
    them the node's own word counts, which begins after 45 minutes of stillness only.

    Epochs of a boot that never learnt the time were recorded in the gap between what lies before and behind them in the
    log, at an unknown place in it: the end of that gap is CLOCK_UNKNOWN, as long as they are. Edge case: where nothing
    is known before or behind them, the recording is that much longer.
    """
    runs = _known_runs(log, off_body)
    for part in log.unplaced:
        runs = _with_unplaced(runs, part)
    return Ledger(tuple(_merged(runs)), tuple(log.dropped.tolist()))


def _known_runs(log: NodeTime, off_body: NDArray[np.int64] | None) -> list[Run]:
    """Return the runs between the first and the last sign of life."""
    epoch = log.records.epoch
    says_so = log.records.data[:, record.ACTIVITY] & 15 == activity.NOT_WORN
    not_worn = says_so if off_body is None else np.isin(epoch, off_body)
    runs = [Run(a, b, State.RECORDED) for a, b in _stretches(epoch[~log.stood_in & ~not_worn])]
    runs += [Run(a, b, State.NOT_WORN) for a, b in _stretches(epoch[not_worn])]
    runs += [Run(a, b, State.STOOD_IN) for a, b in _stretches(epoch[log.stood_in & ~not_worn])]
    gaps = [run for first, end in _gaps(epoch, log) for run in _explain(first, end, log)]
    runs += _without_remainder(_with_full_flash(gaps, log), epoch)
    return sorted(runs, key=lambda run: run.start)


def _stretches(epoch: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Return rising epochs as unbroken stretches [start, end)."""
    if not len(epoch):
        return []
    breaks = np.flatnonzero(np.diff(epoch) > 1)
    starts = [int(epoch[0]), *epoch[breaks + 1].tolist()]
    return list(zip(starts, [*(epoch[breaks] + 1).tolist(), int(epoch[-1]) + 1], strict=True))


def _gaps(epoch: NDArray[np.int64], log: NodeTime) -> list[tuple[int, int]]:
    """Return the runs [first, end) of slots without a record, between the first sign of life and the last contact."""
    marks = [e.epoch for e in log.events]
    if len(epoch) == 0 and not marks:
        return []
    first = min([*marks, *epoch[:1].tolist()])
    last = max([*marks, *epoch[-1:].tolist(), *(visit.epoch - 1 for visit in log.visits)])
    known = np.concatenate([[first - 1], epoch, [last + 1]])
    holes = np.flatnonzero(np.diff(known) > 1)
    return [(int(known[i]) + 1, int(known[i + 1])) for i in holes]


def _explain(first: int, end: int, log: NodeTime) -> list[Run]:
    """Split a gap at what happened in it, and name each part by what happened at its ends; a stop leaves no part.

    A visit splits a gap where it told something: that there was no room, or that nothing was recorded any more.
    """
    parts: list[tuple[int, int, State | None]] = []
    at, state = first, State.LOST
    here = _marks_at(first, end, log)
    for event, following in zip(here, [*here, None][1:], strict=True):
        stop = min(max(event.epoch, at), end)
        if isinstance(event, Visit):
            ended = state is State.LOST and not event.is_full
            parts.append((at, stop, None if ended else state))
            at, state = stop, None if ended else state
        elif event.code == segment.CLOCK_SET:  # one epoch was broken off, the next began late
            cost = max(at, stop - 1), min(stop + _SETTING_EPOCHS, end)
            parts += [(at, cost[0], state), (*cost, State.CLOCK_UNKNOWN if state is State.LOST else state)]
            at = cost[1]
        else:
            parts.append((at, stop, _state_before(event, following, state)))
            at, state = stop, _state_after(event, state)
    parts.append((at, end, state))
    return [Run(a, b, state) for a, b, state in parts if a < b and state is not None]


def _marks_at(first: int, end: int, log: NodeTime) -> list[Event | Visit]:
    """Return what bears on a gap, in time order: events and telling visits in it, what lasts from the slot before."""
    lasting = (segment.BOOT, segment.CLOCK_SET, segment.STOPPED, segment.STARTED)
    near = [e for e in log.events if first <= e.epoch <= end or (e.epoch == first - 1 and e.code in lasting)]
    told = [v for v in log.visits if first < v.epoch <= end and (v.is_full or not v.is_recording)]
    return sorted([*near, *told], key=lambda mark: mark.epoch)


def _with_full_flash(gaps: list[Run], log: NodeTime) -> list[Run]:
    """Name what is lost in a time at whose end the node told that its flash was full.

    What it dropped may lie some records back: a small segment may have had room where a large one had none. Such a time
    begins at a start, or at a visit at which there was room.
    """
    told = [(event.epoch, event.code == segment.GAP) for event in log.events if event.code in _ENDS_A_TIME]
    told += [(visit.epoch, visit.is_full) for visit in log.visits]
    told.sort(key=lambda mark: (mark[0], not mark[1]))
    epochs = [epoch for epoch, _ in told]
    out: list[Run] = []
    for run in gaps:
        behind = bisect_left(epochs, run.end)
        is_full = run.state is State.LOST and behind < len(told) and told[behind][1]
        out.append(Run(run.start, run.end, State.STORAGE_FULL) if is_full else run)
    return out


_ENDS_A_TIME = (segment.GAP, segment.BOOT)


def _without_remainder(gaps: list[Run], epoch: NDArray[np.int64]) -> list[Run]:
    """Leave out the last slots before the last contact, if they are so few that they may be on the node still."""
    if not gaps or gaps[-1].state is not State.LOST:
        return gaps
    first, end = gaps[-1].start, gaps[-1].end
    is_last = not (epoch[-1:] >= end).any()
    return gaps[:-1] if is_last and end - first <= _ON_THE_NODE_EPOCHS else gaps


def _state_before(event: Event, following: Event | Visit | None, otherwise: State | None) -> State | None:
    """Return what the slots before an event were: no power before a boot, no room before a full flash is confessed."""
    if otherwise is None:
        return None
    if event.code == segment.BOOT:
        return State.REBOOTING
    if event.code == segment.STOPPED and isinstance(following, Event) and _tells_late(event, following):
        return State.REBOOTING
    if event.code == segment.GAP:
        return State.STORAGE_FULL
    if is_sensor_fault(event):
        return State.SENSOR_FAULT  # silence is logged half a minute after it began
    return otherwise


def _state_after(event: Event, otherwise: State | None) -> State | None:
    """Return what the slots after an event are, up to the next record or event; None while nothing is owed."""
    if event.code == segment.STOPPED or (event.code == segment.BOOT and not _records(event)):
        return None
    if event.code in (segment.BOOT, segment.STARTED):
        return State.REBOOTING  # the first epoch after a start is not whole
    if is_sensor_fault(event) and otherwise is not None:
        return State.SENSOR_FAULT
    return otherwise


def _tells_late(stop: Event, boot: Event) -> bool:
    """Tell a stop that came while the node was off: the boot after it wrote it, just before it wrote of itself."""
    return boot.code == segment.BOOT and boot.boot == stop.boot


def _records(boot: Event) -> bool:
    """Return whether a node came up to record, or to wait; logs from before there were plans say nothing of it."""
    try:
        story = json.loads(boot.payload)
    except ValueError:
        return True
    return not (isinstance(story, dict) and story.get("recording") is False)  # pyright: ignore[reportUnknownMemberType]


def _with_unplaced(runs: list[Run], part: Unplaced) -> list[Run]:
    """Give epochs without a time the end of the gap that they fell into, or a place of their own at either end."""
    unknown = State.CLOCK_UNKNOWN
    if part.before is None:
        end = runs[-1].end if runs else 0
        return [*runs, Run(end, end + part.epochs, unknown)]
    if part.after is None:
        start = runs[0].start if runs else part.before
        return [Run(start - part.epochs, start, unknown), *runs]
    left = part.epochs
    out: list[Run] = []
    for run in reversed(runs):
        here = _inside(run, part.after + 1, part.before) if _is_gap(run) else None
        if here is None or not left:
            out.append(run)
            continue
        start, end = here
        start = max(start, end - left)
        left -= end - start
        pieces = (Run(run.start, start, run.state), Run(start, end, unknown), Run(end, run.end, run.state))
        out += [piece for piece in reversed(pieces) if piece.start < piece.end]
    return out[::-1]


def _is_gap(run: Run) -> bool:
    return run.state not in (State.RECORDED, State.NOT_WORN, State.STOOD_IN, State.CLOCK_UNKNOWN)


def _inside(run: Run, start: int, end: int) -> tuple[int, int] | None:
    start, end = max(run.start, start), min(run.end, end)
    return (start, end) if start < end else None


def _merged(runs: list[Run]) -> list[Run]:
    """Join neighbours of one state."""
    out: list[Run] = []
    for run in runs:
        if out and out[-1].end == run.start and out[-1].state is run.state:
            out[-1] = Run(out[-1].start, run.end, run.state)
        else:
            out.append(run)
    return out
