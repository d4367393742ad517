"""One time for two nodes: from each node's clock to UTC, by the clock readings (anchors) taken at each sync.

Which anchors are believed is decided by `stories`. A clock's error is known at these and taken as linear in between;
beyond them its rate goes on, where two anchors gave it. A step that the log gives moves what was recorded before it.
Records are moved by whole epochs: they cannot be split.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ambula.clock.fit import ClockFit, fit
from ambula.clock.lives import Life, Piece, cut_lives
from ambula.clock.words import clock_words, is_sound
from ambula.epochs.table import Records, first_of_each, stand_ins
from ambula.store import Anchor, Event, NodeRow, Store
from nodecore import record, segment
from nodecore.sampling import EPOCH_MS

__all__ = ["ClockFit", "NodeTime", "Unplaced", "fit", "latest_fit", "node_records", "node_time"]

_NEAR_MS = 600_000  # a reading so near to a step says the same, better


@dataclass(frozen=True)
class Unplaced:
    """Epochs at an unknown time: after and before which true epochs, None where there is none."""

    epochs: int
    after: int | None
    before: int | None


@dataclass(frozen=True)
class NodeTime:
    """What a node's log has, in true time: records, events (in log order), and what cannot be placed.

    doubt_ms: (n,) for each record, how far off its time may be; infinite where only the node's clock vouches for it.
    life: (n,) the number of the clock's life that each record belongs to. clocks: in words, what contradicts the clock
    readings, life by life.
    """

    records: Records
    doubt_ms: NDArray[np.float64]
    life: NDArray[np.int64]
    events: list[Event]
    unplaced: list[Unplaced]
    clocks: list[str] = field(default_factory=list[str])


@dataclass(frozen=True)
class PlacedLife:
    """One life in true time, `own`: by its clock; `marks`: its first and its last epoch."""

    own: NDArray[np.int64]
    epoch: NDArray[np.int64]
    data: NDArray[np.uint8]
    doubt_ms: NDArray[np.float64]
    events: list[Event]
    marks: tuple[int, int]
    clock: ClockFit


def node_records(store: Store, node: NodeRow) -> Records:
    """Return a node's records in true epochs; those of a boot that never learnt the time are left out."""
    return node_time(store, node).records


def node_time(store: Store, node: NodeRow) -> NodeTime:
    """Return a node's log in true time.

    Where two records fall on one true epoch the first in the log counts. Where a slow clock leaves a true epoch empty
    between two records that follow each other, the first of them stands for it too, without its steps.
    """
    lives = cut_lives(store.log(node.node_id), store.anchors(node.node_id))
    placed = [place_life(life) if life.is_known else None for life in lives]
    known = [p for p in placed if p is not None]
    if not known:
        empty = Records(np.empty(0, np.int64), np.empty((0, record.SIZE), np.uint8))
        return NodeTime(empty, np.empty(0), np.empty(0, np.int64), [], _unplaced(lives, placed))
    own = [(p.epoch, p.data, p.doubt_ms, np.full(len(p.epoch), i)) for i, p in enumerate(placed) if p is not None]
    holes = [_holes(p, i) for i, p in enumerate(placed) if p is not None]
    epoch, data, doubt_ms, number = (np.concatenate(columns) for columns in zip(*own, *holes, strict=True))
    first = first_of_each(epoch)
    events = [event for p in known for event in p.events]
    placed_records = Records(epoch[first], data[first])
    clocks = [clock_words(p.clock) for p in known if not is_sound(p.clock)]
    return NodeTime(placed_records, doubt_ms[first], number[first], events, _unplaced(lives, placed), clocks)


def latest_fit(store: Store, node: NodeRow) -> ClockFit:
    """Return the fit through the readings of the clock's present life; empty where there are none."""
    lives = cut_lives(store.log(node.node_id), store.anchors(node.node_id))
    return _fit_of(lives[-1]) if lives else fit(store.anchors(node.node_id))


def _fit_of(life: Life) -> ClockFit:
    """Fit a life's anchors, and its steps to UTC where no anchor was taken near: somebody's clock set it."""
    set_times_ms = [ms for ms in life.set_ms if all(abs(ms - a.node_utc_ms) > _NEAR_MS for a in life.anchors)]
    return fit([*life.anchors, *(Anchor(ms, ms, 0) for ms in set_times_ms)], life.boots_ms)


def place_life(life: Life) -> PlacedLife:
    """Return a life in true time, by its readings."""
    clock = _fit_of(life)
    own = _own_epochs(life)
    shift_ms = np.concatenate([np.full(0, 0), *(np.full(n, p.shift_ms) for p, n in _runs(life))]).astype(np.int64)
    epoch = clock.correct(own, shift_ms)
    events = [
        Event(e.count, int(clock.correct(np.array([e.epoch]), p.shift_ms)[0]), e.boot, e.flags, e.body)
        for p in life.pieces
        for e in p.entries
        if e.kind == segment.EVENT
    ]
    marks = [*(e.epoch for e in events), *([int(epoch.min()), int(epoch.max())] if len(epoch) else [])]
    doubt_ms = clock.doubt_ms(own * EPOCH_MS + shift_ms)
    return PlacedLife(own, epoch, _data(life), doubt_ms, events, (min(marks), max(marks)), clock)


def _runs(life: Life) -> list[tuple[Piece, int]]:
    """Return each piece with how many records it has."""
    return [(p, sum(e.count for e in p.entries if e.kind == segment.EPOCHS)) for p in life.pieces]


def _own_epochs(life: Life) -> NDArray[np.int64]:
    """Return the epoch numbers of a life's records as the node gave them, in log order."""
    runs = [(e.epoch, e.count) for p in life.pieces for e in p.entries if e.kind == segment.EPOCHS]
    table: NDArray[np.int64] = np.array(runs, np.int64).reshape(-1, 2)
    first, count = table[:, 0], table[:, 1]
    before = np.cumsum(count) - count
    return np.repeat(first - before, count) + np.arange(int(count.sum()))


def _data(life: Life) -> NDArray[np.uint8]:
    data = b"".join(e.body for p in life.pieces for e in p.entries if e.kind == segment.EPOCHS)
    return np.frombuffer(data, np.uint8).reshape(-1, record.SIZE)


def _holes(
    placed: PlacedLife, number: int
) -> tuple[NDArray[np.int64], NDArray[np.uint8], NDArray[np.float64], NDArray[np.int64]]:
    """Return records for the true epochs that a slow clock skipped between two of its own that follow each other."""
    at, data = stand_ins(placed.own, placed.epoch, placed.data)
    return placed.epoch[at] + 1, data, placed.doubt_ms[at], np.full(len(at), number)


def _unplaced(lives: list[Life], placed: list[PlacedLife | None]) -> list[Unplaced]:
    """Return the lives without a place, each between the nearest ones in the log that have one."""
    parts: list[Unplaced] = []
    for i, life in enumerate(lives):
        epochs = len(np.unique(_own_epochs(life))) if placed[i] is None else 0
        if epochs:
            before = [p.marks[1] for p in placed[:i] if p is not None]
            behind = [p.marks[0] for p in placed[i + 1 :] if p is not None]
            parts.append(Unplaced(epochs, before[-1] if before else None, behind[0] if behind else None))
    return parts
