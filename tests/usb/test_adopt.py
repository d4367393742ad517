"""The laptop is lost, the node is here: another one takes its key over USB and syncs all that the node has."""

import asyncio
import json
import time
from pathlib import Path

import numpy as np
import pytest

from ambula.base.version import SOFTWARE, __version__
from ambula.nodes.keys import KeyFile
from ambula.nodes.sync import sync_each
from ambula.nodes.visit import find_nodes
from ambula.sim.image import log_chunks, program_file
from ambula.sim.rig import SETTLE_MS, Rig, VirtualWearer
from ambula.store import Store
from tests.support.command import Ambula
from tests.usb.boards import Recorded
from tests.usb.standin import StandIn, copy_of

EPOCHS = 130
ON_FLASH = 120  # two segments: the rest is in RAM when the power goes
FILES = ("config.json", "key.bin", "pair.bin", "firmware", "main.py")


def files_of(image: Path) -> list[bytes]:
    return [program_file(image, name) for name in FILES]


def test_what_was_never_synced_is_had_by_another_laptop(
    flashed: Path, ambula: Ambula, tmp_path: Path, store: Path
) -> None:
    folder = tmp_path / "worn"
    image = folder / "thigh.img"
    with copy_of(flashed, folder) as stand_in:
        command = ("setup", "--port", stand_in.port, "--participant", "P01", "--role", "thigh", "--zone", "UTC")
        assert ambula(*command).code == 0
    (folder / "flash.img").rename(image)
    (made,) = KeyFile().load()
    start_ms = (int(time.time()) // 10 + 12) * 10000
    samples = np.random.default_rng(1).integers(-4000, 4000, (EPOCHS * 130, 3)).astype(np.int16)

    async def wear() -> None:
        async with Rig(folder, [VirtualWearer(0, samples, start_ms)]) as rig:
            await rig.run_until(start_ms + EPOCHS * 5000 + SETTLE_MS)
            await rig.nodes["thigh"].quit()

    asyncio.run(wear())
    recorded = log_chunks(image)
    before = files_of(image)
    KeyFile().path.unlink()  # with the laptop
    assert not store.exists()
    with StandIn(tmp_path / "usb", image) as stand_in:
        said = ambula("setup", "--port", stand_in.port, "--participant", "R7", "--adopt")
        assert (said.code, said.err) == (0, ""), said
        assert "it records from its set-up on, until it is stopped. Nothing on it was changed" in said.out
    assert files_of(image) == before
    assert all(log_chunks(image)[base].startswith(data) for base, data in recorded.items())
    (key,) = KeyFile().load()
    assert (key.key, key.pair, key.role, key.participant) == (made.key, made.pair, made.role, "R7")

    async def fetch() -> int:
        later_ms = start_ms + EPOCHS * 5000 + 60_000
        async with Rig(folder, [VirtualWearer(0, samples[:0], later_ms)]) as rig:
            rig.laptop_near()
            with Store(store) as kept:
                report = await sync_each(rig.radio, kept, await find_nodes(rig.radio, [key], 20), rig.utc_ms)
                assert report.failed == []
                (node,) = kept.nodes("participant = ?", ("R7",))
                return len(kept.records(node.node_id))

    assert asyncio.run(fetch()) >= ON_FLASH


def test_both_nodes_are_taken_over_with_the_key_that_they_share(flashed: Path, ambula: Ambula, tmp_path: Path) -> None:
    def command(stand_in: StandIn, *more: str) -> tuple[str, ...]:
        return ("setup", "--port", stand_in.port, "--participant", "P01", *more)

    roles = (("thigh", "b1" * 8), ("back", "b2" * 8))
    for role, device in roles:
        with copy_of(flashed, tmp_path / role, device) as stand_in:
            plan = ("--zone", "Europe/Oslo", "--start", "tap", "--days", "7")
            assert ambula(*command(stand_in, "--role", role, *plan)).code == 0
    made = KeyFile().load()
    KeyFile().path.unlink()
    for role, device in roles:
        with StandIn(tmp_path / f"{role} again", tmp_path / role / "flash.img", device) as stand_in:
            said = ambula(*command(stand_in, "--role", role, "--adopt", "--json"))
            assert json.loads(said.out) == {
                "participant": "P01",
                "role": role,
                "device_id": device,
                "key_file": str(KeyFile().path),
                "firmware": __version__,
                "zone": "Europe/Oslo",
                "plan": "it records from a double tap on, for 7 days",
                "software": SOFTWARE,
            }
    assert KeyFile().load() == made
    assert len({key.pair for key in made}) == 1


def test_what_cannot_be_taken_over_is_refused(
    recorded: Recorded, flashed: Path, ambula: Ambula, tmp_path: Path
) -> None:
    def told(stand_in: StandIn, *more: str, code: int = 3, who: str = "P02") -> str:
        command = ("setup", "--port", stand_in.port, "--participant", who, "--adopt")
        return ambula(*command, *more).failed_with(code)

    with StandIn(tmp_path / "empty") as empty:
        assert "no Ambula firmware on this board" in told(empty, code=9)
    with copy_of(flashed, tmp_path / "flashed") as bare:
        assert "this board is not set up" in told(bare, code=9)
    with copy_of(recorded.image, tmp_path / "node") as node:
        assert "--role back: this node is a thigh node" in told(node, "--role", "back")
        assert "--role arm: must be" in told(node, "--role", "arm")
        KeyFile().path.parent.mkdir()
        KeyFile().path.write_text(recorded.key_file)
        before = KeyFile().all()
        assert "has the key of this node already, as P01 thigh: `ambula sync` reads it" in told(node)
        KeyFile().retire(before)
        assert "`ambula retire P01 thigh --undo` brings it back" in told(node)
        KeyFile().path.write_text(recorded.key_file.replace("a0" * 8, "c0" * 8))
        assert "P01 has a thigh node already (device c0c0" in told(node, who="P01")
        assert [k.device_id for k in KeyFile().all()] == ["c0" * 8]


@pytest.mark.parametrize(
    "more",
    [
        ("--start", "tap"),
        ("--days", "7"),
        ("--erase",),
        ("--replace",),
        ("--phone",),
        ("--zone", "UTC"),
        ("--sitting-buzz", "30"),
    ],
)
def test_with_adopt_nothing_can_be_changed(ambula: Ambula, more: tuple[str, ...]) -> None:
    told = ambula("setup", "--participant", "P01", "--adopt", *more).failed_with(3)
    assert told.startswith("--adopt changes nothing on the node")
