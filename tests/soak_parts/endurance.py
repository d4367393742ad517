"""What a week does to a node: bits flip, sensor, clock and program fail, the battery browns out, windows open."""

import asyncio
import random
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.durability import flips, lives, test_faults, test_flash, test_starts, windows
from tests.soak_parts.tally import Tally

WINDOWS = 1000
WINDOW_SHARE = 0.3
# Place, kinds.
FAULTS = (
    ("nodecore.score:EpochScorer.score", ("ValueError", "MemoryError", "OSError 5")),
    ("node.log:Log.add", ("OSError 5", "MemoryError")),
    ("nodecore.epoch:EpochWindow.align", ("ZeroDivisionError", "IndexError")),
    ("board:Board.sleep_ms", ("RuntimeError",)),
    ("node.link:GattServer.poll", ("ValueError", "OSError 5")),
    ("bus", ("errno", "ones")),
    ("fifo", ("stuck",)),
    ("clock", ("step -3600", "step 7200", "stop", "1970")),
)


def run(folder: Path, dice: random.Random, until_s: float) -> Iterator[tuple[str, Tally]]:
    """Yield (kind of fault, what came of one)."""
    now_s = time.monotonic()
    yield "radio window", _windows(folder / "windows", now_s + WINDOW_SHARE * (until_s - now_s))
    half_hour = test_flash.record_half_hour(folder / "worn")
    before = lives.read(test_flash.worn(half_hour)).segments
    number = 0
    while number == 0 or time.monotonic() < until_s:
        number += 1
        image = bytearray(test_flash.worn(half_hour).read_bytes())
        flips.flip(image, dice, 6)
        yield "flash, 6 bits flipped", _checked(6, lambda image=image: _flipped(half_hour, image, before))
        place, kinds = dice.choice(FAULTS)
        kind = dice.choice(kinds)
        most = 1 if kind in ("errno", "ones") else dice.randrange(1, 6)
        here = folder / f"fault {number}"
        yield (
            f"{place.rpartition(':')[2]}",
            _checked(most, lambda h=here, p=place, k=kind, m=most: _failing(h, p, k, m)),
        )
        mode = dice.choice(("torn", "garbage"))
        here = folder / f"brown {number}"
        yield "brown-out", _checked(test_starts.LIVES, lambda h=here, m=mode: test_starts.check_brown_outs(h, m, dice))


def _checked(faults: int, check: Callable[[], int | None]) -> Tally:
    """Count what a check says was lost; what it does not accept is wrong."""
    tally = Tally(faults=faults)
    try:
        tally.lost += check() or 0
    except AssertionError as e:
        print(e, file=sys.stderr)
        tally.wrong += 1
    return tally


def _windows(folder: Path, until_s: float) -> Tally:
    seen = asyncio.run(windows.cycle(folder, WINDOWS, until_s))
    if seen.leaks:
        print(seen, file=sys.stderr)
    return Tally(inputs=seen.cycles, wrong=seen.failed + seen.leaks)


def _flipped(half_hour: lives.NodeSettings, image: bytearray, before: list[lives.Segment]) -> None:
    """Segments that the flips hit are gone and told; whatever is left must be right, and the node go on."""
    flips.check(test_flash.again(half_hour, image), before, None)


def _failing(folder: Path, place: str, kind: str, most: int) -> int:
    """Return how many epochs are missing outside the minutes that the fault was in force."""
    seen = test_faults.life(folder, place, kind, most=most)
    return len(test_faults.missing(seen) - set(test_faults.HURT))
