"""`make soak`: cut syncs at random until the time is up, and compare every store with what the nodes recorded.

BUDGET_S (default 3600) bounds it, SEED (default 1) repeats it. Ends with one line and exit code 1 if anything was lost,
duplicated or wrong.
"""

import asyncio
import os
import random
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "integration"))

import worn
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
