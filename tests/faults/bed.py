"""A node and its laptop with no radio between them: the real firmware on its simulated board, bleak's API above.

The node is `ambula.sim.node.NodeProcess`: MicroPython, the firmware as .mpy on littlefs, the board's stand-ins. On its
two sockets (`ambula.sim.wire`) this file answers in place of a Bluetooth stack, and hands each value at once to a
backend of bleak's. So everything above bleak's border and below MicroPython's `bluetooth` is real, a visit takes
milliseconds, and trouble can be made at each value that passes.

Not emulated: scanning, ATT and L2CAP, link-layer timing and retransmission, service discovery, buffers that fill up by
themselves (a `Trouble` may refuse one), writes to the subscription descriptors.
"""

import asyncio
import contextlib
import errno
import shutil
import struct
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection
from bleak.exc import BleakError

from ambula.sim.node import NodeProcess, NodeSettings
from ambula.sim.wire import CALL_HEADER, Event, EventChannel, FrameProtocol, Op, socket_folder
from ambula.transport.radio import Link
from nodecore import protocol

MTU = 247
CONNECT_TIMEOUT_S = 20.0
_ADDRESS = "F0:00:00:00:00:01"
_HANDLES = {protocol.PUBLIC_UUID: 16, protocol.CONTROL_UUID: 18, protocol.DATA_UUID: 21}
_UUIDS = {handle: uuid for uuid, handle in _HANDLES.items()}
_PEER = bytes(6)
_T = TypeVar("_T")

Deliver = Callable[[bytes], Awaitable[None]]


class Trouble:
    """What happens to the values that pass; this one lets all through. `up`: to the node, `down`: from it."""

    async def connecting(self) -> None: ...

    async def read(self, value: bytes) -> bytes:
        return value

    async def up(self, value: bytes, deliver: Deliver) -> None:
        await deliver(value)

    async def subscribing(self) -> None: ...

    def down(self, uuid: str, value: bytes) -> list[tuple[str, bytes]]:
        return [(uuid, value)]

    def refuses(self) -> bool:
        return False

    async def closing(self) -> None: ...


class Bed:
    """One node that can be connected to; an async context manager. `trouble` may be changed at any time."""

    def __init__(self, folder: Path, settings: NodeSettings) -> None:
        self.trouble = Trouble()
        self._room = socket_folder()
        self.settings = replace(settings, radio=str(Path(self._room.name) / "r"))
        self.node = NodeProcess("node", self.settings, folder)
        self._events = EventChannel()
        self._calls: FrameProtocol | None = None
        self._server: asyncio.Server | None = None
        self._connection = 0
        self._client: ShortClient | None = None
        self._protocols: set[FrameProtocol] = set()
        self._changed = asyncio.Event()
        self.is_on = self.is_advertising = False

    async def __aenter__(self) -> "Bed":
        loop = asyncio.get_running_loop()
        self._server = await loop.create_unix_server(
            lambda: FrameProtocol(self._on_hello, self._on_lost), self.settings.radio
        )
        await self.boot()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.node.quit()
        for protocol_ in list(self._protocols):
            protocol_.close()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
        self._room.cleanup()

    async def boot(self) -> None:
        """Power the node up; it lives by the wall clock from now on."""
        await self.node.start()
        self.node.live()

    async def reboot(self) -> None:
        """Cut its power and give it back."""
        self.lose_link()
        await self.node.kill()
        self._power_lost()
        await self.boot()

    async def connect(self, timeout_s: float = CONNECT_TIMEOUT_S) -> Link:
        """Connect as the laptop does, once the node's window is open."""
        return await Link.open(_ADDRESS, timeout_s, self._backend())

    def _backend(self) -> type[BaseBleakClient]:
        class Client(ShortClient):
            bed = self

        return Client

    # ---- the link, as the laptop's backend asks

    async def take(self, client: "ShortClient") -> None:
        """Give the link to `client`, as soon as the node advertises."""
        while not (self.is_on and self.is_advertising and self._client is None):
            if not self.is_on:
                self.node.tap()
            self._changed.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(0.5):
                    await self._changed.wait()
        await self.trouble.connecting()
        self._client = client
        self.is_advertising = False
        self._connection += 1
        self._events.post(Event.CENTRAL_CONNECT, self._connection, 1, _PEER)
        self._events.post(Event.MTU_EXCHANGED, self._connection, MTU)

    def lose_link(self) -> None:
        """The radio link breaks: both ends hear of it."""
        client, self._client = self._client, None
        if client is not None:
            self._events.post(Event.CENTRAL_DISCONNECT, self._connection, 1, _PEER)
            client.lost()

    def hang_up(self, client: "ShortClient") -> None:
        """The laptop ends the link."""
        if self._client is client:
            self._client = None
            self._events.post(Event.CENTRAL_DISCONNECT, self._connection, 1, _PEER)

    async def read(self) -> bytes:
        _, value = await self._events.run(Event.GATTS_READ_REQUEST, self._connection, _HANDLES[protocol.PUBLIC_UUID])
        return await self.trouble.read(value)

    async def write(self, value: bytes) -> None:
        await self.trouble.up(value, self.deliver_up)

    async def deliver_up(self, value: bytes) -> None:
        """Give the node a value on its control characteristic, past all trouble."""
        with contextlib.suppress(asyncio.CancelledError):  # the channel cancels who waits for a node that is gone
            await asyncio.shield(
                self._events.run(Event.GATTS_WRITE, self._connection, _HANDLES[protocol.CONTROL_UUID], value)
            )

    def deliver_down(self, uuid: str, value: bytes) -> None:
        """Give the laptop a value, past all trouble."""
        if self._client is not None:
            self._client.hear(uuid, value)

    # ---- what the firmware asks

    def _on_hello(self, frames: FrameProtocol, kind: bytes) -> None:
        self._protocols.add(frames)
        if kind == b"C":
            self._calls = frames
            frames.header = CALL_HEADER
            frames.on_frame = self._on_call
        else:
            self._events.attach(frames)

    def _on_lost(self, frames: FrameProtocol) -> None:
        self._protocols.discard(frames)
        if frames is self._calls:
            self._power_lost()
            self.lose_link()

    def _power_lost(self) -> None:
        self._calls = None
        self.is_on = self.is_advertising = False
        self._events.detach()

    def _on_call(self, fields: tuple[int, ...], payload: bytes) -> None:
        status, answer = 0, b""
        op = Op(fields[0])
        if op == Op.ACTIVE:
            self._switch(bool(payload[0]))
        elif op == Op.ADVERTISE:
            self.is_advertising = bool(payload[0])
            self._changed.set()
        elif op == Op.REGISTER:
            answer = struct.pack("<3H", *_HANDLES.values())
        elif op == Op.NOTIFY:
            status = self._notify(*struct.unpack_from("<HH", payload), payload[4:])
        if self._calls is not None:
            self._calls.send(CALL_HEADER.pack(len(answer), status) + answer)
        if op == Op.DISCONNECT:
            self.lose_link()

    def _switch(self, on: bool) -> None:
        self.is_on = on
        self.is_advertising = False
        self._events.clear()
        if not on:
            self.lose_link()
            self._events.clear()

    def _notify(self, connection: int, handle: int, value: bytes) -> int:
        if self._client is None or connection != self._connection:
            return errno.ENOTCONN
        if self.trouble.refuses():
            self._events.post(Event.WAKE, 0, 0)
            return errno.ENOMEM
        for uuid, changed in self.trouble.down(_UUIDS[handle], value[: MTU - 3]):
            asyncio.get_running_loop().call_soon(self.deliver_down, uuid, changed)
        return 0


class ShortClient(BaseBleakClient):
    """bleak's client over a bed."""

    bed: ClassVar[Bed]

    def __init__(self, address_or_ble_device: Any, services: Any = None, **kwargs: Any) -> None:
        super().__init__(
            address_or_ble_device,
            disconnected_callback=kwargs["disconnected_callback"],
            timeout=kwargs["timeout"],
        )
        self._lost: asyncio.Future[None] | None = None
        self._callbacks: dict[str, Callable[[bytearray], None]] = {}

    @property
    def name(self) -> str:
        return "node"

    @property
    def mtu_size(self) -> int:
        return MTU

    @property
    def is_connected(self) -> bool:
        return self._lost is not None and not self._lost.done()

    async def connect(self, pair: bool, **kwargs: Any) -> None:
        await self.bed.take(self)
        self._lost = asyncio.get_running_loop().create_future()
        self.services = _services()

    async def disconnect(self) -> None:
        await self.bed.trouble.closing()
        self.bed.hang_up(self)
        self._end()

    def lost(self) -> None:
        """The link broke."""
        if self._end() and self._disconnected_callback is not None:
            self._disconnected_callback()

    def _end(self) -> bool:
        if self._lost is None or self._lost.done():
            return False
        self._lost.set_result(None)
        return True

    def hear(self, uuid: str, value: bytes) -> None:
        if self.is_connected and uuid in self._callbacks:
            self._callbacks[uuid](bytearray(value))

    async def _request(self, request: Awaitable[_T]) -> _T:
        """Await one exchange, or the loss of the link, whichever comes first."""
        task = asyncio.ensure_future(request)
        assert self._lost is not None
        try:
            await asyncio.wait({task, self._lost}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            done = task.done() and not task.cancelled()
            task.cancel()
        if not done or self._lost.done():
            await asyncio.gather(task, return_exceptions=True)
            raise BleakError("the link was lost")
        return task.result()

    async def read_gatt_char(self, characteristic: BleakGATTCharacteristic, **kwargs: Any) -> bytearray:
        return bytearray(await self._request(self.bed.read()))

    async def write_gatt_char(self, characteristic: BleakGATTCharacteristic, data: Any, response: bool) -> None:
        await self._request(self.bed.write(bytes(data)))

    async def start_notify(self, characteristic: BleakGATTCharacteristic, callback: Any, **kwargs: Any) -> None:
        self._callbacks[characteristic.uuid] = callback
        await self._request(self.bed.trouble.subscribing())

    async def pair(self, *args: Any, **kwargs: Any) -> None: ...
    async def unpair(self) -> None: ...
    async def read_gatt_descriptor(self, *args: Any, **kwargs: Any) -> bytearray:
        return bytearray()

    async def write_gatt_descriptor(self, *args: Any, **kwargs: Any) -> None: ...
    async def stop_notify(self, *args: Any, **kwargs: Any) -> None: ...


def _services() -> BleakGATTServiceCollection:
    collection = BleakGATTServiceCollection()
    service = BleakGATTService(None, 15, protocol.SERVICE_UUID)
    collection.add_service(service)
    kinds = {
        protocol.PUBLIC_UUID: ["read"],
        protocol.CONTROL_UUID: ["write", "notify"],
        protocol.DATA_UUID: ["notify"],
    }
    for uuid, handle in _HANDLES.items():
        collection.add_characteristic(
            BleakGATTCharacteristic(None, handle - 1, uuid, kinds[uuid], lambda: MTU - 3, service)
        )
    return collection


def settings_for(folder: Path, image: Path, device_id: str, start_ms: int) -> NodeSettings:
    """Return the settings of a node on a copy of `image`, without samples, in `folder`."""
    shutil.copy(image, folder / "node.img")
    (folder / "samples").write_bytes(b"")
    return NodeSettings(
        flash=folder / "node.img",
        samples=folder / "samples",
        samples_start_ms=start_ms,
        power_on_ms=start_ms,
        device_id=device_id,
    )
