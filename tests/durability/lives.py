"""A virtual node on a flash image, lived through with ordered faults: what its log tells afterwards."""

import asyncio
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ambula.account.ledger import Ledger, ledger_from
from ambula.clock.true_time import node_time
from ambula.nodes.segments import assemble
from ambula.sim.image import build_image, log_chunks
from ambula.sim.node import NodeProcess, NodeSettings
from ambula.sim.rig import SETTLE_MS
from ambula.store import Segment, Store
from nodecore import segment
from nodecore.sampling import EPOCH_S, EPOCH_SAMPLES

FIRST = 356_000_000
EPOCH_MS = EPOCH_S * 1000
START_MS = FIRST * EPOCH_MS
MINUTE_MS = 60_000
MINUTE = 12  # epochs
HEAP = "288k"  # the ordered faults are code on the node's heap, which no board has
Fault = tuple[str, str, int, int, int]


@dataclass(frozen=True)
class Life:
    """What a log holds after a life: its segments, and how often the node reset itself and why."""

    segments: list[Segment]
    resets: list[str]
    damaged_bytes: int = 0

    @property
    def epochs(self) -> list[int]:
        """All recorded epochs, in log order, counted from the first of the samples."""
        return [
            e - FIRST
            for s in self.segments
            if s.records
            for e in range(s.header.epoch, s.header.epoch + s.header.count)
        ]

    @property
    def faults(self) -> list[str]:
        """The faults that the log tells, in words, but for the radio that this board does not have."""
        words = [body(s).decode() for s in self.segments if is_event(s, segment.FAULT)]
        return [w for w in words if not w.startswith("radio: errno 19")]

    def ledger(self, folder: Path) -> Ledger:
        """Return the ledger of a store into which the whole log went."""
        (folder / "ledger.db").unlink(missing_ok=True)
        with Store(folder / "ledger.db") as store:
            node = store.ensure_node("aa", 1, 0, "P01", "0.1.0")
            store.add_log(node.node_id, self.segments, [], self.segments[-1].offset)
            return ledger_from(node_time(store, node))


def is_event(s: Segment, code: int) -> bool:
    return s.header.kind == segment.EVENT and s.header.count == code


def body(s: Segment) -> bytes:
    """The payload of a segment."""
    return s.data[segment.HEADER_SIZE : -segment.CRC_SIZE]


def noise(epochs: int, seed: int = 7) -> np.ndarray:
    """Samples of which no two epochs are alike."""
    return np.random.default_rng(seed).integers(-6000, 6000, (epochs * EPOCH_SAMPLES, 3)).astype("<i2")


def prepare(folder: Path, minutes: int, **config: object) -> NodeSettings:
    """Put an image, flashed with these settings, and samples of so many minutes into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    noise(minutes * MINUTE).tofile(folder / "samples")
    build_image(folder / "fresh.img", {"role": "thigh", "window_every_s": 86400, **config})
    shutil.copy(folder / "fresh.img", folder / "node.img")
    return NodeSettings(folder / "node.img", folder / "samples", START_MS, START_MS - 5000, "c0" * 8)


def live(settings: NodeSettings, until_ms: int, faults: Iterable[Fault] = (), heap: str = HEAP) -> Life:
    """Live up to `until_ms` after the first sample, then pull the plug; return what is in the log."""
    folder = settings.flash.parent
    node = NodeProcess("node", replace(settings, faults=tuple(faults)), folder, heap)

    async def go() -> None:
        try:
            await node.start()
            await node.run_until(START_MS + until_ms + SETTLE_MS, timeout_s=60)
        finally:
            await node.quit()

    asyncio.run(go())
    return read(settings.flash, node.resets)


def read(image: Path, resets: Iterable[str] = ()) -> Life:
    """Return what the log in an image holds, read with another littlefs than the node's."""
    chunks = log_chunks(image)
    found = [assemble(base, chunks[base], at_log_end=True) for base in sorted(chunks)]
    return Life(
        [s for one in found for s in one.segments], list(resets), sum(n for one in found for _, n, _ in one.damage)
    )
