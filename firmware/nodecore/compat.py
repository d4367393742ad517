"""The few names that MicroPython has and CPython lacks."""

try:
    from micropython import const
except ImportError:

    def const(expr):  # pyright: ignore[reportAssignmentType]  no "/" in MicroPython's grammar
        """Return `expr`: on MicroPython the compiler folds it into the bytecode."""
        return expr
