"""A sensor that stays dead: the node restarts for it ever more rarely, and still answers its owner."""

import asyncio
from dataclasses import replace
from pathlib import Path

import numpy as np

from ambula.nodes.client import NodeClient
from ambula.nodes.visit import find_nodes
from ambula.sim.rig import Rig, VirtualWearer
from tests.durability import lives
from tests.durability.lives import HEAP, MINUTE_MS, START_MS

HOUR_MS = 60 * MINUTE_MS
DAYS = 5
WINDOW_MS = 900_000


def test_days_of_silence_are_few_restarts_and_the_node_answers(tmp_path: Path) -> None:
    end_ms = (START_MS + DAYS * 24 * HOUR_MS) // WINDOW_MS * WINDOW_MS

    async def go() -> tuple[list[str], str]:
        async with Rig(tmp_path, [VirtualWearer(0, np.zeros((0, 3), np.int16), START_MS)], heap=HEAP) as rig:
            node = rig.nodes["thigh"]
            node._settings = replace(node._settings, faults=(("bus", "errno", 0, end_ms * 2, 0),))
            await rig.reboot("thigh")
            await rig.run_until(end_ms - 1000)  # a tap would not be felt: in the window that comes by itself
            rig.laptop_near(tap=False)
            (near,) = await find_nodes(rig.radio, rig.keys, 20)
            link = await rig.radio.connect(near.found)
            client = NodeClient(link, rig.keys, rig.utc_ms)
            info = await client.open()
            await link.close()
            return node.resets, info.device_id

    resets, device = asyncio.run(go())
    assert resets == [f"software: imu silent {hours} h" for hours in (1, 2, 4, 8, 16, 24, 24, 24)]
    assert device == "a0" * 8


def test_samples_make_the_patience_short_again(tmp_path: Path) -> None:
    settings = lives.prepare(tmp_path, 12 * 60)
    dead = [
        ("bus", "errno", START_MS, START_MS + 4 * HOUR_MS, 0),  # 1 h and 2 h, then it comes back
        ("bus", "errno", START_MS + 5 * HOUR_MS, START_MS * 2, 0),
    ]
    seen = lives.live(settings, 9 * HOUR_MS, dead)
    assert seen.resets == [f"software: imu silent {hours} h" for hours in (1, 2, 1, 2)]
    assert {4 * 720 + 60, 5 * 720 - 60} <= set(seen.epochs)
