"""One time for two nodes: from each node's clock to UTC, by the clock readings (anchors) taken at each sync.

Which anchors are believed is decided by `stories`. A clock's error is known at these and taken as linear in between;
beyond them its rate goes on, where two anchors gave it. A step that the log gives moves what was recorded before it.
Records are moved by whole epochs: they cannot be split. So two may fall on one epoch, or an epoch may stay empty
between two that follow each other; both are counted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields

import numpy as np
from numpy.typing import NDArray

from ambula.clock.correction import ClockFit
from ambula.clock.fit import fit
from ambula.clock.lives import Life, cut_lives
from ambula.clock.place import PlacedLife, Visit, fit_of, in_order, own_epochs, place_life
from ambula.clock.words import clock_words, is_sound
from ambula.epochs.table import Records, first_of_each, stand_ins
from ambula.store import Anchor, Event, NodeRow, Store
from nodecore import record

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Unplaced:
    """Epochs at an unknown time: after and before which true epochs, None where there is none."""

    epochs: int
    after: int | None
    before: int | None


@dataclass(frozen=True)
class Gait:
    """What gait says of one life: its windows as anchors, and how far off the time may be that they rest on, ms.

    before: the life as its own readings place it.
    """

    anchors: tuple[Anchor, ...]
    other_doubt_ms: float
    before: PlacedLife


@dataclass(frozen=True)
class NodeTime:
    """What a node's log has, in true time: records, events (in log order), and what cannot be placed.

    doubt_ms: (n,) for each record, how far off its time may be; infinite where only the node's clock vouches for it.
    apart_ms: (n,) the same against the other node's time, where gait showed it; infinite elsewhere. stood_in: (n,)
    whether the record before it stands for it too. life: (n,) the number of the clock's life that it belongs to.
    dropped: true epochs of records that fell on an epoch which has one. visits: those that read all of the log. clocks:
    in words, what contradicts the clock readings, life by life. lives, placed: what all this was made of.
    """

    records: Records
    doubt_ms: Floats
    apart_ms: Floats
    stood_in: NDArray[np.bool_]
    life: Ints
    dropped: Ints
    events: list[Event]
    unplaced: list[Unplaced]
    visits: list[Visit]
    lives: list[Life] = field(repr=False)
    placed: list[PlacedLife | None] = field(repr=False)

    @property
    def clocks(self) -> list[str]:
        """What contradicts the clock readings, in words, life by life."""
        return [clock_words(p.clock) for p in self.placed if p is not None and not is_sound(p.clock)]

    def with_gait(self, gait: Mapping[int, Gait]) -> "NodeTime":
        """Return the log placed anew, some lives with what gait says of them."""
        placed = [place_life(self.lives[i], gait[i].anchors) if i in gait else p for i, p in enumerate(self.placed)]
        return _joined(self.lives, placed, gait)


def node_records(store: Store, node: NodeRow) -> Records:
    """Return a node's records in true epochs; those of a boot that never learnt the time are left out."""
    return node_time(store, node).records


def node_time(store: Store, node: NodeRow) -> NodeTime:
    """Return a node's log in true time.

    Where two records fall on one true epoch the first in the log counts. Where a slow clock leaves a true epoch empty
    between two records that follow each other, the first of them stands for it too, without its steps.
    """
    return time_of(cut_lives(store.log(node.node_id), store.anchors(node.node_id)))


def time_of(lives: list[Life]) -> NodeTime:
    """Return the lives of a node's clock in true time, as `node_time` those of its log in the store."""
    return _joined(lives, [place_life(life) if life.is_known else None for life in lives], {})


def latest_fit(store: Store, node: NodeRow) -> ClockFit:
    """Return the fit through the readings of the clock's present life; empty where there are none."""
    lives = cut_lives(store.log(node.node_id), store.anchors(node.node_id))
    return fit_of(lives[-1]) if lives else fit(store.anchors(node.node_id))


def _joined(lives: list[Life], all_placed: Sequence[PlacedLife | None], gait: Mapping[int, Gait]) -> NodeTime:
    placed = in_order(all_placed)
    parts = [_Part.of(p, i, gait.get(i)) for i, p in enumerate(placed) if p is not None]
    holes = [hole for part in parts if len((hole := part.stand_ins()).epoch)]
    every = _Part.joined([*parts, *holes])
    first = first_of_each(every.epoch)
    stood_in = np.arange(len(every.epoch)) >= sum(len(part.epoch) for part in parts)
    second = np.ones(len(every.epoch), bool)
    second[first] = False
    return NodeTime(
        Records(every.epoch[first], every.data[first]),
        every.doubt_ms[first],
        every.apart_ms[first],
        stood_in[first],
        every.life[first],
        np.sort(every.epoch[second & ~stood_in]),
        [event for p in placed if p is not None for event in p.events],
        _unplaced(lives, placed),
        [visit for p in placed if p is not None for visit in p.visits],
        lives,
        placed,
    )


@dataclass(frozen=True)
class _Part:
    """Columns of some records, (n,) each, in log order."""

    own: Ints
    epoch: Ints
    data: NDArray[np.uint8]
    doubt_ms: Floats
    apart_ms: Floats
    life: Ints

    @classmethod
    def of(cls, placed: PlacedLife, number: int, gait: Gait | None) -> "_Part":
        life, doubt_ms = np.full(len(placed.epoch), number), placed.doubt_ms
        if gait is None or not placed.clock.windows:
            return cls(placed.own, placed.epoch, placed.data, doubt_ms, np.full(len(life), np.inf), life)
        by_other_ms = doubt_ms + gait.other_doubt_ms
        stays = placed.epoch == gait.before.epoch  # what its own readings vouch for holds as before
        own_ms = np.where(stays, np.minimum(by_other_ms, gait.before.doubt_ms), by_other_ms)
        return cls(placed.own, placed.epoch, placed.data, own_ms, doubt_ms, life)

    @classmethod
    def joined(cls, parts: Sequence["_Part"]) -> "_Part":
        no_ints, no_floats = np.empty(0, np.int64), np.empty(0)
        none = cls(no_ints, no_ints, np.empty((0, record.SIZE), np.uint8), no_floats, no_floats, no_ints)
        every = [none, *parts]
        return cls(*(np.concatenate([getattr(part, f.name) for part in every]) for f in fields(cls)))

    def stand_ins(self) -> "_Part":
        """Return records for true epochs that a slow clock skipped between two of its own that follow each other."""
        at, data = stand_ins(self.own, self.epoch, self.data)
        return _Part(self.own[at], self.epoch[at] + 1, data, self.doubt_ms[at], self.apart_ms[at], self.life[at])


def _unplaced(lives: list[Life], placed: list[PlacedLife | None]) -> list[Unplaced]:
    """Return the lives without a place, each between the nearest ones in the log that have one."""
    parts: list[Unplaced] = []
    for i, life in enumerate(lives):
        epochs = len(np.unique(own_epochs(life))) if placed[i] is None else 0
        if epochs:
            before = [p.marks[1] for p in placed[:i] if p is not None]
            behind = [p.marks[0] for p in placed[i + 1 :] if p is not None]
            parts.append(Unplaced(epochs, before[-1] if before else None, behind[0] if behind else None))
    return parts
