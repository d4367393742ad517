"""No memory, once, at each place that the main loop passes: it records on, opens its windows, and says so.

"MemoryError": the call raises it before it has done anything. "full": the heap is locked during the call, so that its
first allocation fails, in its middle; a call that allocates nothing goes well.
"""

import asyncio
from pathlib import Path

import pytest

from ambula.sim.rig import SETTLE_MS, Rig, VirtualWearer
from ambula.sim.states import StateTimes
from tests.durability import lives
from tests.durability.lives import MINUTE, MINUTE_MS, START_MS, Life
from tests.support.anew import start_anew

HEAP = "320k"  # the modules in which faults are planted are loaded before all others, and stay
MINUTES, FROM = 16, 4
WINDOW_EVERY_S = 300
EPOCHS = range(MINUTES * MINUTE - 60)  # what must be sealed by then
PLACES = (
    "drivers.lsm6ds3tr_c:LSM6DS3TRC.read_fifo", "drivers.lsm6ds3tr_c:LSM6DS3TRC.double_tap",
    "drivers.lsm6ds3tr_c:LSM6DS3TRC.temperature_c", "drivers.rv3028:RV3028.utc_ms", "board:Board.battery_mv",
    "machine:I2C.readfrom_mem_into", "machine:I2C.readfrom_mem", "node.guards:Sensor.read", "node.guards:Sensor.watch",
    "node.guards:Sensor.double_tap", "node.power:Power.enter", "node.app:App.measure", "node.windows:Windows.plan",
    "node.signals:Signals.show", "nodecore.epoch:EpochWindow.misaligned", "nodecore.epoch:EpochWindow.align",
    "nodecore.epoch:EpochWindow.fill", "nodecore.epoch:EpochWindow.next", "nodecore.score:EpochScorer.score",
    "nodecore.segment:SegmentWriter.add", "nodecore.segment:SegmentWriter.pack", "node.today:Today.add",
)  # fmt: skip
# Between an epoch that is logged and the next one. "full" shows that it can not run out of memory.
ALLOCATES_NOTHING = ("nodecore.epoch:EpochWindow.next",)
# In these time passes, or the stand-ins write: a locked heap would hit them, which no board has.
MAY_PASS_TIME = (
    "board:Board.sleep_ms", "board:Board.idle_ms", "board:Board.feed", "board:Board.signal", "board:Board.on_usb",
    "drivers.rv3028:RV3028.find_edge", "node.guards:SteadyClock.find_edge", "node.guards:SteadyClock.utc_ms",
    "node.log:Log.add", "node.log:Log.seal", "node.log:Log.write", "node.link:GattServer.open",
    "node.link:GattServer.poll", "node.link:GattServer.shut", "bluetooth:BLE.active", "bluetooth:BLE.gap_advertise",
)  # fmt: skip
SWEEP = [
    *((place, "MemoryError") for place in PLACES if place not in ALLOCATES_NOTHING),
    *((place, "full") for place in PLACES),
    *((place, "MemoryError") for place in MAY_PASS_TIME),
]


def live(folder: Path, *faults: lives.Fault) -> tuple[Life, StateTimes]:
    """A node with a radio that nobody hears."""

    async def go() -> tuple[list[str], StateTimes]:
        config = {"window_every_s": WINDOW_EVERY_S, "window_ms": 2300}
        wearer = VirtualWearer(0, lives.noise(MINUTES * MINUTE), START_MS, config=config)
        async with Rig(folder, [wearer], heap=HEAP) as rig:
            node = rig.nodes["thigh"]
            await start_anew(node, faults=faults)
            await rig.run_until(START_MS + MINUTES * MINUTE_MS + SETTLE_MS)
            assert [line for line in node.output if line.startswith("@struck")] == [f"@struck {f[1]}" for f in faults]
            return node.resets, await node.power()

    resets, times = asyncio.run(go())
    return lives.read(folder / "thigh.img", resets), times


@pytest.fixture(scope="module")
def windows(tmp_path_factory: pytest.TempPathFactory) -> int:
    """How many windows there are where nothing fails."""
    seen, times = live(tmp_path_factory.mktemp("undisturbed"))
    assert set(EPOCHS) <= set(seen.epochs)
    return times.entered["window"]


@pytest.mark.parametrize(("place", "kind"), SWEEP)
def test_no_memory_once(tmp_path: Path, windows: int, place: str, kind: str) -> None:
    from_ms = 0 if place == "board:Board.signal" else START_MS + FROM * MINUTE_MS  # the light speaks at the start alone
    seen, times = live(tmp_path, (place, kind, from_ms, START_MS * 2, 1))
    assert seen.resets == []
    assert seen.epochs == sorted(set(seen.epochs))
    missing = sorted(set(EPOCHS) - set(seen.epochs))
    assert len(missing) <= 1, missing
    assert times.entered["window"] >= windows - 1
    assert all("MemoryError" in words for words in seen.faults), seen.faults
