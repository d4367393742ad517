"""Bits flipped in a flash image, and what the node's own code still reads of it."""

import random
import struct
import subprocess
from pathlib import Path
from typing import BinaryIO, cast

from littlefs import LittleFSError

from ambula.firmware_build.files import ROOT
from ambula.nodes.segments import assemble
from ambula.sim.image import BLOCK_SIZE, LOG_BLOCKS, PROGRAM_BLOCKS, log_system, put_log_system
from ambula.sim.node import find_micropython
from ambula.store import Segment
from tests.durability import lives

READER = Path(__file__).with_name("read_log.py")


def flip(image: bytearray, dice: random.Random, count: int) -> None:
    """Flip bits in blocks of the log's file system that are in use, the pairs at its front more often than others."""
    blocks = [b for b in range(PROGRAM_BLOCKS, PROGRAM_BLOCKS + LOG_BLOCKS) if not _is_blank(image, b)]
    for _ in range(count):
        block = dice.choice(blocks[:4]) if dice.random() < 0.4 else dice.choice(blocks)
        used = max(64, len(bytes(image[block * BLOCK_SIZE : (block + 1) * BLOCK_SIZE]).rstrip(b"\xff")))
        image[block * BLOCK_SIZE + dice.randrange(used)] ^= 1 << dice.randrange(8)


def flip_in(image: bytearray, data: bytes, dice: random.Random) -> None:
    """Flip one bit of `data` wherever it stands: littlefs leaves older copies behind."""
    where, bit = dice.randrange(len(data)), 1 << dice.randrange(8)
    at = image.find(data)
    while at >= 0:
        image[at + where] ^= bit
        at = image.find(data, at + 1)


def _is_blank(image: bytearray, block: int) -> bool:
    return image.count(b"\xff", block * BLOCK_SIZE, (block + 1) * BLOCK_SIZE) == BLOCK_SIZE


def read_as_node(image: Path) -> lives.Life:
    """Read the whole log in real MicroPython with `node.log`, as the radio would send it, and assemble it."""
    out = image.with_suffix(".bytes")
    command = [find_micropython(), "-X", "heapsize=256k", str(READER), str(ROOT), str(image), str(out)]
    said = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert said.returncode == 0, said.stderr
    first = int(said.stdout)
    found = assemble(first, out.read_bytes(), at_log_end=True)
    return lives.Life(found.segments, [], sum(n for _, n, _ in found.damage))


def check(seen: lives.Life, before: list[Segment], hit: list[Segment] | None) -> None:
    """Nothing wrong came out and the node went on; the old segments that are gone are just `hit`, if that is given."""
    old = {s.data for s in before}
    new = [s for s in seen.segments if s.data not in old]
    assert len({s.offset for s in seen.segments}) == len(seen.segments)
    last = max(s.header.epoch for s in before)
    assert all(s.header.epoch > last for s in new), "a segment that was never written"
    recorded = {e for s in new if s.records for e in range(s.header.epoch, s.header.epoch + s.header.count)}
    assert len(recorded) >= 5 * lives.MINUTE, "the node did not go on recording"
    gone = old - {s.data for s in seen.segments}
    assert hit is None or gone == {s.data for s in hit}
    seqs = [s.header.seq for s in seen.segments]
    assert seqs == sorted(set(seqs)) or hit is None, "a sequence number came twice"


def log_id(image: Path) -> int:
    """Return the id of the log in an image."""
    fs = log_system(image)  # kept while a file of it is open: freed, littlefs reads on for ever
    with cast(BinaryIO, fs.open("/log/id", "rb")) as file:
        return struct.unpack("<I", file.read())[0]


def put_ballast(image: Path) -> None:
    """Fill the log's file system with a foreign file but for a block or two."""
    blocks = LOG_BLOCKS - log_system(image).used_block_count
    while True:
        try:
            put_file(image, "/ballast", bytes(blocks * (BLOCK_SIZE - 16)))
            return
        except LittleFSError:
            blocks -= 1


def put_file(image: Path, name: str, contents: bytes) -> None:
    """Put a file onto the log's file system."""
    fs = log_system(image)
    with cast(BinaryIO, fs.open(name, "wb")) as file:
        file.write(contents)
    put_log_system(image, fs)
