"""Wrong clocks: weeks of them, each record where it belongs or in doubt, nothing twice, nothing in no state."""

import random
import time
from collections.abc import Iterator
from pathlib import Path

from tests.soak_parts.tally import Tally
from tests.support.placed import place
from tests.support.wrong_clocks import DOUBTFUL, SURE, made_week


def run(folder: Path, dice: random.Random, until_s: float) -> Iterator[tuple[str, Tally]]:
    """Yield a tally a week.

    Wrong is a week in which something is that must never be, or a record off by more than two epochs or its doubt where
    readings suffice. Where they cannot, a record beyond its doubt is a fault, which is counted: one week in 100 may.
    """
    kinds = [(f"clock: {name}", kind, name in SURE) for name, kind in {**SURE, **DOUBTFUL}.items()]
    while time.monotonic() < until_s:
        for title, kind, is_sure in kinds:
            placed = place(made_week(dice.getrandbits(32), kind))
            wrong = bool(placed.broken) or (is_sure and (placed.worst_s > 10 or placed.outside > 0))
            yield title, Tally(inputs=1, faults=int(placed.outside > 0), wrong=int(wrong))
