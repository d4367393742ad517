"""How well the log of a made week is placed in true time, and whether its doubt holds."""

from dataclasses import dataclass

import numpy as np

from ambula.clock.lives import cut_lives
from ambula.clock.true_time import place_life
from tests.support.wrong_clocks import Week

_ROUNDED_MS = 5_000  # records are moved by whole epochs


@dataclass(frozen=True)
class Placed:
    """worst_s: by how much a record is placed wrongly at most. outside: the share of records that are off by more than
    their doubt. twice: records that fall on an epoch which has one."""

    worst_s: float
    outside: float
    twice: int


def place(week: Week) -> Placed:
    """Place every life of a week that somebody knows the time of."""
    epochs, doubts, truth, first = [np.empty(0, np.int64)], [np.empty(0)], [np.empty(0, np.int64)], 0
    for life in cut_lives(week.log, week.readings):
        count = sum(entry.count for piece in life.pieces for entry in piece.entries if entry.body.startswith(b"\0"))
        true_epoch = np.array(week.true_epoch[first : first + count], np.int64)
        first += count
        if life.is_known and count:
            placed = place_life(life)
            epochs.append(placed.epoch)
            doubts.append(placed.doubt_ms)
            truth.append(true_epoch)
    epoch, doubt_ms, true = (np.concatenate(parts) for parts in (epochs, doubts, truth))
    off_ms = np.abs(epoch - true) * 5000.0
    if not len(epoch):
        return Placed(0.0, 0.0, 0)
    return Placed(
        float(off_ms.max()) / 1000, float((off_ms > doubt_ms + _ROUNDED_MS).mean()), len(epoch) - len(np.unique(epoch))
    )
