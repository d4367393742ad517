"""A node whose firmware is not this Ambula's: the real firmware says its build, the sync compares it."""

import asyncio
import json
import time
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from ambula.firmware_build import version
from ambula.participant.results import results
from ambula.sim import image
from ambula.sim.rig import SETTLE_MS, Rig, VirtualWearer
from ambula.store import Store
from tests.support.command import Laptop

OLDER = f"{version._number()} a1b2c3d4"


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
            assert f"note: P01 thigh: its firmware is not this Ambula's ({OLDER}, here {here})" in ran.err
            assert "back: its firmware" not in ran.err
            told = {node["role"]: node["firmware"] for node in json.loads(ran.out)}
            assert told == {"thigh": OLDER, "back": here}
        with Store(tmp_path / "s.db") as kept:
            assert {node.firmware for node in kept.nodes()} == {OLDER, here}

    asyncio.run(go())


def test_a_node_that_is_flashed_within_a_recording_has_records_of_both_firmwares(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, compiled = version.firmware(), image._firmware(image.find_micropython())
    build = version.build().encode()
    older = {name: data.replace(build, b"a1b2c3d4") for name, data in compiled.items()}
    flash, dice = tmp_path / "rig" / "thigh.img", np.random.default_rng(1)
    start_ms = round(time.time() * 1000) - 600_000  # a segment is sealed after five minutes: more than that each

    def worn(from_ms: int) -> list[VirtualWearer]:
        return [VirtualWearer(0, dice.integers(-90, 90, (11_000, 3)).astype(np.int16), from_ms)]

    async def before() -> None:
        monkeypatch.setattr(image, "_firmware", lambda _: older)
        async with Rig(tmp_path / "rig", worn(start_ms)) as rig:
            await rig.run_until(start_ms + 420_000)

    def flashed() -> None:
        """Put this Ambula's firmware beside the same log, as flashing does."""
        monkeypatch.setattr(image, "_firmware", lambda _: compiled)
        log, key = image.log_system(flash), image.device_key(flash)
        image.build_image(flash, {"role": "thigh"}, key)
        image.put_log_system(flash, log)

    async def after() -> None:
        async with Rig(tmp_path / "rig", worn(start_ms + 500_000)) as rig:
            await rig.run_until(start_ms + 600_000)
            laptop = Laptop(rig.air, tmp_path)
            rig.laptop_near()
            ran = await laptop.ambula("sync", "--store", tmp_path / "s.db", "--timeout", "20")
            assert ran.code == 0, ran

    asyncio.run(before())
    flashed()
    asyncio.run(after())
    with Store(tmp_path / "s.db") as kept:
        found = results(kept, "P01", ZoneInfo("UTC"))
    assert found.firmware == {"thigh": f"{OLDER}+{here}"}
    turn = int((found.table.epoch * 5000 < start_ms + 460_000).sum())
    assert 0 < turn < len(found.table)
    assert set(found.table.thigh_firmware[:turn]) == {OLDER}
    assert set(found.table.thigh_firmware[turn:]) == {here}
    assert [line.partition(" the thigh")[2] for line in found.versions] == [
        f" node ran firmware {here}, before {OLDER}: their rules may differ."
    ]
