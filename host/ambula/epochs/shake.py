"""How much more walking shakes one node than the other: a swinging thigh more than the lower back.

Notes
-----
Sources: no published method. Walking shakes the thigh 1.6 to 2.6 times as much as the trunk in 11 of 11 people of CMU,
Daphnet and DSADS, by all that a check takes for walking (`test_walkers.py`). Of epochs that both nodes call walking:
see `ambula.days.figures.sites`.
"""

import numpy as np
from numpy.typing import NDArray

from ambula.epochs.sensor_axes import spread_g
from nodecore import activity, record

CLEARLY_MORE = 1.2

Bytes = NDArray[np.uint8]


def shake_ratio(thigh: Bytes, back: Bytes) -> NDArray[np.float64]:
    """Return how many times as much the thigh's node was shaken as the back's, (n,); NaN where not both say walking.

    thigh, back: (n, 12) records of the same epochs, zeros where there is none. No turn of a node changes it much.
    """
    says = [data[:, record.ACTIVITY] & 15 for data in (thigh, back)]
    walks = np.flatnonzero((says[0] == activity.WALKING) & (says[1] == activity.WALKING))
    shake_g = [np.linalg.norm(spread_g(data[walks])[:, :3], axis=1) for data in (thigh, back)]
    ratio = np.full(len(thigh), np.nan)
    ratio[walks] = shake_g[0] / np.maximum(shake_g[1], 1e-6)
    return ratio
