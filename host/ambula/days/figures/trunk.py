"""Forward bends of the trunk while the thigh is upright."""

from dataclasses import dataclass
from functools import partial
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from ambula.days.entry import DailyMean, Entry
from ambula.days.figures.day_rows import DayRows
from ambula.days.rules import Rules
from ambula.days.units import Unit
from ambula.epochs.bouts import find_bouts, lengths
from nodecore.roles import BOTH_BITS
from nodecore.sampling import EPOCH_S, EPOCHS_A_MINUTE

_trunk = partial(Entry, group="Trunk", rests_on="both_worn_share")


@dataclass(frozen=True, kw_only=True)
class Bends:
    """Forward bends; None and NaN where the nodes were never worn together."""

    bends: Annotated[
        int | None,
        _trunk(
            "Forward bends",
            Unit.COUNT,
            "How often the trunk bent by more than bend_from_deg (60) from upright, while the thigh was upright: "
            "while standing, walking or stooping. A bend lasts until the trunk is back at bend_until_deg (50). "
            "Angles are means of 5 s, so a shorter bend looks smaller. Bends while sitting cannot be distinguished "
            "from lying and are not counted.",
            formula=(
                "count(runs of both nodes worn, thigh inclination < bend_thigh_below_deg and back inclination > "
                "bend_until_deg, from the first > bend_from_deg on, length >= bend_least_s)"
            ),
        ),
    ]
    bent_min: Annotated[
        float, _trunk("Bent forward", Unit.MIN, "Length of those bends.", formula="sum(length of those bends)")
    ]


@dataclass(frozen=True, kw_only=True)
class BendsOfWeek:
    """Forward bends on an average valid day."""

    bends: Annotated[float, DailyMean("Forward bends per day", Bends)]
    bent_min: Annotated[float, DailyMean("Bent forward per day", Bends)]


def bends(rows: DayRows, rules: Rules) -> Bends:
    """Return how often and how long the trunk was bent.

    The thigh must be upright, which parts a bend from lying, and leaves no way but forward: so the angle needs no sign.
    """
    both = rows.worn_by(BOTH_BITS)
    if not both.any():
        return Bends(bends=None, bent_min=float("nan"))
    bouts = bend_bouts(rows, rules)
    return Bends(bends=len(bouts), bent_min=int(lengths(bouts).sum()) / EPOCHS_A_MINUTE)


def bend_bouts(rows: DayRows, rules: Rules) -> NDArray[np.int64]:
    """Return the bends, (m, 2) [start, end) in epochs: from above `bend_from_deg` until not above `bend_until_deg`."""
    table = rows.table
    upright = rows.worn_by(BOTH_BITS) & (table.thigh_inclination_deg < rules.bend_thigh_below_deg)
    held = find_bouts(table.epoch, upright & (table.back_inclination_deg > rules.bend_until_deg))
    deep = table.epoch[upright & (table.back_inclination_deg > rules.bend_from_deg)]
    first = np.append(deep, np.iinfo(np.int64).max)[np.searchsorted(deep, held[:, 0])]
    begun = np.stack([first, held[:, 1]], axis=1)
    return begun[lengths(begun) * EPOCH_S >= max(rules.bend_least_s, EPOCH_S)]
