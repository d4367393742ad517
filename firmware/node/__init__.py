"""The node's own program: recording, log, radio windows. For MicroPython; the log runs on CPython too, for tests."""

import sys


def forget(name):
    """Let the module `node.NAME` go, so that its heap is free again; it is loaded anew when it is wanted again."""
    sys.modules.pop("node." + name, None)
    globals().pop(name, None)
