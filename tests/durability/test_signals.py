"""What the light says, as the simulated board tells its changes: to a tap and by itself; and that it costs nothing."""

import asyncio
import itertools
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from ambula.nodes.client import NodeClient
from ambula.nodes.visit import find_nodes
from ambula.sim.image import BLOCK_SIZE, LOG_BLOCKS, log_system, put_log_system
from ambula.sim.node import NodeProcess, Signal
from ambula.sim.rig import Rig, VirtualWearer
from tests.durability import lives
from tests.durability.lives import HEAP, MINUTE, MINUTE_MS, START_MS, Fault

LONG, SHORT, QUICK, ALIVE, BLINK = 1000, 120, 80, 500, 40
STEP_MS = 30  # the light changes when the loop comes by ...
HELD_UP_MS = 20  # ... and the sensor's bus may have held that up
WINDOW_MS = 900_000
TICKS_FROM_MS = 6000  # any answer is over
FLAT_MV = 3500


def blinks(signals: Iterable[Signal]) -> list[tuple[int, int]]:
    """(from which ms after the first sample on, for how long) the light was on."""
    found: list[tuple[int, int]] = []
    on_ms: int | None = None
    for at_ms, is_on, by_motor in signals:
        assert not by_motor
        assert is_on == (on_ms is None)
        if on_ms is not None:
            found.append((on_ms - START_MS, at_ms - on_ms))
        on_ms = at_ms if is_on else None
    assert on_ms is None, "the light was left on"
    return found


def lengths(seen: list[tuple[int, int]], from_ms: int, to_ms: int) -> list[int]:
    """The lengths, as the pattern has them, of the blinks that begin between two times."""
    known = (LONG, SHORT, QUICK, ALIVE, BLINK)
    found = [length for at, length in seen if from_ms <= at < to_ms]
    nearest = [min(known, key=lambda one: abs(length - one)) for length in found]
    assert all(-HELD_UP_MS <= length - one <= STEP_MS for length, one in zip(found, nearest, strict=True)), found
    return nearest


def live(
    folder: Path,
    until_ms: int,
    tap_ms: int | None = None,
    act: Callable[[NodeProcess], None] = lambda node: None,
    faults: Iterable[Fault] = (),
    **config: object,
) -> NodeProcess:
    """Live up to `until_ms` after the first sample, with a radio that nobody hears; tap and act at `tap_ms`."""

    async def go() -> NodeProcess:
        async with Rig(
            folder, [VirtualWearer(0, lives.noise(until_ms // lives.EPOCH_MS + 1), START_MS, config=config)], heap=HEAP
        ) as rig:
            node = rig.nodes["thigh"]
            if faults:
                node._settings = replace(node._settings, faults=tuple(faults))
                await rig.reboot("thigh")
                node.signals.clear()
            if tap_ms is not None:
                await rig.run_until(START_MS + tap_ms)
                act(node)
                node.tap()
            await rig.run_until(START_MS + until_ms)
            return node

    return asyncio.run(go())


def answer(folder: Path, **how: object) -> list[int]:
    """The answer to a tap two minutes after the start."""
    node = live(folder, 200_000, 120_000, **how)  # type: ignore[arg-type]
    return lengths(blinks(node.signals), 120_000, 120_000 + TICKS_FROM_MS)[:8]


def flat(node: NodeProcess) -> None:
    node.set_battery_mv(FLAT_MV)


def test_it_says_that_it_lives_and_is_dark_by_itself(tmp_path: Path) -> None:
    node = live(tmp_path, 40 * MINUTE_MS)
    seen = blinks(node.signals)
    assert lengths(seen, -3000, 40 * MINUTE_MS) == [ALIVE]
    assert seen[0][0] < 1000


def test_the_answer_to_a_tap(tmp_path: Path) -> None:
    assert answer(tmp_path / "recording")[0] == LONG
    assert LONG not in answer(tmp_path / "a")[1:]
    assert answer(tmp_path / "waiting", start=START_MS // 1000 + 3600)[:3] == [LONG, LONG, BLINK]
    assert answer(tmp_path / "tap", start="tap")[:2] == [LONG, BLINK], "a tap that begins it is answered as recording"
    assert answer(tmp_path / "low", act=flat)[:5] == [LONG, SHORT, SHORT, SHORT, BLINK]
    stuck = [("fifo", "stuck", START_MS + 20_000, START_MS * 2, 0)]
    assert answer(tmp_path / "stuck", faults=stuck)[:6] == [QUICK] * 5 + [BLINK]
    assert answer(tmp_path / "both", faults=stuck, act=flat)[:8] == [QUICK] * 5 + [SHORT] * 3


def test_three_long_where_the_recording_is_over(tmp_path: Path) -> None:
    day_ms = 86_400_000
    settings = lives.prepare(tmp_path, 1, start=START_MS // 1000 - 86_400, days=1)
    settings = replace(settings, power_on_ms=START_MS - day_ms - 5000)

    async def go() -> list[Signal]:
        node = NodeProcess("node", settings, tmp_path, HEAP)
        try:
            await node.start()
            await node.run_until(START_MS + 60_000)
            node.signals.clear()
            node.tap()
            await node.run_until(START_MS + 70_000)
        finally:
            await node.quit()
        return node.signals

    assert lengths(blinks(asyncio.run(go())), 60_000, 70_000) == [LONG] * 3  # no radio here: no window, no ticks


def test_an_open_window_ticks_until_it_shuts_or_somebody_connects(tmp_path: Path) -> None:
    node = live(tmp_path, 200_000, 120_000)
    ticks = [at for at, _ in blinks(node.signals) if at >= 120_000 + TICKS_FROM_MS]
    assert 25 <= len(ticks) <= 28
    assert all(1950 <= b - a <= 2100 for a, b in itertools.pairwise(ticks))
    assert ticks[-1] < 180_000

    async def visited() -> list[Signal]:
        async with Rig(tmp_path / "visit", [VirtualWearer(0, lives.noise(1), START_MS)]) as rig:
            await rig.run_until(START_MS + 120_000)
            rig.laptop_near()
            (near,) = await find_nodes(rig.radio, rig.keys, 20)
            link = await rig.radio.connect(near.found)
            await NodeClient(link, rig.keys, rig.utc_ms).open()
            from_ms = rig.utc_ms()
            await asyncio.sleep(5)
            rig.nodes["thigh"].tap()
            await asyncio.sleep(2)
            signals = [one for one in rig.nodes["thigh"].signals if one.at_ms > from_ms + 4000]
            await link.close()
            return signals

    assert asyncio.run(visited()) == []


@pytest.mark.parametrize("what", ["low", "clock", "config"])
def test_a_window_by_itself_blinks_once_where_somebody_should_look(tmp_path: Path, what: str) -> None:
    """At quarter hours only, or every 15 minutes of its own where the clock is not set."""
    config = {"days": 99} if what == "config" else {}

    async def go() -> NodeProcess:
        async with Rig(tmp_path, [VirtualWearer(0, lives.noise(1), START_MS, config=config)]) as rig:
            node = rig.nodes["thigh"]
            if what == "clock":
                node._settings = replace(node._settings, clock_is_set=False)
                await rig.reboot("thigh")
                node.signals.clear()
            if what == "low":
                flat(node)
            await rig.run_until(START_MS + 3 * WINDOW_MS - 60_000)
            return node

    node = asyncio.run(go())
    seen = [one for one in blinks(node.signals) if one[0] > 10_000]
    assert len(seen) == (2 if what == "clock" else 3)
    assert lengths(seen, 0, 3 * WINDOW_MS) == [BLINK] * len(seen)
    assert all(b - a == pytest.approx(WINDOW_MS, abs=1000) for (a, _), (b, _) in itertools.pairwise(seen))


def test_a_full_flash_is_a_fault(tmp_path: Path) -> None:
    settings = lives.prepare(tmp_path, 30)
    fs = log_system(settings.flash)
    with fs.open("fill", "wb") as file:
        file.write(bytes(BLOCK_SIZE * (LOG_BLOCKS - 5)))
    put_log_system(settings.flash, fs)

    async def go() -> list[Signal]:
        node = NodeProcess("node", settings, tmp_path, HEAP)
        try:
            await node.start()
            await node.run_until(START_MS + 25 * MINUTE_MS)
            node.signals.clear()
            node.tap()
            await node.run_until(START_MS + 26 * MINUTE_MS)
        finally:
            await node.quit()
        return node.signals

    assert lengths(blinks(asyncio.run(go())), 0, 27 * MINUTE_MS) == [QUICK] * 5


def test_a_light_that_fails_and_one_that_plays_cost_no_epoch(tmp_path: Path) -> None:
    minutes = 12
    for number, faults in enumerate([(), [("board:Board.signal", "OSError 5", 0, START_MS * 2, 0)]]):
        node = live(tmp_path / str(number), minutes * MINUTE_MS, 5 * MINUTE_MS, faults=faults)
        seen = lives.read(tmp_path / str(number) / "thigh.img")
        assert node.resets == []
        assert set(range(1, (minutes - 5) * MINUTE)) <= set(seen.epochs)  # in the first one it is started anew
        assert seen.faults == []
        assert bool(node.signals) == (number == 0)
