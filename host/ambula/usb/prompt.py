"""Whether a board waits at MicroPython's prompt: asked without interrupting what it does."""

import time

from ambula.base.optional_imports import needs

_LISTEN_S = 0.5
_PROMPT = b">>>"


def is_at_prompt(port: str) -> bool:
    """Return whether the prompt answers an empty line; a program that runs does not hear it. False without a port."""
    with needs("a board on USB", "mpremote"):
        import serial
    try:
        opened = serial.Serial(None, 115200, timeout=0.05, write_timeout=_LISTEN_S, exclusive=True)
        opened.port, opened.dtr, opened.rts = port, False, False  # their change at the opening may reset a chip
        with opened:  # opens it
            opened.write(b"\r\n")
            heard = b""
            until_s = time.monotonic() + _LISTEN_S
            while time.monotonic() < until_s:
                heard += opened.read(64)
                if heard.rstrip().endswith(_PROMPT):
                    return True
    except (OSError, serial.SerialException):
        pass  # it is away, or going
    return False
