"""The frames between a firmware process and its virtual radio, over two unix sockets that stay open for its life.

Little-endian. On both sockets the firmware starts with a call `HELLO`: `C` on that of calls, `E` on that of events.

    call    u16 size, u8 op, payload[size]              firmware -> radio, then it waits for the
    answer  u16 size, u8 errno, payload[size]           radio -> firmware
    event   u16 size, u8 seq, u8 event, u16 connection, u16 argument, value[size]
                                                        radio -> firmware, one at a time, then it waits for the
    done    u16 size, u8 seq, u8 result, value[size]    firmware -> radio, once the IRQ handler has returned

The answer to `ACTIVE` off has the IRQs that come while the stack is going down: u8 event, u16 connection, u8 type of
address, u8[6] address, each.

A `done` with another `seq` than that of the last event answers an event of a window that was shut meanwhile.
"""

import asyncio
import os
import struct
import tempfile
from collections.abc import Callable
from enum import IntEnum

CALL_HEADER = struct.Struct("<HB")
EVENT_HEADER = struct.Struct("<HBBHH")
DONE_HEADER = struct.Struct("<HBB")
ADVERTISE_HEADER = struct.Struct("<BIBB")
LAST_IRQ = struct.Struct("<BHB6s")
SCAN = struct.Struct("<BIIIB")  # go, duration ms, interval us, window us, active
CONNECT = struct.Struct("<BB6sIII")  # go, type of address, address, how long to look for it ms, interval us least, most

_PATH_MAX = 103  # bytes of a socket's path; macOS's limit is the lower one
_NAME_MAX = 24
_SHORT = "/tmp"


def socket_folder() -> tempfile.TemporaryDirectory[str]:
    """Make a folder where a socket's path is short enough: among temporary files, or in /tmp where these lie deep."""
    folder = tempfile.TemporaryDirectory(prefix="ambula-air-")
    if len(os.fsencode(folder.name)) + _NAME_MAX <= _PATH_MAX:
        return folder
    folder.cleanup()
    return tempfile.TemporaryDirectory(prefix="ambula-air-", dir=_SHORT)


class Op(IntEnum):
    """What the firmware asks for."""

    HELLO = 0
    ACTIVE = 1
    CONFIG_GET = 2
    CONFIG_SET = 3
    ADVERTISE = 4
    REGISTER = 5
    NOTIFY = 6
    INDICATE = 7
    UPDATE = 8
    DISCONNECT = 9
    SCAN = 10
    CONNECT = 11
    EXCHANGE_MTU = 12
    DISCOVER_SERVICES = 13
    DISCOVER_CHARACTERISTICS = 14
    DISCOVER_DESCRIPTORS = 15
    READ = 16
    WRITE = 17


class Config(IntEnum):
    """The first payload byte of `CONFIG_GET` and `CONFIG_SET`."""

    MAC = 0
    MTU = 1
    GAP_NAME = 2
    ADDR_MODE = 3


class Event(IntEnum):
    """MicroPython's IRQ numbers, and `WAKE`: no IRQ, but room in a stack that had refused a notification."""

    WAKE = 0
    CENTRAL_CONNECT = 1
    CENTRAL_DISCONNECT = 2
    GATTS_WRITE = 3
    GATTS_READ_REQUEST = 4
    SCAN_RESULT = 5
    SCAN_DONE = 6
    PERIPHERAL_CONNECT = 7
    PERIPHERAL_DISCONNECT = 8
    SERVICE_RESULT = 9
    SERVICE_DONE = 10
    CHARACTERISTIC_RESULT = 11
    CHARACTERISTIC_DONE = 12
    DESCRIPTOR_RESULT = 13
    DESCRIPTOR_DONE = 14
    READ_RESULT = 15
    READ_DONE = 16
    WRITE_DONE = 17
    CLIENT_NOTIFY = 18
    CLIENT_INDICATE = 19
    GATTS_INDICATE_DONE = 20
    MTU_EXCHANGED = 21


class FrameProtocol(asyncio.Protocol):
    """Cut what one socket delivers into frames; the first must be `HELLO`, which says whose socket it is.

    `on_hello(self, kind)` sets `header` and `on_frame`; `on_lost(self)` is called once when the socket closes.
    """

    def __init__(
        self,
        on_hello: Callable[["FrameProtocol", bytes], None],
        on_lost: Callable[["FrameProtocol"], None],
    ) -> None:
        self.header = CALL_HEADER
        self.on_frame: Callable[[tuple[int, ...], bytes], None] = self._first_frame
        self.transport: asyncio.Transport | None = None
        self._on_hello = on_hello
        self._on_lost = on_lost
        self._buffer = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport (called by asyncio)."""
        if isinstance(transport, asyncio.Transport):
            self.transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the owner (called by asyncio)."""
        self.transport = None
        self._on_lost(self)

    def data_received(self, data: bytes) -> None:
        """Hand on every whole frame (called by asyncio)."""
        self._buffer += data
        while len(self._buffer) >= self.header.size:
            size_and_more = self.header.unpack_from(self._buffer)
            start = self.header.size
            end = start + int(size_and_more[0])
            if len(self._buffer) < end:
                return
            value = bytes(self._buffer[start:end])
            del self._buffer[:end]
            self.on_frame(size_and_more[1:], value)

    def send(self, frame: bytes) -> None:
        """Send one frame; nothing happens if the peer is gone."""
        if self.transport is not None and not self.transport.is_closing():
            self.transport.write(frame)

    def close(self) -> None:
        """Close the socket; `on_lost` follows."""
        if self.transport is not None:
            self.transport.close()

    def _first_frame(self, fields: tuple[int, ...], value: bytes) -> None:
        if fields[0] == Op.HELLO:
            self._on_hello(self, value)
        else:
            self.close()


class EventChannel:
    """Events to the firmware, strictly one at a time: the next goes out when the handler of the last has returned."""

    def __init__(self) -> None:
        self._protocol: FrameProtocol | None = None
        self._queue: list[tuple[bytes, asyncio.Future[tuple[int, bytes]] | None]] = []
        self._running: asyncio.Future[tuple[int, bytes]] | None = None
        self._is_running = False
        self._seq = 0
        self.sent = 0  # to the process that is attached

    def attach(self, protocol: FrameProtocol) -> None:
        """Send events to `protocol` from now on."""
        protocol.header = DONE_HEADER
        protocol.on_frame = self._done
        self._protocol = protocol
        self.sent = 0

    def detach(self) -> None:
        """Forget the firmware process and everything that was meant for it."""
        self.clear()
        self._protocol = None

    def clear(self) -> None:
        """Forget all events; whoever waits for one of them is cancelled."""
        waiters = [self._running, *(waiter for _, waiter in self._queue)]
        self._queue.clear()
        self._running = None
        self._is_running = False
        for waiter in waiters:
            if waiter is not None:
                waiter.cancel()

    def post(self, event: Event, connection: int, argument: int, value: bytes = b"") -> None:
        """Queue an event that nobody waits for."""
        self._push(event, connection, argument, value, None)

    async def run(self, event: Event, connection: int, argument: int, value: bytes = b"") -> tuple[int, bytes]:
        """Queue an event; return the handler's result and value once it has run. Cancelled if the firmware goes."""
        waiter: asyncio.Future[tuple[int, bytes]] = asyncio.get_running_loop().create_future()
        self._push(event, connection, argument, value, waiter)
        return await waiter

    def _push(
        self,
        event: Event,
        connection: int,
        argument: int,
        value: bytes,
        waiter: asyncio.Future[tuple[int, bytes]] | None,
    ) -> None:
        if self._protocol is None:
            if waiter is not None:
                waiter.cancel()
            return
        # The sequence number is filled in when the frame leaves.
        self._queue.append((EVENT_HEADER.pack(len(value), 0, event, connection, argument) + value, waiter))
        self._send_next()

    def _send_next(self) -> None:
        if self._is_running or not self._queue or self._protocol is None:
            return
        frame, self._running = self._queue.pop(0)
        self._is_running = True
        self._seq = (self._seq + 1) & 0xFF
        self.sent += 1
        self._protocol.send(frame[:2] + bytes((self._seq,)) + frame[3:])

    def _done(self, fields: tuple[int, ...], value: bytes) -> None:
        seq, result = fields
        if not self._is_running or seq != self._seq:
            return
        waiter, self._running = self._running, None
        self._is_running = False
        if waiter is not None and not waiter.done():
            waiter.set_result((result, value))
        self._send_next()
