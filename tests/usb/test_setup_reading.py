"""The set-up's reading of a node's clock lies in the node's log: whichever laptop syncs it has two readings then."""

import asyncio
import time
from pathlib import Path

import numpy as np
import pytest

from ambula.account.timeline import story_of
from ambula.clock.lives import cut_lives
from ambula.nodes.keys import KeyFile
from ambula.nodes.receipts import check
from ambula.nodes.sync import sync_each
from ambula.nodes.visit import find_nodes
from ambula.sim.rig import SETTLE_MS, Rig, VirtualWearer
from ambula.store import Store
from ambula.usb import on_board
from tests.support.command import Ambula
from tests.usb.boards import segments_of
from tests.usb.standin import StandIn, copy_of

EPOCHS = 24


def test_the_first_sync_of_any_laptop_finds_it(flashed: Path, ambula: Ambula, tmp_path: Path, store: Path) -> None:
    """The laptop that syncs is another one: it has the key by --adopt."""
    folder = tmp_path / "worn"
    image = folder / "thigh.img"
    with copy_of(flashed, folder) as stand_in:
        command = ("setup", "--port", stand_in.port, "--participant", "P01", "--role", "thigh", "--zone", "UTC")
        began_ms = time.time() * 1000
        said = ambula(*command)
        ended_ms = time.time() * 1000
        assert (said.code, "could not be kept" in said.out) == (0, False), said
    (folder / "flash.img").rename(image)
    KeyFile().path.unlink()
    with StandIn(tmp_path / "adopts", image) as stand_in:
        assert ambula("setup", "--port", stand_in.port, "--participant", "P01", "--adopt").code == 0
    keys = KeyFile().load()
    start_ms = (int(time.time()) // 10 + 3) * 10_000
    samples = np.random.default_rng(1).integers(-4000, 4000, (EPOCHS * 130, 3)).astype(np.int16)

    async def wear() -> None:
        async with Rig(folder, [VirtualWearer(0, samples, start_ms)]) as rig:
            await rig.run_until(start_ms + EPOCHS * 5000 + SETTLE_MS)
            rig.laptop_near()
            with Store(store) as kept:
                report = await sync_each(rig.radio, kept, await find_nodes(rig.radio, keys, 20), rig.utc_ms)
                assert (report.failed, report.synced[0].damaged_bytes) == ([], 0)

    asyncio.run(wear())
    with Store(store) as kept:
        (node,) = kept.nodes()
        by_setup, by_sync = kept.anchors(node.node_id)
        assert began_ms <= by_setup.host_utc_ms <= ended_ms
        # The driver waits for the second at which it sets the chip: on the stand-in in no time, so it is ahead.
        assert 0 <= by_setup.node_utc_ms - by_setup.host_utc_ms <= 1000
        assert (by_setup.boot, by_setup.round_trip_ms < 1000) == (1, True)
        assert kept.setup_readings(node.node_id) == [by_setup.host_utc_ms]
        (life,) = cut_lives(kept.log(node.node_id), kept.anchors(node.node_id))
        assert (life.anchors, life.boots_ms) == ([by_setup, by_sync], [])
        receipts = check(kept, node, keys)
        assert receipts.proved_bytes == receipts.stored_bytes
        assert next(h.kind for h in story_of(kept, node)) == "setup"


def test_a_firmware_that_knows_no_readings_is_set_up_all_the_same(
    flashed: Path, ambula: Ambula, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = "sys.path.insert(0, _text('firmware'))\nfrom nodecore import segment\ndel segment.READING\n"
    monkeypatch.setattr(on_board, "KEEP_READING", older + on_board.KEEP_READING)
    with copy_of(flashed, tmp_path / "older") as stand_in:
        said = ambula("setup", "--port", stand_in.port, "--participant", "P01", "--role", "thigh", "--zone", "UTC")
        assert (said.code, "sync it once today" in said.out) == (0, True), said


def test_a_set_up_again_leaves_one_more(flashed: Path, ambula: Ambula, tmp_path: Path) -> None:
    with copy_of(flashed, tmp_path / "again") as stand_in:
        command = ("setup", "--port", stand_in.port, "--participant", "P01", "--role", "thigh", "--zone", "UTC")
        for _ in range(2):
            assert ambula(*command).code == 0
        stand_in.power_off()
        with Store(tmp_path / "s.db") as kept:
            node = kept.ensure_node("a0" * 8, 1, 0, "P01", "0.2.0")
            found = segments_of(stand_in.flash)
            kept.add_log(node.node_id, found, [], found[-1].offset)
            assert len(kept.anchors(node.node_id)) == 2
