"""The motor of a thigh whose wearer sits: when it is asked to, by day, and nothing else of the node feels it."""

import asyncio
from pathlib import Path

import numpy as np
import pytest

from ambula.sim.node import Signal
from ambula.sim.rig import Rig, VirtualWearer
from tests.durability import lives
from tests.durability.lives import MINUTE_MS, START_MS

MINUTES = 65
STARTS_AT_MIN = (START_MS // MINUTE_MS) % 1440  # 20:26 UTC
SIT = (0, 0, 4096)


def sitting(minutes: int) -> np.ndarray:
    """Samples of a thigh that lies level, with a sensor's noise and a fidget now and then."""
    rng = np.random.default_rng(3)
    samples = np.array(SIT) + rng.normal(0, 12, (minutes * lives.MINUTE * 130, 3))
    every = 10 * lives.MINUTE * 130
    for start in range(0, len(samples), every):
        samples[start : start + 100] += rng.normal(0, 300, samples[start : start + 100].shape)  # else it is not worn
    return samples.astype("<i2")


def buzzes(folder: Path, role: int, local_start_min: int, **config: object) -> list[tuple[int, int]]:
    """(ms after the first sample, for how long) of each pulse of the motor of a wearer who sits."""
    config["midnight_min"] = (STARTS_AT_MIN - local_start_min) % 1440

    async def go() -> list[tuple[int, int]]:
        async with Rig(folder, [VirtualWearer(role, sitting(MINUTES), START_MS, config=config)]) as rig:
            node = next(iter(rig.nodes.values()))
            await rig.run_until(START_MS + MINUTES * MINUTE_MS)
            assert node.resets == []
            assert await node.heap_free() > 4096
            motor = [one for one in node.signals if one.by_motor]
            assert [one.is_on for one in motor] == [True, False] * (len(motor) // 2)
            return [(a.at_ms - START_MS, b.at_ms - a.at_ms) for a, b in zip(motor[::2], motor[1::2], strict=True)]

    return asyncio.run(go())


def test_a_pulse_does_not_last_as_long_as_a_visit_of_the_other_node(tmp_path: Path) -> None:
    """Both fall due at 21:00; looking for a back that is not there takes two seconds, in which no turn is taken."""
    start_ms = START_MS + 20_000
    due_ms = start_ms + 33 * MINUTE_MS
    assert due_ms % 900_000 == 0
    config = {"sitting_buzz_min": 33, "midnight_min": (STARTS_AT_MIN - 9 * 60) % 1440}

    async def go() -> list[Signal]:
        async with Rig(tmp_path, [VirtualWearer(0, sitting(35), start_ms, config=config)], peers=True) as rig:
            await rig.run_until(due_ms + MINUTE_MS)
            return [one for one in rig.nodes["thigh"].signals if one.by_motor]

    on, off, again, end = asyncio.run(go())
    assert due_ms <= on.at_ms <= due_ms + 300
    assert all(200 <= b.at_ms - a.at_ms <= 230 for a, b in ((on, off), (again, end)))


def test_two_pulses_after_each_span(tmp_path: Path) -> None:
    found = buzzes(tmp_path, 0, 9 * 60, sitting_buzz_min=20)
    assert len(found) == 6
    assert all(200 <= length <= 230 for _, length in found)
    for number, (at, _) in enumerate(found[::2], 1):
        assert number * 20 * MINUTE_MS <= at <= number * 20 * MINUTE_MS + 15_000
    assert all(300 <= b - a <= 400 for (a, _), (b, _) in zip(found[::2], found[1::2], strict=True))
    epochs = lives.read(tmp_path / "thigh.img").epochs
    assert set(range((MINUTES - 6) * lives.MINUTE)) <= set(epochs)


@pytest.mark.parametrize(
    ("role", "hour", "config"),
    [(0, 9, {}), (0, 9, {"sitting_buzz_min": 0}), (1, 9, {"sitting_buzz_min": 20}), (0, 22, {"sitting_buzz_min": 20})],
    ids=["default", "off", "back", "night"],
)
def test_never_unasked_nor_on_the_back_nor_at_night(
    tmp_path: Path, role: int, hour: int, config: dict[str, object]
) -> None:
    assert buzzes(tmp_path, role, hour * 60, **config) == []
