"""Talks to one node over a link: the proof of the key, commands and replies, log bytes. SPEC.md, "GATT service"."""

import asyncio
import struct
import time
from collections.abc import Callable, Sequence
from typing import Protocol

from ambula.base.errors import AmbulaError, ProtocolError, TransportError
from ambula.nodes.info import (
    STATUS_NAMES,
    CapturePlan,
    Health,
    Info,
    Now,
    parse_health,
    parse_info,
    parse_now,
    parse_plan,
    parse_public,
)
from ambula.nodes.session import NodeKey, Session, new_nonce
from ambula.store import Anchor
from nodecore import protocol

REPLY_TIMEOUT_S = 10.0
FRAME_TIMEOUT_S = 10.0
_CLOCK_READINGS = 5
_SET_MS = 50  # by which a computer's time and the time that has passed differ, if nobody sets it
_LINK_LOST = "the link to the node was lost: sync again to go on where it stopped"
_FLASH = "sync it, then bring it up to date with `ambula flash` over USB. Log and key stay"
_NO_KEY = "this node was never set up, so nothing can be read from it. Set it up: `ambula setup`"
_STRANGER = "this node was not set up on this computer, so nothing can be read from it"


class TooOld(ProtocolError):
    """The node's firmware is older than what was asked of it."""


class GattLink(Protocol):
    """What the client needs of a connection; `ambula.transport.radio.Link` is one."""

    async def read(self, char_uuid: str) -> bytes: ...
    async def write(self, char_uuid: str, data: bytes, response: bool = True) -> None: ...
    async def subscribe(self, char_uuid: str, callback: "Callable[[bytes], object]") -> None: ...
    def on_lost(self, callback: "Callable[[], object]") -> None: ...


def wall_clock_ms() -> int:
    """Return this computer's UTC in ms."""
    return time.time_ns() // 1_000_000


class NodeClient:
    """A connected node. `open` proves the key both ways; every call has a time limit.

    `keys` are those of the nodes that may be at the other end; `now_ms` is the laptop's clock, UTC in ms, by default
    this computer's. `key`, once open, is the one that the node has.

    Raises TransportError when the link fails, is silent or changes what passes, ProtocolError when the answer is not a
    node's, or not that of a node with one of the keys.
    """

    def __init__(self, link: GattLink, keys: Sequence[NodeKey], now_ms: Callable[[], int] | None = None) -> None:
        self.key: NodeKey
        self._link = link
        self._keys = keys
        self._now_ms = now_ms or wall_clock_ms
        self._session: Session | None = None
        self._tag = 0
        self._replies: asyncio.Queue[bytes | AmbulaError] = asyncio.Queue()
        self._frames: asyncio.Queue[bytes | AmbulaError] = asyncio.Queue()

    async def open(self) -> Info:
        """Return what the node says of itself, ready for commands."""
        try:
            has_key = parse_public(bytes(await self._link.read(protocol.PUBLIC_UUID)))
        except ValueError as e:
            raise ProtocolError(f"this device does not answer as an Ambula node of this version: {e}") from e
        if not has_key:
            raise ProtocolError(_NO_KEY)
        self._link.on_lost(self._wake_all)
        await self._link.subscribe(protocol.CONTROL_UUID, lambda v: self._hear(protocol.REPLIES, v, self._replies))
        await self._link.subscribe(protocol.DATA_UUID, lambda v: self._hear(protocol.LOG, v, self._frames))
        await self._prove()
        return await self.info()

    async def info(self) -> Info:
        """Return the node's info block."""
        try:
            info = parse_info(await self._request(protocol.INFO))
        except ValueError as e:
            raise ProtocolError(f"this device does not answer as an Ambula node of this version: {e}") from e
        if (info.device_id, info.role) != (self.key.device_id, self.key.role):
            raise ProtocolError("the node's identity does not match its key: set it up again")
        return info

    async def health(self) -> Health:
        """Return how the node's sensor and flash are; a ProtocolError where its firmware is too old to say."""
        try:
            return parse_health(await self._request(protocol.HEALTH))
        except ValueError as e:
            raise ProtocolError(f"the node's health block cannot be read: {e}") from e

    async def plan(self) -> CapturePlan:
        """Return when the node's recording begins and ends; a ProtocolError where its firmware is too old to say."""
        try:
            return parse_plan(await self._request(protocol.PLAN))
        except ValueError as e:
            raise ProtocolError(f"the node's plan cannot be read: {e}") from e

    async def now(self) -> Now:
        """Return the node's newest record, and what it knows of the day."""
        try:
            return parse_now(await self._request(protocol.NOW))
        except ValueError as e:
            raise ProtocolError(f"this device does not answer as an Ambula node of this version: {e}") from e

    async def _prove(self) -> None:
        host_nonce = new_nonce()
        answer = await self._request(protocol.HELLO, host_nonce)
        if len(answer) != protocol.NONCE_SIZE + protocol.PROOF_SIZE:
            raise ProtocolError("the node's proof has the wrong length")
        node_nonce, proof = answer[: protocol.NONCE_SIZE], answer[protocol.NONCE_SIZE :]
        for key in self._keys:
            transcript = key.transcript(host_nonce, node_nonce)
            if key.is_proved_by(transcript, proof):
                await self._request(protocol.PROVE, key.host_proof(transcript))
                self.key, self._session = key, key.session(transcript)
                self._forget_unsealed()
                return
        raise ProtocolError(_STRANGER)

    def _forget_unsealed(self) -> None:
        """Forget what came before the proof: nothing vouches for it, and the next reply would be taken from it."""
        while not self._replies.empty():
            reply = self._replies.get_nowait()
            if isinstance(reply, AmbulaError):
                raise reply

    def _hear(self, channel: int, value: bytes, queue: "asyncio.Queue[bytes | AmbulaError]") -> None:
        """Open what the node notified, in the order in which it came; before the proof replies come as they are.

        Log bytes that come so early are late ones of another connection, or somebody else's: they are passed over.
        """
        if self._session is None:
            if channel == protocol.REPLIES:
                queue.put_nowait(value)
            return
        try:
            body = self._session.open(channel, value)
        except TransportError as e:
            queue.put_nowait(e)
            return
        if body is not None:
            queue.put_nowait(body)

    async def seal(self) -> int:
        """Make everything that the node has finished readable; return the log's end."""
        return self._u32(await self._request(protocol.SEAL))

    async def acknowledge(self, offset: int, crc: int) -> int:
        """Tell the node that everything below `offset` is safe here; return the first offset that it keeps."""
        return self._u32(await self._request(protocol.ACK, struct.pack("<II", offset, crc)))

    async def receipt(self, start: int, end: int) -> bytes:
        """Return the node's proof of what its log holds in [start, end), at most `MAX_RECEIPT` bytes."""
        return await self._request(protocol.RECEIPT, struct.pack("<II", start, end))

    async def stop(self) -> int:
        """End the recording; return the log's end. Raises `TooOld` where no `start` could take it back.

        Commands were added in the order of their numbers: a node that has `health` has `start`. Asked for it, a node
        does nothing.
        """
        status, _ = await self._ask(protocol.HEALTH, b"")
        if status == protocol.UNKNOWN_COMMAND:
            raise TooOld(f"its firmware knows stop but no start, so it was not stopped: {_FLASH}")
        return self._u32(await self._request(protocol.STOP))

    async def start(self) -> int:
        """Have it record from now on, also after a stop or before a planned start; return the log's end."""
        return self._u32(await self._request(protocol.START))

    async def set_clock(self) -> bool:
        """Give the node this computer's UTC; return False if its clock is set already, which is left as it is."""
        status, _ = await self._ask(protocol.TIME_SET, struct.pack("<Q", self._now_ms()))
        if status not in (protocol.OK, protocol.BUSY):
            raise _refusal(protocol.TIME_SET, status)
        return status == protocol.OK

    async def clock_anchor(self) -> Anchor:
        """Return the best of five clock readings: the one with the shortest round trip (Cristian 1989).

        Round trips are by the clock that nobody sets. A reading in which this computer's time was set meanwhile, as NTP
        does, does not count, nor one that differs by more than its trip from the middle one. Raises TransportError if
        none is left.
        """
        found = [reading for _ in range(_CLOCK_READINGS) if (reading := await self._read_clock()) is not None]
        if not found:
            raise TransportError("this computer's time was set while the node's clock was read: sync again")
        middle_ms = sorted(a.host_utc_ms - a.node_utc_ms for a in found)[len(found) // 2]
        agreeing = [a for a in found if abs(a.host_utc_ms - a.node_utc_ms - middle_ms) <= a.round_trip_ms + _SET_MS]
        return min(agreeing, key=lambda a: a.round_trip_ms)

    async def _read_clock(self) -> Anchor | None:
        """Read the node's clock once; None if this computer's was set meanwhile."""
        started_s, before_ms = time.monotonic(), self._now_ms()
        reply = await self._request(protocol.TIME_GET)
        after_ms, took_ms = self._now_ms(), (time.monotonic() - started_s) * 1000
        if len(reply) != 8:
            raise ProtocolError("the node's clock reading has the wrong length")
        if self._now_ms is wall_clock_ms and abs(after_ms - before_ms - took_ms) > _SET_MS:
            return None
        trip_ms = after_ms - before_ms
        return None if trip_ms < 0 else Anchor((before_ms + after_ms) // 2, struct.unpack("<Q", reply)[0], trip_ms)

    async def read_log(self, start: int, end: int, into: bytearray) -> None:
        """Append to `into`, which holds the log from `start` on, what it lacks up to `end`, as it comes.

        So a cut transfer keeps what has arrived, and what is there already is not asked for.

        Raises ProtocolError if the node skips or repeats bytes, or stops early.
        """
        expected = start + len(into)
        tag = await self._send(protocol.READ, struct.pack("<II", expected, end))
        while expected < end:
            frame = await self._next(self._frames, FRAME_TIMEOUT_S)
            if frame is None:
                self._fail_on_refusal(protocol.READ, tag)
                raise TransportError("the node stopped sending in the middle of its log: sync again")
            if not frame:
                raise ProtocolError("the node sent an empty data frame")
            into += frame
            expected += len(frame)
        if expected != end:
            raise ProtocolError("the node sent more than was requested")
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
        body = bytes((command, self._tag)) + arguments
        await self._link.write(protocol.CONTROL_UUID, body if self._session is None else self._session.seal(body))
        return self._tag

    async def _reply(self, command: int, tag: int) -> tuple[int, bytes]:
        loop = asyncio.get_running_loop()
        until_s = loop.time() + REPLY_TIMEOUT_S  # one limit for all that comes: chatter buys no time
        while True:
            reply = await self._next(self._replies, until_s - loop.time())
            if reply is None:
                raise TransportError("the node does not answer: move closer and sync again")
            if len(reply) < protocol.REPLY_HEADER:
                raise ProtocolError("the node sent a reply that is too short")
            if reply[0] == command | protocol.REPLY and reply[1] == tag:
                return reply[2], reply[protocol.REPLY_HEADER :]

    def _fail_on_refusal(self, command: int, tag: int) -> None:
        while not self._replies.empty():
            reply = self._replies.get_nowait()
            if isinstance(reply, AmbulaError):
                raise reply
            if len(reply) >= protocol.REPLY_HEADER and reply[0] == command | protocol.REPLY and reply[1] == tag:
                raise _refusal(command, reply[2])

    async def _next(self, queue: "asyncio.Queue[bytes | AmbulaError]", timeout_s: float) -> bytes | None:
        """Return the next value, or None after `timeout_s`; raises TransportError as soon as the link fails."""
        try:
            async with asyncio.timeout(timeout_s):  # not wait_for: before Python 3.12 it may swallow a Ctrl-C
                value = await queue.get()
        except TimeoutError:
            return None
        if isinstance(value, AmbulaError):
            raise value
        return value

    def _wake_all(self) -> None:
        self._replies.put_nowait(TransportError(_LINK_LOST))
        self._frames.put_nowait(TransportError(_LINK_LOST))

    @staticmethod
    def _u32(payload: bytes) -> int:
        if len(payload) != 4:
            raise ProtocolError("the node's reply has the wrong length")
        return struct.unpack("<I", payload)[0]


def _refusal(command: int, status: int) -> ProtocolError:
    if status == protocol.UNKNOWN_COMMAND:
        return TooOld(f"the node's firmware is older than this Ambula and has no command {command}: {_FLASH}")
    if status >= len(STATUS_NAMES):
        return ProtocolError(
            f"the node refused command {command} with status {status}, which is newer than this Ambula: update Ambula"
        )
    return ProtocolError(f"the node refused command {command}: {STATUS_NAMES[status]}")
