"""`make soak`: cut the power at every flash operation of a recording hour, then syncs at random until the time is up.

BUDGET_S (default 3600) bounds it (the power cuts take half of it at most), SEED (default 1) repeats it. Ends with one
line and exit code 1 if anything was lost, duplicated or wrong.
"""

import asyncio
import itertools
import os
import random
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.extend(str(Path(__file__).parent / room) for room in ("integration", "powerloss"))

import cuts
import worn
from test_power_cuts import check
from test_sync import cut_sync, visit

from ambula.store import Store

CUTS_A_STORE = 20


@dataclass
class Tally:
    """What came of it: faults injected; segments missing from, twice in, or altered in the final stores."""

    faults: int = 0
    lost: int = 0
    duplicated: int = 0
    wrong: int = 0


async def one_store(recorded: Path, folder: Path, dice: random.Random, tally: Tally, until_s: float) -> None:
    """Cut one pair of nodes' syncs again and again, let it finish, and compare."""
    with Store(folder / "soak.db") as store:
        async with worn.worn_again(recorded, folder / "rig") as rig:
            rig.laptop_near()
            for _ in range(CUTS_A_STORE):
                if time.monotonic() > until_s:
                    break
                tally.faults += await cut_sync(rig, store, dice.choice(worn.ROLES), dice) != "whole"
            await visit(rig, store)
        for role, name in enumerate(worn.ROLES):
            compare([s.data for s in worn.recorded_segments(recorded)[name]], worn.stored_data(store, role), tally)


def power_cuts(folder: Path, dice: random.Random, tally: Tally, until_s: float) -> None:
    """Cut at every operation in every mode, in random order, as far as the time goes."""
    settings = cuts.prepare(folder)
    whole = cuts.undisturbed(folder, settings)
    todo = [(at, mode) for at in range(1, whole.operations + 1) for mode in cuts.MODES]
    dice.shuffle(todo)
    sealed: dict[str, dict[int, int]] = {mode: {} for mode in cuts.MODES}
    for at, mode in todo:
        if time.monotonic() > until_s:
            break
        tally.faults += 1
        try:
            sealed[mode][at] = check(whole, at, cuts.cut_and_recover(folder, settings, at, mode))
        except AssertionError as e:
            print(f"{mode}: {e}", file=sys.stderr)
            tally.wrong += 1
    for counts in sealed.values():
        by_time = [counts[at] for at in sorted(counts)]
        tally.lost += sum(later < earlier for earlier, later in itertools.pairwise(by_time))
    print(f"{tally.faults} of {len(todo)} power cuts", file=sys.stderr)


def compare(expected: list[bytes], stored: list[bytes], tally: Tally) -> None:
    """Count what the store lacks, has twice, or has in another place; boots after the recording may follow."""
    tally.lost += len(set(expected) - set(stored))
    tally.duplicated += len(stored) - len(set(stored))
    tally.wrong += sum(a != b for a, b in zip(expected, stored, strict=False))


def main() -> int:
    """Run until BUDGET_S is used up."""
    budget_s, seed = float(os.environ.get("BUDGET_S", "3600")), int(os.environ.get("SEED", "1"))
    dice, tally = random.Random(seed), Tally()
    began_s = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        power_cuts(Path(name) / "power", dice, tally, began_s + budget_s / 2)
        recorded = Path(name) / "recorded"
        worn.record(recorded)
        stores = 0
        while stores == 0 or time.monotonic() < began_s + budget_s:
            asyncio.run(one_store(recorded, Path(name) / f"{stores}", dice, tally, began_s + budget_s))
            stores += 1
            print(f"{stores} stores, {tally.faults} faults, {time.monotonic() - began_s:.0f} s", file=sys.stderr)
    took_s = time.monotonic() - began_s
    print(
        f"soak: {tally.faults} faults, {tally.lost} lost, {tally.duplicated} duplicated, "
        f"{tally.wrong} wrong, {took_s:.0f} s"
    )
    return int(bool(tally.lost or tally.duplicated or tally.wrong))


if __name__ == "__main__":
    sys.exit(main())
