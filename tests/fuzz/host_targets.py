"""What reads bytes from outside on the host: good bytes to start from, and the reading with what it may raise.

A target is made once and called with each damaged input; whatever it raises beyond what the reader declares is a fault.
"""

import asyncio
import binascii
import contextlib
import io
import os
import random
import struct
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Protocol

from ambula.base.config import load_config
from ambula.base.errors import AmbulaError, InputError, StoreError, TransportError
from ambula.cli import main
from ambula.evaluation.loaders import open_set
from ambula.evaluation.parts import Request
from ambula.nodes import client as client_module
from ambula.nodes import receipts
from ambula.nodes.client import NodeClient
from ambula.nodes.info import parse_health, parse_info, parse_public
from ambula.nodes.keys import KeyFile
from ambula.nodes.segments import assemble
from ambula.nodes.session import NodeKey, Session
from ambula.recordings.recording import read_samples
from ambula.store import Anchor, Receipt, Store
from nodecore import blocks, protocol, record, segment
from tests.support.made_sets import SITTING, STANDING, write_harth, write_npz
from tests.support.spec_link import SpecLink, frame
from tests.support.spec_session import DEVICE, KEY, SpecNode  # written apart from both ends

OURS = NodeKey(DEVICE.hex(), 0, "P01", KEY)


class Target(Protocol):
    """Good inputs, and a reading of one that was damaged."""

    good: tuple[bytes, ...]

    def __call__(self, data: bytes) -> None: ...


class Blocks:
    """The blocks that a node tells of itself, and the hint that it advertises."""

    def __init__(self, folder: Path) -> None:
        info = blocks.pack_info(1, 3, DEVICE, 7, 0, 99, 10**12, 4000, -5, 3, (0, 1, 0))
        health = blocks.pack_health((300, -250, 410, 20, 21, 22, 3), 1 << 20)
        self.good = (info, health, protocol.pack_public(True), b"\x01\x02\x03\x04\x05\x06")

    def __call__(self, data: bytes) -> None:
        for parse in (parse_info, parse_health, parse_public):
            with contextlib.suppress(ValueError):
                parse(data)
        OURS.made(data)


class Messages:
    """`Session.open`: a message that was changed is never taken."""

    def __init__(self, folder: Path) -> None:
        self._node = SpecNode()
        self._node.hello(bytes(16))
        self._node.keys = (b"e" * 32, b"a" * 32)
        self.good = tuple(
            self._node.seal(channel, bytes(size))
            for size in (3, 7, 232)
            for channel in (protocol.REPLIES, protocol.LOG)
        )

    def __call__(self, data: bytes) -> None:
        assert self._node.keys is not None
        for channel in (protocol.REPLIES, protocol.LOG):
            session = Session(*self._node.keys)
            try:
                body = session.open(channel, data)
            except TransportError:
                continue
            if body is not None and data not in self.good:
                raise AssertionError("a changed message was taken")


class Replies:
    """All of the client against a node that has the key and answers anything."""

    def __init__(self, folder: Path) -> None:
        client_module.REPLY_TIMEOUT_S = client_module.FRAME_TIMEOUT_S = 0.002
        self.good = (bytes(40), bytes((0x83, 4, 0)) + bytes(4), bytes((0x84, 3, 0)) + bytes(4), bytes(16))

    def __call__(self, data: bytes) -> None:
        asyncio.run(self._talk(data))

    async def _talk(self, data: bytes) -> None:
        def says(command: bytes) -> list[tuple[str, bytes]]:
            """What the input says; as a reply to what was asked, or as it is; some of it as log bytes first."""
            frames = [frame(data[: 1 + len(data) // 2])] if data[:1] > b"\x40" else []
            meant = bytes((command[0] | 0x80, command[1])) + data if data[:1] < b"\xc0" else data
            return [*frames, (protocol.CONTROL_UUID, meant)]

        client = NodeClient(SpecLink(says), [OURS])
        for ask in (
            client.open,
            client.seal,
            lambda: client.acknowledge(5, 6),
            lambda: client.receipt(0, 9),
            client.clock_anchor,
            client.set_clock,
            lambda: client.read_log(0, 20, bytearray()),
        ):
            with contextlib.suppress(AmbulaError):
                await asyncio.wait_for(ask(), 2)


class Logs:
    """Log bytes: what is found lies in them, does not overlap, and nothing is passed over in silence."""

    def __init__(self, folder: Path) -> None:
        self.good = (log_bytes(3), log_bytes(1))

    def __call__(self, data: bytes) -> None:
        for at_log_end in (True, False):
            found = assemble(1000, data, at_log_end)
            ranges = sorted([(s.offset, len(s.data)) for s in found.segments] + [(a, n) for a, n, _ in found.damage])
            at = 1000
            for start, length in ranges:
                if start != at or length <= 0:
                    raise AssertionError(f"{start} after {at}")
                at += length
            if at != found.next_offset or (at_log_end and at != 1000 + len(data)):
                raise AssertionError(f"the end is at {at}, not {found.next_offset}")


def log_bytes(segments: int) -> bytes:
    """Return a log of epoch segments and an event."""
    writer, dice, out = segment.SegmentWriter(0), random.Random(1), bytearray()
    for number in range(segments):
        for i in range(12):
            writer.add(1000 + 12 * number + i, bytearray(dice.randbytes(record.SIZE)))
        out += writer.seal(number, binascii.crc32(out[:-4]) if out else 0, 1, 30, 200, 1)
    return bytes(out + writer.event(segment.BOOT, 2000, b'{"role": "thigh"}', segments, 0, 1, 30, 200, 1))


class File:
    """A reader that takes a path."""

    name: str

    def __init__(self, folder: Path) -> None:
        self.path = folder / self.name

    def __call__(self, data: bytes) -> None:
        self.path.write_bytes(data)
        with contextlib.suppress(InputError):
            self.read()

    def read(self) -> object:
        raise NotImplementedError


class Keys(File):
    """The key file."""

    name = "keys.json"
    good = (
        b'[{"device_id": "0101010101010101", "role": "thigh", "participant": "P01", "key": "' + b"00" * 32 + b'"}]',
        b"[[[[[[]]]]]]",
    )

    def read(self) -> object:
        return KeyFile(self.path).load()


class Settings(File):
    """The user's configuration."""

    name = "config.toml"
    good = (b'store = "~/ambula.db"\nparticipant = "P01"\nzone = "Europe/Oslo"\n', b"a = [[[[[{}]]]]]\n")

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        os.environ["AMBULA_CONFIG"] = str(self.path)

    def read(self) -> object:
        return load_config()


class Recordings(File):
    """A recording as CSV."""

    name = "walk.csv"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        rows = "".join(f"{i / 25},{0.1 * (i % 3)},0,1\n" for i in range(150))
        self.good = (f"t,x,y,z\n{rows}".encode(),)

    def read(self) -> object:
        return read_samples(self.path)


class Harth(File):
    """A labelled recording in HARTH's form."""

    name = "set/S001.csv"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.path.parent.mkdir()
        write_harth(self.path, [STANDING, SITTING], seconds=1.5)
        self.good = (self.path.read_bytes(),)

    def read(self) -> object:
        return list(open_set(self.path.parent, Request()).people)


class Npz(Harth):
    """A labelled recording in a numpy archive; stored, not deflated, so that damage reaches the arrays."""

    name = "set/S001.npz"

    def __init__(self, folder: Path) -> None:
        File.__init__(self, folder)
        self.path.parent.mkdir()
        write_npz(self.path, [STANDING, SITTING], seconds=3)
        self.good = (self.path.read_bytes(),)


class Stores(File):
    """The bytes of a store: it is read or refused, and never anything else."""

    name = "s.db"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        with Store(self.path) as store:
            node = store.ensure_node(DEVICE.hex(), 7, 0, "P01", "0.1.0")
            data = log_bytes(4)
            found = assemble(0, data, at_log_end=True)
            store.add_log(node.node_id, found.segments, [(len(data), 9, "checksum")], len(data) + 9)
            store.add_receipt(node.node_id, Receipt(0, len(data), OURS.fingerprint, OURS.receipt(7, 0, data)))
            store.add_anchor(node.node_id, Anchor(10**12, 10**12 + 5, 8, 1))
            store.set("zone", "UTC")
        self.good = (self.path.read_bytes(),)

    def __call__(self, data: bytes) -> None:
        self.path.with_name(f"{self.name}-journal").unlink(missing_ok=True)
        self.path.write_bytes(data)
        with contextlib.suppress(StoreError):
            self.read()

    def read(self) -> object:
        with Store(self.path) as store:
            store.participants()
            store.get("zone")
            for node in store.nodes():
                store.records(node.node_id)
                store.log(node.node_id)
                store.events(node.node_id)
                store.damage(node.node_id)
                store.anchors(node.node_id)
                store.last_segment(node.node_id)
                store.last_battery_mv(node.node_id)
                store.zone_changes(node.participant)
                receipts.check(store, node, [OURS])
        return None


class Commands(Stores):
    """`ambula status` and `ambula summary` over a store whose bytes changed: a result or a line, never a traceback."""

    name = "c.db"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        os.environ["AMBULA_CONFIG"] = str(folder / "none.toml")
        os.environ["AMBULA_KEYS"] = str(folder / "none.json")

    def read(self) -> object:
        for command in ("status", "summary"):
            sys.argv = ["ambula", command, "--json", "--store", str(self.path)]
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()) as said:
                try:
                    main()
                except SystemExit as end:
                    if end.code not in (0, InputError.exit_code, StoreError.exit_code):
                        raise AssertionError(f"{command}: {end.code}: {said.getvalue()}") from end
        return None


class Advertised:
    """What a stranger's advertisement says, as far as the way over bumble reads it."""

    def __init__(self, folder: Path) -> None:
        self.good = (protocol.advertising_data(b"abcdef"), struct.pack("<BBH", 3, 3, 0x180D) + b"\x05\x09name")

    def __call__(self, data: bytes) -> None:
        from bumble.core import AdvertisingData

        from ambula.transport.bumble_scanner import advertisement_data

        heard: Any = SimpleNamespace(data=AdvertisingData.from_bytes(data[:31]), rssi=-50, tx_power=None)
        for hint in advertisement_data(heard).manufacturer_data.values():
            OURS.made(hint)


TARGETS: dict[str, Callable[[Path], Target]] = {
    "blocks": Blocks,
    "messages": Messages,
    "replies": Replies,
    "logs": Logs,
    "keys": Keys,
    "settings": Settings,
    "recordings": Recordings,
    "harth": Harth,
    "npz": Npz,
    "stores": Stores,
    "commands": Commands,
    "advertised": Advertised,
}
