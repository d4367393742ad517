"""Measures what the node wants of a heap with words of 32 bits; see DESIGN.md, "What is in memory"."""

import asyncio
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ambula.firmware_build.compile import architecture_of, compile_files
from ambula.firmware_build.files import device_files
from ambula.nodes.sync import sync_each
from ambula.nodes.visit import find_nodes
from ambula.participant.thigh_fusion import agreement, body_fusion
from ambula.sim.rig import SETTLE_MS, Rig, VirtualWearer
from ambula.store import Store
from ambula.synthetic import Participant, default_day, simulate
from nodecore import segment
from nodecore.sampling import COUNTS_PER_G

SCRIPT = Path(__file__).with_name("loaded.py")
KIB = 1024
BOARD_KIB = 124  # 127,936 bytes: the two areas that an emulated ESP32-C3 with the stock image gives before a third
MARGIN_KIB = 8
STAND_INS_KIB = 23  # what is in use before the program begins: `NodeProcess.heap_used_at_boot`
# MicroPython's tables of names hold 1,260; the one after them takes 9 KiB in one piece. A board's program stays below
# (`test_names_and_modules`), and the stand-ins' names on top of it do not.
NAMES, NAME_TABLE_KIB = 1260, 9
HOURS = 1.5
PATIENCE_S = 60
START_S = 8 * 3600
DAY_MS = 1_772_409_600_000  # 2026-03-02, 0:00 UTC


class Loaded(NamedTuple):
    """Bytes of heap: of what stays loaded, and of all there is; how many names."""

    stays: int
    all: int
    names: int


def loaded(micropython: str, folder: Path) -> Loaded:
    """Load the whole program on its own."""
    for name, contents in compile_files(device_files(), architecture_of(micropython)).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(contents)
    command = [micropython, "-X", "heapsize=512k", str(SCRIPT), str(folder)]
    out = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout
    stays, everything = (int(word) for word in out.splitlines()[0].split())
    found = re.search(r"n_qstr=(\d+)", out)
    assert found is not None
    return Loaded(stays, everything, int(found[1]))


@dataclass
class Morning:
    """What came of it: records synced, epochs fused and how many of them are as the host has them, what went wrong."""

    synced: int = 0
    fused: int = 0
    alike: int = 0
    compared: int = 0
    trouble: list[str] = field(default_factory=list[str])
    stand_ins: int = 0  # bytes of heap


def spend_a_morning(folder: Path, heap_kib: int) -> Morning:
    """Two nodes, a meeting in each of six windows, and a sync of both, each in so much heap.

    Raises TimeoutError where a node does nothing but restart.
    """
    made = simulate(default_day(2, 0), Participant(2))
    begin, end = START_S * 26, int((START_S + HOURS * 3600) * 26)

    def wearer(role: int, acc_g: NDArray[np.float64]) -> VirtualWearer:
        counts = np.clip(np.rint(acc_g[begin:end] * COUNTS_PER_G), -32767, 32767).astype(np.int16)
        return VirtualWearer(role, counts, DAY_MS + START_S * 1000)

    async def go() -> Morning:
        wearers = [wearer(0, made.thigh), wearer(1, made.back)]
        async with Rig(folder, wearers, heap=f"{heap_kib}k", peers=True) as rig:
            await rig.run_until(wearers[0].start_ms + round(HOURS * 3_600_000) + 20_000 + SETTLE_MS)
            rig.laptop_near()
            came = Morning(stand_ins=max(node.heap_used_at_boot for node in rig.nodes.values()))
            with Store(folder / "s.db") as store:
                report = await sync_each(rig.radio, store, await find_nodes(rig.radio, rig.keys, 10), rig.utc_ms)
                came.synced = sum(one.epochs for one in report.synced)
                came.trouble += [str(error) for _, error in report.failed]
                for thigh in store.nodes("role = 0"):
                    came.trouble += [str(e.payload) for e in store.events(thigh.node_id) if e.code == segment.FAULT]
                    fused = body_fusion(store, thigh)
                    came.fused = len(fused)
                    came.compared, came.alike = agreement(store, thigh, fused)
            came.trouble += [why for node in rig.nodes.values() for why in node.resets]
            return came

    return asyncio.run(asyncio.wait_for(go(), PATIENCE_S))
