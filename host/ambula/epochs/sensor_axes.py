"""Records on the sensor's own axes: undoes the turns that the node made for its learnt mounting."""

import numpy as np
from numpy.typing import NDArray

from nodecore import record
from nodecore.sampling import COUNTS_PER_G

Floats = NDArray[np.float64]

# SPEC.md, "Record": a node that knows it is upside down has turned x and y, inside out y and z.
_UNDO = ((record.UPSIDE_DOWN, (-1.0, -1.0, 1.0)), (record.INSIDE_OUT, (1.0, -1.0, -1.0)))
_LOG_COUNTS = np.array([record.log_counts(code) for code in range(256)], np.float64)


def sensor_mean_g(data: NDArray[np.uint8]) -> Floats:
    """Return each record's mean acceleration on the sensor's own axes, (n, 3) in g, to 0.01 g.

    data: (n, 12) uint8, SPEC.md "Record". Means beyond +-1.27 g are saturated. Where the node was oddly mounted its own
    axes are lost: there the means stay as they are, see `is_turned`.
    """
    mean_g = data[:, record.MEAN_X : record.MEAN_Z + 1].view(np.int8).astype(np.float64) / 100.0
    for flag, signs in _UNDO:
        turned = (data[:, record.FLAGS] & flag) > 0
        mean_g[turned] *= signs
    return mean_g


def is_turned(data: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Return where a record's means are on axes that the node found by itself and did not keep, (n,) bool."""
    return (data[:, record.FLAGS] & record.ODDLY_MOUNTED) > 0


def spread_g(data: NDArray[np.uint8]) -> Floats:
    """Return each record's mean absolute deviations of x, y, z and the magnitude, (n, 4) in g, low by at most 6%."""
    return _LOG_COUNTS[data[:, record.MAD_X : record.MAD_MAG + 1]] / COUNTS_PER_G
