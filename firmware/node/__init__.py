"""The node's own program: recording, log, radio windows. For MicroPython; the log runs on CPython too, for tests."""

import sys


def unload(name, package="node"):
    """Let a module of ours go, so that its heap is free again; it is loaded anew when it is wanted again."""
    sys.modules.pop(package + "." + name, None)
    try:
        delattr(sys.modules[package], name)
    except (AttributeError, KeyError):
        pass  # it was never loaded
