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
from ambula.clock.lives import Life, Piece
from ambula.store import Anchor, Event
from nodecore import record, segment
from nodecore.sampling import EPOCH_MS

_NEAR_MS = 600_000  # a reading so near to a step says the same, better
_OVERLAP_MS = 600_000.0  # beyond what their doubt allows: of so little the first in the log counts


@dataclass(frozen=True)
class PlacedLife:
    """One life in true time.

    own: (n,) epochs by its own clock; own_ms: their middles on its last scale; epoch, data, doubt_ms: of each record in
    log order; marks: its first and its last epoch.
    """

    own: NDArray[np.int64]
    own_ms: NDArray[np.int64]
    epoch: NDArray[np.int64]
    data: NDArray[np.uint8]
    doubt_ms: NDArray[np.float64]
    events: list[Event]
    marks: tuple[int, int]
    clock: ClockFit


def fit_of(life: Life, gait: Sequence[Anchor] = ()) -> ClockFit:
    """Fit a life's anchors, and its steps to UTC where no anchor was taken near: somebody's clock set it."""
    set_times_ms = [ms for ms in life.set_ms if all(abs(ms - a.node_utc_ms) > _NEAR_MS for a in life.anchors)]
    return fit([*life.anchors, *(Anchor(ms, ms, 0) for ms in set_times_ms)], life.boots_ms, gait)


def place_life(life: Life, gait: Sequence[Anchor] = ()) -> PlacedLife:
    """Return a life in true time, by its readings and by what gait says, if anything."""
    clock = fit_of(life, gait)
    own = own_epochs(life)
    shift_ms = np.concatenate([np.full(0, 0), *(np.full(n, p.shift_ms) for p, n in _runs(life))]).astype(np.int64)
    epoch = clock.correct(own, shift_ms)
    events = [
        Event(e.count, int(clock.correct(np.array([e.epoch]), p.shift_ms)[0]), e.boot, e.flags, e.body)
        for p in life.pieces
        for e in p.entries
        if e.kind == segment.EVENT
    ]
    marks = [*(e.epoch for e in events), *([int(epoch.min()), int(epoch.max())] if len(epoch) else [])]
    own_ms = own * EPOCH_MS + EPOCH_MS // 2 + shift_ms
    doubt_ms = clock.doubt_ms(own_ms)
    return PlacedLife(own, own_ms, epoch, _data(life), doubt_ms, events, (min(marks), max(marks)), clock)


def in_order(placed: Sequence[PlacedLife | None]) -> list[PlacedLife | None]:
    """Return the lives with None for those that others, better borne out, leave no place for; events alone stay."""
    known = [i for i, life in enumerate(placed) if life is not None and len(life.epoch)]
    best: dict[int, tuple[float, tuple[int, ...]]] = {}
    for i in known:
        behind = [best[j] for j in known if j < i and _may_follow(placed[j], placed[i])]
        worth, chain = max(behind, default=(0.0, ()))
        best[i] = worth + _worth(placed[i]), (*chain, i)
    kept = max(best.values(), default=(0.0, ()))[1]
    return [life if i in kept or i not in known else None for i, life in enumerate(placed)]


def own_epochs(life: Life) -> NDArray[np.int64]:
    """Return the epoch numbers of a life's records as the node gave them, in log order."""
    runs = [(e.epoch, e.count) for p in life.pieces for e in p.entries if e.kind == segment.EPOCHS]
    table: NDArray[np.int64] = np.array(runs, np.int64).reshape(-1, 2)
    first, count = table[:, 0], table[:, 1]
    before = np.cumsum(count) - count
    return np.repeat(first - before, count) + np.arange(int(count.sum()))


def _may_follow(before: PlacedLife | None, behind: PlacedLife | None) -> bool:
    assert before is not None
    assert behind is not None
    overlap_ms = (before.marks[1] - behind.marks[0]) * EPOCH_MS
    return overlap_ms <= _OVERLAP_MS + _doubt_ms(before, -1) + _doubt_ms(behind, 0)


def _doubt_ms(life: PlacedLife, end: int) -> float:
    """Return the doubt at one end; an infinite one allows no more than no doubt, or anything might overlap."""
    doubt_ms = float(life.doubt_ms[end])
    return doubt_ms if np.isfinite(doubt_ms) else 0.0


def _worth(life: PlacedLife | None) -> float:
    """Return how well a life is borne out: by readings first, and of equals by what it holds."""
    assert life is not None
    return life.clock.readings + life.clock.windows / 3 + 0.5 * min(1.0, len(life.epoch) / 1e6) + 1e-3


def _runs(life: Life) -> list[tuple[Piece, int]]:
    """Return each piece with how many records it has."""
    return [(p, sum(e.count for e in p.entries if e.kind == segment.EPOCHS)) for p in life.pieces]


def _data(life: Life) -> NDArray[np.uint8]:
    data = b"".join(e.body for p in life.pieces for e in p.entries if e.kind == segment.EPOCHS)
    return np.frombuffer(data, np.uint8).reshape(-1, record.SIZE)
