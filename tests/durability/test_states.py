"""The firmware's own account of its states, held against what the simulated board and radio saw of it."""

import asyncio
from pathlib import Path

import numpy as np
import pytest

from ambula.nodes.client import NodeClient
from ambula.nodes.visit import find_nodes
from ambula.sim.rig import Rig, VirtualWearer
from ambula.sim.states import RADIO_STATES, StateTimes, read_states
from tests.durability import lives
from tests.durability.lives import MINUTE_MS, START_MS

POWER_ON_S = 5  # before the first sample
TAP_WINDOW_S = 60


def lived(folder: Path, minutes: int, usb_from: int = 0, **config: object) -> StateTimes:
    """Return the states of a node that nobody visits; a computer is plugged in after so many minutes."""

    async def go() -> StateTimes:
        wearer = VirtualWearer(0, lives.noise(minutes * lives.MINUTE), START_MS, config=dict(config))
        async with Rig(folder, [wearer]) as rig:
            if usb_from:
                await rig.run_until(START_MS + usb_from * MINUTE_MS)
                rig.nodes["thigh"].usb(True)
            await rig.run_until(START_MS + minutes * MINUTE_MS)
            return await rig.nodes["thigh"].power()

    return asyncio.run(go())


def test_an_hour_of_recording(tmp_path: Path) -> None:
    seen = lived(tmp_path, 60, window_every_s=900, window_ms=2300)
    assert sum(seen.spent_s.values()) == pytest.approx(3600 + POWER_ON_S, abs=0.1)
    assert 1 < seen.spent_s["starting"] < 3  # the sensor's test
    assert seen.spent_s["window"] == pytest.approx(TAP_WINDOW_S + 4 * 2.3, abs=3)
    assert seen.together_s(RADIO_STATES) == pytest.approx(seen.radio_s, abs=0.2)  # a commit meanwhile is of `flash`
    assert seen.entered["asleep"] == pytest.approx(6 * 59 + 4 + 30, abs=6)  # services, windows, seconds seen to begin
    assert seen.entered["flash"] == pytest.approx(12 + 2, abs=1)  # boot, start, and five minutes each
    assert (
        0.02 < seen.spent_s["flash"] / seen.entered["flash"] < 0.2
    )  # one erase, a page or two, littlefs' own now and then
    assert seen.spent_s["sampling"] == pytest.approx(seen.bus_bytes * 22.5e-6, rel=0.1)  # nothing else keeps it awake
    assert seen.spent_s["waiting"] == seen.entered["connected"] == seen.entered["meeting"] == 0


def test_before_its_start_it_waits(tmp_path: Path) -> None:
    seen = lived(tmp_path, 30, start="tap", window_every_s=86400)
    assert seen.spent_s["waiting"] == pytest.approx(29 * 60, abs=5)
    assert seen.spent_s["asleep"] == seen.entered["asleep"] == 0


def test_a_window_stays_open_while_a_computer_is_plugged_in(tmp_path: Path) -> None:
    seen = lived(tmp_path, 30, usb_from=5, window_every_s=900, window_ms=2300)
    assert seen.spent_s["window"] == pytest.approx(TAP_WINDOW_S + 700, abs=5)  # from that at 1100 s on
    assert seen.radio_s == pytest.approx(seen.together_s(RADIO_STATES), abs=0.4)  # three commits


def test_a_visit_is_a_state(tmp_path: Path) -> None:
    async def go() -> StateTimes:
        async with Rig(tmp_path, [VirtualWearer(0, np.zeros((0, 3), np.int16), START_MS)]) as rig:
            await rig.run_until(START_MS + 10_000)
            rig.laptop_near()
            (near,) = await find_nodes(rig.radio, rig.keys, 20)
            link = await rig.radio.connect(near.found)
            await NodeClient(link, rig.keys, rig.utc_ms).open()
            await link.close()
            await rig.run_until(rig.utc_ms() + 10_000)
            return await rig.nodes["thigh"].power()

    seen = asyncio.run(go())
    assert seen.entered["connected"] == 1
    assert seen.spent_s["connected"] > 0


def test_states_of_another_firmware_are_refused() -> None:
    with pytest.raises(Exception, match="states are others"):
        read_states([0, 0, 1, 2, 3])
