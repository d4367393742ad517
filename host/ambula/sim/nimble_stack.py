"""NimBLE's host stack as MicroPython's `bluetooth` on the ESP32 uses it: what each call does, which IRQs it causes.

Modelled: notifications that are refused with ENOMEM when the buffers are full, cut to MTU - 3, and sent whether
subscribed or not; a preferred MTU of 256; permissions; a link that is still there while it is being ended; switching
off, which waits for its links for 2 s at most and tells of their ends; a public address, or a static random one made
anew each time it is asked for; a central may pair, as NimBLE's defaults have it: no questions asked, and no bond kept.
Not modelled: private addresses (RPA, NRPA), which are static random ones here.

`tests/integration/nimble` has what the real one answers, call by call.
"""

import asyncio
import contextlib
import errno
import struct
from collections.abc import Awaitable, Callable

from bumble import att, core, hci
from bumble.device import AdvertisingType, Connection, Device
from bumble.pairing import PairingConfig

from ambula.sim.gatt_table import GattTable, build_table
from ambula.sim.mbufs import MBUFS, MbufPool
from ambula.sim.nimble_central import NimbleCentral
from ambula.sim.wire import ADVERTISE_HEADER, LAST_IRQ, Config, Event, EventChannel, Op

DEFAULT_MTU = 256
DEFAULT_NAME = b"MPY ESP32"
_MTU_RANGE = range(23, 528)
_NAME_MAX = 31
_ADVERTISING_RANGE_US = range(20_000, 10_240_001)  # the standard's; a real controller refuses what is not in it
_SHUT_DOWN_S = 2.0  # NimBLE waits for its links so long

Answer = bytes | Awaitable[bytes]


class NimbleStack:
    """The stack over a bumble device that is powered on; `events` takes its IRQs to the firmware."""

    def __init__(self, device: Device, events: EventChannel) -> None:
        queue = device.host.le_acl_packet_queue
        if queue is None:
            raise ValueError("the device is not powered on")
        self.is_on = False
        self.windows = 0
        self.hang_up_s = 0.0  # how long the end of a link takes that this side ends: the other side need not answer
        self.mbufs = MbufPool(queue)
        self._device = device
        self._events = events
        self._mtu = DEFAULT_MTU
        self._gap_name = DEFAULT_NAME
        self._address_type = hci.OwnAddressType.PUBLIC
        self._table: GattTable | None = None
        self._wake_wanted = False
        self._indicating: set[asyncio.Task[None]] = set()
        self._ending: dict[int, asyncio.Task[None]] = {}
        self._last_irqs: list[bytes] | None = None  # of a radio that is being switched off
        self._central = NimbleCentral(device, events, lambda: self._address_type, lambda: self._mtu)
        self._calls: dict[Op, Callable[[bytes], Answer]] = {
            Op.ACTIVE: self._active,
            Op.CONFIG_GET: self._config_get,
            Op.CONFIG_SET: self._config_set,
            Op.ADVERTISE: self._advertise,
            Op.REGISTER: self._register,
            Op.NOTIFY: self._notify,
            Op.INDICATE: self._indicate,
            Op.UPDATE: self._update,
            Op.DISCONNECT: self._disconnect,
            **self._central.calls,
        }
        device.pairing_config_factory = _pair
        device.on(Device.EVENT_CONNECTION, self._on_connection)
        queue.on("flow", self._on_flow)

    def call(self, op: int, payload: bytes) -> Answer:
        """Do one call of the firmware: OSError with the number that MicroPython raises, ValueError if malformed."""
        return self._calls[Op(op)](payload)

    def power_lost(self) -> None:
        """The chip has no power any more: forget everything."""
        self.is_on = False
        self._wake_wanted = False
        self._device.legacy_advertiser = None
        self._table = None
        self._central.stop()
        for task in (*self._indicating, *self._ending.values()):
            task.cancel()
        self._ending.clear()

    # ---- calls: the radio

    async def _active(self, payload: bytes) -> bytes:
        last_irqs = await self._shut_down() if self.is_on else b""
        if not payload[0]:
            return last_irqs
        self._mtu = DEFAULT_MTU
        self._address_type = hci.OwnAddressType.PUBLIC
        self._install(b"")
        self.is_on = True
        self.windows += 1
        return b""

    async def _shut_down(self) -> bytes:
        """Take everything down; return the IRQs that come meanwhile."""
        self._events.clear()
        self._last_irqs = []
        if self._device.legacy_advertiser is not None:
            await self._device.stop_advertising()
        if self._central.is_scanning:
            await self._central.end_scan()
            self._last_irqs.append(LAST_IRQ.pack(Event.SCAN_DONE, 0, 0, bytes(6)))
        self._central.stop()
        links = list(self._device.connections.values())
        if links:
            await asyncio.sleep(min(self.hang_up_s, _SHUT_DOWN_S))
        for task in self._ending.values():
            task.cancel()
        self._ending.clear()
        for connection in links:
            await _hang_up(connection)
        self.is_on = False
        self._events.clear()
        self._wake_wanted = False
        last_irqs, self._last_irqs = b"".join(self._last_irqs), None
        return last_irqs

    def _config_get(self, payload: bytes) -> bytes:
        match Config(payload[0]):
            case Config.MAC:
                is_random = self._address_type != hci.OwnAddressType.PUBLIC
                address = self._device.random_address if is_random else self._device.public_address
                return bytes((address.address_type,)) + bytes(address)[::-1]
            case Config.MTU:
                return struct.pack("<H", self._mtu)
            case Config.GAP_NAME:
                return self._gap_name
            case Config.ADDR_MODE:
                raise OSError(errno.EINVAL, "the address mode can be set only")

    def _config_set(self, payload: bytes) -> Answer:
        if payload[0] == Config.ADDR_MODE:
            return self._set_address_mode(payload[1])
        if payload[0] == Config.MTU:
            (mtu,) = struct.unpack("<H", payload[1:])
            if mtu not in _MTU_RANGE:
                raise OSError(errno.EINVAL, "mtu")
            self._mtu = self._device.gatt_server.max_mtu = mtu
        else:
            if len(payload) - 1 > _NAME_MAX:
                raise OSError(errno.EINVAL, "name")
            self._gap_name = payload[1:]
            if self._table is not None:
                self._table.device_name.value = self._gap_name
        return b""

    async def _set_address_mode(self, mode: int) -> bytes:
        self._address_type = hci.OwnAddressType.RANDOM if mode else hci.OwnAddressType.PUBLIC
        if mode:
            address = hci.Address.generate_static_address()
            command = hci.HCI_LE_Set_Random_Address_Command(random_address=address)  # pyright: ignore
            await self._device.send_sync_command(command)  # pyright: ignore
            self._device.random_address = self._device.static_address = address
        return b""

    async def _advertise(self, payload: bytes) -> bytes:
        go, interval_us, connectable, size = ADVERTISE_HEADER.unpack_from(payload)
        if self._device.legacy_advertiser is not None:
            await self._device.stop_advertising()
        if not go:
            return b""
        rest = payload[ADVERTISE_HEADER.size :]
        data, response = rest[:size], rest[size:]
        if interval_us not in _ADVERTISING_RANGE_US:
            raise OSError(errno.EINVAL, "advertising")
        kind = AdvertisingType.UNDIRECTED_CONNECTABLE_SCANNABLE if connectable else AdvertisingType.UNDIRECTED_SCANNABLE
        await self._device.start_advertising(
            advertising_type=kind,
            own_address_type=self._address_type,
            advertising_data=data,
            scan_response_data=response,
            advertising_interval_min=interval_us / 1000,
            advertising_interval_max=interval_us / 1000,
        )
        return b""

    def _disconnect(self, payload: bytes) -> bytes:
        connection = self._connection(struct.unpack("<H", payload)[0])
        if connection.handle in self._ending:
            raise OSError(errno.EALREADY, "it ends already")

        async def end() -> None:
            await asyncio.sleep(self.hang_up_s)
            await _hang_up(connection)

        self._ending[connection.handle] = asyncio.get_running_loop().create_task(end())
        return b""

    # ---- calls: GATT

    def _register(self, payload: bytes) -> bytes:
        if self._device.connections:
            raise OSError(errno.EBUSY, "connected")
        handles = self._install(payload)
        return struct.pack(f"<{len(handles)}H", *handles)

    def _install(self, payload: bytes) -> list[int]:
        self._table = build_table(self._device, self._gap_name, payload, self._events, lambda: self.mbufs.has_room())
        self._table.server.max_mtu = self._mtu
        self._device.gatt_server = self._table.server
        return list(self._table.attributes)

    def _notify(self, payload: bytes) -> bytes:
        handle, value_handle = struct.unpack_from("<HH", payload)
        connection = self._connection(handle)
        value = payload[4 : 4 + connection.att_mtu - 3]
        try:
            self.mbufs.check(len(value))
        except OSError:
            self._wake_wanted = True
            raise
        pdu = att.ATT_Handle_Value_Notification(attribute_handle=value_handle, attribute_value=value)
        self._device.gatt_server.send_gatt_pdu(connection, bytes(pdu))
        self.mbufs.hold(len(value))
        return b""

    async def _update(self, payload: bytes) -> bytes:
        attribute = self._attribute(struct.unpack_from("<H", payload)[0])
        server = self._device.gatt_server
        await server.notify_subscribers(attribute, payload[2:])
        # NimBLE reads the value first, as if a central did: where anybody has subscribed, the firmware is asked.
        return b"\x01" if any(attribute.handle in asked for asked in server.subscribers.values()) else b""

    def _indicate(self, payload: bytes) -> bytes:
        handle, value_handle = struct.unpack_from("<HH", payload)
        connection, attribute = self._connection(handle), self._attribute(value_handle)
        task = asyncio.get_running_loop().create_task(self._indicate_to(connection, attribute, payload[4:]))
        self._indicating.add(task)
        task.add_done_callback(self._indicating.discard)
        return b""

    async def _indicate_to(self, connection: Connection, attribute: att.Attribute[bytes], value: bytes) -> None:
        status = 0
        try:
            await self._device.gatt_server.indicate_subscriber(connection, attribute, value, force=True)
        except TimeoutError:
            status = int(hci.HCI_ErrorCode.CONNECTION_TIMEOUT_ERROR)
        self._events.post(Event.GATTS_INDICATE_DONE, connection.handle, attribute.handle, bytes((status,)))

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

    # ---- what happens by itself

    def _on_flow(self) -> None:
        # MicroPython is not told when there is room again; the simulated board's idle wakes up for it, not to spin.
        if self._wake_wanted and self.mbufs.used <= MBUFS // 2:
            self._wake_wanted = False
            self._events.post(Event.WAKE, 0, 0)

    def _on_connection(self, connection: Connection) -> None:
        address = connection.peer_address
        who = (connection.handle, int(address.address_type), bytes(address)[::-1])
        is_central = connection.role == hci.Role.CENTRAL
        if is_central:
            self._central.connected(connection)
        self._events.post(Event.PERIPHERAL_CONNECT if is_central else Event.CENTRAL_CONNECT, *who)

        def on_mtu() -> None:
            self._central.mtu_exchanged(connection.handle)
            self._events.post(Event.MTU_EXCHANGED, connection.handle, connection.att_mtu)

        def on_disconnection(_reason: int) -> None:
            self._central.lost(connection.handle)
            self._ending.pop(connection.handle, None)
            event = Event.PERIPHERAL_DISCONNECT if is_central else Event.CENTRAL_DISCONNECT
            if self._last_irqs is not None:
                self._last_irqs.append(LAST_IRQ.pack(event, *who))
            elif self.is_on:
                self._events.post(event, *who)

        connection.on(connection.EVENT_CONNECTION_ATT_MTU_UPDATE, on_mtu)
        connection.on(connection.EVENT_DISCONNECTION, on_disconnection)


def _pair(_: Connection) -> PairingConfig:
    return PairingConfig(sc=True, mitm=False, bonding=False)


async def _hang_up(connection: Connection) -> None:
    # The central may have left a moment ago: then there is nothing left to end.
    with contextlib.suppress(core.BaseBumbleError):
        await connection.disconnect()
