"""Whether the trunk lies, from a back node's records in their order: a trunk at the border must not change each epoch.

The node's own rule (`nodecore.classify.lies`) on the byte that the record has. So logs of firmware without it are
settled too, and for any other the answer is the node's.

Notes
-----
Steps:

1. A trunk lies once its mean x is below 0.50 g (60 degrees from upright), and until it is 0.64 g (50 degrees) or more.
2. The state goes from epoch to epoch. A gap, an epoch off the body and one without enough samples end it.
3. Where it begins between the two, the node's word stands: the node may know what was before.

Sources: no published method. 55 degrees lies between a car seat or an armchair and a bed with its head raised. The band
is the one of `Rules.bend_from_deg` and `bend_until_deg`, and twice as wide as people at rest move.

Measured: `python -m training.reclined`, host/training/RESULTS.md, "Posture from two nodes".

Known failures:

- Between the two a trunk keeps its word for hours: a sitter who was flat before and is now at 55 degrees is lying.
- A trunk that a record shows first between the two, without a node's word, is not lying until it was beyond 60.
"""

from math import cos, radians

import numpy as np
from numpy.typing import NDArray

from ambula.epochs.rules import DEFAULT, EpochRules
from nodecore import activity, record

Bytes = NDArray[np.uint8]
Bool = NDArray[np.bool_]
Centi = NDArray[np.int16]
_BORDERS = ["lying_from_deg", "lying_until_deg"]


def mean_x_cg(data: Bytes) -> Centi:
    """Return each record's mean x, (n,) in 0.01 g."""
    return data[:, record.MEAN_X].view(np.int8).astype(np.int16)


def lies(x_cg: Centi, lay: Bool, rules: EpochRules = DEFAULT) -> Bool:
    """Twin of `nodecore.classify.lies`, (n,)."""
    lies_cg, rises_cg = borders_cg(rules)
    return x_cg < np.where(lay, rises_cg, lies_cg)


def borders_cg(rules: EpochRules) -> tuple[int, int]:
    """Return below which mean x, 0.01 g, a trunk begins to lie, and from which it no longer does."""
    lies_cg, rises_cg = (round(100 * cos(radians(deg))) for deg in (rules.lying_from_deg, rules.lying_until_deg))
    return lies_cg, rises_cg


def settle(epoch: NDArray[np.int64], data: Bytes, has: Bool, rules: EpochRules = DEFAULT) -> None:
    """Turn the postures of a back node's records into what `lies` makes of them in a row, in place.

    epoch: (n,) rising. data: (n, 12) records; has: where there is one. Epochs of gait keep their word, and carry the
    state on. rules: other borders, for which no node's word counts.
    """
    says = data[:, record.ACTIVITY] & 15
    known = has & (says != activity.OTHER) & (says != activity.NOT_WORN)
    goes_on = np.concatenate([[False], (np.diff(epoch) == 1) & known[:-1]])
    x_cg = mean_x_cg(data)
    own_word = rules.only(_BORDERS) == DEFAULT
    lies_cg, rises_cg = borders_cg(rules)
    alone = lies(x_cg, (says == activity.LYING) & own_word, rules)
    between = (x_cg >= lies_cg) & (x_cg < rises_cg)
    rows = np.arange(len(epoch))
    lying = alone[np.maximum.accumulate(np.where(between & goes_on, 0, rows))]
    posture = known & ((says == activity.LYING) | (says == activity.STANDING))
    said = np.where(lying, activity.LYING, activity.STANDING) | (data[:, record.ACTIVITY] & 0xF0)
    np.copyto(data[:, record.ACTIVITY], said, "unsafe", posture)
