"""A flash that fills up: each sync says so at once, status and days agree, and nothing counts twice."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
import pytest

from ambula.account.ledger import Ledger, State
from ambula.cli.full_note import warn_of_full_flash
from ambula.nodes.session import new_key
from ambula.nodes.sync import SyncResult, sync_each
from ambula.nodes.visit import find_nodes
from ambula.participant.results import results
from ambula.sim.image import BLOCK_SIZE, build_image, log_system, put_log_system
from ambula.sim.node import find_micropython
from ambula.sim.rig import SETTLE_MS, Rig, VirtualWearer
from ambula.store import Store
from tests.support.command import Ambula

FIRST = 356_000_000
START_MS = FIRST * 5000
HOUR = 720  # epochs
VISITS = 7 * HOUR, 8 * HOUR
FILLER_BLOCKS = 336  # of 352: five hours of the wildest records fit beside it


def crowded(folder: Path) -> None:
    """Put an image into `folder` whose log has little room."""
    image = folder / "thigh.img"
    build_image(image, {"role": "thigh"}, new_key())
    fs = log_system(image)
    with cast(BinaryIO, fs.open("filler", "wb")) as file:
        file.write(bytes(FILLER_BLOCKS * BLOCK_SIZE))
    put_log_system(image, fs)


def ledger_of(store: Store, participant: str) -> Ledger:
    return results(store, participant).ledgers["thigh"]


def test_a_full_flash_is_said_at_the_sync_that_meets_it_and_counted_once(
    tmp_path: Path, ambula: Ambula, capsys: pytest.CaptureFixture[str]
) -> None:
    find_micropython()
    crowded(tmp_path)
    counts = np.random.default_rng(1).integers(-6000, 6000, ((VISITS[1] + 60) * 130, 3)).astype("<i2")
    said: list[str] = []
    ledgers: list[Ledger] = []

    async def visit(rig: Rig, store: Store) -> SyncResult:
        rig.laptop_near()
        found = await find_nodes(rig.radio, rig.keys, 10)
        report = await sync_each(rig.radio, store, found, rig.utc_ms)
        assert report.failed == []
        return report.synced[0]

    async def wear() -> None:
        async with Rig(tmp_path, [VirtualWearer(0, counts, START_MS)]) as rig:
            with Store(tmp_path / "s.db") as store:
                for at in VISITS:
                    await rig.run_until(START_MS + at * 5000 + SETTLE_MS)
                    result = await visit(rig, store)
                    capsys.readouterr()
                    warn_of_full_flash(store, result)
                    said.append(" ".join(capsys.readouterr().err.split()))
                    ledgers.append(ledger_of(store, result.node.participant))

    asyncio.run(wear())
    (full,) = (run for run in ledgers[0].runs if run.state is State.STORAGE_FULL)
    assert full.start - FIRST == ledgers[0].slots[State.RECORDED]
    assert full.end - FIRST == VISITS[0]
    assert HOUR < full.end - full.start < 3 * HOUR
    minutes, since = round((full.end - full.start) / 12), datetime.fromtimestamp(full.start * 5, UTC)
    assert said == [
        f"note: P01 thigh: its memory was full: {minutes} min since {since:%Y-%m-%d %H:%M} UTC "
        "were not recorded. This sync made room, and it records again. Sync at least once a week",
        "",
    ]
    assert [run for run in ledgers[1].runs if run.state is State.STORAGE_FULL] == [full]
    for ledger in ledgers:
        assert ledger.slots[State.LOST] == 0
    assert VISITS[1] - 6 <= ledgers[1].runs[-1].end - FIRST <= VISITS[1]
    (row,) = json.loads(ambula("status", "--store", tmp_path / "s.db", "--json").out)
    assert row["slots"] == {state.value: count for state, count in ledgers[1].slots.items()}
    with Store(tmp_path / "s.db") as store:
        days = results(store, "P01").days
    assert sum(day.thigh_storage_full_min for day in days) == (full.end - full.start) / 12
