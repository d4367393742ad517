"""Two nodes that have recorded half a day already: flash images made once, copied for each test."""

import asyncio
import shutil
from pathlib import Path

import numpy as np
import pytest

from ambula.nodes.segments import assemble
from ambula.nodes.visit import find_nodes
from ambula.sim.image import log_chunks
from ambula.sim.rig import SETTLE_MS, Rig, VirtualWearer
from ambula.store import Segment, Store
from ambula.transport.radio import Found
from nodecore.sampling import EPOCH_S

START_MS = 356_000_000 * EPOCH_S * 1000
EPOCHS = 6000  # a little over eight hours: three chunks of the log
END_MS = START_MS + EPOCHS * EPOCH_S * 1000 + SETTLE_MS
ROLES = ("thigh", "back")


def restless(seed: int) -> np.ndarray:
    """Samples of which no two epochs are alike, so that the log does not shrink."""
    dice = np.random.default_rng(seed)
    epoch = dice.integers(-4000, 4000, (EPOCHS, 1, 3)) + dice.integers(-800, 800, (EPOCHS, 130, 3))
    return epoch.reshape(-1, 3).astype(np.int16)


def record(folder: Path) -> None:
    """Let both nodes record, and pull the plug."""

    async def wear() -> None:
        async with Rig(folder, [VirtualWearer(i, restless(i), START_MS) for i in range(2)]) as rig:
            await rig.run_until(END_MS)

    asyncio.run(wear())


STILL = np.zeros((0, 3), np.int16)


def worn_again(source: Path, folder: Path, participant: str = "P01", samples: np.ndarray = STILL) -> Rig:
    """Return a rig over copies of the recorded images; its nodes have no more samples to give, or these."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ROLES:
        shutil.copy(source / f"{name}.img", folder / f"{name}.img")
    return Rig(folder, [VirtualWearer(i, samples, END_MS + 10_000) for i in range(2)], participant)


async def heard(rig: Rig, name: str = "thigh") -> Found:
    """Return what the rig's laptop hears of one of its nodes; where it hears nothing, fail with the node's own view."""
    near = [n for n in await find_nodes(rig.radio, rig.keys, 30) if n.role == name]
    if not near:
        node, radio = rig.nodes[name], rig.radios[name]
        view = f"radio on: {radio.is_on}, links: {radio.connections}, windows so far: {radio.windows}"
        pytest.fail(f"{name} not heard in 30 s; {view}, resets: {node.resets}, said: {node.output[-5:]}")
    return near[0].found


def recorded_segments(source: Path) -> dict[str, list[Segment]]:
    """Return what the images hold, read straight from littlefs: the yardstick for every sync."""
    out: dict[str, list[Segment]] = {}
    for name in ROLES:
        chunks = log_chunks(source / f"{name}.img")
        found = assemble(0, b"".join(chunks[base] for base in sorted(chunks)), at_log_end=True)
        assert not found.damage
        out[name] = found.segments
    return out


def stored_data(store: Store, role: int) -> list[bytes]:
    """Return the raw segments of a role's only node in the store, in log order."""
    (node,) = store.nodes("role = ?", (role,))
    return [data for _, data in store.log_bytes(node.node_id, 0)]
