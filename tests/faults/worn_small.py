"""A node that has recorded two hours already: small chunks, so that little data are freed in many steps."""

import shutil
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np

from ambula.nodes.segments import assemble
from ambula.nodes.session import NodeKey
from ambula.sim import image
from ambula.store import Segment
from node import log as node_log
from nodecore import roles
from nodecore.sampling import EPOCH_S

START_EPOCH = 356_000_000
EPOCHS = 1440
CHUNK_SIZE = 2500  # bytes; SPEC.md allows any up to 32,768
DEVICE = "a0" * 8
KEY = NodeKey(DEVICE, roles.THIGH, "P01", bytes(range(32)))
NOW_MS = (START_EPOCH + EPOCHS + 10) * EPOCH_S * 1000


def make(folder: Path) -> Path:
    """Return a flash image with the firmware, the key, and a log that the firmware's own `Log` has written."""
    path = folder / "worn.img"
    image.build_image(path, {"role": "thigh", "window_every_s": 86400, "link_idle_ms": 3000}, KEY.key)
    _write_log(folder)
    fs = image.log_system(path)
    fs.mkdir("/log")
    for file in sorted((folder / "log").iterdir()):
        with cast(BinaryIO, fs.open(f"/log/{file.name}", "wb")) as copy:
            copy.write(file.read_bytes())
    image.put_log_system(path, fs)
    shutil.rmtree(folder / "log")
    return path


def _write_log(folder: Path) -> None:
    usual, node_log.CHUNK_SIZE = node_log.CHUNK_SIZE, CHUNK_SIZE
    try:
        log = node_log.Log(str(folder / "log"), KEY.role, node_log.KEEP_OLDEST, lambda: (1, 30, 200, 1))
        dice = np.random.default_rng(3)
        for epoch in range(START_EPOCH, START_EPOCH + EPOCHS):
            log.add(epoch, bytearray(dice.integers(0, 256, 12, np.uint8).tobytes()))
        log.seal()
    finally:
        node_log.CHUNK_SIZE = usual


def recorded(path: Path) -> dict[int, Segment]:
    """Return what is on an image by offset, read straight from littlefs."""
    chunks = image.log_chunks(path)
    found = [assemble(base, data, at_log_end=True) for base, data in chunks.items()]
    return {s.offset: s for one in found for s in one.segments}


def first_kept(path: Path) -> int:
    """Return the first offset that the node's image still holds."""
    fs = image.log_system(path)
    return min(int(name, 16) for name in fs.listdir("/log") if len(name) == 8)
