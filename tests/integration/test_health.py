"""A node tells over the virtual air what its sensor answered at the start, and how much room its log has."""

import asyncio
from pathlib import Path

import numpy as np
import pytest

from ambula.nodes.client import NodeClient
from ambula.nodes.info import Health
from ambula.nodes.visit import find_nodes
from ambula.sim.image import BLOCK_SIZE, LOG_BLOCKS
from ambula.sim.rig import Rig, VirtualWearer
from tests.support.anew import start_anew
from tests.support.worn import START_MS

ALWAYS = (START_MS - 60_000, START_MS * 2, 0)
SAMPLES = np.random.default_rng(3).integers(-4000, 4000, (130 * 24, 3)).astype(np.int16)


def health_of(folder: Path, *faults: tuple[str, str]) -> Health:
    """Start a node with these faults, let it record for half a minute, and ask."""

    async def go() -> Health:
        async with Rig(folder, [VirtualWearer(0, SAMPLES, START_MS)]) as rig:
            node = rig.nodes["thigh"]
            if faults:
                await start_anew(node, faults=tuple((*fault, *ALWAYS) for fault in faults))
            await rig.run_until(START_MS + 30_000)
            rig.laptop_near(tap=False)  # the window of the start is still open
            (near,) = await find_nodes(rig.radio, rig.keys, 30)
            link = await rig.radio.connect(near.found)
            try:
                client = NodeClient(link, rig.keys, rig.utc_ms)
                await client.open()
                return await client.health()
            finally:
                await link.close()

    return asyncio.run(go())


def test_a_well_node(tmp_path: Path) -> None:
    found = health_of(tmp_path)
    assert (found.tested, found.passed) == (True, True)
    assert found.self_test_mg == pytest.approx((320, -280, 450), abs=3)  # as the simulated chip is made
    assert all(0.5 < one < 3 for one in found.noise_mg)
    assert 0.9 * LOG_BLOCKS * BLOCK_SIZE < found.free_bytes < LOG_BLOCKS * BLOCK_SIZE


def test_a_sensor_that_does_not_move_fails(tmp_path: Path) -> None:
    found = health_of(tmp_path, ("self-test", "dead"))
    assert (found.tested, found.passed) == (True, False)
    assert found.self_test_mg == pytest.approx((0, 0, 0), abs=3)


def test_a_sensor_that_does_not_answer_was_not_tested(tmp_path: Path) -> None:
    found = health_of(tmp_path, ("bus", "errno"))
    assert (found.tested, found.passed) == (False, False)
    assert (found.self_test_mg, found.noise_mg) == ((0, 0, 0), (0, 0, 0))
    assert found.free_bytes


def test_a_tap_while_the_sensor_is_tested_does_not_hold_up_the_start(tmp_path: Path) -> None:
    async def go() -> int:
        async with Rig(tmp_path, [VirtualWearer(0, SAMPLES, START_MS)]) as rig:
            rig.laptop_near()
            return len(await find_nodes(rig.radio, rig.keys, 20))

    assert asyncio.run(go()) == 1
