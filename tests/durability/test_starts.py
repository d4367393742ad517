"""A battery that fails again and again, also while the node starts; and how soon it records after a start."""

import asyncio
import random
from dataclasses import replace
from pathlib import Path

import pytest

from ambula.sim.node import NodeProcess, NodeSettings, PowerCutError
from nodecore import segment
from tests.durability import lives
from tests.durability.lives import FIRST, MINUTE, MINUTE_MS, START_MS

LIVES = 24
RECORDS_WITHIN_S = 5


async def _brown_out(settings: NodeSettings, dice: random.Random) -> None:
    """One start that ends after seconds, or at one of its first writes to the flash."""
    node = NodeProcess("node", replace(settings, flash_cut_at=dice.choice([0, 1, 2, 3, 5, 8])), settings.flash.parent)
    try:
        await node.start()
        await node.run_until(settings.power_on_ms + dice.choice([500, 3000, 7000, 14_000]), timeout_s=30)
    except PowerCutError:
        pass
    finally:
        await node.kill()


@pytest.mark.parametrize("mode", ["torn", "garbage"])
def test_a_brown_out_loop_loses_nothing_that_was_sealed(tmp_path: Path, mode: str) -> None:
    check_brown_outs(tmp_path, mode, random.Random(mode))


def check_brown_outs(tmp_path: Path, mode: str, dice: random.Random) -> None:
    """Start a node again and again, each time to end soon; then it records on, and all that was sealed is there."""
    settings = replace(lives.prepare(tmp_path, 30), flash_cut_mode=mode)
    kept = lives.live(settings, 6 * MINUTE_MS).segments

    async def loop() -> int:
        now_ms = START_MS + 7 * MINUTE_MS
        for _ in range(LIVES):
            now_ms += 20_000
            await _brown_out(replace(settings, power_on_ms=now_ms), dice)
        return now_ms + 20_000

    up_ms = asyncio.run(loop())
    seen = lives.live(replace(settings, power_on_ms=up_ms), up_ms - START_MS + 6 * MINUTE_MS)
    assert [s.data for s in seen.segments[: len(kept)]] == [s.data for s in kept]
    assert seen.epochs == sorted(set(seen.epochs))
    up = (up_ms - START_MS) // lives.EPOCH_MS
    assert set(range(up + 1, up + 5 * MINUTE)) <= set(seen.epochs)


def test_lives_of_a_few_seconds_write_nothing(tmp_path: Path) -> None:
    settings = lives.prepare(tmp_path, 10)
    lives.live(settings, 6 * MINUTE_MS)
    before = settings.flash.read_bytes()
    for start in range(10):
        lives.live(replace(settings, power_on_ms=START_MS + 7 * MINUTE_MS + start * 4000), 7 * MINUTE_MS + start * 4000)
    assert settings.flash.read_bytes() == before


@pytest.mark.parametrize("late_ms", [0, 1700, 2600, 4900])
def test_it_records_within_five_seconds_of_a_start(tmp_path: Path, late_ms: int) -> None:
    """By the board's clock, which stands still while the program loads: what that takes on a board is unproved."""
    settings = lives.prepare(tmp_path, 14)
    lives.live(settings, 6 * MINUTE_MS)
    up_ms = START_MS + 7 * MINUTE_MS + late_ms
    seen = lives.live(replace(settings, power_on_ms=up_ms), 13 * MINUTE_MS)
    first = next(s for s in seen.segments if s.records and s.header.boot == 2)
    began_ms = first.header.epoch * lives.EPOCH_MS
    assert began_ms - up_ms <= RECORDS_WITHIN_S * 1000
    missing = set(range(FIRST, first.header.epoch)) - {FIRST + e for e in seen.epochs}
    assert len(missing) <= segment.MAX_EPOCHS + 7 * MINUTE - 6 * MINUTE + 1
