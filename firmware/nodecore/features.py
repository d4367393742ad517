"""The features of one epoch, as integers: means, spreads, jerk, and likeness to itself one stride earlier.

`Features` keeps the previous epoch's samples, so that a stride of three seconds (40 steps/min) is still seen twice.
Nothing here allocates after `__init__`.
"""

from array import array

from nodecore.compat import const
from nodecore.sampling import MAX_EPOCH_SAMPLES, ODR_HZ

try:
    from nodecore import kernels_viper as kernels
except (ImportError, SyntaxError, AttributeError):  # CPython, or a port without the viper emitter
    from nodecore import kernels

# Indices into `Features.values`; counts are 4096 = 1 g, "half counts" 2048 = 1 g.
MEAN_X = const(0)
MEAN_Y = const(1)
MEAN_Z = const(2)
MAD_X = const(3)  # mean absolute deviation about the mean, counts
MAD_Y = const(4)
MAD_Z = const(5)
MAG = const(6)  # mean vector magnitude, half counts
MAD_MAG = const(7)  # half counts
JERK_X = const(8)  # mean absolute difference of neighbours, counts
JERK_Y = const(9)
JERK_Z = const(10)
LOW_X = const(11)  # mean absolute deviation of the average of five neighbours, counts
LOW_Y = const(12)
LOW_Z = const(13)
UP = const(14)  # cosine of the inclination of x, 1024ths
SIDE = const(15)  # y and z over the mean's length, 1024ths
FRONT = const(16)
SIZE = const(17)

FIRST_LAG = const(6)  # samples: 260 steps/min as a step
END_LAG = const(86)  # as a stride: 37 steps/min
LAGS = const(END_LAG - FIRST_LAG)
LEAD_LAG = const(4)  # samples (154 ms): by so much a walking thigh's push upward leads its way back

SHORTEST = const(256)  # counts: a shorter mean has no direction (free fall)
MOVED = const(1024)  # counts: a change of posture between two epochs; the older one is then no reference


class Features:
    """Measure consecutive epochs; `values` (see the indices), `vector` and `magnitude` hold the newest.

    vector, magnitude: similarity in 1024ths for lags FIRST_LAG..END_LAG - 1, of the three axes together (the same in
    any mounting) and of the vector magnitude. work, pulse: what was compared, smoothed and scaled, of which samples
    `start..total - 1` are the newest epoch; shift: by how much `pulse` is scaled down. All of these only after
    `compare`. swing, sums: scratch for `cadence`.
    """

    def __init__(self):
        self.values = array("i", bytes(4 * SIZE))
        self.vector = array("h", bytes(2 * LAGS))
        self.magnitude = array("h", bytes(2 * LAGS))
        self.n = 0
        self.n_before = 0
        self.start = 0
        self.total = 0
        self.shift = 0
        self._raw = array("h", bytes(2 * (6 * MAX_EPOCH_SAMPLES)))  # the previous epoch's samples, then the newest
        self._mag = array("h", bytes(2 * (2 * MAX_EPOCH_SAMPLES)))
        self.work = array("h", bytes(2 * (6 * MAX_EPOCH_SAMPLES)))
        self.pulse = array("h", bytes(2 * (2 * MAX_EPOCH_SAMPLES)))
        self.swing = array("h", bytes(2 * (2 * MAX_EPOCH_SAMPLES)))
        self.sums = array("i", bytes(4 * (6 * MAX_EPOCH_SAMPLES + 1)))
        self._three = array("i", [0, 0, 0])
        self._means = array("h", [0, 0, 0])
        self._before = array("i", bytes(4 * SIZE))
        self._form = array("h", bytes(2 * 5))

    def reset(self):
        """Forget the previous epoch: after a gap it is no reference."""
        self.n = 0
        self.n_before = 0

    def measure(self, buf, n):
        """Take in `n` samples (5..160, three int16 interleaved) and compute `values`."""
        v = self.values
        self._shelve(buf, n)
        self._measure_axes(buf, n, v)
        mag = self.pulse  # scratch until `compare`
        v[MAG] = kernels.magnitudes(buf, n, mag) // n
        v[MAD_MAG] = kernels.spread(mag, n, v[MAG]) // n
        kernels.copy(mag, 0, n, self._mag, self.n_before)
        direction(v)

    def lead(self, out):
        """Write what the newest epoch's movement along its mean leads to (see `kernels.lead`); after `compare`."""
        form = self._form
        form[0] = self.start
        form[1] = self.total
        form[2] = LEAD_LAG
        for axis in range(3):
            self._means[axis] = self.values[UP + axis]
        kernels.lead(self.work, form, self._means, out)

    def turn(self, frame, out):
        """Fill `out` as `values`, from the newest epoch turned by `frame` (see `kernels.turn`); overwrites `work`."""
        kernels.turn(self._raw, 3 * self.n_before, self.n, frame, self.work)
        self._measure_axes(self.work, self.n, out)
        out[MAG] = self.values[MAG]
        out[MAD_MAG] = self.values[MAD_MAG]
        direction(out)

    def compare(self):
        """Compute `vector` and `magnitude`: the newest epoch against itself and the one before."""
        v = self.values
        old = self._before
        spread = max(v[MAD_X], v[MAD_Y], v[MAD_Z])
        pulse = v[MAD_MAG]
        first = 0  # samples of the previous epoch to leave out
        for axis in range(3):
            if abs(v[MEAN_X + axis] - old[MEAN_X + axis]) > MOVED:
                first = self.n_before
        if first < self.n_before:
            spread = max(spread, old[MAD_X], old[MAD_Y], old[MAD_Z])
            pulse = max(pulse, old[MAD_MAG])
        means = self._means
        for axis in range(3):
            means[axis] = v[MEAN_X + axis]
        self.start = self.n_before - first
        self.total = self.start + self.n
        self._compare(self._raw, 3, first, spread, self.work, self.vector)
        means[0] = v[MAG]
        self.shift = gain(pulse)
        self._compare(self._mag, 1, first, pulse, self.pulse, self.magnitude)

    def _measure_axes(self, buf, n, v):
        means = self._means
        sums = self._three
        kernels.sums(buf, n, sums)
        for axis in range(3):
            means[axis] = sums[axis] // n
            v[MEAN_X + axis] = means[axis]
        kernels.spreads(buf, n, means, sums)
        for axis in range(3):
            v[MAD_X + axis] = sums[axis] // n
        kernels.jerks(buf, n, sums)
        for axis in range(3):
            v[JERK_X + axis] = sums[axis] // n
        kernels.lows(buf, n, means, sums)
        for axis in range(3):
            v[LOW_X + axis] = sums[axis] // (5 * (n - 4))

    def _shelve(self, buf, n):
        """Move the newest epoch to the front, as the previous one, and put the samples after it."""
        now = self.n
        for i in range(SIZE):
            self._before[i] = self.values[i]
        kernels.copy(self._raw, 3 * self.n_before, 3 * now, self._raw, 0)
        kernels.copy(self._mag, self.n_before, now, self._mag, 0)
        kernels.copy(buf, 0, 3 * n, self._raw, 3 * now)
        self.n_before = now
        self.n = n

    def _compare(self, series, axes, first, spread, work, out):
        total = self.total
        form = self._form
        kernels.copy(series, axes * first, axes * total, work, 0)
        form[0] = axes
        form[1] = gain(spread)
        kernels.smooth(work, total, self._means, form, work)
        end_lag = min(END_LAG, total - ODR_HZ)  # a lag needs at least a second of pairs
        for i in range(LAGS):
            out[i] = 0
        if end_lag <= FIRST_LAG:
            return
        kernels.energies(work, axes * total, self.sums)
        form[1] = self.start
        form[2] = total
        form[3] = FIRST_LAG
        form[4] = end_lag
        kernels.similarity(work, self.sums, form, out)


def gain(spread):
    """Return the right shift that brings four spreads (counts) below a quarter of `kernels.PEAK`."""
    shift = 0
    while (4 * spread) >> shift > 255:
        shift += 1
    return shift


def direction(v):
    """Fill UP, SIDE and FRONT: the mean as a unit vector in 1024ths, all 0 if it is shorter than 0.06 g."""
    x = v[MEAN_X]
    y = v[MEAN_Y]
    z = v[MEAN_Z]
    length = 2 * kernels.isqrt((x >> 1) * (x >> 1) + (y >> 1) * (y >> 1) + (z >> 1) * (z >> 1))
    if length < SHORTEST:
        v[UP] = v[SIDE] = v[FRONT] = 0
        return
    v[UP] = x * 1024 // length
    v[SIDE] = y * 1024 // length
    v[FRONT] = z * 1024 // length
