"""Radio windows, one after another: open, connect, prove the key, leave, shut."""

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ambula.nodes.client import NodeClient
from ambula.nodes.visit import find_nodes
from ambula.sim.rig import Rig, VirtualWearer
from tests.durability import lives

TAP_WINDOW_MS = 10_000  # of the wall clock while the laptop is near: time enough on a busy machine
SLACK = 160  # bytes: what a number or a word more or less takes, not what grows
EVERY = 20  # cycles between two looks at the heap


@dataclass
class Flatness:
    """What stays behind: bytes of heap in use, at each look; file descriptors of the node's process; bad cycles."""

    heap_free: list[int] = field(default_factory=list)
    handles: list[int] = field(default_factory=list)
    failed: int = 0
    cycles: int = 0

    @property
    def leaks(self) -> bool:
        """Whether heap or handles grew from the first look to the last."""
        return bool(self.heap_free) and (
            self.heap_free[-1] < self.heap_free[0] - SLACK or self.handles[-1] > self.handles[0]
        )


async def cycle(folder: Path, cycles: int, until_s: float = math.inf) -> Flatness:
    """Live through so many windows on a node without samples; look every 20, and stop at `until_s`."""
    config = {"tap_window_ms": TAP_WINDOW_MS, "window_every_s": 86400, "link_idle_ms": TAP_WINDOW_MS}
    wearer = VirtualWearer(0, np.zeros((0, 3), np.int16), lives.START_MS, config=config)
    seen = Flatness()
    async with Rig(folder, [wearer]) as rig:
        node, radio = rig.nodes["thigh"], rig.radios["thigh"]
        await rig.run_until(rig.utc_ms() + 10_000)
        for number in range(cycles + 1):
            if time.monotonic() > until_s:
                break
            rig.laptop_near()
            (near,) = await find_nodes(rig.radio, rig.keys, 5)
            link = await rig.radio.connect(near.found)
            await NodeClient(link, rig.keys, rig.utc_ms).open()
            await link.close()
            await rig.run_until(rig.utc_ms() + 2 * TAP_WINDOW_MS)
            seen.failed += radio.is_on
            seen.cycles += 1
            if number % EVERY == 0 and number:
                seen.heap_free.append(await node.heap_free())
                seen.handles.append(len(list(_descriptors(node.pid))))
    return seen


def _descriptors(pid: int) -> Iterator[Path]:
    folder = Path(f"/proc/{pid}/fd")
    return folder.iterdir() if folder.exists() else iter(())
