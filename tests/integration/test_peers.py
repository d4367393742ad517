"""Two nodes, one answer: the thigh meets the back in their shared windows, fuses, and says what the host would say."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
import pytest

from ambula.nodes.segments import assemble
from ambula.nodes.sync import sync_each
from ambula.nodes.visit import find_nodes
from ambula.participant.thigh_fusion import agreement, body_fusion
from ambula.sim.image import log_chunks, log_system, put_log_system
from ambula.sim.node import HEAP, find_micropython
from ambula.sim.rig import SETTLE_MS, Rig, VirtualWearer
from ambula.store import Store
from ambula.synthetic import Participant, default_day, simulate
from nodecore import segment
from nodecore.sampling import COUNTS_PER_G
from tests.support.anew import start_anew

DAY_MS = 1_772_409_600_000  # 2026-03-02, 0:00 UTC
START_S = 8 * 3600
WINDOW_MS = 900_000
HZ = 26
LESS = f"{int(HEAP.removesuffix('k')) - 3}k"  # of the heap: 3 KiB to spare
Parts = dict[int, np.ndarray]


@dataclass
class Met:
    """What came of some hours: (epochs fused, alike with the host's), the thigh's faults, its visits."""

    fused: int = 0
    compared: int = 0
    alike: int = 0
    epochs: list[int] = field(default_factory=list[int])
    faults: list[bytes] = field(default_factory=list[bytes])
    visits: int = 0


@pytest.fixture(scope="module")
def day() -> Parts:
    """Both nodes' samples of a synthetic day."""
    find_micropython()
    made = simulate(default_day(2, 0), Participant(2))
    parts = {0: made.thigh, 1: made.back}
    return {r: np.clip(np.rint(a * COUNTS_PER_G), -32767, 32767).astype(np.int16) for r, a in parts.items()}


def part(day: Parts, role: int, hours: float, **how: Any) -> VirtualWearer:
    begin = START_S * HZ
    return VirtualWearer(role, day[role][begin : begin + int(hours * 3600) * HZ], DAY_MS + START_S * 1000, **how)


def outcome(rig: Rig, store: Store) -> Met:
    (thigh,) = store.nodes("role = 0")
    fused = body_fusion(store, thigh)
    compared, alike = agreement(store, thigh, fused)
    faults = [e.payload for e in store.events(thigh.node_id) if e.code == segment.FAULT]
    return Met(len(fused), compared, alike, fused.epoch.tolist(), faults, 0)


async def synced(rig: Rig, folder: Path) -> Met:
    windows = rig.radios["thigh"].windows - rig.radios["back"].windows
    rig.laptop_near()
    with Store(folder / "s.db") as store:
        report = await sync_each(rig.radio, store, await find_nodes(rig.radio, rig.keys, 10), rig.utc_ms)
        assert report.failed == []
        assert all(s.damaged_bytes == 0 for s in report.synced)
        met = outcome(rig, store)
        met.visits = windows
        return met


def worn(folder: Path, wearers: list[VirtualWearer], hours: float, heap: str = HEAP) -> Met:
    async def go() -> Met:
        async with Rig(folder, wearers, heap=heap, peers=True) as rig:
            await rig.run_until(wearers[0].start_ms + round(hours * 3_600_000) + 20_000 + SETTLE_MS)
            return await synced(rig, folder)

    return asyncio.run(go())


@pytest.mark.parametrize(("thigh", "back"), [((40, 18), (-250, -12)), ((700, -20), (-600, 20))], ids=str)
def test_the_thigh_says_what_the_host_says(tmp_path: Path, day: Parts, thigh: Any, back: Any) -> None:
    """Hours that lie, sit, stand and walk; the clocks up to 1.3 s apart, and not all of the heap used up."""
    hours = 1.5
    clocks = [{"clock_offset_ms": ms, "clock_drift_ppm": ppm} for ms, ppm in (thigh, back)]
    met = worn(tmp_path, [part(day, r, hours, **clocks[r]) for r in range(2)], hours, LESS)
    assert met.faults == []
    assert met.compared == met.alike == met.fused
    assert met.fused >= hours * 720 - 180 - segment.MAX_EPOCHS


def test_a_back_that_is_not_there_costs_little_and_is_met_again(tmp_path: Path, day: Parts) -> None:
    """Two and a half hours without the back: from the fifth window in vain on, the thigh looks at every second only."""

    async def go() -> tuple[int, int, Met]:
        hours = 3.6
        wearers = [part(day, r, hours) for r in range(2)]
        async with Rig(tmp_path, wearers, peers=True) as rig:
            start_ms = wearers[0].start_ms
            await rig.run_until(start_ms + 120_000)
            rig.air.set_out_of_range("back", True)
            own = rig.radios["back"].windows
            before = rig.radios["thigh"].windows
            await rig.run_until(start_ms + 9_000_000)
            alone = rig.radios["thigh"].windows - before - (rig.radios["back"].windows - own)
            rig.air.set_out_of_range("back", False)
            await rig.run_until(start_ms + round(hours * 3_600_000))
            return alone, before, await synced(rig, tmp_path)

    alone, _, met = asyncio.run(go())
    assert 4 <= alone <= 8  # of ten windows
    assert met.compared == met.alike == met.fused
    assert met.fused > 3 * 720  # what the back had recorded meanwhile came with the first visit
    assert met.faults == []


def test_a_back_with_a_wrong_clock_is_left_to_the_host(tmp_path: Path, day: Parts) -> None:
    met = worn(tmp_path, [part(day, 0, 0.8), part(day, 1, 0.8, clock_offset_ms=30_000)], 0.8)
    assert (met.fused, met.faults) == (0, [])


def test_a_back_that_is_a_quarter_of_an_hour_off_is_told_and_left_to_the_host(tmp_path: Path, day: Parts) -> None:
    """Its windows meet the thigh's, so the two talk; the thigh says in its log what it found."""
    met = worn(tmp_path, [part(day, 0, 0.8), part(day, 1, 0.8, clock_offset_ms=-900_000)], 0.8)
    assert met.fused == 0
    assert met.visits >= 2
    assert met.faults
    assert all(words.startswith(b"pair: ValueError clock off by -900 s") for words in met.faults)


def test_a_back_that_does_not_know_the_time_is_left_to_the_host_until_it_does(tmp_path: Path, day: Parts) -> None:
    """It starts on a quarter of an hour, so its windows meet the thigh's by chance; then a laptop sets its clock."""

    async def go() -> tuple[Met, Met]:
        wearers = [part(day, r, 1.6) for r in range(2)]
        start_ms = wearers[0].start_ms
        async with Rig(tmp_path, wearers, peers=True) as rig:
            await rig.run_until(start_ms + 896_000)
            await start_anew(rig.nodes["back"], clock_is_set=False, power_on_ms=start_ms + 899_000)
            await rig.run_until(start_ms + 2_800_000)
            before = await synced(rig, tmp_path)  # which sets the clock
            await rig.run_until(start_ms + 5_780_000)
            return before, await synced(rig, tmp_path)

    before, after = asyncio.run(go())
    assert (before.fused, before.faults) == (0, [])
    assert after.compared == after.alike == after.fused > 300
    assert after.faults == []


def test_a_restart_of_either_node_goes_on_where_it_was(tmp_path: Path, day: Parts) -> None:
    async def go() -> Met:
        wearers = [part(day, r, 1.5) for r in range(2)]
        start_ms = wearers[0].start_ms
        async with Rig(tmp_path, wearers, peers=True) as rig:
            for name, minutes in (("back", 33), ("thigh", 52)):
                await rig.run_until(start_ms + minutes * 60_000)
                await rig.reboot(name)
            await rig.run_until(start_ms + 5_420_000)
            return await synced(rig, tmp_path)

    met = asyncio.run(go())
    assert met.compared == met.alike == met.fused == len(set(met.epochs))
    assert met.faults == []
    assert met.fused > 1.5 * 720 - 180 - 4 * segment.MAX_EPOCHS  # what waited in RAM at each cut is gone


def test_a_cut_between_the_log_and_the_count_fuses_twice_and_counts_once(tmp_path: Path, day: Parts) -> None:
    """The power goes after fused epochs are in the log and before it is written down how far they go."""

    async def go() -> tuple[int, Met]:
        wearers = [part(day, r, 1.0) for r in range(2)]
        start_ms = wearers[0].start_ms
        image = tmp_path / "thigh.img"
        async with Rig(tmp_path, wearers, peers=True) as rig:
            await rig.run_until(start_ms + 20 * 60_000)
            fs = log_system(image)  # kept while a file of it is open: freed, littlefs reads on for ever
            with cast(BinaryIO, fs.open("/log/today", "rb")) as file:
                old = file.read()
            await rig.run_until(start_ms + 32 * 60_000)
            await rig.nodes["thigh"].kill()
            fs = log_system(image)
            with cast(BinaryIO, fs.open("/log/today", "wb")) as file:
                file.write(old)
            put_log_system(image, fs)
            await rig.reboot("thigh")
            await rig.run_until(start_ms + 50 * 60_000)
            await rig.nodes["thigh"].quit()
            data = b"".join(d for _, d in sorted(log_chunks(image).items()))
            twice = sum(s.header.count for s in assemble(0, data, True).segments if s.header.kind == segment.FUSED)
            await rig.restart("thigh")
            return twice, await synced(rig, tmp_path)

    twice, met = asyncio.run(go())
    assert twice > met.fused == len(set(met.epochs))
    assert met.compared == met.alike == met.fused
