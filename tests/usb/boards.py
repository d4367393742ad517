"""Boards for the tests of a set-up: what a flash image holds, and a log that is made on the board."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

from ambula.nodes import receipts
from ambula.nodes.keys import KeyFile
from ambula.nodes.segments import assemble
from ambula.sim.image import device_key, log_chunks, log_system, program_file
from ambula.store import Segment, Store
from ambula.usb.wanted import Wanted
from nodecore import protocol, segment

WANTED = Wanted("P01", 0, "UTC", "now", 0)
EPOCHS = 24  # in two segments
FIRST_EPOCH = 356_000_000

MADE_LOG = f"""
sys.path.insert(0, _text('firmware'))
import board
_b = board.Board()
from node.log import Log
_log = Log('/data/log', 0, 'oldest', lambda: (1, 20, 200, 1))
for _e in range({EPOCHS}):
    _log.add({FIRST_EPOCH} + _e, bytearray(12))
    if _e % {EPOCHS // 2} == {EPOCHS // 2 - 1}:
        _log.seal()
"""


@dataclass(frozen=True)
class Recorded:
    """The flash image of P01's thigh after two minutes of recording, and the key file of its laptop."""

    image: Path
    key_file: str

    def keys_in(self, folder: Path) -> KeyFile:
        """Return a copy of the laptop's key file in a folder."""
        folder.mkdir(exist_ok=True)
        path = folder / "keys.json"
        path.write_text(self.key_file)
        return KeyFile(path)


class Owner(NamedTuple):
    """Whose a board is."""

    key: bytes
    pair: bytes
    role: str


def owner_of(image: Path) -> Owner:
    """Return whose the board with this flash image is, as its firmware takes it."""
    settings = json.loads(program_file(image, "config.json") or b"{}")
    pair = bytes.fromhex(settings.get("pair", "")) or program_file(image, "pair.bin")
    return Owner(device_key(image), pair, settings.get("role", ""))


def is_kept(keys: KeyFile, owner: Owner) -> bool:
    """Whether a laptop with this key file can talk to such a board."""
    return owner in [Owner(k.key, k.pair, protocol.ROLE_NAMES[k.role]) for k in keys.load()]


def segments_of(image: Path) -> list[Segment]:
    chunks = log_chunks(image)
    return assemble(0, b"".join(chunks[base] for base in sorted(chunks)), at_log_end=True).segments


def sync(image: Path, path: Path, of_them: int = -1, proved: bool = True) -> None:
    """Put into a store what a sync of the node with this image would, but for the last segments of epochs."""
    (key,) = KeyFile().all()
    kept = segments_of(image)
    epochs_at = [i for i, s in enumerate(kept) if s.header.kind == segment.EPOCHS]
    if of_them >= 0:
        kept = kept[: epochs_at[of_them]]
    fs = log_system(image)  # kept while a file of it is open: freed, littlefs reads on for ever
    with cast(BinaryIO, fs.open("/log/id", "rb")) as file:
        log_id = int.from_bytes(file.read(), "little")
    with Store(path) as store:
        node = store.ensure_node(key.device_id, log_id, key.role, key.participant, "0.2.0")
        store.add_log(node.node_id, kept, [], kept[-1].offset + len(kept[-1].data))
        for start, data in receipts.unproved(store, node, 0) if proved else []:
            receipts.keep(store, node, key, start, data, key.receipt(log_id, start, data))
