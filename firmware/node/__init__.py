"""The node's own program: recording, log, radio windows. Runs on MicroPython only; the log also on CPython, for tests."""
