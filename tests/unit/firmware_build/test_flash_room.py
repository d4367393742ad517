"""How much of the reference board's flash the firmware takes, twice, and how many days of log fit beside it: DESIGN.md.

Counted in the blocks of a littlefs with the geometry of MicroPython's esp32 port.
"""

import random
from pathlib import Path
from typing import BinaryIO, cast

import pytest
from littlefs import LittleFS, LittleFSError

from ambula.firmware_build.compile import ESP32_C3, compile_files
from ambula.firmware_build.files import SLOTS, device_files, placed
from ambula.sim.image import BLOCK_SIZE, _file_system
from node.log import CHUNK_SIZE
from nodecore.sampling import EPOCH_S

ROOT = Path(__file__).parents[3]
BLOCKS = 512
# Counted on an emulated ESP32-C3 with the stock image, by a firmware that takes 64 blocks here and took 70 there.
SLOT_THEN = 64
FREE_THEN = 357
BYTES_AN_EPOCH = 6.2  # the most of any day of both nodes in three simulated fortnights was 6.22, their mean 5.86
SEGMENT_BYTES = 90, 650  # from a night's to a walk's: uneven, as they are, so that chunks end anywhere
DAY_EPOCHS = 86_400 // EPOCH_S


def put(fs: LittleFS, name: str, contents: bytes) -> None:
    if "/" in name:
        fs.makedirs(name.rpartition("/")[0], exist_ok=True)
    with cast(BinaryIO, fs.open(name, "wb")) as file:
        file.write(contents)


def log_bytes(blocks: int) -> int:
    """How many bytes of log an empty file system of so many blocks takes, in whole segments."""
    fs = _file_system(blocks + 2)  # and the two of its root
    dice = random.Random(1)
    kept = base = 0
    while True:
        size = dice.randint(*SEGMENT_BYTES)
        if kept - base + size > CHUNK_SIZE:
            base = kept
        try:
            with cast(BinaryIO, fs.open(f"{base:08x}", "ab" if kept > base else "wb")) as file:
                file.write(bytes(size))
        except LittleFSError:
            return kept
        kept += size


@pytest.mark.parametrize(("size", "blocks"), [(CHUNK_SIZE, 8), (CHUNK_SIZE + 1, 9)])
def test_a_chunk_fills_eight_blocks(size: int, blocks: int) -> None:
    fs = _file_system(BLOCKS)
    before = fs.used_block_count
    put(fs, "chunk", bytes(size))
    assert fs.used_block_count - before == blocks


def test_what_design_says_of_the_room() -> None:
    firmware = compile_files(device_files("xiao_esp32c3"), ESP32_C3)
    total = sum(map(len, firmware.values()))
    fs = _file_system(BLOCKS)
    used = [fs.used_block_count]
    for slot in SLOTS:
        for name, contents in placed(firmware, slot).items():
            put(fs, name, contents)
        used.append(fs.used_block_count)
    slot = used[2] - used[1]
    free = FREE_THEN - 2 * (slot - SLOT_THEN)
    days = log_bytes(free) / BYTES_AN_EPOCH / DAY_EPOCHS
    print(f"{total} bytes of files, {used} blocks, {days:.1f} days")
    assert days >= 13
    said = " ".join((ROOT / "DESIGN.md").read_text("utf-8").split())
    assert f"{round(total / 1000)} KB of files" in said
    assert f"take {slot} to {slot + 6} blocks of 4 KiB, up to {(slot + 6) * 4} KiB, each time" in said
    assert f"leaves {free} of {BLOCKS} blocks, {free * BLOCK_SIZE / 2**20:.2f} MiB" in said
    assert f"log of {int(days)} days at {BYTES_AN_EPOCH} bytes an epoch" in said
