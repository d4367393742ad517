"""The radio of a virtual node: the host stack under MicroPython's `bluetooth`, as NimBLE is built for the ESP32.

The firmware process talks to it over `NodeRadio.socket_path` (see `ambula.sim.wire`). Modelled: one IRQ at a time, and
the stack waits for its handler; notifications that are refused with ENOMEM when the buffers are full, cut to MTU - 3,
and sent whether subscribed or not; a preferred MTU of 256; permissions; a process that dies takes the radio with it.
"""

import asyncio
import errno
import logging
import struct
from collections import deque
from collections.abc import Awaitable, Callable
from pathlib import Path

from bumble import att, hci
from bumble.device import AdvertisingType, Connection, Device, DeviceConfiguration

from ambula.errors import SimulatorError
from ambula.sim.controller import AirController
from ambula.sim.gatt_table import GattTable, build_table
from ambula.sim.wire import ADVERTISE_HEADER, CALL_HEADER, Config, Event, EventChannel, FrameProtocol, Op

DEFAULT_MTU = 256
DEFAULT_NAME = b"MPY ESP32"
MBUFS = 24  # buffers that notifications may hold: esp-idf's larger pool ...
MBUF_BYTES = 292  # ... and what one of its 320 bytes leaves for L2CAP and above
_SOCKET_PATH_MAX = 103
_MTU_RANGE = range(23, 518)
_ADVERTISING_RANGE_US = range(20_000, 10_240_001)
_ADVERTISING_DATA_MAX = 31

_log = logging.getLogger(__name__)


class NodeRadio:
    """One node's radio; made by `Air.add_node`. It is silent until a firmware process attaches and switches it on."""

    def __init__(self, name: str, controller: AirController, socket_path: Path, vanish: Callable[[], None]) -> None:
        self.name = name
        self.socket_path = str(socket_path)
        self.refused = 0  # notifications refused with ENOMEM
        self.windows = 0  # how often the firmware switched the radio on
        self._controller = controller
        self._vanish = vanish
        config = DeviceConfiguration(name=name, address=hci.Address.ANY_RANDOM)
        self._device = Device.from_config_with_hci(config, controller, controller)
        self._events = EventChannel()
        self._calls: FrameProtocol | None = None
        self._protocols: set[FrameProtocol] = set()
        self._server: asyncio.Server | None = None
        self._task: asyncio.Task[None] | None = None
        self._on = False
        self._mtu = DEFAULT_MTU
        self._gap_name = DEFAULT_NAME
        self._table: GattTable | None = None
        self._held: deque[tuple[int, int]] = deque()  # (packets queued when it left, buffers) of each notification
        self._wake_wanted = False
        self._indicating: set[asyncio.Task[None]] = set()

    @property
    def is_on(self) -> bool:
        """Whether the firmware has the radio switched on."""
        return self._on

    @property
    def is_attached(self) -> bool:
        """Whether a firmware process holds the sockets."""
        return self._calls is not None

    @property
    def connections(self) -> int:
        """How many centrals are connected."""
        return len(self._device.connections)

    async def open(self) -> None:
        """Power the controller and listen for the firmware; SimulatorError if the socket's path is too long."""
        if len(self.socket_path) > _SOCKET_PATH_MAX:
            raise SimulatorError(f"the path of a node's socket is too long: {self.socket_path} (set a shorter TMPDIR)")
        await self._device.power_on()
        self._device.on(Device.EVENT_CONNECTION, self._on_connection)
        queue = self._device.host.le_acl_packet_queue
        if queue is not None:
            queue.on("flow", self._on_flow)
        loop = asyncio.get_running_loop()
        self._server = await loop.create_unix_server(
            lambda: FrameProtocol(self._on_hello, self._on_lost), self.socket_path
        )

    async def close(self) -> None:
        """Take the radio off the air and let the firmware process go."""
        self._power_lost()
        for protocol in list(self._protocols):
            protocol.close()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None
        tasks = [task for task in (self._task, *self._indicating) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._device.power_off()

    # ---- the firmware process

    def _on_hello(self, protocol: FrameProtocol, kind: bytes) -> None:
        self._protocols.add(protocol)
        if kind == b"C":
            if self._calls is not None:
                self._calls.close()  # a new process: what is left of the one before has no say any more
                self._power_lost()
            self._calls = protocol
            protocol.header = CALL_HEADER
            protocol.on_frame = self._on_call
        else:
            self._events.attach(protocol)

    def _on_lost(self, protocol: FrameProtocol) -> None:
        self._protocols.discard(protocol)
        if protocol is self._calls:
            self._calls = None
            self._power_lost()

    def _power_lost(self) -> None:
        self._on = False
        self._events.detach()
        self._vanish()
        self._device.legacy_advertiser = None
        self._table = None

    def _on_call(self, fields: tuple[int, ...], payload: bytes) -> None:
        """Answer a call at once where that is possible; the firmware sends no other before it has the answer."""
        try:
            answer = self._calls_by_op[Op(fields[0])](self, payload)
        except Exception as error:
            self._refuse(error)
            return
        if isinstance(answer, bytes):
            self._answer(0, answer)
        else:
            self._task = asyncio.get_running_loop().create_task(self._answer_later(answer))

    async def _answer_later(self, answer: Awaitable[bytes]) -> None:
        try:
            result = await answer
        except Exception as error:
            self._refuse(error)
        else:
            self._answer(0, result)

    def _refuse(self, error: Exception) -> None:
        number = error.errno if isinstance(error, OSError) else None
        if number is None:
            # The firmware must get its answer even if this side has a fault: it would wait for ever.
            _log.error("node %s: %r", self.name, error)
            number = errno.EINVAL if isinstance(error, (ValueError, struct.error)) else errno.EIO
        self._answer(number, b"")

    def _answer(self, status: int, value: bytes) -> None:
        if self._calls is not None:
            self._calls.send(CALL_HEADER.pack(len(value), status) + value)

    # ---- calls

    def _active(self, payload: bytes) -> bytes | Awaitable[bytes]:
        if payload[0]:
            self._mtu = DEFAULT_MTU
            self._gap_name = DEFAULT_NAME
            self._install(b"")
            self._on = True
            self.windows += 1
            return b""
        return self._shut_down()

    async def _shut_down(self) -> bytes:
        # NimBLE takes its links down with it and tells the firmware nothing more.
        self._on = False
        self._events.clear()
        if self._device.legacy_advertiser is not None:
            await self._device.stop_advertising()
        for connection in list(self._device.connections.values()):
            await connection.disconnect()
        self._events.clear()
        self._wake_wanted = False
        return b""

    def _config_get(self, payload: bytes) -> bytes:
        match Config(payload[0]):
            case Config.MAC:
                address = self._device.public_address
                return bytes((address.address_type,)) + bytes(address)[::-1]
            case Config.MTU:
                return struct.pack("<H", self._mtu)
            case Config.GAP_NAME:
                return self._gap_name

    def _config_set(self, payload: bytes) -> bytes:
        if payload[0] == Config.MTU:
            (mtu,) = struct.unpack("<H", payload[1:])
            if mtu not in _MTU_RANGE:
                raise OSError(errno.EINVAL, "mtu")
            self._mtu = self._device.gatt_server.max_mtu = mtu
        else:
            self._gap_name = payload[1:]
            if self._table is not None:
                self._table.device_name.value = self._gap_name
        return b""

    async def _advertise(self, payload: bytes) -> bytes:
        go, interval_us, connectable, size = ADVERTISE_HEADER.unpack_from(payload)
        if self._device.legacy_advertiser is not None:
            await self._device.stop_advertising()
        if not go:
            return b""
        rest = payload[ADVERTISE_HEADER.size :]
        data, response = rest[:size], rest[size:]
        if max(len(data), len(response)) > _ADVERTISING_DATA_MAX or interval_us not in _ADVERTISING_RANGE_US:
            raise OSError(errno.EINVAL, "advertising")
        kind = AdvertisingType.UNDIRECTED_CONNECTABLE_SCANNABLE if connectable else AdvertisingType.UNDIRECTED_SCANNABLE
        await self._device.start_advertising(
            advertising_type=kind,
            own_address_type=hci.OwnAddressType.PUBLIC,
            advertising_data=data,
            scan_response_data=response,
            advertising_interval_min=interval_us / 1000,
            advertising_interval_max=interval_us / 1000,
        )
        return b""

    def _register(self, payload: bytes) -> bytes:
        if self._device.connections:
            raise OSError(errno.EBUSY, "connected")
        handles = self._install(payload)
        return struct.pack(f"<{len(handles)}H", *handles)

    def _install(self, payload: bytes) -> list[int]:
        self._table = build_table(self._device, self._gap_name, payload, self._events)
        self._table.server.max_mtu = self._mtu
        self._device.gatt_server = self._table.server
        return list(self._table.attributes)

    def _notify(self, payload: bytes) -> bytes:
        handle, value_handle = struct.unpack_from("<HH", payload)
        connection, attribute = self._connection(handle), self._attribute(value_handle)
        value = payload[4 : 4 + connection.att_mtu - 3]
        self._hold(len(value))
        pdu = att.ATT_Handle_Value_Notification(attribute_handle=attribute.handle, attribute_value=value)
        self._device.gatt_server.send_gatt_pdu(connection, bytes(pdu))
        queue = connection.data_packet_queue
        if queue is not None:
            self._held[-1] = (queue.queued, self._held[-1][1])
        return b""

    def _update(self, payload: bytes) -> bytes | Awaitable[bytes]:
        attribute = self._attribute(struct.unpack_from("<H", payload)[0])

        async def send() -> bytes:
            await self._device.gatt_server.notify_subscribers(attribute, payload[2:])
            return b""

        return send()

    def _indicate(self, payload: bytes) -> bytes:
        handle, value_handle = struct.unpack_from("<HH", payload)
        connection, attribute = self._connection(handle), self._attribute(value_handle)

        async def send() -> None:
            status = 0
            try:
                await self._device.gatt_server.indicate_subscriber(connection, attribute, payload[4:], force=True)
            except TimeoutError:
                status = hci.HCI_ErrorCode.CONNECTION_TIMEOUT_ERROR
            self._events.post(Event.GATTS_INDICATE_DONE, handle, value_handle, bytes((status,)))

        task = asyncio.get_running_loop().create_task(send())
        self._indicating.add(task)
        task.add_done_callback(self._indicating.discard)
        return b""

    def _disconnect(self, payload: bytes) -> Awaitable[bytes]:
        connection = self._connection(struct.unpack("<H", payload)[0])

        async def disconnect() -> bytes:
            await connection.disconnect()
            return b""

        return disconnect()

    def _connection(self, handle: int) -> Connection:
        connection = self._device.connections.get(handle)
        if connection is None:
            raise OSError(errno.ENOTCONN, "not connected")
        return connection

    def _attribute(self, handle: int) -> att.Attribute[bytes]:
        attribute = self._table.attributes.get(handle) if self._table is not None else None
        if attribute is None:
            raise OSError(errno.EINVAL, "no such attribute")
        return attribute

    _calls_by_op: dict[Op, Callable[["NodeRadio", bytes], bytes | Awaitable[bytes]]] = {  # noqa: RUF012
        Op.ACTIVE: _active,
        Op.CONFIG_GET: _config_get,
        Op.CONFIG_SET: _config_set,
        Op.ADVERTISE: _advertise,
        Op.REGISTER: _register,
        Op.NOTIFY: _notify,
        Op.INDICATE: _indicate,
        Op.UPDATE: _update,
        Op.DISCONNECT: _disconnect,
    }

    # ---- buffers

    def _hold(self, size: int) -> None:
        """Take the buffers of a notification of `size` bytes; OSError(ENOMEM) if there are not enough."""
        need = -(-(size + 3) // MBUF_BYTES)
        self._release()
        if sum(buffers for _, buffers in self._held) + need > MBUFS:
            self.refused += 1
            self._wake_wanted = True
            raise OSError(errno.ENOMEM, "no buffers")
        self._held.append((1 << 62, need))

    def _release(self) -> None:
        queue = self._device.host.le_acl_packet_queue
        while queue is not None and self._held and self._held[0][0] <= queue.completed:
            self._held.popleft()

    def _on_flow(self) -> None:
        if self._wake_wanted:
            self._release()
            if len(self._held) <= MBUFS // 2:
                self._wake_wanted = False
                self._events.post(Event.WAKE, 0, 0)

    # ---- connections

    def _on_connection(self, connection: Connection) -> None:
        address = connection.peer_address
        who = (connection.handle, int(address.address_type), bytes(address)[::-1])
        self._events.post(Event.CENTRAL_CONNECT, *who)

        def on_mtu() -> None:
            self._events.post(Event.MTU_EXCHANGED, connection.handle, connection.att_mtu)

        def on_disconnection(reason: int) -> None:
            if self._on:
                self._events.post(Event.CENTRAL_DISCONNECT, *who)

        connection.on(connection.EVENT_CONNECTION_ATT_MTU_UPDATE, on_mtu)
        connection.on(connection.EVENT_DISCONNECTION, on_disconnection)
