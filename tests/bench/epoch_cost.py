"""Runs in MicroPython: what an epoch costs, in units of a reference loop in the same run.

micropython epoch_cost.py FIRMWARE SAMPLES     (SAMPLES: int16 x, y, z of whole epochs of walking)
"""

import json
import sys
import time
from array import array

sys.path.insert(0, sys.argv[1])

from nodecore import record, score
from nodecore.sampling import EPOCH_SAMPLES

ROUNDS = 5


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


def best_us(work):
    return min(timed_us(work) for _ in range(ROUNDS))


def score_all(made):
    scorer = score.EpochScorer(0)
    rec = bytearray(record.SIZE)
    for samples in made:
        scorer.score(samples, EPOCH_SAMPLES, rec)


walking = list(epochs(sys.argv[2]))
still = [array("h", [4096 if i % 3 == 0 else 0 for i in range(3 * EPOCH_SAMPLES)])] * len(walking)
print(
    json.dumps(
        {
            "reference_us": best_us(reference),
            "walking_us": best_us(lambda: score_all(walking)) / len(walking),
            "still_us": best_us(lambda: score_all(still)) / len(still),
        }
    )
)
