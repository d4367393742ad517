"""How well a made week's log is placed in true time, whether its doubt holds, and what must never be."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ambula.account.ledger import State, ledger_from
from ambula.clock.lives import cut_lives
from ambula.clock.true_time import NodeTime, time_of
from nodecore import activity, record
from tests.support.wrong_clocks import Week

_ROUNDED_MS = 5_000  # records are moved by whole epochs


@dataclass(frozen=True)
class Placed:
    """worst_s: by how much a record is placed wrongly at most. outside: the share of records that are off by more than
    their doubt. dropped: records that fall on an epoch which has one. broken: in words, what must never be.
    """

    worst_s: float
    outside: float
    dropped: int
    broken: tuple[str, ...]


def place(week: Week) -> Placed:
    """Place a week's log as the store's would be."""
    time = time_of(cut_lives(week.log, week.readings))
    off_ms, doubt_ms = [np.empty(0)], [np.empty(0)]
    first = 0
    for life, placed in zip(time.lives, time.placed, strict=True):
        count = sum(e.count for piece in life.pieces for e in piece.entries if len(e.body) == e.count * record.SIZE)
        if placed is not None:
            true_epoch = np.array(week.true_epoch[first : first + count], np.int64)
            off_ms.append(np.abs(placed.epoch - true_epoch) * 5000.0)
            doubt_ms.append(placed.doubt_ms)
        first += count
    off, doubt = np.concatenate(off_ms), np.concatenate(doubt_ms)
    outside = float((off > doubt + _ROUNDED_MS).mean()) if len(off) else 0.0
    return Placed(float(off.max(initial=0)) / 1000, outside, len(time.dropped), tuple(_broken(week, time)))


def _broken(week: Week, time: NodeTime) -> list[str]:
    slots = ledger_from(time).slots
    written = len(week.true_epoch)
    own = slots[State.RECORDED] + slots[State.NOT_WORN] + slots[State.STOOD_IN] - int(time.stood_in.sum())
    unplaced = sum(part.epochs for part in time.unplaced)
    walked = _walking(np.frombuffer(b"".join(e.body for e in week.log if not e.body.startswith(b"{")), np.uint8))
    checks = {
        "an epoch has two records": bool((np.diff(time.records.epoch) <= 0).any()),
        "records are in no state": own + len(time.dropped) + unplaced != written,
        "unknown times have no place": slots[State.CLOCK_UNKNOWN] < unplaced,
        "more walking than there was": _walking(time.records.data.ravel()) > walked + int(time.stood_in.sum()),
    }
    return [words for words, is_so in checks.items() if is_so]


def _walking(data: NDArray[np.uint8]) -> int:
    return int((data.reshape(-1, record.SIZE)[:, record.ACTIVITY] == activity.WALKING).sum())
