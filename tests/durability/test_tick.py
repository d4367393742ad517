"""A board whose tick is off while it sleeps, as ESP-IDF's calibration makes it: no false alarm, and it sleeps."""

import asyncio
from pathlib import Path

import pytest

from ambula.sim.rig import Rig, VirtualWearer
from ambula.sim.states import StateTimes
from tests.durability import lives
from tests.durability.lives import MINUTE_MS, START_MS

HOURS = 6  # 60 ppm showed after 4.4 hours, 340 ppm after 0.8


@pytest.mark.parametrize(("ppm", "noon_ppm"), [(-340, -340), (-60, -60), (340, 340), (-340, 340)])
def test_six_hours_beside_a_tick_that_is_off(tmp_path: Path, ppm: int, noon_ppm: int) -> None:
    samples = lives.noise(60 * HOURS * lives.MINUTE)
    config = {"window_every_s": 900, "window_ms": 2300}
    wearer = VirtualWearer(0, samples, START_MS, config=config, tick_ppm=ppm, tick_noon_ppm=noon_ppm)

    async def go() -> StateTimes:
        async with Rig(tmp_path, [wearer]) as rig:
            await rig.run_until(START_MS + HOURS * 60 * MINUTE_MS)
            return await rig.nodes["thigh"].power()

    times = asyncio.run(go())
    seen = lives.read(tmp_path / "thigh.img")
    assert seen.faults == []
    assert len(seen.epochs) >= HOURS * 720 - 61
    asked_s = HOURS * 3600
    assert times.spent_s["asleep"] > 0.985 * asked_s
    awake_s = times.spent_s["sampling"] - times.bus_bytes * 22.5e-6
    assert awake_s < 0.0005 * asked_s
    assert times.entered["asleep"] < 410 * HOURS
