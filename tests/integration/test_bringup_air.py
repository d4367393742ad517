"""The row `air` of a bring-up, over the virtual air: signal, goodput and windows of a node that is set up."""

import asyncio
import time
from pathlib import Path

import numpy as np
import pytest

from ambula.bringup.reading import NotMeasured
from ambula.bringup.rows.over_the_air import count_windows, read_a_log
from ambula.nodes.sync import sync_each
from ambula.nodes.visit import find_nodes
from ambula.sim.rig import SETTLE_MS, Rig, VirtualWearer
from ambula.store import Store
from tests.support.command import ABSENT

EPOCHS = 24


def test_a_log_is_read_and_a_sync_still_finds_all_of_it(tmp_path: Path) -> None:
    async def evening() -> None:
        start_ms = (int(time.time()) // 10 + 12) * 10_000
        samples = np.random.default_rng(1).integers(-4000, 4000, (EPOCHS * 130, 3)).astype(np.int16)
        async with Rig(tmp_path / "rig", [VirtualWearer(0, samples, start_ms)]) as rig:
            await rig.run_until(start_ms + EPOCHS * 5000 + SETTLE_MS)
            rig.laptop_near()
            (key,) = rig.keys
            found = await read_a_log(rig.radio, key, 20)
            assert found["rssi_dbm"] < 0
            assert found["bytes"] > EPOCHS * 12
            assert found["seconds"] > 0
            assert await count_windows(rig.radio, key, 1, 2) == 1
            assert await count_windows(rig.radio, ABSENT, 2, 1) == 0
            with pytest.raises(NotMeasured, match="was not heard in 1 s: double-tap it"):
                await read_a_log(rig.radio, ABSENT, 1)
            with Store(tmp_path / "s.db") as store:
                report = await sync_each(rig.radio, store, await find_nodes(rig.radio, [key], 20), rig.utc_ms)
                assert report.failed == []
                assert report.synced[0].epochs == EPOCHS

    asyncio.run(evening())
