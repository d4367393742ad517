"""The heap that the firmware is held to is not all used up: a whole visit works with 3 KiB less."""

import asyncio
import re
from pathlib import Path

import numpy as np

from ambula.nodes.sync import sync_each
from ambula.nodes.visit import find_nodes
from ambula.sim.node import HEAP
from ambula.sim.rig import SETTLE_MS, Rig, VirtualWearer
from ambula.store import Store
from nodecore import segment
from tests.support.anew import start_anew
from tests.support.worn import START_MS

EPOCHS = 120


def test_two_nodes_record_and_sync_with_3_kib_to_spare(tmp_path: Path) -> None:
    samples = np.random.default_rng(5).integers(-4000, 4000, (EPOCHS * 130, 3)).astype(np.int16)
    less = f"{int(HEAP.removesuffix('k')) - 4}k"

    async def go() -> None:
        wearers = [VirtualWearer(role, samples, START_MS) for role in range(2)]
        async with Rig(tmp_path, wearers, heap=less) as rig:
            await rig.run_until(START_MS + EPOCHS * 5000 + SETTLE_MS)
            rig.laptop_near()
            with Store(tmp_path / "s.db") as store:
                report = await sync_each(rig.radio, store, await find_nodes(rig.radio, rig.keys, 30), rig.utc_ms)
            assert report.failed == []
            assert [one.epochs for one in report.synced] == [EPOCHS, EPOCHS]
            assert [node.resets for node in rig.nodes.values()] == [[], []]

    asyncio.run(go())


def test_a_visit_that_is_cut_off_for_want_of_memory_goes_on_in_the_same_window(tmp_path: Path) -> None:
    """The node opens what is left of the window anew, under a new address, where the laptop finds it; its log tells."""
    samples = np.random.default_rng(5).integers(-4000, 4000, (EPOCHS * 130, 3)).astype(np.int16)
    end_ms = START_MS + EPOCHS * 5000 + SETTLE_MS

    async def go() -> None:
        async with Rig(tmp_path, [VirtualWearer(0, samples, START_MS)]) as rig:
            fault = ("node.session:Session.seal", "MemoryError", end_ms, 2 * end_ms, 1)
            await start_anew(rig.nodes["thigh"], faults=(fault,))
            await rig.run_until(end_ms)
            rig.laptop_near()
            (near,) = await find_nodes(rig.radio, rig.keys, 30)
            with Store(tmp_path / "s.db") as store:
                report = await sync_each(rig.radio, store, [near], rig.utc_ms)
                assert report.failed == []
                (stored,) = store.nodes()
                told = [e.payload for e in store.events(stored.node_id) if e.code == segment.FAULT]
                (words,) = told
                assert re.fullmatch(rb"radio: MemoryError ordered at node\.serving:\d+ _queue_reply", words), words
            (again,) = await find_nodes(rig.radio, rig.keys, 30)
            assert again.found.address != near.found.address

    asyncio.run(go())


def test_a_node_that_breaks_off_each_visit_is_not_called_out_of_range_alone(tmp_path: Path) -> None:
    """It answers, has no memory for the session, and keeps its radio off for a minute then: all that is said."""
    samples = np.random.default_rng(5).integers(-4000, 4000, (EPOCHS * 130, 3)).astype(np.int16)
    end_ms = START_MS + EPOCHS * 5000 + SETTLE_MS

    async def go() -> None:
        async with Rig(tmp_path, [VirtualWearer(0, samples, START_MS)]) as rig:
            fault = ("node.session:Session.start", "MemoryError", end_ms, 2 * end_ms, 0)
            await start_anew(rig.nodes["thigh"], faults=(fault,))
            await rig.run_until(end_ms)
            rig.laptop_near()
            near = await find_nodes(rig.radio, rig.keys, 30)
            with Store(tmp_path / "s.db") as store:
                ((_, error),) = (await sync_each(rig.radio, store, near, rig.utc_ms)).failed
        said = str(error)
        assert said.startswith("the link to the node was lost: "), said
        assert "; then cannot connect to " in said
        assert "`ambula logs` shows it after the next sync" in said

    asyncio.run(go())
