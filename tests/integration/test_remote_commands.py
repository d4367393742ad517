"""`ambula start` and `ambula stop`: the real firmware hears them over the air, and its log tells it."""

import asyncio
from pathlib import Path

from ambula.account.timeline import story_of
from ambula.sim.air import Air
from ambula.store import Store
from tests.support import worn
from tests.support.command import Laptop


def test_a_recording_is_stopped_and_started_again_from_afar(recorded: Path, tmp_path: Path) -> None:
    async def go() -> None:
        async with worn.worn_again(recorded, tmp_path / "rig") as rig:
            laptop = Laptop(rig.air, tmp_path)
            rig.laptop_near()
            stopped = await laptop.ambula("stop", "--node", "back", "--yes", "--timeout", "20")
            assert (stopped.code, stopped.err) == (0, "")
            assert stopped.out == "P01 back has stopped recording. Sync it to get all of its recording\n"
            assert (await laptop.ambula("start", "--timeout", "20")).out.splitlines() in (
                ["P01 thigh records", "P01 back records"],
                ["P01 back records", "P01 thigh records"],
            )
            assert (await laptop.ambula("sync", "--store", tmp_path / "s.db", "--timeout", "20")).code == 0

    asyncio.run(go())
    with Store(tmp_path / "s.db") as store:
        told = {node.role: [h.kind for h in story_of(store, node) if h.kind != "sync"] for node in store.nodes()}
    assert told[1][-2:] == ["stop", "start"]
    assert "stop" not in told[0]


def test_nobody_there_is_told(tmp_path: Path) -> None:
    async def go() -> None:
        async with Air() as air:
            ran = await Laptop(air, tmp_path).ambula("start", "--timeout", "1")
            assert "no node found in 1 s. Double-tap" in ran.failed_with(5)

    asyncio.run(go())
