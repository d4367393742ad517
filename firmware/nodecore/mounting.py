"""How the node sits on its segment, learnt from walking: a person who walks is upright, whatever the node says.

A node within 40 degrees of upright while walking is taken as worn as intended. Otherwise, once three sure walking
epochs agree, x is turned: by half a turn about z if it pointed down, else onto the direction found, and then y and z
no longer tell front from side. Which way z points (inside out) walking does not tell: it is not learnt.
"""

from array import array

from nodecore import thresholds
from nodecore.compat import const
from nodecore.features import FRONT, MAD_MAG, MEAN_X, MEAN_Y, MEAN_Z, SIDE, SIZE, UP, kernels

AS_MEANT = const(0)
UPSIDE_DOWN = const(1)
ODD = const(2)
NEEDED = const(3)  # sure walking epochs that must agree


def walks_for_sure(v, gait):
    """Tell whether an epoch is walking or running in any mounting: hard, regular, and beating once a step."""
    if gait.likeness < thresholds.WALK_LIKENESS or 2 * v[MAD_MAG] < thresholds.WALK_BEAT:
        return False
    return gait.echo[3] > thresholds.WALK_ECHO and gait.stride < thresholds.WALK_STRIDE


class Mounting:
    """Learn the mounting of one node; `kind` is AS_MEANT, UPSIDE_DOWN or ODD, `known` whether walking has shown it.

    `turned`: the newest `Features.values` with the means and their direction turned upright.
    """

    def __init__(self):
        self.kind = AS_MEANT
        self.known = 0
        self.turned = array("i", [0] * SIZE)
        self._up = array("i", [1024, 0, 0])
        self._seen = array("i", [0, 0, 0])
        self._agreed = 0
        self._against = 0

    def take(self, v, gait):
        """Learn from an epoch (`Features.values`, `cadence.Tracker`) and fill `turned`."""
        if walks_for_sure(v, gait):
            self.learn(v)
        self.turn(v)

    def learn(self, v):
        """Learn from an epoch of sure walking: only its direction counts."""
        if along(v, self._up) > thresholds.AS_WORN:
            self._against = 0
            self._agreed = min(self._agreed + 1, NEEDED)
            if self._agreed == NEEDED:
                self.known = 1
            return
        if self._against and along(v, self._seen) < thresholds.SAME_WAY:
            self._against = 0
        for axis in range(3):
            self._seen[axis] = v[UP + axis]
        self._against += 1
        if self._against >= NEEDED:
            self._adopt()

    def _adopt(self):
        self.known = 1
        self._against = 0
        down = self._seen[0] < -thresholds.AS_WORN
        straight = self._seen[0] > thresholds.AS_WORN
        for axis in range(3):
            self._up[axis] = self._seen[axis]
        if down or straight:
            self._up[0] = -1024 if down else 1024
            self._up[1] = self._up[2] = 0
        self.kind = UPSIDE_DOWN if down else AS_MEANT if straight else ODD

    def turn(self, v):
        """Fill `turned` from `v`."""
        out = self.turned
        for i in range(SIZE):
            out[i] = v[i]
        if self.kind == UPSIDE_DOWN:
            out[MEAN_X] = -v[MEAN_X]
            out[MEAN_Y] = -v[MEAN_Y]
            out[UP] = -v[UP]
            out[SIDE] = -v[SIDE]
        elif self.kind == ODD:
            up = self._up
            x = (v[MEAN_X] * up[0] + v[MEAN_Y] * up[1] + v[MEAN_Z] * up[2]) >> 10
            out[UP] = along(v, up)
            out[SIDE] = out[FRONT] = 0
            out[MEAN_X] = max(-32768, min(32767, x))
            out[MEAN_Y] = 0
            out[MEAN_Z] = across(v[MEAN_X], v[MEAN_Y], v[MEAN_Z], out[MEAN_X])


def along(v, direction):
    """Return the cosine between the epoch's mean and a direction, 1024ths (bound of the sum: 3 x 2^20)."""
    return (v[UP] * direction[0] + v[SIDE] * direction[1] + v[FRONT] * direction[2]) >> 10


def across(x, y, z, up):
    """Return the length of (x, y, z) across a direction along which it measures `up`; halved first, as int16 may be."""
    rest = (x >> 1) * (x >> 1) + (y >> 1) * (y >> 1) + (z >> 1) * (z >> 1) - (up >> 1) * (up >> 1)
    return min(32767, 2 * kernels.isqrt(rest)) if rest > 0 else 0
