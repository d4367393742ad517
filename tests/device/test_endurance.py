"""The firmware as it is, in a real MicroPython on a real littlefs: killed again and again, and through a whole day."""

import asyncio
import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ambula.nodes.segments import Assembled, assemble
from ambula.nodes.sync import sync_each
from ambula.nodes.visit import find_nodes
from ambula.sim.image import build_image, log_chunks
from ambula.sim.node import NodeProcess, NodeSettings, find_micropython
from ambula.sim.rig import SETTLE_MS, Rig, VirtualWearer
from ambula.store import Segment, Store
from ambula.synthetic import Participant, default_day, simulate
from nodecore import segment
from nodecore.sampling import COUNTS_PER_G, EPOCH_S

EPOCH_MS = EPOCH_S * 1000
FIRST = 356_000_000
START_MS = FIRST * EPOCH_MS
TWO_HOURS = 1440  # epochs
CUTS = 20
LEFT_IN_FIFO = 2  # epochs: the FIFO is emptied every 10 s
OFF_EPOCHS = 4  # the time without power after each cut


def log_of(image: Path) -> tuple[bytes, Assembled]:
    """Mount the image with littlefs; return the log's bytes and what they hold. Chunks follow on one another."""
    chunks = log_chunks(image)
    data = b""
    for base in sorted(chunks):
        assert base == len(data)
        data += chunks[base]
    return data, assemble(0, data, at_log_end=True)


def epochs_in(found: Assembled) -> list[int]:
    return [e for s in found.segments if s.records for e in range(s.header.epoch, s.header.epoch + s.header.count)]


def boots_in(found: Assembled) -> list[int]:
    def is_boot(s: Segment) -> bool:
        return s.header.kind == segment.EVENT and s.header.count == segment.BOOT

    return [s.header.boot for s in found.segments if is_boot(s)]


@pytest.mark.usefixtures("word_bits")
def test_killed_at_twenty_random_moments_it_loses_five_minutes_each_at_most(tmp_path: Path) -> None:
    """Twenty lives on one flash image, each ended by SIGKILL in full flight, and a last one that ends well."""
    find_micropython()
    dice = random.Random(1)
    noise = np.random.default_rng(1).integers(-6000, 6000, (TWO_HOURS * 130, 3))
    noise.astype("<i2").tofile(tmp_path / "samples")
    build_image(tmp_path / "node.img", {"role": "back"})
    settings = NodeSettings(tmp_path / "node.img", tmp_path / "samples", START_MS, START_MS - 5000, "d0" * 8)
    lives = sorted(dice.sample(range(3 * OFF_EPOCHS, TWO_HOURS - 200, 2 * OFF_EPOCHS), CUTS))

    async def live(power_on_ms: int, until_ms: int, is_killed: bool) -> None:
        node = NodeProcess("node", replace(settings, power_on_ms=power_on_ms), tmp_path)
        await node.start()
        await node.run_until(until_ms + SETTLE_MS)
        if not is_killed:
            return await node.quit()
        node._command(f"run {until_ms + OFF_EPOCHS * EPOCH_MS}")  # off it goes, and then:
        await asyncio.sleep(dice.uniform(0, 0.02))
        return await node.kill()

    kept = b""
    held: list[int] = []
    power_on_ms = START_MS - 5000
    began = FIRST
    for number, at in enumerate([*lives, TWO_HOURS], 1):
        is_last = number > CUTS
        asyncio.run(live(power_on_ms, START_MS + at * EPOCH_MS, not is_last))
        data, found = log_of(tmp_path / "node.img")
        assert data.startswith(kept), f"life {number}: what was sealed has changed"
        epochs = epochs_in(found)
        assert epochs[: len(held)] == held
        assert boots_in(found) == list(range(1, number + 1))
        due = set(range(began + 1, FIRST + at - (0 if is_last else LEFT_IN_FIFO)))
        missing = due - set(epochs)
        assert len(missing) <= segment.MAX_EPOCHS, f"life {number}: {len(missing)} epochs are gone"
        kept, held = data, epochs
        power_on_ms = START_MS + (at + OFF_EPOCHS) * EPOCH_MS
        began = FIRST + at + OFF_EPOCHS
    assert len(set(held)) == len(held)
    assert held == sorted(held)
    assert len(held) >= TWO_HOURS - CUTS * (segment.MAX_EPOCHS + OFF_EPOCHS + LEFT_IN_FIFO)
    assert held[-1] >= FIRST + TWO_HOURS - 1 - segment.MAX_EPOCHS


def test_a_day_fits_the_flash(tmp_path: Path) -> None:
    """A synthetic day with its radio windows and a sync at the end; 13 such days fit."""
    find_micropython()
    made = simulate(default_day(2, 0), Participant(2))
    counts = np.clip(np.rint(made.thigh * COUNTS_PER_G), -32767, 32767).astype(np.int16)
    epochs = len(counts) // 130
    end_ms = START_MS + epochs * EPOCH_MS

    async def wear() -> int:
        async with Rig(tmp_path, [VirtualWearer(0, counts, START_MS)]) as rig:
            await rig.run_until(end_ms + 2 * EPOCH_MS + SETTLE_MS)
            assert rig.nodes["thigh"].output == []  # not a word of complaint
            image.write_bytes(rig.flash_path("thigh").read_bytes())
            rig.laptop_near()
            with Store(tmp_path / "s.db") as store:
                report = await sync_each(rig.radio, store, await find_nodes(rig.radio, rig.keys, 10), rig.utc_ms)
                assert report.failed == []
                return report.synced[0].epochs

    image = tmp_path / "before.img"
    assert asyncio.run(wear()) == epochs
    data, found = log_of(image)
    bytes_an_epoch = len(data) / len(epochs_in(found))
    print(f"{bytes_an_epoch:.2f} bytes an epoch in flash, headers and events included")
    assert found.damage == []
    assert epochs - segment.MAX_EPOCHS < len(epochs_in(found)) <= epochs
    assert bytes_an_epoch <= 5.85  # tests/unit/firmware_build/test_flash_room.py
