"""The node's own program: recording, log, radio windows. For MicroPython; the log runs on CPython too, for tests."""
