"""The client against a node that misbehaves on the wire."""

import asyncio
import struct
from collections.abc import Callable

import pytest

from ambula import client as client_module
from ambula.client import NodeClient
from ambula.errors import AmbulaError, ProtocolError, TransportError
from nodecore import protocol

INFO = protocol.pack_info(0, 1, b"\x01" * 8, 7, 0, 100, 1_800_000_000_000, 4000, 30, 3, (0, 1, 0))
Script = Callable[[bytes], list[tuple[str, bytes]]]


class Puppet:
    """A link whose far end answers each command with what a script says."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self._callbacks: dict[str, Callable[[bytes], object]] = {}
        self.lose: Callable[[], object] = lambda: None

    async def read(self, char_uuid: str) -> bytes:
        return INFO

    async def write(self, char_uuid: str, data: bytes, response: bool = True) -> None:
        for uuid, value in self._script(data):
            self._callbacks[uuid](value)

    async def subscribe(self, char_uuid: str, callback: Callable[[bytes], object]) -> None:
        self._callbacks[char_uuid] = callback

    def on_lost(self, callback: Callable[[], object]) -> None:
        self.lose = callback


def frame(offset: int, data: bytes) -> tuple[str, bytes]:
    return protocol.DATA_UUID, struct.pack("<I", offset) + data


def reply(command: bytes, status: int = 0, payload: bytes = b"") -> tuple[str, bytes]:
    return protocol.CONTROL_UUID, bytes((command[0] | 0x80, command[1], status)) + payload


def read_log(script: Script) -> bytes:
    async def go() -> bytes:
        client = NodeClient(Puppet(script))
        await client.open()
        into = bytearray()
        await client.read_log(100, 110, into)
        return bytes(into)

    return asyncio.run(go())


def test_frames_in_order_are_the_log() -> None:
    done = read_log(lambda c: [frame(100, b"abcd"), frame(104, b"efghij"), reply(c, 0, struct.pack("<I", 110))])
    assert done == b"abcdefghij"


@pytest.mark.parametrize(
    ("script", "says"),
    [
        (lambda c: [frame(101, b"abcd")], "from 101, not 100"),
        (lambda c: [frame(100, b"abcd"), frame(100, b"abcd")], "from 100, not 104"),
        (lambda c: [frame(100, b"")], "empty data frame"),
        (lambda c: [frame(100, b"a" * 20)], "more than was asked"),
        (lambda c: [frame(100, b"a" * 10), reply(c, 0, b"xy")], "wrong length"),
        (lambda c: [frame(100, b"a" * 10), reply(c, 0, struct.pack("<I", 104))], "refused"),
    ],
    ids=["gap", "duplicate", "empty", "too much", "short reply", "false end"],
)
def test_a_node_that_breaks_the_protocol_is_told_off(script: Script, says: str) -> None:
    with pytest.raises(ProtocolError, match=says):
        read_log(script)


def test_a_refused_read_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "FRAME_TIMEOUT_S", 0.05)
    with pytest.raises(ProtocolError, match="out of range"):
        read_log(lambda c: [reply(c, protocol.OUT_OF_RANGE, bytes(8))])


def test_silence_in_the_middle_ends_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "FRAME_TIMEOUT_S", 0.05)
    with pytest.raises(TransportError, match="stopped sending"):
        read_log(lambda c: [frame(100, b"abcd")])


def test_no_reply_ends_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "REPLY_TIMEOUT_S", 0.05)

    async def go() -> None:
        client = NodeClient(Puppet(lambda c: []))
        await client.open()
        await client.seal()

    with pytest.raises(TransportError, match="does not answer"):
        asyncio.run(go())


def test_replies_to_other_commands_are_passed_over() -> None:
    async def go() -> int:
        client = NodeClient(
            Puppet(lambda c: [reply(bytes((9, 9))), reply(c[:1] + bytes((c[1] ^ 1,))), reply(c, 0, bytes(4))])
        )
        await client.open()
        return await client.seal()

    assert asyncio.run(go()) == 0


def test_a_lost_link_is_noticed_at_once() -> None:
    async def go() -> None:
        puppet = Puppet(lambda c: [])
        client = NodeClient(puppet)
        await client.open()
        asyncio.get_running_loop().call_later(0.01, puppet.lose)
        await asyncio.wait_for(client.seal(), 1.0)

    with pytest.raises(TransportError, match="link to the node was lost"):
        asyncio.run(go())


def test_the_anchor_is_the_reading_with_the_shortest_round_trip() -> None:
    clock = iter([0, 100, 200, 210, 300, 304, 400, 500, 600, 700])

    async def go() -> tuple[int, int, int]:
        client = NodeClient(Puppet(lambda c: [reply(c, 0, struct.pack("<Q", 5000))]), lambda: next(clock))
        await client.open()
        anchor = await client.clock_anchor()
        return anchor.host_utc_ms, anchor.node_utc_ms, anchor.round_trip_ms

    assert asyncio.run(go()) == (302, 5000, 4)


@pytest.mark.parametrize("size", [0, 2, 3, 50])
def test_any_reply_ends_in_an_error_of_ours(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "REPLY_TIMEOUT_S", 0.05)

    async def go() -> None:
        client = NodeClient(Puppet(lambda c: [(protocol.CONTROL_UUID, bytes(c[:1]) * size)]))
        await client.open()
        await client.acknowledge(1, 2)

    with pytest.raises(AmbulaError):
        asyncio.run(go())
