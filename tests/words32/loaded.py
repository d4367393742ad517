"""Runs in MicroPython: micropython loaded.py FIRMWARE; loads all of the node's program without any stand-in.

Prints what is left on the heap in bytes, first of what stays loaded, then with the meeting; then MicroPython's own
account of its table of names.
"""

import gc
import sys

import micropython

sys.path[:] = [sys.argv[1]]


class Bluetooth:
    """What the program asks of the module while it is loaded."""

    FLAG_READ = FLAG_WRITE = FLAG_NOTIFY = 0
    BLE = UUID = str


sys.modules["bluetooth"] = Bluetooth


def used():
    gc.collect()
    return gc.mem_alloc()


def load(*names):
    for name in names:
        __import__(name)


before = used()
load("drivers.lsm6ds3tr_c", "drivers.rv3028", "nodecore.score", "node.app")
stays = used() - before
load("meeting", "node.phone", "node.sitting")
print(stays, used() - before)
micropython.qstr_info()
