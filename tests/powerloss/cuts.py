"""One recording hour on real littlefs, and the power cut at a chosen flash write or erase of it."""

import asyncio
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ambula.nodes.segments import assemble
from ambula.sim.image import build_image, log_chunks
from ambula.sim.node import NodeProcess, NodeSettings, PowerCutError
from ambula.sim.rig import SETTLE_MS
from ambula.store import Segment
from nodecore.sampling import EPOCH_S

START_MS = 356_000_000 * EPOCH_S * 1000
EPOCHS = 720
HOUR_MS = EPOCHS * EPOCH_S * 1000
RECOVERY_EPOCHS = 120
MODES = ("clean", "torn", "garbage")


@dataclass(frozen=True)
class Hour:
    """The undisturbed hour: what its log holds, and how many flash operations it took."""

    segments: list[bytes]
    operations: int


@dataclass(frozen=True)
class Recovery:
    """What was on flash right after a cut, and after the node had recorded ten minutes more."""

    after_cut: list[Segment]
    after_recovery: list[Segment]


def prepare(folder: Path) -> NodeSettings:
    """Put a flashed image and samples of an hour and ten minutes into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    dice = np.random.default_rng(7)
    dice.integers(-6000, 6000, ((EPOCHS + RECOVERY_EPOCHS) * 130, 3)).astype("<i2").tofile(folder / "samples")
    build_image(folder / "fresh.img", {"role": "thigh", "window_every_s": 86400})
    return NodeSettings(
        flash=folder / "node.img",
        samples=folder / "samples",
        samples_start_ms=START_MS,
        power_on_ms=START_MS - 5000,
        device_id="c0" * 8,
    )


def undisturbed(folder: Path, settings: NodeSettings) -> Hour:
    """Record the hour without a cut."""
    shutil.copy(folder / "fresh.img", settings.flash)

    async def go() -> int:
        node = NodeProcess("node", settings, folder)
        await node.start()
        await node.run_until(START_MS + HOUR_MS + SETTLE_MS)
        await node.quit()
        return int(next(line for line in node.output if line.startswith("@flash")).split()[1])

    operations = asyncio.run(go())
    return Hour([s.data for s in segments_of(settings.flash)], operations)


def segments_of(image: Path) -> list[Segment]:
    """Return the good segments in an image, in log order."""
    chunks = log_chunks(image)
    return [s for base in sorted(chunks) for s in assemble(base, chunks[base], at_log_end=True).segments]


def cut_and_recover(folder: Path, settings: NodeSettings, at: int, mode: str) -> Recovery:
    """Cut the power at flash operation `at`, look, power up at the end of the hour, record ten minutes, look again."""
    shutil.copy(folder / "fresh.img", settings.flash)

    async def go() -> list[Segment]:
        node = NodeProcess("node", replace(settings, flash_cut_at=at, flash_cut_mode=mode), folder)
        try:
            await node.start()
            await node.run_until(START_MS + HOUR_MS + SETTLE_MS)
            raise AssertionError(f"the cut at operation {at} never came")
        except PowerCutError:
            await node.kill()
        after_cut = segments_of(settings.flash)
        node = NodeProcess("node", replace(settings, power_on_ms=START_MS + HOUR_MS - 5000), folder)
        await node.start()
        await node.run_until(START_MS + HOUR_MS + RECOVERY_EPOCHS * EPOCH_S * 1000 + SETTLE_MS)
        await node.quit()
        return after_cut

    return Recovery(asyncio.run(go()), segments_of(settings.flash))
