"""Time off the body, seen from both sides: a node on a table looks like one on a sleeper until it has lain for long.

The device can only look back, so it says `not_worn` from the moment on at which stillness has lasted too long; here the
whole of that stillness is marked. Host only, from the records alone.
"""

import numpy as np
from numpy.typing import NDArray

from nodecore import activity, record

LIFELESS_COUNTS = 20  # 5 mg: a sleeper's breath moves a node by more now and then, a table does not
DRIFT_CG = 1  # 0.01 g between neighbouring epochs
LEAST_EPOCHS = 540  # 45 min, as on the device
_CONFIDENCE = 8

Bytes = NDArray[np.uint8]
Bool = NDArray[np.bool_]


def mark_off_body(epoch: NDArray[np.int64], data: Bytes, has: Bool) -> None:
    """Turn one node's records of long stillness into NOT_WORN, in place.

    epoch: (n,) rising. data: (n, 12) records; has: where there is one. A gap in the epochs or the records ends a
    stillness. Edge case: a sleeper who lies dead still for 45 minutes is taken for absent.
    """
    follows = np.concatenate([[False], np.diff(epoch) == 1])
    off = _long_runs(_lifeless(data, has, follows), follows)
    data[off, record.ACTIVITY] = activity.NOT_WORN | _CONFIDENCE << 4


def _lifeless(data: Bytes, has: Bool, follows: Bool) -> Bool:
    """Tell where a record hardly moves and lies as the one before it did."""
    axes = np.ascontiguousarray(data.T[: record.MAD_Z + 1])  # numpy is slow at rows of three
    mad, mean_cg = axes[record.MAD_X :], axes[record.MEAN_X : record.MEAN_Z + 1].view(np.int8).astype(np.int16)
    drift_cg = np.abs(np.diff(mean_cg, prepend=mean_cg[:, :1]))
    lies_as_before = (drift_cg <= DRIFT_CG).all(axis=0) & follows & np.concatenate([[False], has[:-1]])
    return has & (mad < record.log_code(LIFELESS_COUNTS)).all(axis=0) & lies_as_before


def _long_runs(chosen: Bool, follows: Bool) -> Bool:
    """Keep the runs of consecutive chosen epochs that are long enough."""
    starts = chosen & ~(np.concatenate([[False], chosen[:-1]]) & follows)
    run = np.cumsum(starts) * chosen
    return chosen & (np.bincount(run)[run] >= LEAST_EPOCHS)
