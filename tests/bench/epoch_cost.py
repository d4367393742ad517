"""Runs in MicroPython: what an epoch costs, beside programs of known cost in the same run, and how much is kernels.

micropython epoch_cost.py FIRMWARE SAMPLES     (SAMPLES: int16 x, y, z of whole epochs of walking)
"""

import asyncio
import json
import sys
import time
from array import array

sys.path.insert(0, sys.argv[1])

from nodecore import cadence, features, forest, mounting, record, score
from nodecore.sampling import EPOCH_SAMPLES

ROUNDS = 40  # short ones in turn: the best of each is then of a moment when nothing else ran
TASKS = 100


def reference():
    """The yardstick: a hundred thousand additions in bytecode."""
    total = 0
    for i in range(100000):
        total = (total + i) & 0xFFFF
    return total


def epochs(path):
    with open(path, "rb") as f:
        while True:
            data = f.read(6 * EPOCH_SAMPLES)
            if len(data) < 6 * EPOCH_SAMPLES:
                return
            yield array("h", data)


def timed_us(work):
    start = time.ticks_us()
    work()
    return time.ticks_diff(time.ticks_us(), start)


def score_all(made):
    scorer = score.EpochScorer(0)
    rec = bytearray(record.SIZE)
    for samples in made:
        scorer.score(samples, EPOCH_SAMPLES, rec)


class Notes:
    """Stands in for the kernels and notes each call, with copies of what it was given."""

    def __init__(self, kernels):
        self.kernels = kernels
        self.calls = []

    def __getattr__(self, name):
        work = getattr(self.kernels, name)

        def call(*args):
            self.calls.append((work, [a[:] if isinstance(a, array) else a for a in args]))
            return work(*args)

        return call


def kernel_calls(made):
    """Return every kernel call of some epochs."""
    users = [m for m in (cadence, features, forest, mounting) if hasattr(m, "kernels")]
    real = features.kernels
    notes = Notes(real)
    for user in users:
        user.kernels = notes
    score_all(made)
    for user in users:
        user.kernels = real
    return notes.calls


def replay(calls):
    for work, args in calls:
        work(*args)


def pancakes(n=6):
    """Flip piles of all orders until 0 is on top; what `bm_fannkuch` of MicroPython's perf_bench does."""
    order, left = list(range(n)), list(range(1, n + 1))
    take, put = order.pop, order.insert
    most, last, r = 0, n - 1, n
    while True:
        while r != 1:
            left[r - 1] = r
            r -= 1
        if order[0] != 0 and order[last] != last:
            pile = order[:]
            flips, top = 0, pile[0]
            while top:
                pile[: top + 1] = pile[top::-1]
                flips += 1
                top = pile[0]
            most = max(most, flips)
        while True:
            if r == n:
                return most
            put(r, take(0))
            left[r] -= 1
            if left[r] > 0:
                break
            r += 1


async def switches():
    """Return the microseconds of a task switch among a hundred, as peterhinch's rate.py counts them."""
    count = 0

    async def task():
        nonlocal count
        while True:
            await asyncio.sleep_ms(0)
            count += 1

    tasks = [asyncio.create_task(task()) for _ in range(TASKS)]
    await asyncio.sleep_ms(20)
    start, before = time.ticks_us(), count
    await asyncio.sleep_ms(100)
    took_us = time.ticks_diff(time.ticks_us(), start) / (count - before)
    for one in tasks:
        one.cancel()
    return took_us


def best_us(works):
    """Return the least microseconds of each of some works, all tried in turn."""
    least = {}
    for _ in range(ROUNDS):
        for name, work in works.items():
            took = timed_us(work)
            least[name] = min(took, least.get(name, took))
    return least


walking = list(epochs(sys.argv[2]))
n = len(walking)
still = [array("h", [4096 if i % 3 == 0 else 0 for i in range(3 * EPOCH_SAMPLES)])] * n
noted = kernel_calls(walking)
still_noted = kernel_calls(still)
found = best_us(
    {
        "reference_us": reference,
        "walking_us": lambda: score_all(walking),
        "walking_kernels_us": lambda: replay(noted),
        "still_us": lambda: score_all(still),
        "still_kernels_us": lambda: replay(still_noted),
        "pancakes_us": pancakes,
    }
)
for name in ("walking_us", "walking_kernels_us", "still_us", "still_kernels_us"):
    found[name] /= n
found["switch_us"] = min(asyncio.run(switches()) for _ in range(5))
print(json.dumps(found))
