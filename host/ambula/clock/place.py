"""One life of a clock in true time, by its readings; and which lives cannot be where their readings put them.

A log is written in order, so its lives follow each other in true time too. A life whose readings put it before what was
written before it was read by a wrong laptop: the lives that are borne out by most readings stay, the others have no
place.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ambula.clock.correction import ClockFit
from ambula.clock.fit import fit
from ambula.clock.lives import Life
from ambula.clock.stories import SLACK_MS, WORST_PPM
from ambula.store import Anchor, Event, LogEntry
from nodecore import protocol, record, segment
from nodecore.sampling import EPOCH_MS

_NEAR_MS = 600_000  # a reading so near to a step says the same, better
_SET_UP_MS = 5_000.0  # by which a set-up may set a clock wrongly
_OVERLAP_MS = 600_000.0  # beyond what their doubt allows: of so little the first in the log counts


@dataclass(frozen=True)
class Visit:
    """A visit that read all of a node's log: in which true epoch, and what the node said of itself.

    is_full: that its flash had no room. is_recording: that it recorded; else it had ended, or waited for its start.
    """

    epoch: int
    is_full: bool
    is_recording: bool


@dataclass(frozen=True)
class PlacedLife:
    """One life in true time.

    own: (n,) epochs by its own clock; own_ms: their middles on its last scale; epoch, data, doubt_ms: of each record in
    log order; marks: its first and its last epoch.
    visits: those that read all of the log.
    """

    own: NDArray[np.int64]
    own_ms: NDArray[np.int64]
    epoch: NDArray[np.int64]
    data: NDArray[np.uint8]
    doubt_ms: NDArray[np.float64]
    events: list[Event]
    marks: tuple[int, int]
    clock: ClockFit
    visits: list[Visit]


def fit_of(life: Life, gait: Sequence[Anchor] = ()) -> ClockFit:
    """Fit a life's anchors, and its steps to UTC where no anchor was taken near: somebody's clock set it."""
    set_times_ms = [ms for ms in life.set_ms if all(abs(ms - a.node_utc_ms) > _NEAR_MS for a in life.anchors)]
    return fit([*life.anchors, *(Anchor(ms, ms, 0) for ms in set_times_ms)], life.boots_ms, gait)


def place_life(life: Life, gait: Sequence[Anchor] = ()) -> PlacedLife:
    """Return a life in true time, by its readings and by what gait says, if anything."""
    clock = fit_of(life, gait)
    own = own_epochs(life)
    entries = _entries(life)
    run = _runs_of(life, clock)
    counts = [e.count if e.kind == segment.EPOCHS else 0 for e, _ in entries]
    shift_ms = np.repeat(np.array([ms for _, ms in entries], np.int64), counts)
    own_ms, run_of = own * EPOCH_MS + EPOCH_MS // 2 + shift_ms, np.repeat(run, counts)
    epoch = clock.correct(own_ms, run_of)
    events = [
        Event(e.count, _event_epoch(clock, e.epoch, ms, at), e.boot, e.flags, e.body)
        for (e, ms), at in zip(entries, run.tolist(), strict=True)
        if e.kind == segment.EVENT
    ]
    marks = [*(e.epoch for e in events), *([int(epoch.min()), int(epoch.max())] if len(epoch) else [])]
    doubt_ms = clock.doubt_ms(own_ms, run_of) + _unconfirmed_ms(life, clock)
    visits = _visits(life, clock)
    return PlacedLife(own, own_ms, epoch, _data(life), doubt_ms, events, (min(marks), max(marks)), clock, visits)


def _visits(life: Life, clock: ClockFit) -> list[Visit]:
    """Return when the node was visited, and what it said then, in the order of the laptop's time."""
    told = [(reading, reading.state) for reading in life.anchors if reading.state is not None]
    epochs = clock.correct(np.array([reading.node_utc_ms for reading, _ in told], np.int64)).tolist()
    return [
        Visit(epoch, bool(state & protocol.STORAGE_FULL), bool(state & protocol.RECORDING))
        for epoch, (_, state) in zip(epochs, told, strict=True)
    ]


def _event_epoch(clock: ClockFit, epoch: int, shift_ms: int, run: int) -> int:
    middle_ms = np.array([epoch * EPOCH_MS + EPOCH_MS // 2 + shift_ms])
    return int(clock.correct(middle_ms, np.array([run]))[0])


def _entries(life: Life) -> list[tuple[LogEntry, int]]:
    """Return a life's entries in log order, each with what moves its time to the life's last scale, ms."""
    return [(entry, piece.shift_ms) for piece in life.pieces for entry in piece.entries]


def _runs_of(life: Life, clock: ClockFit) -> NDArray[np.int64]:
    """Return for each entry, in log order, in which run of its clock it lies: by the boots before it, not its time."""
    boots = [entry.boot for entry, _ in _entries(life)]
    nth_boot = np.cumsum(np.diff(np.array(boots, np.int64), prepend=boots[0]) != 0)
    steps = np.array([life.boots_ms.index(step) + 1 for step in clock.steps_ms], np.int64)
    return np.searchsorted(steps, nth_boot, side="right").astype(np.int64)


def _unconfirmed_ms(life: Life, clock: ClockFit) -> float:
    """Return the further doubt of a life that was read at one visit only.

    If the node had the time before, its own clock is a second witness: what they differ by, beyond a quartz's drift. If
    that very visit set the clock, there is none.
    """
    if clock.readings + clock.windows != 1:
        return 0.0
    if life.set_ms:
        return float("inf")
    at_ms, correction_ms = clock.runs[0].node_utc_ms[0], abs(float(clock.runs[0].correction_ms[0]))
    drift_ms = max(0, at_ms - life.pieces[0].start_ms) * WORST_PPM * 1e-6
    return correction_ms if correction_ms > drift_ms + SLACK_MS + _SET_UP_MS else 0.0


def in_order(placed: Sequence[PlacedLife | None]) -> list[PlacedLife | None]:
    """Return the lives with None for those that others, better borne out, leave no place for; events alone stay."""
    known = {i: life for i, life in enumerate(placed) if life is not None and len(life.epoch)}
    best: dict[int, tuple[float, tuple[int, ...]]] = {}
    for i, life in known.items():
        behind = [best[j] for j in best if _may_follow(known[j], life)]
        worth, chain = max(behind, default=(0.0, ()))
        best[i] = worth + _worth(life), (*chain, i)
    kept = max(best.values(), default=(0.0, ()))[1]
    return [life if i in kept or i not in known else None for i, life in enumerate(placed)]


def own_epochs(life: Life) -> NDArray[np.int64]:
    """Return the epoch numbers of a life's records as the node gave them, in log order."""
    runs = [(e.epoch, e.count) for p in life.pieces for e in p.entries if e.kind == segment.EPOCHS]
    table: NDArray[np.int64] = np.array(runs, np.int64).reshape(-1, 2)
    first, count = table[:, 0], table[:, 1]
    before = np.cumsum(count) - count
    return np.repeat(first - before, count) + np.arange(int(count.sum()))


def _may_follow(before: PlacedLife, behind: PlacedLife) -> bool:
    overlap_ms = (before.marks[1] - behind.marks[0]) * EPOCH_MS
    return overlap_ms <= _OVERLAP_MS + _doubt_ms(before, -1) + _doubt_ms(behind, 0)


def _doubt_ms(life: PlacedLife, end: int) -> float:
    """Return the doubt at one end; an infinite one allows no more than no doubt, or anything might overlap."""
    doubt_ms = float(life.doubt_ms[end])
    return doubt_ms if np.isfinite(doubt_ms) else 0.0


def _worth(life: PlacedLife) -> float:
    """Return how well a life is borne out: by readings first, and of equals by what it holds."""
    return life.clock.readings + life.clock.windows / 3 + 0.5 * min(1.0, len(life.epoch) / 1e6) + 1e-3


def _data(life: Life) -> NDArray[np.uint8]:
    data = b"".join(e.body for p in life.pieces for e in p.entries if e.kind == segment.EPOCHS)
    return np.frombuffer(data, np.uint8).reshape(-1, record.SIZE)
