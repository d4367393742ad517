"""What node and host share: integer, pure, one copy, the same on MicroPython and CPython."""
