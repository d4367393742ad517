"""Wrong clocks: weeks of them, each record where it belongs or in doubt."""

import random
import time
from collections.abc import Iterator
from pathlib import Path

from tests.soak_parts.tally import Tally
from tests.support.placed import place
from tests.support.wrong_clocks import DOUBTFUL, SURE, made_week


def run(folder: Path, dice: random.Random, until_s: float) -> Iterator[tuple[str, Tally]]:
    """Yield a tally a week: wrong is a record off by more than two epochs, or by more than its doubt."""
    kinds = [(f"clock: {name}", kind, name in SURE) for name, kind in {**SURE, **DOUBTFUL}.items()]
    while time.monotonic() < until_s:
        for title, kind, is_sure in kinds:
            week = made_week(dice.getrandbits(32), kind)
            placed = place(week)
            wrong = is_sure and (placed.worst_s > 10 or placed.outside > 0)
            yield title, Tally(inputs=1, faults=week.wrong, wrong=int(wrong))
