"""Forward bends of the trunk while the thigh is upright."""

from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from ambula.days.figures.day_rows import BOTH, EPOCHS_A_MIN, DayRows
from ambula.days.rules import Rules
from ambula.epochs.bouts import find_bouts, lengths
from nodecore.sampling import EPOCH_S


class Bends(TypedDict):
    """Forward bends; None and NaN where the nodes were never worn together."""

    bends: int | None
    bent_min: float


def bends(rows: DayRows, rules: Rules) -> Bends:
    """Return how often and how long the trunk was bent.

    The thigh must be upright, which parts a bend from lying, and leaves no way but forward: so the angle needs no sign.
    """
    both = rows.worn_by(BOTH)
    if not both.any():
        return Bends(bends=None, bent_min=float("nan"))
    found = bend_bouts(rows, rules)
    return Bends(bends=len(found), bent_min=int(lengths(found).sum()) / EPOCHS_A_MIN)


def bend_bouts(rows: DayRows, rules: Rules) -> NDArray[np.int64]:
    """Return the bends, (m, 2) [start, end) in epochs: from above `bend_from_deg` until not above `bend_until_deg`."""
    table = rows.table
    upright = rows.worn_by(BOTH) & (table.thigh_inclination_deg < rules.bend_thigh_below_deg)
    held = find_bouts(table.epoch, upright & (table.back_inclination_deg > rules.bend_until_deg))
    deep = table.epoch[upright & (table.back_inclination_deg > rules.bend_from_deg)]
    first = np.append(deep, np.iinfo(np.int64).max)[np.searchsorted(deep, held[:, 0])]
    begun = np.stack([first, held[:, 1]], axis=1)
    return begun[lengths(begun) * EPOCH_S >= max(rules.bend_least_s, EPOCH_S)]
