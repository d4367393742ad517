"""A laptop starts and stops a recording over the virtual air, whatever the plan says."""

import asyncio
from pathlib import Path

import numpy as np

from ambula.account.ledger import State, ledger_from
from ambula.clock.true_time import node_time
from ambula.nodes.client import NodeClient
from ambula.nodes.sync import sync_each
from ambula.nodes.visit import find_nodes
from ambula.sim.rig import SETTLE_MS, Rig, VirtualWearer
from ambula.store import Store
from nodecore import protocol, segment
from tests.support.anew import start_anew
from tests.support.worn import START_MS

EPOCHS = 120
PLAN = {"start": START_MS // 1000 + 86_400, "days": 7}


async def visit(rig: Rig, *commands: str) -> list[int]:
    """Connect, give the commands, and return the state that the node tells after each of them."""
    (near,) = await find_nodes(rig.radio, rig.keys, 30)
    link = await rig.radio.connect(near.found)
    try:
        client = NodeClient(link, rig.keys, rig.utc_ms)
        states = [(await client.open()).state]
        for command in commands:
            await getattr(client, command)()
            states.append((await client.info()).state)
        return states
    finally:
        await link.close()


def test_start_and_stop_outdo_the_plan(tmp_path: Path) -> None:
    samples = np.random.default_rng(3).integers(-4000, 4000, (EPOCHS * 130, 3)).astype(np.int16)
    waiting = protocol.WAITING | protocol.CLOCK_SET
    recording = protocol.RECORDING | protocol.CLOCK_SET

    async def go() -> None:
        async with Rig(tmp_path, [VirtualWearer(0, samples, START_MS, config=PLAN)]) as rig:
            await rig.run_until(START_MS + 100_000)
            rig.laptop_near()
            assert await visit(rig, "start", "start") == [waiting, recording, recording]
            await rig.run_until(START_MS + 200_000)
            rig.laptop_near()
            assert await visit(rig, "stop", "stop") == [recording, protocol.CLOCK_SET, protocol.CLOCK_SET]
            await rig.run_until(START_MS + 300_000)
            await start_anew(rig.nodes["thigh"], power_on_ms=START_MS + 310_000)
            await rig.run_until(START_MS + 400_000)
            rig.laptop_near()
            assert await visit(rig, "start") == [protocol.CLOCK_SET, recording]
            await rig.run_until(START_MS + EPOCHS * 5000 + SETTLE_MS)
            rig.laptop_near()
            with Store(tmp_path / "s.db") as store:
                report = await sync_each(rig.radio, store, await find_nodes(rig.radio, rig.keys, 30), rig.utc_ms)
                assert report.failed == []
                (node,) = store.nodes()
                epochs = store.records(node.node_id).epoch - START_MS // 5000
                ledger = ledger_from(node_time(store, node))
                codes = [e.count for e in store.log(node.node_id) if e.kind == segment.EVENT]
        assert [c for c in codes if c != segment.FAULT] == [
            segment.BOOT, segment.STARTED, segment.STOPPED, segment.BOOT, segment.STARTED,
        ]  # fmt: skip
        assert len(epochs) >= 55
        assert not set(range(42, 78)) & set(epochs.tolist())
        assert set(range(22, 39)) | set(range(84, 118)) <= set(epochs.tolist())
        assert ledger.duration_slots - len(epochs) <= 4
        assert ledger.slots[State.LOST] == 0

    asyncio.run(go())
