"""Run by MicroPython: every viper kernel against its plain reference, on random and on extreme samples.

Argument: firmware folder. Prints the number of comparisons, or the first difference and a traceback.
"""
# ruff: noqa: B905, UP031  (MicroPython has neither strict zip nor everything that f-strings can)

import random
import sys
from array import array

sys.path.insert(0, sys.argv[1])

from nodecore import forest, kernels, kernels_viper, model

random.seed(3)
count = 0


def same(name, *args):
    """Call both kernels on copies of the arguments; compare results and arrays."""
    global count
    plain = [array(a[0], a[1]) if isinstance(a, tuple) else a for a in args]
    fast = [array(a[0], a[1]) if isinstance(a, tuple) else a for a in args]
    expected = getattr(kernels, name)(*plain)
    got = getattr(kernels_viper, name)(*fast)
    if expected != got:
        raise ValueError("%s: %r is not %r" % (name, got, expected))
    for a, b in zip(plain, fast):
        if a != b:
            raise ValueError("%s: arrays differ" % name)
    count += 1
    return expected


def signal(kind, n):
    """Return `n` values of a kind: noise, all extremes, a constant extreme, or a gait-like wave."""
    if kind == 0:
        return [random.randint(-32768, 32767) for _ in range(n)]
    if kind == 1:
        return [random.choice((-32768, 32767)) for _ in range(n)]
    if kind == 2:
        return [-32768] * n
    if kind == 3:
        return [32767] * n
    return [(i % 57) * 150 - 4000 + random.randint(-200, 200) for i in range(n)]


def work(kind, n):
    """Return values as `smooth` leaves them: within +-PEAK."""
    return [max(-kernels.PEAK, min(kernels.PEAK, v)) for v in signal(kind, n)]


for kind in range(5):
    for n in (26, 117, 130, 160):
        buf = ("h", signal(kind, 3 * n))
        means = ("h", [random.choice((-32768, 0, 32767, 77)) for _ in range(3)])
        out = ("i", [0, 0, 0])
        same("sums", buf, n, out)
        same("spreads", buf, n, means, out)
        same("jerks", buf, n, out)
        same("lows", buf, n, means, out)
        same("magnitudes", buf, n, ("h", [0] * n))
        same("spread", buf, n, -5)
        frame = ("h", [random.randint(-1024, 1024) for _ in range(9)])
        same("turn", ("h", [0, 0, 0] + buf[1]), 3, n, frame, ("h", [0] * (3 * n)))
        up = ("h", random.choice(((1024, 0, 0), (591, -591, 591), (0, 724, -724))))
        same("lead", ("h", work(kind, 3 * n)), ("h", [n - 26, n, 4]), up, ("i", [0] * 5))
        same("copy", buf, 6, 60, ("h", [0] * 80), 3)
        for axes in (1, 3):
            total = 3 * n // axes
            total = min(total, 2 * n)
            start = total - n if total > n else 0
            size = axes * total
            raw = ("h", signal(kind, size))
            for shift in (0, 3, 9):
                same("smooth", raw, total, means, ("h", [axes, shift]), ("h", [0] * size))
            small = work(kind, size)
            same("energies", ("h", small), size, ("i", [0] * (size + 1)))
            for before in (0, 30, n):
                pairs = work(kind, axes * (before + n))
                energy = array("i", [0] * (len(pairs) + 1))
                kernels.energies(array("h", pairs), len(pairs), energy)
                end_lag = min(86, before + n - 26)
                if end_lag > 6:
                    form = ("h", [axes, before, before + n, 6, end_lag])
                    same("similarity", ("h", pairs), ("i", list(energy)), form, ("h", [0] * 80))
            for width in (2, 3, 9, 43):
                form = ("h", [axes, axes - 1, start, total, width])
                scratch = ("i", [0] * (2 * total + 2))
                swing = array("h", [0] * total)
                kernels.swing(array("h", small), array("h", form[1]), array("i", scratch[1]), swing)
                # the scratch differs by a constant offset between the two: only `out` and the result count
                got = array("h", [0] * total)
                a = kernels_viper.swing(array("h", small), array("h", form[1]), array("i", scratch[1]), got)
                b = kernels.swing(array("h", small), array("h", form[1]), array("i", scratch[1]), swing)
                if a != b or got != swing:
                    raise ValueError("swing")
                same("crossings", ("h", list(swing)), total, ("h", [0] * 64), ("h", [0] * 64))
for _ in range(300):
    same("isqrt", random.randint(0, (1 << 30) - 1))
for value in (0, 1, 3, 4, (1 << 30) - 1):
    same("isqrt", value)

for _ in range(200):
    traits = ("h", [random.choice((-1024, 0, 300, 1000, 4000, 32767)) + 0 for _ in range(27)])
    for trees in model.TREES:
        same("votes", traits, trees, model.ROUNDS // forest.PIECES)
    same("votes", traits, model.LEVEL_TREES, model.LEVEL_COUNT)
for size in (0, 1, 16, 232):
    bytes_ = [random.getrandbits(8) for _ in range(500)]
    same("mix", ("B", bytes_[:244]), ("B", bytes_[244:]), 4, size)
print(count)
