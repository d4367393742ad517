"""Talks to one node over a link: commands and replies, log bytes, clock readings. SPEC.md, "GATT service"."""

import asyncio
import struct
import time
from collections.abc import Callable
from typing import Protocol

from ambula.errors import ProtocolError, TransportError
from ambula.store import Anchor
from nodecore import protocol

REPLY_TIMEOUT_S = 10.0
FRAME_TIMEOUT_S = 10.0
_CLOCK_READINGS = 5
_LOST = b""  # no reply and no frame is empty


class Link(Protocol):
    """What the client needs of a connection; `ambula.transport.radio.Link` is one."""

    async def read(self, char_uuid: str) -> bytes: ...
    async def write(self, char_uuid: str, data: bytes, response: bool = True) -> None: ...
    async def subscribe(self, char_uuid: str, callback: "Callable[[bytes], object]") -> None: ...
    def on_lost(self, callback: "Callable[[], object]") -> None: ...


def wall_clock_ms() -> int:
    """Return this computer's UTC in ms."""
    return time.time_ns() // 1_000_000


class NodeClient:
    """A connected node. `open` subscribes and checks that it is a node; every call has a time limit.

    `now_ms` is the laptop's clock, UTC in ms; by default this computer's.

    Raises TransportError when the link fails or is silent, ProtocolError when the answer is not a node's.
    """

    def __init__(self, link: Link, now_ms: Callable[[], int] | None = None) -> None:
        self._link = link
        self._now_ms = now_ms or wall_clock_ms
        self._tag = 0
        self._replies: asyncio.Queue[bytes] = asyncio.Queue()
        self._frames: asyncio.Queue[bytes] = asyncio.Queue()

    async def open(self) -> protocol.Info:
        """Return what the node says of itself, ready for commands."""
        info = await self.info()
        await self._link.subscribe(protocol.CONTROL_UUID, self._replies.put_nowait)
        await self._link.subscribe(protocol.DATA_UUID, self._frames.put_nowait)
        self._link.on_lost(self._wake_all)
        return info

    async def info(self) -> protocol.Info:
        """Return the node's info block."""
        try:
            return protocol.parse_info(bytes(await self._link.read(protocol.INFO_UUID)))
        except ValueError as e:
            raise ProtocolError(f"this device does not answer as an Ambula node of this version: {e}") from e

    async def seal(self) -> int:
        """Make everything that the node has finished readable; return the log's end."""
        return self._u32(await self._request(protocol.SEAL))

    async def acknowledge(self, offset: int, crc: int) -> int:
        """Tell the node that everything below `offset` is safe here; return the first offset that it keeps."""
        return self._u32(await self._request(protocol.ACK, struct.pack("<II", offset, crc)))

    async def stop(self) -> int:
        """End the recording; return the log's end."""
        return self._u32(await self._request(protocol.STOP))

    async def set_clock(self) -> bool:
        """Give the node this computer's UTC; return False if its clock is set already, which is left as it is."""
        status, _ = await self._ask(protocol.TIME_SET, struct.pack("<Q", self._now_ms()))
        if status not in (protocol.OK, protocol.BUSY):
            raise _refusal(protocol.TIME_SET, status)
        return status == protocol.OK

    async def clock_anchor(self) -> Anchor:
        """Return the best of five clock readings: the one with the shortest round trip (Cristian 1989)."""
        best: Anchor | None = None
        for _ in range(_CLOCK_READINGS):
            before_ms = self._now_ms()
            reply = await self._request(protocol.TIME_GET)
            after_ms = self._now_ms()
            if len(reply) != 8:
                raise ProtocolError("the node's clock reading has the wrong length")
            anchor = Anchor((before_ms + after_ms) // 2, struct.unpack("<Q", reply)[0], after_ms - before_ms)
            if best is None or anchor.round_trip_ms < best.round_trip_ms:
                best = anchor
        assert best is not None
        return best

    async def read_log(self, start: int, end: int, into: bytearray) -> None:
        """Append the log bytes [start, end) to `into` as they come, so that a cut transfer keeps what has arrived.

        Raises ProtocolError if the node skips or repeats bytes, or stops early.
        """
        tag = await self._send(protocol.READ, struct.pack("<II", start, end))
        expected = start + len(into)
        while expected < end:
            frame = await self._next(self._frames, FRAME_TIMEOUT_S)
            if frame is None:
                self._fail_on_refusal(protocol.READ, tag)
                raise TransportError("the node stopped sending in the middle of its log: sync again")
            if len(frame) <= protocol.FRAME_HEADER:
                raise ProtocolError("the node sent an empty data frame")
            (offset,) = struct.unpack_from("<I", frame)
            if offset != expected:
                raise ProtocolError(f"the node sent log bytes from {offset}, not {expected}")
            into += frame[protocol.FRAME_HEADER :]
            expected += len(frame) - protocol.FRAME_HEADER
        if expected != end:
            raise ProtocolError("the node sent more than was asked for")
        status, payload = await self._reply(protocol.READ, tag)
        if status != protocol.OK or self._u32(payload) != end:
            raise _refusal(protocol.READ, status)

    # ---- commands and replies

    async def _request(self, command: int, arguments: bytes = b"") -> bytes:
        status, payload = await self._ask(command, arguments)
        if status != protocol.OK:
            raise _refusal(command, status)
        return payload

    async def _ask(self, command: int, arguments: bytes) -> tuple[int, bytes]:
        tag = await self._send(command, arguments)
        return await self._reply(command, tag)

    async def _send(self, command: int, arguments: bytes) -> int:
        self._tag = (self._tag + 1) & 0xFF
        await self._link.write(protocol.CONTROL_UUID, bytes((command, self._tag)) + arguments)
        return self._tag

    async def _reply(self, command: int, tag: int) -> tuple[int, bytes]:
        while True:
            reply = await self._next(self._replies, REPLY_TIMEOUT_S)
            if reply is None:
                raise TransportError("the node does not answer: move closer and sync again")
            if len(reply) < protocol.REPLY_HEADER:
                raise ProtocolError("the node sent a reply that is too short")
            if reply[0] == command | protocol.REPLY and reply[1] == tag:
                return reply[2], reply[protocol.REPLY_HEADER :]

    def _fail_on_refusal(self, command: int, tag: int) -> None:
        while not self._replies.empty():
            reply = self._replies.get_nowait()
            if len(reply) >= protocol.REPLY_HEADER and reply[0] == command | protocol.REPLY and reply[1] == tag:
                raise _refusal(command, reply[2])

    async def _next(self, queue: asyncio.Queue[bytes], timeout_s: float) -> bytes | None:
        """Return the next value, or None after `timeout_s`; raises TransportError as soon as the link is lost."""
        try:
            value = await asyncio.wait_for(queue.get(), timeout_s)
        except TimeoutError:
            return None
        if value == _LOST:
            raise TransportError("the link to the node was lost: sync again to go on where it stopped")
        return value

    def _wake_all(self) -> None:
        self._replies.put_nowait(_LOST)
        self._frames.put_nowait(_LOST)

    @staticmethod
    def _u32(payload: bytes) -> int:
        if len(payload) != 4:
            raise ProtocolError("the node's reply has the wrong length")
        return struct.unpack("<I", payload)[0]


def _refusal(command: int, status: int) -> ProtocolError:
    names = protocol.STATUS_NAMES
    reason = names[status] if status < len(names) else f"status {status}"
    return ProtocolError(f"the node refused command {command}: {reason}")
