"""Trouble of every kind at every message of a sync and every statement of the store, thousands of times."""

import itertools
import random
import time
from collections.abc import Iterator
from pathlib import Path

from tests.faults import worn_small
from tests.faults.series import KINDS, run_series
from tests.soak_parts.tally import Tally


def run(folder: Path, dice: random.Random, until_s: float) -> Iterator[tuple[str, Tally]]:
    """Yield (kind of fault, what came of a series of visits)."""
    image = worn_small.make(folder)
    for kind in itertools.cycle(KINDS):
        if time.monotonic() > until_s:
            return
        outcome = run_series(folder, image, kind, dice.getrandbits(30))
        yield f"sync: {kind}", Tally(outcome.faults, outcome.lost, outcome.duplicated, outcome.wrong)
