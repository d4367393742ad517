"""The capture plan on the real firmware: now, at a tap, at a time; for days; over resets and power cuts."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ambula.account.ledger import State
from ambula.sim.image import BLOCK_SIZE, PROGRAM_BLOCKS, build_image
from ambula.sim.node import NodeProcess, NodeSettings, PowerCutError
from ambula.sim.rig import SETTLE_MS
from nodecore import segment
from nodecore.protocol import KEY_SIZE
from tests.durability import lives
from tests.durability.lives import FIRST, MINUTE, MINUTE_MS, START_MS, Life

MODES = ("clean", "torn", "garbage")
DAY = 17280
DAY_MS = DAY * lives.EPOCH_MS
NAMES = {segment.BOOT: "boot", segment.STARTED: "started", segment.STOPPED: "stopped", segment.CLOCK_SET: "set"}


def told(seen: Life) -> list[tuple[str, int]]:
    """The plan's events in log order, with their epochs from the first of the samples."""
    return [
        (NAMES[s.header.count], s.header.epoch - FIRST)
        for s in seen.segments
        if s.header.kind == segment.EVENT and s.header.count in NAMES
    ]


def kinds(seen: Life) -> list[str]:
    return [kind for kind, _ in told(seen)]


def owed(seen: Life, tmp_path: Path) -> dict[State, int]:
    """What the ledger owes an explanation for, beside what was recorded."""
    slots = seen.ledger(tmp_path).slots
    return {state: n for state, n in slots.items() if n and state not in (State.RECORDED, State.NOT_WORN)}


def live(settings: NodeSettings, until_ms: int, tap_ms: int | None = None) -> Life:
    """Live up to `until_ms` after the first sample, with a double tap on the way; then pull the plug."""
    if tap_ms is None:
        return lives.live(settings, until_ms)
    node = NodeProcess("node", settings, settings.flash.parent)

    async def go() -> None:
        try:
            await node.start()
            await node.run_until(START_MS + tap_ms)
            node.tap()
            await node.run_until(START_MS + until_ms + SETTLE_MS)
        finally:
            await node.quit()

    asyncio.run(go())
    return lives.read(settings.flash, node.resets)


def at(settings: NodeSettings, minute: int) -> NodeSettings:
    """Power up at a minute after the first sample."""
    return replace(settings, power_on_ms=START_MS + minute * MINUTE_MS)


def test_now_is_told_once(tmp_path: Path) -> None:
    settings = lives.prepare(tmp_path, 20)
    live(settings, 7 * MINUTE_MS)
    seen = live(at(settings, 8), 14 * MINUTE_MS)
    assert kinds(seen) == ["boot", "started", "boot"]


@pytest.mark.parametrize("late_s", [0, 17])
def test_a_time_is_waited_for(tmp_path: Path, late_s: int) -> None:
    """Booted twice before it: no record, nothing owed; then it records from that second on."""
    settings = lives.prepare(tmp_path, 30, start=(START_MS + 10 * MINUTE_MS) // 1000 + late_s)
    live(settings, 4 * MINUTE_MS)
    seen = live(at(settings, 5), 25 * MINUTE_MS)
    due = 10 * MINUTE + late_s // 5
    assert kinds(seen) == ["boot", "boot", "started"]
    assert told(seen)[-1][1] == due
    assert seen.epochs[0] - due in (0, 1)
    assert seen.epochs == list(range(seen.epochs[0], seen.epochs[0] + len(seen.epochs)))
    assert len(seen.epochs) >= 10 * MINUTE
    assert owed(seen, tmp_path) in ({}, {State.REBOOTING: 1})
    assert seen.faults == []


def test_a_tap_starts_and_a_reboot_goes_on(tmp_path: Path) -> None:
    settings = lives.prepare(tmp_path, 30, start="tap")
    first = live(settings, 12 * MINUTE_MS, tap_ms=5 * MINUTE_MS)
    assert kinds(first) == ["boot", "started"]
    assert first.epochs[0] - 5 * MINUTE in (0, 1)
    seen = live(at(settings, 14), 20 * MINUTE_MS)
    assert kinds(seen) == ["boot", "started", "boot"]
    assert set(range(14 * MINUTE + 1, 19 * MINUTE)) <= set(seen.epochs)


def test_without_a_tap_nothing_is_recorded_and_nothing_wakes_it_often(tmp_path: Path) -> None:
    settings = lives.prepare(tmp_path, 60, start="tap")
    node = NodeProcess("node", settings, tmp_path)

    async def go() -> int:
        try:
            await node.start()
            await node.run_until(START_MS + 60 * MINUTE_MS)
            return (await node.power()).entered["waiting"]
        finally:
            await node.quit()

    wakes = asyncio.run(go())
    seen = lives.read(settings.flash)
    assert (kinds(seen), seen.epochs, seen.faults) == (["boot"], [], [])
    assert wakes <= 64


def test_days_end_it_and_a_reboot_after_them_does_not_record(tmp_path: Path) -> None:
    settings = lives.prepare(tmp_path, 25 * 60, days=1, start=START_MS // 1000 + 3600)
    seen = live(settings, DAY_MS + 2 * 60 * MINUTE_MS)
    end = DAY + 60 * MINUTE
    assert [kind for kind, _ in told(seen)] == ["boot", "started", "stopped"]
    assert told(seen)[-1][1] - end in (0, 1, 2)
    assert seen.epochs[-1] + 1 - end in (0, 1, 2)
    assert len(seen.epochs) - DAY in (-1, 0, 1, 2)
    again = live(at(settings, DAY // MINUTE + 130), DAY_MS + 150 * MINUTE_MS)
    assert kinds(again)[3:] == ["boot"]
    assert again.epochs == seen.epochs
    assert owed(again, tmp_path) in ({}, {State.REBOOTING: 1})


def test_an_end_that_came_while_it_was_off_is_told_where_it_was(tmp_path: Path) -> None:
    settings = lives.prepare(tmp_path, 20, days=1)
    live(settings, 10 * MINUTE_MS + 1)
    seen = live(at(settings, DAY // MINUTE + 300), DAY_MS + 302 * MINUTE_MS)
    assert kinds(seen) == ["boot", "started", "stopped", "boot"]
    assert told(seen)[2][1] == told(seen)[1][1] + DAY
    slots = seen.ledger(tmp_path)
    assert owed(seen, tmp_path) == {State.REBOOTING: slots.duration_slots - len(seen.epochs)}
    assert slots.duration_slots - DAY in (0, 1)  # from the start to the planned end, and not to the boot after it


def test_a_new_set_up_has_a_plan_of_its_own(tmp_path: Path) -> None:
    """The key is new at each set-up: what became of the plan before counts for nothing."""
    settings = lives.prepare(tmp_path, 40, days=1)
    live(settings, 2 * MINUTE_MS)
    live(at(settings, DAY // MINUTE + 5), DAY_MS + 6 * MINUTE_MS)
    set_up_again(settings.flash, {"role": "thigh", "window_every_s": 86400, "days": 1})
    seen = live(at(settings, DAY // MINUTE + 8), DAY_MS + 9 * MINUTE_MS)
    assert kinds(seen)[-2:] == ["boot", "started"]


def test_a_clock_that_is_not_set_waits_for_its_time(tmp_path: Path) -> None:
    settings = replace(lives.prepare(tmp_path, 30, start=START_MS // 1000 - 3600), clock_is_set=False)
    seen = live(settings, 20 * MINUTE_MS)
    assert (kinds(seen), seen.epochs) == (["boot"], [])
    seen = live(replace(at(settings, 21), clock_is_set=True), 26 * MINUTE_MS)
    assert kinds(seen) == ["boot", "boot", "started"]


def test_days_of_an_unknown_time_are_counted_anew(tmp_path: Path) -> None:
    """Recording goes on: who does not know the time does not know that the days are over."""
    settings = replace(lives.prepare(tmp_path, 30, days=1), clock_is_set=False)
    live(settings, 6 * MINUTE_MS)
    live(at(settings, 8), 14 * MINUTE_MS)
    seen = live(replace(at(settings, 15), clock_is_set=True), 21 * MINUTE_MS)
    assert kinds(seen) == ["boot", "started", "boot", "boot"]
    assert set(range(15 * MINUTE + 1, 20 * MINUTE)) <= set(seen.epochs)


@pytest.mark.parametrize("operation", range(13, 32, 2))
def test_a_power_cut_at_a_tap_loses_the_tap_or_nothing(tmp_path: Path, operation: int) -> None:
    """Thirteen flash operations come before the tap. The next life waits for another tap, or records."""
    settings = lives.prepare(tmp_path, 14, start="tap")
    with_cut = replace(settings, flash_cut_at=operation, flash_cut_mode=MODES[operation // 2 % 3])
    was_cut = cut(lambda: live(with_cut, 3 * MINUTE_MS, tap_ms=2 * MINUTE_MS))
    seen = live(at(settings, 4), 11 * MINUTE_MS)
    assert was_cut == (operation <= 29)
    assert kinds(seen).count("started") <= 1
    if "started" in kinds(seen):
        assert seen.epochs
    if seen.epochs:
        assert set(range(4 * MINUTE + 1, 9 * MINUTE)) <= set(seen.epochs)
    assert bool(seen.epochs) or was_cut


@pytest.mark.parametrize("operation", range(1, 29, 3))
def test_a_power_cut_at_the_end_of_the_days_does_not_record_again(tmp_path: Path, operation: int) -> None:
    settings = lives.prepare(tmp_path, 4, days=1)
    live(settings, 2 * MINUTE_MS)
    late = DAY // MINUTE + 5
    with_cut = replace(at(settings, late), flash_cut_at=operation, flash_cut_mode=MODES[operation // 3 % 3])
    cut(lambda: live(with_cut, (late + 1) * MINUTE_MS))
    seen = live(at(settings, late + 2), (late + 4) * MINUTE_MS)
    assert kinds(seen)[:3] == ["boot", "started", "stopped"]
    assert set(kinds(seen)[3:]) <= {"stopped", "boot"}
    assert kinds(seen)[-1] == "boot"
    assert seen.epochs == []  # two minutes were in RAM
    assert owed(seen, tmp_path) == {State.REBOOTING: DAY}


def cut(live_: Callable[[], Life]) -> bool:
    """Return whether the power cut that was ordered came."""
    try:
        live_()
    except PowerCutError:
        return True
    return False


def set_up_again(image: Path, config: dict[str, object]) -> None:
    """Give an image the program of a new set-up; its log stays."""
    fresh = image.with_name("set_up.img")
    build_image(fresh, config, bytes(KEY_SIZE))
    program = PROGRAM_BLOCKS * BLOCK_SIZE
    image.write_bytes(fresh.read_bytes()[:program] + image.read_bytes()[program:])
