"""A node whose firmware is not this Ambula's: the real firmware says its build, the sync compares it."""

import asyncio
import json
import time
from pathlib import Path

import numpy as np
import pytest

from ambula.firmware_build import version
from ambula.sim import image
from ambula.sim.rig import SETTLE_MS, Rig, VirtualWearer
from ambula.store import Store
from tests.support.command import Laptop


def test_a_sync_notes_another_firmware_and_keeps_which(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here, compiled = version.firmware(), image._firmware
    older = {"thigh": b"a1b2c3d4", "back": version.build().encode()}
    made, build = compiled(image.find_micropython()), version.build().encode()
    files = [{name: data.replace(build, other) for name, data in made.items()} for other in older.values()]
    monkeypatch.setattr(image, "_firmware", lambda _: files.pop(0))

    async def go() -> None:
        start_ms = round(time.time() * 1000) - 60_000
        dice = np.random.default_rng(1)
        worn = [VirtualWearer(i, dice.integers(-90, 90, (2000, 3)).astype(np.int16), start_ms) for i in range(2)]
        async with Rig(tmp_path / "rig", worn) as rig:
            await rig.run_until(start_ms + 60_000 + SETTLE_MS)
            laptop = Laptop(rig.air, tmp_path)
            rig.laptop_near()
            ran = await laptop.ambula("sync", "--store", tmp_path / "s.db", "--timeout", "20", "--json")
            assert ran.code == 0, ran
            assert f"note: P01 thigh: its firmware is not this Ambula's (0.1.0 a1b2c3d4, here {here})" in ran.err
            assert "back: its firmware" not in ran.err
            told = {node["role"]: node["firmware"] for node in json.loads(ran.out)}
            assert told == {"thigh": "0.1.0 a1b2c3d4", "back": here}
        with Store(tmp_path / "s.db") as kept:
            assert {node.firmware for node in kept.nodes()} == {"0.1.0 a1b2c3d4", here}

    asyncio.run(go())
