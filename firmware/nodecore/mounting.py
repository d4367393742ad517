"""How the node sits on its segment, learnt from walking: a person who walks is upright, whatever the node says.

Notes
-----
Steps:

1. An epoch counts if it is walking in any mounting (`walks_for_sure`). It must repeat itself after a stride and move
   hard, and half a stride must not contradict a beat per step. No mounting changes magnitude and likeness.
2. Up. A node within 40 degrees of upright while walking is worn as intended. If it is not, three such epochs that agree
   within 30 degrees make it upside down (x turned by half a turn about z) or, with x across the limb, odd.
3. Own direction, thigh only. Three epochs of sure level walking (`forest.is_level`) give the direction in which this
   person's thigh walks. From then on it is a mean over 32 such epochs.
4. Front, thigh only. A thigh that pushes up moves back 154 ms later. So what follows the movement along up, 154 ms
   later and across it, points back. The front counts once the mean of three such directions or more is over 0.75 long.
5. Rest, thigh only. A level, resting thigh shows z up more often than down: people sit and lie on their backs more than
   prone. A front that contradicts what it has shown is not believed.
6. A front opposite to z means inside out; one to the side means odd. `frame` turns every later epoch so that the own
   walking is along x and the front, once it counts, along z.

Sources: no published method. The thresholds were set by physics and by eye (`thresholds`). Level walking is learnt from
HuGaDB and PDIoT (CITATIONS.md).

Deviations: there is no original to deviate from.

Measured: macro-F1 of the thigh's classes, HuGaDB / PDIoT, people left out. First before any direction was learnt (with
an earlier forest), then once learnt: as worn .933 / .961 to .949 / .951, inside out .695 / .931 to .948 / .954, leaning
back by 15 degrees .701 / .940 to .948 / .947. Commands, in `host/`: `python -m training.mountings`, and `python -m
training.harness mounted` for learning on the way. All rows: host/training/RESULTS.md, "Mounting".

Known failures:

- Without three sure level epochs the own direction stays unknown. So it is in seven of the ten worst recordings, which
  have thirty seconds per class.
- A pocket turns: the push leads the way back within 33 degrees on HuGaDB's thighs, but only within 87 in PDIoT's
  pockets (mean 28). No command computes these two figures.
- A node that leans by 30 degrees still loses .03 in PDIoT.
- The synthetic participant has no such lead. The resting thigh keeps it from being taken for inside out: that befell
  five of twelve people before, and none now.
- No front is learnt on the back.
"""

from array import array

from nodecore import thresholds
from nodecore.compat import const
from nodecore.features import FRONT, MAD_MAG, MEAN_X, MEAN_Y, MEAN_Z, SIDE, SIZE, UP, direction, kernels

UPSIDE_DOWN = const(1)  # bits of `Mounting.kind`
INSIDE_OUT = const(2)
ODD = const(4)  # alone
NEEDED = const(3)  # sure walking epochs that must agree, and level ones before the frame counts
_MEMORY = const(32)  # level walking epochs that the own direction is a mean of
_CLEAR = const(12288)  # 16384ths: length of the mean front, of directions of length 1, that makes it sure


def walks_for_sure(v, gait):
    """Return whether an epoch is walking or running in any mounting: hard, regular, and beating once a step."""
    if gait.likeness < thresholds.WALK_LIKENESS or 2 * v[MAD_MAG] < thresholds.WALK_BEAT:
        return False
    return gait.echo[3] > thresholds.WALK_ECHO and gait.stride < thresholds.WALK_STRIDE


class Mounting:
    """Learn the mounting of one node.

    kind: bits, 0 as meant. known: whether walking has shown which way is up. own: level walking epochs behind `frame`,
    0 as long as it does not count. frame: nine 1024ths, the body's axes on the sensor's. up: 1024ths, the way up before
    that. odd: whether x lies across and no front is known.
    After `turn`: `shown`, the newest `Features.values` as the record gives them, flips undone (if ODD by `frame`), and
    `turned`, the same by `frame`, for the classifier.
    """

    def __init__(self):
        self.kind = 0
        self.known = 0
        self.own = 0
        self.odd = 0
        self.frame = array("h", [1024, 0, 0, 0, 1024, 0, 0, 0, 1024])
        self.shown = array("i", [0] * SIZE)
        self.turned = array("i", [0] * SIZE)
        self.up = array("i", [1024, 0, 0])
        self._seen = array("i", [0, 0, 0])
        self._agreed = 0
        self._against = 0
        self._askew = 0  # x lies across the limb
        self._levels = 0  # epochs behind `_walk` and `_front`
        self._fronts = 0
        self._faced = 0  # whether `_front` counts for the frame, not z
        self._lap = 0  # epochs by which a level, resting thigh has shown z up rather than down, at most _MEMORY
        self._walk = array("i", [16384, 0, 0])  # the own walking direction, 16ths of 1024ths
        self._front = array("i", [0, 0, 0])  # where walking says that the front is, the same

    def learn(self, v, lead, level):
        """Learn from an epoch of sure walking; `lead`: of `Features.lead`, used if it is sure to be `level` walking."""
        if along(v, self.frame if self.own else self.up) > thresholds.AS_WORN:
            self._against = 0
            self._agreed = min(self._agreed + 1, NEEDED)
            if self._agreed == NEEDED:
                self.known = 1
            if level:
                self._settle(v, lead)
            return
        if self._against and along(v, self._seen) < thresholds.SAME_WAY:
            self._against = 0
        for axis in range(3):
            self._seen[axis] = v[UP + axis]
        self._against += 1
        if self._against >= NEEDED:
            self._adopt()

    def rest(self, v):
        """See which side of a level thigh is up while it rests: people sit and lie on their backs more than prone."""
        if abs(v[UP]) < thresholds.GAIT_UPRIGHT and abs(v[FRONT]) > thresholds.FACE_AGAIN:
            self.lie(1 if v[FRONT] > 0 else -1)

    def lie(self, side):
        """Count one epoch more in which z is up (`side` 1) or down (-1)."""
        self._lap = max(-_MEMORY, min(_MEMORY, self._lap + side))

    def _adopt(self):
        """Take another way up; the own direction is to be learnt anew."""
        self.known = 1
        self._against = 0
        down = self._seen[0] < -thresholds.AS_WORN
        self._askew = 0 if down or self._seen[0] > thresholds.AS_WORN else 1
        for axis in range(3):
            self.up[axis] = self._seen[axis]
        if not self._askew:
            self.up[0] = -1024 if down else 1024
            self.up[1] = self.up[2] = 0
        self.kind = ODD if self._askew else UPSIDE_DOWN if down else 0
        self.odd = self._askew
        self.own = self._levels = self._fronts = self._faced = 0
        for axis in range(3):
            self._walk[axis] = 16 * self.up[axis]
            self._front[axis] = 0

    def _settle(self, v, lead):
        """Move the own direction towards an epoch of level walking; what was taken for up counts as one."""
        n = self._levels = min(self._levels + 1, _MEMORY)
        walk = self._walk
        for axis in range(3):
            walk[axis] += (16 * v[UP + axis] - walk[axis]) // (n + 1)
        self._look(v, lead)
        if n >= NEEDED and not self.odd:
            self.own = n
            self._square()

    def _look(self, v, lead):
        """Move the front towards where a clear push upward comes from, and once it is sure decide the kind by it."""
        shift = 0
        while max(abs(lead[0]), abs(lead[1]), abs(lead[2])) >> shift > 8191:
            shift += 1
        x = lead[0] >> shift
        y = lead[1] >> shift
        z = lead[2] >> shift
        rise = (x * v[UP] + y * v[SIDE] + z * v[FRONT]) >> 10
        x = ((rise * v[UP]) >> 10) - x
        y = ((rise * v[SIDE]) >> 10) - y
        z = ((rise * v[FRONT]) >> 10) - z
        length = kernels.isqrt(x * x + y * y + z * z)
        most = kernels.isqrt(lead[3]) * kernels.isqrt(max(0, lead[4] - lead[3]))
        if length == 0 or length << shift < most // 5 * 2:
            return
        n = self._fronts = min(self._fronts + 1, _MEMORY)
        front = self._front
        front[0] += (16384 * x // length - front[0]) // n
        front[1] += (16384 * y // length - front[1]) // n
        front[2] += (16384 * z // length - front[2]) // n
        if n >= NEEDED and length_of(front) > _CLEAR:
            self._face()

    def _face(self):
        """Decide by the front which way z points: out, in, or, with x across or the front to the side, oddly.

        A front against what the resting thigh has shown is not believed.
        """
        front = self._front
        out = front[2] * 1024 // length_of(front)
        side = thresholds.FACE_AGAIN if self.kind == ODD else thresholds.FACE
        self._faced = self._askew or self._lap <= 0 or out >= thresholds.FACE
        if self._askew or self._faced and abs(out) < side:
            self.kind = ODD
        else:
            inside_out = self._faced and out < 0
            self.kind = (UPSIDE_DOWN if self.up[0] < 0 else 0) | (INSIDE_OUT if inside_out else 0)
        self.odd = 0

    def _square(self):
        """Fill `frame`: x along the own walking, z across towards the front, or the sensor's until that is sure."""
        frame = self.frame
        walk = self._walk
        length = max(1, length_of(walk))
        x = walk[0] * 1024 // length
        y = walk[1] * 1024 // length
        z = walk[2] * 1024 // length
        a = b = 0
        c = 1024
        if self._faced:
            length = max(1, length_of(self._front))
            a = self._front[0] * 1024 // length
            b = self._front[1] * 1024 // length
            c = self._front[2] * 1024 // length
        rise = (a * x + b * y + c * z) >> 10
        a -= (rise * x) >> 10
        b -= (rise * y) >> 10
        c -= (rise * z) >> 10
        length = max(1, kernels.isqrt(a * a + b * b + c * c))
        a = a * 1024 // length
        b = b * 1024 // length
        c = c * 1024 // length
        frame[0] = x
        frame[1] = y
        frame[2] = z
        frame[3] = (b * z - c * y) >> 10
        frame[4] = (c * x - a * z) >> 10
        frame[5] = (a * y - b * x) >> 10
        frame[6] = a
        frame[7] = b
        frame[8] = c

    def turn(self, features, still):
        """Fill `shown` and `turned` from the newest epoch; of a `still` one only the means are turned."""
        v = features.values
        if still:
            self.rest(v)
        out = self.turned
        for i in range(SIZE):
            out[i] = v[i]
        if self.own == 0 or self.kind != ODD:
            self.flip(v, out)
            for i in range(SIZE):
                self.shown[i] = out[i]
        if self.own:
            if still:
                turn_means(v, self.frame, out)
                direction(out)
            else:
                features.turn(self.frame, out)
            if self.kind == ODD:
                for i in range(SIZE):
                    self.shown[i] = out[i]

    def flip(self, v, out):
        """Undo in `out` the half turns of `v`, or bring an odd one upright without a front."""
        if self.kind == ODD:
            lean(v, self.up, out)
            return
        if self.kind & UPSIDE_DOWN:
            out[MEAN_X] = -out[MEAN_X]
            out[MEAN_Y] = -out[MEAN_Y]
            out[UP] = -out[UP]
            out[SIDE] = -out[SIDE]
        if self.kind & INSIDE_OUT:
            out[MEAN_Y] = -out[MEAN_Y]
            out[MEAN_Z] = -out[MEAN_Z]
            out[SIDE] = -out[SIDE]
            out[FRONT] = -out[FRONT]


def lean(v, up, out):
    """Write means and direction of `v` to `out` (maybe `v`) so that `up` is x; y is 0 and z what lies across."""
    x = max(-32768, min(32767, (v[MEAN_X] * up[0] + v[MEAN_Y] * up[1] + v[MEAN_Z] * up[2]) >> 10))
    out[UP] = along(v, up)
    out[SIDE] = out[FRONT] = 0
    out[MEAN_Z] = across(v[MEAN_X], v[MEAN_Y], v[MEAN_Z], x)
    out[MEAN_X] = x
    out[MEAN_Y] = 0


def turn_means(v, frame, out):
    """Write the means of `v`, turned by `frame`, to `out` (another array), clipped to int16."""
    for axis in range(3):
        at = 3 * axis
        mean = (v[MEAN_X] * frame[at] + v[MEAN_Y] * frame[at + 1] + v[MEAN_Z] * frame[at + 2]) >> 10
        out[MEAN_X + axis] = max(-32768, min(32767, mean))


def along(v, direction):
    """Return the cosine between the epoch's mean and a direction, 1024ths (bound of the sum: 3 x 2^20)."""
    return (v[UP] * direction[0] + v[SIDE] * direction[1] + v[FRONT] * direction[2]) >> 10


def across(x, y, z, up):
    """Return the length of (x, y, z) across a direction along which it measures `up`; halved first, as int16 may be."""
    rest = (x >> 1) * (x >> 1) + (y >> 1) * (y >> 1) + (z >> 1) * (z >> 1) - (up >> 1) * (up >> 1)
    return min(32767, 2 * kernels.isqrt(rest)) if rest > 0 else 0


def length_of(vector):
    """Return the length of three numbers of at most 16384 each."""
    return kernels.isqrt(vector[0] * vector[0] + vector[1] * vector[1] + vector[2] * vector[2])
