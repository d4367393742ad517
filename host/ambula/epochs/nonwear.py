"""Time off the body, seen from both sides: a node on a table looks like one on a sleeper until it has lain for long.

The device can only look back, so it says `not_worn` from the moment on at which stillness has lasted too long; here the
whole of that stillness is marked. Host only, from the records alone.

Notes
-----
Steps, for each node on its own:

1. An epoch is lifeless if the mean absolute deviation of each axis is below 5 mg, and each axis' mean is within 10 mg
   of the epoch before.
2. 540 lifeless epochs in a row (45 min) are off the body. A gap in the epochs ends the row.
3. The node (`nodecore.score`) says so from the 540th epoch on; the host marks all of the row.
4. A person is absent where both nodes are off. One node on the body is enough to be worn (`nodecore.fuse`).

Sources: no published method. A sleeper's breath moves a node by more than 5 mg now and then, and a table does not; both
limits were set by eye.

Deviations between the two sides: the record has means in steps of 10 mg, so the host compares codes (at most one apart)
where the node compares counts. Deviations below 32 counts are exact in a record.

Measured: no figure exists on labelled time off the body. `pytest tests/unit/epochs/test_nonwear.py` shows the limits on
made records: 539 still epochs are a quiet person, 540 are absence.

Known failures:

- A sleeper who lies dead still for 45 minutes is taken for absent.
- Less than 45 minutes off the body count as worn, in the posture that the node's angle suggests.
- A node in a bag or in a car moves, and is taken for worn.
"""

import numpy as np
from numpy.typing import NDArray

from ambula.epochs.rules import DEFAULT, EpochRules
from nodecore import activity, record
from nodecore.sampling import COUNTS_PER_G, EPOCHS_A_MINUTE

DRIFT_CG = 1  # 0.01 g between neighbouring epochs
_CONFIDENCE = 8

Bytes = NDArray[np.uint8]
Bool = NDArray[np.bool_]


def mark_off_body(epoch: NDArray[np.int64], data: Bytes, has: Bool, rules: EpochRules = DEFAULT) -> None:
    """Turn one node's records of long stillness into NOT_WORN, in place.

    epoch: (n,) rising. data: (n, 12) records; has: where there is one. rules: how long, and how still. A gap in the
    epochs or the records ends a stillness. Edge case: a sleeper who lies dead still for 45 minutes is taken for absent.
    """
    follows = np.concatenate([[False], np.diff(epoch) == 1])
    counts = round(rules.not_worn_mg * COUNTS_PER_G / 1000)
    off = _long_runs(_lifeless(data, has, follows, counts), follows, rules.not_worn_min * EPOCHS_A_MINUTE)
    data[off, record.ACTIVITY] = activity.NOT_WORN | _CONFIDENCE << 4


def _lifeless(data: Bytes, has: Bool, follows: Bool, counts: int) -> Bool:
    """Tell where a record hardly moves and lies as the one before it did."""
    axes = np.ascontiguousarray(data.T[: record.MAD_Z + 1])  # numpy is slow at rows of three
    mad, mean_cg = axes[record.MAD_X :], axes[record.MEAN_X : record.MEAN_Z + 1].view(np.int8).astype(np.int16)
    drift_cg = np.abs(np.diff(mean_cg, prepend=mean_cg[:, :1]))
    lies_as_before = (drift_cg <= DRIFT_CG).all(axis=0) & follows & np.concatenate([[False], has[:-1]])
    return has & (mad < record.log_code(counts)).all(axis=0) & lies_as_before


def _long_runs(chosen: Bool, follows: Bool, least: int) -> Bool:
    """Keep the runs of consecutive chosen epochs that are long enough."""
    starts = chosen & ~(np.concatenate([[False], chosen[:-1]]) & follows)
    run = np.cumsum(starts) * chosen
    return chosen & (np.bincount(run)[run] >= least)
