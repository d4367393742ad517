"""The firmware's parsers in a real MicroPython, on a heap that an allocation bomb would burst."""

import tempfile
from pathlib import Path

from ambula.sim.node import find_micropython
from tests.fuzz import batch

SCRIPT = Path(__file__).with_name("node_fuzz.py")
_HEAP = "400k"  # source files are compiled in it; a length field of a gigabyte does not fit
_FIRMWARE = Path(__file__).parents[2] / "firmware"


def fuzz(target: str, seed: int, count: int, limit_s: float) -> str:
    """Feed one target of `SCRIPT` with `count` inputs; see `batch.run`."""
    with tempfile.TemporaryDirectory() as folder:
        command = [find_micropython(), "-X", f"heapsize={_HEAP}", str(SCRIPT), str(_FIRMWARE), folder]
        return batch.run(command, target, seed, count, limit_s)
