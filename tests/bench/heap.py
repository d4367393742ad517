"""What the node wants of a heap with words of 32 bits, as a board's: see tests/words32."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from ambula.base.errors import AmbulaError
from tests.support.fetched import why_not_fetched
from tests.words32 import measure

FETCH = Path(measure.__file__).with_name("fetch")
STEP_KIB = 2


def works(heap_kib: int) -> bool:
    """Return whether a morning of meetings and a sync goes well in so much heap, stand-ins included."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            came = measure.spend_a_morning(Path(folder), heap_kib)
        except (AmbulaError, ValueError, TimeoutError):
            return False
        return not came.trouble and came.fused > 0 and came.synced == 2 * measure.HOURS * 720


def smallest(say: Callable[[str, str], None]) -> None:
    """Print what is loaded, and the smallest heap in which a morning of meetings and a sync goes well."""
    if why := why_not_fetched(FETCH, 300):
        say("heap, words of 32 bits", f"left out: {why}")
        return
    micropython = str(FETCH.parents[2] / "build" / "micropython32" / "micropython")
    with tempfile.TemporaryDirectory() as folder:
        it = measure.loaded(micropython, Path(folder))
    say(
        "heap of what stays loaded, of all there is",
        f"{it.stays / 1024:.0f}, {it.all / 1024:.0f} KiB, {it.names} names",
    )
    os.environ["AMBULA_MICROPYTHON"] = micropython
    try:
        fails, high = 120, 168
        while high - fails > STEP_KIB:
            middle = (fails + high) // 2
            fails, high = (fails, middle) if works(middle) else (middle, high)
    finally:
        del os.environ["AMBULA_MICROPYTHON"]
    beside = measure.STAND_INS_KIB + measure.NAME_TABLE_KIB
    say("smallest heap for meetings and a sync (32-bit)", f"{high} KiB, {high - beside} without the stand-ins")
    say("  of a board's two areas", f"{measure.BOARD_KIB} KiB")
