"""The node's own program: recording, log, radio windows. For MicroPython; the log runs on CPython too, for tests."""

import sys

FIRMWARE = (0, 2, 0)
BUILD = "00000000"  # the host puts in what its files come to (ambula/firmware_build/version.py); frozen: unknown


def unload(*names):
    """Let modules go that are needed for a while only, so that their heap is free again.

    Two groups are worth it, by what they take on an ESP32-C3: what the start alone needs, 6 KB (settings, health, the
    sensor's check, start), and the meeting with the other node, 9 KB, on the thigh for seconds.
    """
    for name in names:
        for loaded in list(sys.modules):
            if loaded == name or loaded.startswith(name + "."):
                del sys.modules[loaded]
        package, _, last = name.rpartition(".")
        if package in sys.modules and hasattr(sys.modules[package], last):
            delattr(sys.modules[package], last)
