"""Run by MicroPython: score a file of raw int16 epochs and print each record in hex, with the heap locked.

Arguments: firmware folder, role, file of 130 x 3 little-endian int16 an epoch.
"""

import sys
from array import array

sys.path.insert(0, sys.argv[1])

import micropython

from nodecore.score import EpochScorer

scorer = EpochScorer(int(sys.argv[2]))
samples = array("h", bytes(780))
rec = bytearray(12)
with open(sys.argv[3], "rb") as file:
    while file.readinto(samples):
        micropython.heap_lock()
        try:
            scorer.score(samples, 130, rec)
        finally:
            micropython.heap_unlock()
        print(rec.hex())
