"""What a day may cost, by the node's own account of its states: a node that sleeps no more would empty a cell in a day.

A day of one node with its windows; hardware/week.json has the account of a week of two that meet.
"""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from ambula.sim.rig import Rig, VirtualWearer
from ambula.sim.states import StateTimes
from tests.durability import lives
from tests.durability.lives import MINUTE_MS, START_MS

WEEK = json.loads((Path(__file__).parents[2] / "hardware" / "week.json").read_text("utf-8"))
BUS_S_AN_HOUR = 14  # 26 sets of six bytes a second, at 22.5 us a byte, and what is asked besides
OTHERWISE_AWAKE_S_AN_HOUR = 1.5  # seconds of the clock that it waits for, 30 times
WAKES_AN_HOUR = 6 * 60 + 4 + 30 + 6  # services, windows, the clock's seconds; some more at the start
COMMITS_AN_HOUR = 12 + 1  # segments of five minutes; starts, and faults that need not be
WINDOWS_S_AN_HOUR = 4 * 2.5
MEETING_COMMITS_AN_HOUR = 4  # what the two nodes make together


def check(
    spent_s: dict[str, float], entered: dict[str, int], bus_bytes: int, hours: float, meets: bool = False
) -> None:
    """Raise AssertionError where a node was awake, woke or wrote more than its plan needs."""
    bus_s = bus_bytes * 22.5e-6
    assert bus_s < BUS_S_AN_HOUR * hours
    assert spent_s["sampling"] - bus_s < OTHERWISE_AWAKE_S_AN_HOUR * hours
    assert entered["asleep"] < WAKES_AN_HOUR * hours
    assert entered["flash"] < (COMMITS_AN_HOUR + (MEETING_COMMITS_AN_HOUR if meets else 0)) * hours
    assert spent_s["flash"] < 0.12 * entered["flash"]
    assert spent_s["window"] + spent_s["connected"] < WINDOWS_S_AN_HOUR * hours + 65  # the first one is a minute
    assert spent_s["asleep"] > 0.99 * 3600 * hours


@pytest.mark.parametrize("tick_ppm", [0, -60])
def test_a_day(tmp_path: Path, tick_ppm: int) -> None:
    wearer = VirtualWearer(0, lives.noise(24 * 60 * lives.MINUTE), START_MS, tick_ppm=tick_ppm)

    async def go() -> StateTimes:
        async with Rig(tmp_path, [wearer]) as rig:
            await rig.run_until(START_MS + 24 * 60 * MINUTE_MS)
            return await rig.nodes["thigh"].power()

    seen = asyncio.run(go())
    assert sum(seen.spent_s.values()) == pytest.approx(86_400, abs=60)
    check(seen.spent_s, seen.entered, seen.bus_bytes, 24)


def test_the_week_on_file() -> None:
    check(WEEK["spent_s"], WEEK["entered"], WEEK["bus_bytes"], WEEK["days"] * 24, meets=True)


@pytest.mark.parametrize(
    ("state", "spent_s", "entered"),
    [("sampling", 24 * 60, 0), ("asleep", 0, 24 * 40), ("asleep", -900, 0), ("flash", 0, 24 * 5), ("window", 200, 0)],
)
def test_a_node_that_does_more_is_seen(state: str, spent_s: float, entered: int) -> None:
    """A minute more an hour awake, 40 wakes, five commits; and longer windows."""
    days = WEEK["days"]
    more: dict[str, Any] = {key: dict(WEEK[key]) for key in ("spent_s", "entered")}
    more["spent_s"][state] += spent_s * days
    more["entered"][state] += entered * days
    with pytest.raises(AssertionError):
        check(more["spent_s"], more["entered"], WEEK["bus_bytes"], days * 24, meets=True)
