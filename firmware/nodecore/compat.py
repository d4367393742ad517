"""The few names that MicroPython has and CPython lacks."""

try:
    from micropython import const  # pyright: ignore[reportAssignmentType]
except ImportError:

    def const(expr):  # not positional-only, as the stub has it: MicroPython's grammar lacks the "/"
        """Return `expr`: on MicroPython the compiler folds it into the bytecode."""
        return expr
