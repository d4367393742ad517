"""How fast a person steps: the stride at which the newest epoch repeats itself, without octave errors, and its steps.

A stride is two steps. A thigh swings once a stride; a lower back rises once a step and sways once a stride. So the
stride is sought where everything repeats, and the step, half of it, only where the back's magnitude confirms it.

Notes
-----
Steps:

1. `features` compares the newest epoch with itself and the one before, for each lag of 6 to 85 samples: once the three
   axes together, once the magnitude. The likeness is 2 r / (e1 + e2), see `kernels.similarity`.
2. `blend` makes one curve of likeness per stride, for 37 to 240 steps/min. On the back half of it is the magnitude at
   half the lag, because a back rises once a step.
3. `pick` takes the first peak that reaches 80% of the best one, so that two strides are not taken for one. A stride
   that was sure (likeness from 0.68 on) leads for four epochs: it favours peaks within 19% of it.
4. `refine` puts the peak between samples by a parabola.
5. `count` filters the signal to about one period and counts where it rises through zero. Weak swings are no steps. A
   back must rise by 8 mm (`faintest`), and walking goes on over a gap of less than 1.75 periods (`link`).
6. Clear steps time the stride where the likeness is not sure (back: below 0.88). On the back the stride is the median
   of what likeness, clear steps and all steps say.

Sources: the likeness is that of McLeod and Wyvill 2005, "A smarter way to find pitch". Adults rise by 27 mm at 0.7 m/s
(Orendurff 2004, CITATIONS.md); the limit of 8 mm is ours.

Deviations from McLeod and Wyvill: integers, and three axes in one sum. The newest epoch alone is compared, and a lag
reaches back into the epoch before. An earlier sure stride leads, and steps are counted in the signal itself.

Measured, in `host/`: `python -m training.harness cadence slow`, `python -m training.backsteps`.

- Oxford, pocket, 3 people: .994 of the epochs within 5 steps/min, none at half or twice the cadence, steps MAPE .026.
- IPOL, lower back, 12 people: MAE 2.02 steps/min, .874 within 5 steps/min, steps MAPE .062.
- The same walks slowed to 40-80 steps/min: MAE 0.8 to 1.4 steps/min in nine groups of site, factor and cadence, 2.9 in
  the tenth (44 epochs of the back). Most figures: host/training/RESULTS.md.

Known failures:

- The 8 mm were chosen with all 12 people and the synthetic car in view, and no truly slow or frail gait was tested.
- A limp with one step a quarter of the other is taken for half the cadence. No command computes this figure.
- On a back alone a car makes 340 false steps an hour, cycling 5,297, and shuffling loses four of five steps: synthetic
  people, `python -m training.synthetic steps`.
- Without one sure stride nothing is counted on the back: of twelve walks slowed by 2.5 one is off by .585 of its steps.
- 4% of IPOL's marked steps fall where the back rests (under 30 mg within 0.4 s); why is not known.
"""

from array import array

from nodecore.compat import const
from nodecore.features import FIRST_LAG, kernels
from nodecore.roles import BACK, THIGH

FIRST = const(12)  # samples: the shortest stride is one more, 240 steps/min
STRIDES = const(74)  # lags 12..85: the longest is 37 steps/min
SURE = const(700)  # 1024ths: a likeness that may lead the epochs after it, and needs no leading
_PERFECT = const(900)  # 1024ths: so alike that counting could not time a back's stride better
_QUICK = const(208)  # 16ths of a sample: a step at 150/min
_TIMED = const(200)  # 1024ths: the likeness that a known stride of a back has if its steps keep time
_RISE = const(148000000)  # 8 mm, see `faintest`: a back that rises by less from step to step does not walk
_HOLD = const(4)  # epochs for which a sure stride leads
EARLIER = const(819)  # 1024ths of the best likeness that an earlier peak needs
_CROSSINGS = const(64)


class Tracker:
    """Follow the stride of one node through consecutive epochs; `role`: THIGH or BACK.

    After `follow`: `stride` in 16ths of a sample (0 = none) and `likeness` in 1024ths (0..1024) at it; after `count`
    also `steps` in 256ths, and `stride` from the counted ones where they agree. echo: the likeness in 1024ths of the
    vector a stride and a step ago, and of the magnitude a stride and a step ago. known: whether a stride (`led`) was
    sure in this epoch or one of the four before; fresh: whether that is new. earlier: on the back where `fresh`, the
    steps of the epoch before, in 256ths, which no sure stride could count.
    """

    def __init__(self, role):
        self.role = role
        self.stride = 0
        self.likeness = 0
        self.steps = 0
        self.earlier = 0
        self.known = 0
        self.fresh = False
        self.echo = array("h", [0, 0, 0, 0])
        self.led = 0  # the last sure stride, 16ths
        self._age = 0
        self._curve = array("h", bytes(2 * STRIDES))
        self._form = array("h", bytes(2 * 5))
        self._linked = array("i", [0, 0, 0])
        self._times = array("h", bytes(2 * _CROSSINGS))
        self._heights = array("h", bytes(2 * _CROSSINGS))

    def reset(self):
        """Forget the sure stride."""
        self.led = 0
        self.known = 0

    def rest(self):
        """Pass an epoch in which nothing moves."""
        self.stride = 0
        self.likeness = 0
        self.steps = 0
        self.earlier = 0
        for i in range(4):
            self.echo[i] = 0
        self.grow_old()

    def grow_old(self):
        """Let an epoch pass since the last sure stride."""
        self._age += 1
        if self._age > _HOLD:
            self.led = 0
        self.known = 1 if self.led else 0

    def follow(self, features):
        """Find the stride of the newest epoch of `features`, after its `compare`."""
        blend(features.vector, features.magnitude, self.role, self._curve)
        self.choose(self._curve)
        echoes(features.vector, features.magnitude, self.stride, self.echo)

    def choose(self, curve):
        """Find the stride in a curve of likeness (`blend`); the one before leads if it was sure and recent."""
        was_known = self.known
        self.grow_old()
        lag = pick(curve, self.led, EARLIER)
        self.take(lag, refine(curve, lag) if lag else 0, curve)
        self.fresh = self.known > was_known

    def take(self, lag, stride, curve):
        """Take a curve's peak at `lag` (0 = there is none), refined to `stride`, or else the stride that leads."""
        led = self.led
        self.steps = 0
        self.earlier = 0
        self.stride = stride
        self.likeness = curve[lag - FIRST] if lag else 0
        if self.likeness >= SURE:
            self.led = (led + self.stride) >> 1 if led else self.stride
            self._age = 0
            self.known = 1
        elif led and not 7 * led < 8 * self.stride < 9 * led:
            self.stride = led
            self.likeness = max(0, curve[min((led + 8) >> 4, FIRST + STRIDES - 1) - FIRST])

    def count(self, features):
        """Count the steps of the newest epoch, given its stride."""
        if self.stride == 0:
            return
        work = features.work
        axes = 3
        period = self.stride
        if self.role == BACK:
            work = features.pulse
            axes = 1
            period >>= 1
        form = self._form
        swing = features.swing
        best = form[1] = axis = 0
        form[0] = axes
        form[2] = features.start
        form[3] = features.total
        form[4] = width(period)
        for axis in range(axes - 1, -1, -1):
            form[1] = axis
            size = kernels.swing(work, form, features.sums, swing)
            if size > best:
                best = size
                chosen = axis
        if best == 0:
            return
        form[1] = chosen
        if chosen:  # axis 0 came last: `swing` still holds it
            kernels.swing(work, form, features.sums, swing)
        found = kernels.crossings(swing, features.total, self._times, self._heights)
        self.tally(self._times, self._heights, found, features.start, features.total, features.shift)

    def tally(self, times, heights, found, start, end, shift):
        """Turn crossings (16ths of a sample) and the heights of the swings after them into steps and a better stride.

        start, end: the newest epoch, in samples. Swings below a seventh of the highest are no steps; nor are a back's,
        whose pulse was scaled down by `shift`, if they rise by too little.
        """
        period = self.stride >> self.role
        floor = faintest(period, shift) if self.role == BACK else 0
        sums = self._linked
        if self.role == BACK and self.fresh:
            sums[0] = 0
            sums[1] = 16 * start
            link(times, heights, found, period, floor, sums)
            self.earlier = min(sums[0], 8191)
        sums[0] = 16 * start
        sums[1] = 16 * end
        link(times, heights, found, period, floor, sums)
        self.steps = min(sums[0] * (2 - self.role), 8191)
        if self.role == BACK:
            self._weigh(period, 16 * (end - start))
        self._retime(period, 16 * (end - start))

    def _weigh(self, period, length):
        """Believe a back's known stride that is stepped for half of the epoch, and none that is not stepped at all."""
        if self.steps == 0:
            self.stride = self.likeness = 0
        elif self.known and self.steps * period >> 7 > length:
            self.likeness = max(self.likeness, _TIMED)

    def _retime(self, period, length):
        """Take the stride from the linked steps, on the back from the middle of those, of all steps and of likeness."""
        swings, linked, time = self._linked
        if linked < 512 or self.likeness >= (_PERFECT if self.role == BACK else SURE):
            return
        better = (time << 8) // linked
        if 3 * period < 4 * better < 5 * period:
            if self.role == BACK:
                better = middle(period, better, (length << 8) // swings)
            self.stride = better << self.role


def blend(vector, magnitude, role, curve):
    """Write the likeness of each stride lag FIRST..FIRST + STRIDES - 1 to `curve`, in 1024ths.

    Thigh: two parts vector, one magnitude. Back: one part vector, one magnitude, two magnitude at half the lag.
    """
    offset = FIRST - FIRST_LAG
    for i in range(STRIDES):
        m = magnitude[i + offset]
        if role == THIGH:
            curve[i] = (2 * vector[i + offset] + m) // 3
        else:
            lag = i + FIRST
            half = (lag >> 1) - FIRST_LAG
            step = (magnitude[half] + magnitude[half + (lag & 1)]) >> 1
            curve[i] = (vector[i + offset] + m + 2 * step) >> 2


def echoes(vector, magnitude, stride, echo):
    """Write the likeness of vector and magnitude at the stride (16ths) and at half of it to `echo`; 0 without one."""
    if stride == 0:
        echo[0] = echo[1] = echo[2] = echo[3] = 0
        return
    lag = min((stride + 8) >> 4, FIRST + STRIDES - 1)
    echo[0] = vector[lag - FIRST_LAG]
    echo[1] = vector[(lag >> 1) - FIRST_LAG]
    echo[2] = magnitude[lag - FIRST_LAG]
    echo[3] = magnitude[(lag >> 1) - FIRST_LAG]


def bonus(lag, led):
    """Return what closeness to the led stride (16ths, 0 = none) adds to a lag's likeness: 333 at it, 0 from 19% on."""
    if led == 0:
        return 0
    away = abs(16 * lag - led) * 1024 // led
    return 333 - away * 333 // 192 if away < 192 else 0


def pick(curve, led, earlier):
    """Return the stride lag of the first peak that comes near the best one, 0 if no peak is positive.

    earlier: 1024ths of the best that it must reach.
    """
    best = 0
    for i in range(1, STRIDES - 1):
        value = curve[i]
        if value > 0 and value >= curve[i - 1] and value > curve[i + 1]:
            value += bonus(i + FIRST, led)
            if value > best:
                best = value
    if best == 0:
        return 0
    floor = best * earlier >> 10
    for i in range(1, STRIDES - 1):
        value = curve[i]
        if value > 0 and value >= curve[i - 1] and value > curve[i + 1]:
            if value + bonus(i + FIRST, led) >= floor:
                return i + FIRST
    return 0


def refine(curve, lag):
    """Return the lag of the parabola's top through a peak and its neighbours, in 16ths of a sample."""
    i = lag - FIRST
    bend = curve[i - 1] - 2 * curve[i] + curve[i + 1]
    if bend >= 0:
        return 16 * lag
    return 16 * lag + 8 * (curve[i - 1] - curve[i + 1]) // bend


def width(period):
    """Return the half-swing filter's width in samples for a period in 16ths: half of it, 2..43."""
    return max(2, (period + 16) >> 5)


def faintest(period, shift):
    """Return how high `kernels.swing` of a pulse scaled down by `shift` gets in the faintest step of a back.

    A rise and fall by 2 a in a period (16ths of a sample) is a beat of a (2 pi / period)^2: 5.7e6 / period^2 half
    counts for 8 mm; a quicker one than 150/min need not beat harder. `smooth` and `swing` make 26 of each: 64 for
    their gain, 0.405 for what the boxes leave of a beat. Adults rise by 27 mm at 0.7 m/s (Orendurff 2004).
    """
    period = max(period, _QUICK)
    return _RISE // (period * period) >> shift


def middle(a, b, c):
    """Return the median of three."""
    return max(min(a, b), min(max(a, b), c))


def link(times, heights, found, period, floor, sums):
    """Turn `sums` from (start, end) of the epoch into (swings, linked swings, time of the linked ones).

    Times in 16ths of a sample, swings in 256ths. If the tallest is below `floor` none counts, else none below half of
    it.
    Between two swings less than 1.75 periods apart walking goes on; they are linked if neither is weak (a third of
    the tallest), so that only clear ones time the stride. At an open end half a period
    belongs to the swing; towards the epoch's end, where no more is seen, walking is taken to go on.
    """
    start = sums[0]
    end = sums[1]
    tallest = 0
    for i in range(found):
        if heights[i] > tallest:
            tallest = heights[i]
    swings = linked = time = 0
    if tallest < floor:
        found = 0
    clear = end - period // 2  # later ones are bent by the samples that are still to come
    last = -1
    strong = was_strong = False
    for i in range(found):
        now = times[i]
        if (
            7 * heights[i] < tallest
            or 2 * heights[i] < floor
            or now > clear
            or (last >= 0 and 2 * (now - last) < period)
        ):
            continue
        was_strong = strong
        strong = 3 * heights[i] >= tallest
        if last >= 0 and 4 * (now - last) < 7 * period:
            inside = min(now, end) - max(last, start)
            if inside > 0:
                swings += (inside << 8) // (now - last)
                if strong and was_strong:
                    linked += (inside << 8) // (now - last)
                    time += inside
        elif last >= 0 and 4 * (now - last) < 11 * period:  # one was too weak to see
            inside = min(now, end) - max(last, start)
            if inside > 0:
                swings += (inside << 9) // (now - last)
        else:
            if last >= 0:
                swings += _overlap(last, last + period // 2, start, end, period)
            early = now - period // 2
            if last < 0 and start == 0 and now < period:
                early = 0  # nothing was seen before
            swings += _overlap(early, now, start, end, period)
        last = now
    if last >= 0:
        late = end if 4 * (end - last) < 7 * period else last + period // 2
        swings += _overlap(last, late, start, end, period)
    sums[0] = swings
    sums[1] = linked
    sums[2] = time


def _overlap(begin, stop, start, end, period):
    inside = min(stop, end) - max(begin, start)
    return (inside << 8) // period if inside > 0 else 0


def steps_per_minute(stride, n):
    """Return the cadence for a stride in 16ths of a sample, `n` samples being 5 s; at most 255."""
    return min(255, (2 * 12 * 16 * n + stride // 2) // stride)
