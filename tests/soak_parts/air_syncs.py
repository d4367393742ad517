"""Two whole nodes on the virtual air, their syncs cut again and again: link, laptop or node, at any GATT value.

In every second store the radio's IRQs come between any two bytecodes of the firmware.
"""

import asyncio
import os
import random
import time
from collections.abc import Iterator
from pathlib import Path

from ambula.store import Store
from tests.integration.test_sync import cut_sync, sync_all
from tests.soak_parts.tally import Tally
from tests.support import worn

CUTS_A_STORE = 20


def run(folder: Path, dice: random.Random, until_s: float) -> Iterator[tuple[str, Tally]]:
    """Yield (kind of fault, what came of one store)."""
    recorded = folder / "recorded"
    worn.record(recorded)
    number = 0
    while number == 0 or time.monotonic() < until_s:
        os.environ["AMBULA_SIM_IRQ"] = f"anywhere:{dice.randrange(1, 1000)}" if number % 2 else "idle"
        yield "cut on the virtual air", asyncio.run(_one_store(recorded, folder / f"{number}", dice, until_s))
        number += 1


async def _one_store(recorded: Path, folder: Path, dice: random.Random, until_s: float) -> Tally:
    """Cut one pair of nodes' syncs again and again, let it finish, and compare."""
    tally = Tally()
    folder.mkdir()
    with Store(folder / "soak.db") as store:
        async with worn.worn_again(recorded, folder / "rig") as rig:
            rig.laptop_near()
            for _ in range(CUTS_A_STORE):
                if time.monotonic() > until_s:
                    break
                tally.faults += await cut_sync(rig, store, dice.choice(worn.ROLES), dice) != "whole"
            await sync_all(rig, store)
        for role, name in enumerate(worn.ROLES):
            _compare([s.data for s in worn.recorded_segments(recorded)[name]], worn.stored_data(store, role), tally)
    return tally


def _compare(expected: list[bytes], stored: list[bytes], tally: Tally) -> None:
    """Count what the store lacks, has twice, or has in another place; boots after the recording may follow."""
    tally.lost += len(set(expected) - set(stored))
    tally.duplicated += len(stored) - len(set(stored))
    tally.wrong += sum(a != b for a, b in zip(expected, stored, strict=False))
