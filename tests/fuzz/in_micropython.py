"""The firmware's parsers in a real MicroPython, on a heap that an allocation bomb would burst."""

import subprocess
import tempfile
from pathlib import Path

from ambula.sim.node import find_micropython

TARGETS = ("strangers", "owners", "opening", "segments", "recovery", "settings")
_HEAP = "400k"  # source files are compiled in it; a length field of a gigabyte does not fit
_FIRMWARE = Path(__file__).parents[2] / "firmware"


def fuzz(target: str, seed: int, count: int, limit_s: float) -> str:
    """Feed one target with `count` inputs; return what went wrong, or nothing. A hang ends after `limit_s`."""
    with tempfile.TemporaryDirectory() as folder:
        script = str(Path(__file__).with_name("node_fuzz.py"))
        command = [find_micropython(), "-X", f"heapsize={_HEAP}", script, str(_FIRMWARE), folder, target]
        try:
            done = subprocess.run(
                [*command, str(seed), str(count)], capture_output=True, text=True, timeout=limit_s, errors="replace"
            )
        except subprocess.TimeoutExpired:
            return f"{target} seed {seed}: not done within {limit_s:g} s"
    if done.returncode == 0 and done.stdout.endswith(f"ok {count}\n"):
        return ""
    return f"{target} seed {seed}: exit code {done.returncode}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
