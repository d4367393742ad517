"""Whether the thigh node was on the thigh, by what walking shakes: what `ambula check` asks, of a whole day.

Notes
-----
Steps:

1. Walking that both nodes call so, in time order, is cut into parts of 60 epochs (5 min) and more.
2. A part whose median ratio is below 1 / swapped_shake (1.2, as in `check`) is one with swapped nodes. So a day on
   which they were swapped half way is found too.
3. Less than swapped_least_s (2 min) of it in a day says nothing.

Sources: no published method. Measured on 8 people of Daphnet and DSADS and 12 synthetic ones (docs/summary.md): none of
their right days is called swapped, all are with the nodes exchanged. `test_swapped_days.py` does it again.

Known failures:

- A node worn alone in the other's place is not seen: a record does not show it, samples do.
- A leg that hardly swings, as with a prosthesis, was in no recording.
"""

from dataclasses import dataclass
from functools import partial
from typing import Annotated

import numpy as np

from ambula.days.entry import Entry
from ambula.days.figures.day_rows import DayRows
from ambula.days.rules import Rules
from ambula.days.units import Unit
from nodecore.sampling import EPOCH_S

_PART_EPOCHS = 60

_site = partial(Entry, group="Data quality")


@dataclass(frozen=True, kw_only=True)
class Sites:
    """What walking shook more; None and NaN where too little walking shows it."""

    nodes_swapped: Annotated[
        bool | None,
        _site(
            "Nodes swapped",
            Unit.YES_NO,
            "Whether the nodes look swapped: walking shook the back node more than the thigh node by the factor "
            "swapped_shake, in the day's walking or in about 5 minutes of it. Such a day does not count, because its "
            "postures, walking and steps are wrong. Empty with less walking than swapped_least_s, or with one node.",
            formula="any part with median(shake_ratio) < 1 / swapped_shake; the parts: the day's walking of both nodes "
            "in time order, cut into one for each whole 5 min of it, but one at least, as equal as can be",
        ),
    ]
    shake_ratio: Annotated[
        float,
        _site(
            "Thigh shaken by walking, times the back",
            Unit.RATIO,
            "How many times as much walking shook the thigh node as the back node: the median of the epochs that both "
            "nodes classified as walking. Below 1 on a day with swapped nodes. Empty where nodes_swapped is.",
            formula="median(shake of thigh / shake of back over walking of both nodes)",
        ),
    ]


def sites(rows: DayRows, rules: Rules) -> Sites:
    """Return whether the day's nodes look swapped."""
    ratio = rows.table.shake_ratio
    ratio = ratio[~np.isnan(ratio)]
    if len(ratio) * EPOCH_S < max(rules.swapped_least_s, EPOCH_S):
        return Sites(nodes_swapped=None, shake_ratio=float("nan"))
    parts = np.array_split(ratio, max(1, len(ratio) // _PART_EPOCHS))
    least = min(float(np.median(part)) for part in parts)
    return Sites(nodes_swapped=least < 1 / rules.swapped_shake, shake_ratio=float(np.median(ratio)))
