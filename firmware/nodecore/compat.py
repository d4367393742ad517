"""The few names that MicroPython has and CPython lacks."""

try:
    from micropython import const
except ImportError:

    def const(value):
        """Return `value`: on MicroPython the compiler folds it into the bytecode."""
        return value
