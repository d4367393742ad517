"""Flash images: a real littlefs with the firmware and a configuration on it, as a flashing tool leaves it."""

import functools
import json
from pathlib import Path
from typing import Any, BinaryIO, cast

from littlefs import LittleFS

from ambula.firmware_build.compile import architecture_of, compile_files
from ambula.firmware_build.files import SLOTS, device_files, placed
from ambula.sim.node import find_micropython

BLOCK_SIZE = 4096
PROGRAM_BLOCKS = 160  # 640 KiB: what a node only reads; two firmwares, of 70 blocks each
LOG_BLOCKS = 352  # 1.4 MiB: what it writes; together the 2 MiB that a 4 MB ESP32-C3 has for files


def _file_system(blocks: int, image: bytearray | None = None) -> LittleFS:
    fs = LittleFS(
        block_size=BLOCK_SIZE,
        block_count=blocks,
        read_size=32,
        prog_size=32,
        lookahead_size=32,
        cache_size=128,
        mount=image is None,
    )
    if image is not None:
        fs.context.buffer = image
        fs.mount()
    return fs


@functools.cache
def _firmware(micropython: str) -> dict[str, bytes]:
    """Compile once a process: every node of a rehearsal gets the same files."""
    return compile_files(device_files(), architecture_of(micropython))


def build_image(path: Path, config: dict[str, Any], key: bytes = b"", pair: bytes = b"") -> None:
    """Write a 2 MiB image to `path`: firmware, `config` as config.json and, if given, the keys on one littlefs.

    key: the device's. pair: what it shares with the wearer's other node.

    The log gets a second, empty one.
    """
    fs = _file_system(PROGRAM_BLOCKS)
    made: set[str] = set()
    for name, contents in placed(_firmware(find_micropython()), SLOTS[0]).items():
        folder = name.rpartition("/")[0]
        if folder and folder not in made:
            fs.makedirs(folder, exist_ok=True)
            made.add(folder)
        _write(fs, name, contents)
    _write(fs, "config.json", json.dumps(config).encode())
    if key:
        _write(fs, "key.bin", key)
    if pair:
        _write(fs, "pair.bin", pair)
    path.write_bytes(bytes(fs.context.buffer) + bytes(_file_system(LOG_BLOCKS).context.buffer))


def program_file(path: Path, name: str) -> bytes:
    """Return a file of the program's file system in the image at `path`; nothing if there is none."""
    fs = _file_system(PROGRAM_BLOCKS, bytearray(path.read_bytes()[: PROGRAM_BLOCKS * BLOCK_SIZE]))
    if name not in fs.listdir("/"):
        return b""
    with cast(BinaryIO, fs.open(name, "rb")) as file:
        return file.read()


def device_key(path: Path) -> bytes:
    """Return the device key in the image at `path`; nothing if there is none."""
    in_settings = json.loads(program_file(path, "config.json") or b"{}").get("key", "")
    return bytes.fromhex(in_settings) or program_file(path, "key.bin")


def log_system(path: Path) -> LittleFS:
    """Return the log's file system in the image at `path`, mounted; changes reach the image by `put_log_system`."""
    return _file_system(LOG_BLOCKS, bytearray(path.read_bytes()[PROGRAM_BLOCKS * BLOCK_SIZE :]))


def put_log_system(path: Path, fs: LittleFS) -> None:
    """Write the log's file system into the image at `path`."""
    path.write_bytes(path.read_bytes()[: PROGRAM_BLOCKS * BLOCK_SIZE] + bytes(fs.context.buffer))


def log_chunks(path: Path) -> dict[int, bytes]:
    """Return what the log holds in the image at `path`: chunk offset -> bytes. The image is only read."""
    fs = log_system(path)
    if "log" not in fs.listdir("/"):
        return {}
    chunks: dict[int, bytes] = {}
    for name in sorted(fs.listdir("/log")):
        if len(name) == 8:
            with cast(BinaryIO, fs.open(f"/log/{name}", "rb")) as file:
                chunks[int(name, 16)] = file.read()
    return chunks


def _write(fs: LittleFS, name: str, contents: bytes) -> None:
    with cast(BinaryIO, fs.open(name, "wb")) as file:
        file.write(contents)
