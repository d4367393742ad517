"""The node in the heap that an ESP32-C3 gives, with its words of 32 bits: DESIGN.md, "What is in memory"."""

import asyncio
import re
import subprocess
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

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


def test_names_and_modules(micropython32: str, tmp_path: Path) -> None:
    """A name too many costs 9 KiB at once."""
    it = loaded(micropython32, tmp_path)
    print(it)
    assert it.names <= NAMES - 60
    assert it.stays <= 84 * KIB
    assert it.all <= 94 * KIB


def test_a_morning_of_meetings_and_a_sync(micropython32: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two nodes, a meeting in each of six windows, and a sync of both, with 8 KiB less than a board has."""
    monkeypatch.setenv("AMBULA_MICROPYTHON", micropython32)
    heap = f"{BOARD_KIB - MARGIN_KIB + STAND_INS_KIB + NAME_TABLE_KIB}k"
    made = simulate(default_day(2, 0), Participant(2))
    begin, end = START_S * 26, int((START_S + HOURS * 3600) * 26)

    def wearer(role: int, acc_g: np.ndarray) -> VirtualWearer:
        counts = np.clip(np.rint(acc_g[begin:end] * COUNTS_PER_G), -32767, 32767).astype(np.int16)
        return VirtualWearer(role, counts, DAY_MS + START_S * 1000)

    async def go() -> None:
        wearers = [wearer(0, made.thigh), wearer(1, made.back)]
        async with Rig(tmp_path, wearers, heap=heap, peers=True) as rig:
            await rig.run_until(wearers[0].start_ms + round(HOURS * 3_600_000) + 20_000 + SETTLE_MS)
            rig.laptop_near()
            with Store(tmp_path / "s.db") as store:
                report = await sync_each(rig.radio, store, await find_nodes(rig.radio, rig.keys, 10), rig.utc_ms)
                assert report.failed == []
                (thigh,) = store.nodes("role = 0")
                assert [e.payload for e in store.events(thigh.node_id) if e.code == segment.FAULT] == []
                fused = body_fusion(store, thigh)
                compared, alike = agreement(store, thigh, fused)
                assert compared == alike == len(fused) >= HOURS * 720 - 180 - segment.MAX_EPOCHS
            for node in rig.nodes.values():
                assert node.resets == []
                assert node.heap_used_at_boot <= STAND_INS_KIB * KIB

    asyncio.run(go())
