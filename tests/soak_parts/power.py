"""The power cut at every flash write and erase of a recording hour, in random order, as far as the time goes."""

import itertools
import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tests.powerloss import cuts
from tests.powerloss.test_power_cuts import check
from tests.soak_parts.tally import Tally


def run(folder: Path, dice: random.Random, until_s: float) -> Iterator[tuple[str, Tally]]:
    """Yield (kind of fault, what came of one)."""
    settings = cuts.prepare(folder)
    whole = cuts.undisturbed(folder, settings)
    cuts_to_make = [(at, mode) for at in range(1, whole.operations + 1) for mode in cuts.MODES]
    dice.shuffle(cuts_to_make)
    sealed: dict[str, dict[int, int]] = {mode: {} for mode in cuts.MODES}
    for at, mode in cuts_to_make:
        if time.monotonic() > until_s:
            break
        tally = Tally(faults=1)
        try:
            sealed[mode][at] = check(whole, at, cuts.cut_and_recover(folder, settings, at, mode))
        except AssertionError as e:
            print(f"{mode}: {e}", file=sys.stderr)
            tally.wrong += 1
        yield f"power cut, {mode}", tally
    for mode, counts in sealed.items():
        by_time = [counts[at] for at in sorted(counts)]
        yield f"power cut, {mode}", Tally(lost=sum(later < earlier for earlier, later in itertools.pairwise(by_time)))
