"""NimBLE's central role as MicroPython's `bluetooth` uses it: scan, connect, and a GATT client per connection.

Each call only starts something; events tell what came of it, with the numbers and fields of MicroPython's IRQs.
Modelled over bumble's GATT client: raw advertising reports (a scan response is one of its own), a connection that fails
told as a disconnection of handle 0xFFFF, notifications delivered whether subscribed or not, one request at a time a
connection and four that wait or run in all, those that a lost link ends told as such before it. Not modelled: the
scan's duty cycle (it hears all), the connection interval asked for (the air has one for all), a scan's duration in
virtual time (it is the wall clock's), long reads and writes, two discoveries at once, which spoil each other.
"""

import asyncio
import errno
import struct
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from bumble import att, core, gatt, hci
from bumble.device import Connection, Device
from bumble.gatt_client import Client

from ambula.sim.wire import CONNECT, SCAN, Event, EventChannel, Op

_NO_HANDLE = 0xFFFF
_NO_TYPE = 0xFF
_PROCEDURES = 4  # NimBLE's BLE_GATT_MAX_PROCS
_NOT_CONNECTED = 7  # BLE_HS_ENOTCONN
_Report = hci.HCI_LE_Advertising_Report_Event.Report


class NimbleCentral:
    """The central half of a node's stack; `own_address_type` and `mtu` tell what the firmware has configured."""

    def __init__(
        self,
        device: Device,
        events: EventChannel,
        own_address_type: Callable[[], hci.OwnAddressType],
        mtu: Callable[[], int],
    ) -> None:
        self._device = device
        self._events = events
        self._own_address_type = own_address_type
        self._mtu = mtu
        self._tasks: set[asyncio.Task[None]] = set()
        self._procedures: list[_Procedure] = []
        self._has_mtu: set[int] = set()  # connections whose MTU was exchanged, or is being
        self._connecting: asyncio.Task[None] | None = None
        self._scan_end: asyncio.TimerHandle | None = None
        self.is_scanning = False
        self.calls: dict[Op, Callable[[bytes], bytes | Coroutine[Any, Any, bytes]]] = {
            Op.SCAN: self._scan,
            Op.CONNECT: self._connect,
            Op.EXCHANGE_MTU: self._exchange_mtu,
            Op.DISCOVER_SERVICES: self._discover_services,
            Op.DISCOVER_CHARACTERISTICS: self._discover_characteristics,
            Op.DISCOVER_DESCRIPTORS: self._discover_descriptors,
            Op.READ: self._read,
            Op.WRITE: self._write,
        }
        device.host.on("advertising_report", self._on_report)

    def stop(self) -> None:
        """The radio goes off: nothing that was started says anything more."""
        self.is_scanning = False
        self._connecting = None
        if self._scan_end is not None:
            self._scan_end.cancel()
            self._scan_end = None
        self._procedures.clear()
        self._has_mtu.clear()
        for task in self._tasks:
            task.cancel()

    def connected(self, connection: Connection) -> None:
        """Give a connection that this side opened its GATT client."""
        connection.gatt_client = _LoudClient(connection, self._events)

    def mtu_exchanged(self, handle: int) -> None:
        """Note that a connection has its MTU: NimBLE exchanges it once, whoever asks."""
        self._has_mtu.add(handle)

    def lost(self, handle: int) -> None:
        """End what was asked of a connection that is gone: the firmware hears so before it hears of the end itself."""
        self._has_mtu.discard(handle)
        for procedure in [one for one in self._procedures if one.handle == handle]:
            self._procedures.remove(procedure)
            procedure.done(_NOT_CONNECTED)

    # ---- observer

    async def _scan(self, payload: bytes) -> bytes:
        go, duration_ms, interval_us, window_us, active = SCAN.unpack(payload)
        if not go:
            await self.end_scan()
            return b""
        if self.is_scanning:
            raise OSError(errno.EALREADY, "scanning already")
        if self._is_connecting():
            raise OSError(errno.EBUSY, "connecting")
        await self._device.start_scanning(
            legacy=True,
            active=bool(active),
            scan_interval=interval_us / 1000,
            scan_window=window_us / 1000,
            own_address_type=self._own_address_type(),
        )
        self.is_scanning = True
        if duration_ms:
            loop = asyncio.get_running_loop()
            self._scan_end = loop.call_later(duration_ms / 1000, lambda: self._start(self.end_scan()))
        return b""

    async def end_scan(self) -> None:
        """End a scan that runs, and tell the firmware."""
        if not self.is_scanning:
            return
        self.is_scanning = False
        if self._scan_end is not None:
            self._scan_end.cancel()
            self._scan_end = None
        if self._device.scanning:
            await self._device.stop_scanning(legacy=True)
        self._events.post(Event.SCAN_DONE, 0, 0)

    def _on_report(self, report: _Report) -> None:
        if self.is_scanning:
            value = bytes(report.address)[::-1] + struct.pack("b", report.rssi) + report.data
            self._events.post(Event.SCAN_RESULT, int(report.address.address_type), int(report.event_type), value)

    # ---- connecting

    def _is_connecting(self) -> bool:
        return self._connecting is not None and not self._connecting.done()

    async def _connect(self, payload: bytes) -> bytes:
        go, kind, raw, patience_ms, _least_us, _most_us = CONNECT.unpack(payload)
        if not go:
            if self._connecting is None or self._connecting.done():
                raise OSError(errno.EALREADY, "not connecting")
            self._connecting.cancel()
            return b""
        await self.end_scan()
        if self._is_connecting():
            raise OSError(errno.EALREADY, "connecting already")
        address = hci.Address(raw[::-1], hci.AddressType(kind))
        if any(connection.peer_address == address for connection in self._device.connections.values()):
            raise OSError(errno.EIO, "connected already")
        self._connecting = self._start(self._establish(address, patience_ms / 1000))
        return b""

    async def _establish(self, address: hci.Address, patience_s: float) -> None:
        try:
            await self._device.connect(address, own_address_type=self._own_address_type(), timeout=patience_s)
        except (core.BaseBumbleError, TimeoutError):
            self._events.post(Event.PERIPHERAL_DISCONNECT, _NO_HANDLE, _NO_TYPE, bytes(6))
        except asyncio.CancelledError:
            # bumble leaves the controller trying: the next attempt would be refused
            cancel = hci.HCI_LE_Create_Connection_Cancel_Command()  # pyright: ignore
            await asyncio.shield(self._device.send_sync_command_raw(cancel))  # pyright: ignore
            if self._connecting is None:
                return  # the radio is off
            self._events.post(Event.PERIPHERAL_DISCONNECT, _NO_HANDLE, _NO_TYPE, bytes(6))

    # ---- GATT client

    def _exchange_mtu(self, payload: bytes) -> bytes:
        connection = self._connection(payload)
        if connection.handle in self._has_mtu:
            raise OSError(errno.EALREADY, "exchanged already")
        self._has_mtu.add(connection.handle)
        # The stack's own handler of a changed MTU tells the firmware.
        return self._begin(connection, connection.gatt_client.request_mtu(self._mtu()), lambda _: None)

    def _discover_services(self, payload: bytes) -> bytes:
        connection = self._connection(payload)
        uuid = payload[2:]

        async def ask() -> int:
            services = await connection.gatt_client.discover_services([core.UUID.from_bytes(uuid)] if uuid else [])
            for one in services:
                value = struct.pack("<H", one.end_group_handle) + one.uuid.to_bytes()
                self._events.post(Event.SERVICE_RESULT, connection.handle, one.handle, value)
            return 0

        def done(status: int) -> None:
            self._events.post(Event.SERVICE_DONE, connection.handle, status)

        return self._begin(connection, ask(), done)

    def _discover_characteristics(self, payload: bytes) -> bytes:
        connection = self._connection(payload)
        start, end = struct.unpack_from("<HH", payload, 2)
        uuid = payload[6:]

        async def ask() -> int:
            for handle, properties, value_handle, found_uuid in await _characteristics(
                connection.gatt_client, start, end
            ):
                if not uuid or found_uuid == uuid:
                    value = struct.pack("<HB", handle, properties) + found_uuid
                    self._events.post(Event.CHARACTERISTIC_RESULT, connection.handle, value_handle, value)
            return 0

        def done(status: int) -> None:
            self._events.post(Event.CHARACTERISTIC_DONE, connection.handle, status)

        return self._begin(connection, ask(), done)

    def _discover_descriptors(self, payload: bytes) -> bytes:
        connection = self._connection(payload)
        start, end = struct.unpack_from("<HH", payload, 2)

        async def ask() -> int:
            for one in await connection.gatt_client.discover_descriptors(None, start + 1, end):  # as NimBLE
                self._events.post(Event.DESCRIPTOR_RESULT, connection.handle, one.handle, one.type.to_bytes())
            return 0

        def done(status: int) -> None:
            self._events.post(Event.DESCRIPTOR_DONE, connection.handle, status)

        return self._begin(connection, ask(), done)

    def _read(self, payload: bytes) -> bytes:
        connection = self._connection(payload)
        (handle,) = struct.unpack_from("<H", payload, 2)
        if handle == 0:
            raise OSError(errno.EINVAL, "no handle is 0")

        async def ask() -> int:
            value = await connection.gatt_client.read_value(handle, no_long_read=True)
            self._events.post(Event.READ_RESULT, connection.handle, handle, value)
            return 0

        return self._begin(connection, ask(), lambda status: self._tell(Event.READ_DONE, connection, handle, status))

    def _write(self, payload: bytes) -> bytes:
        connection = self._connection(payload)
        handle, mode = struct.unpack_from("<HB", payload, 2)
        value = payload[5:]
        if len(value) > connection.att_mtu - 3:
            raise OSError(errno.EINVAL, "longer than the MTU")  # a long write is not modelled

        async def ask() -> int:
            await connection.gatt_client.write_value(handle, value, with_response=bool(mode))
            return 0

        def done(status: int) -> None:
            if mode:
                self._tell(Event.WRITE_DONE, connection, handle, status)

        return self._begin(connection, ask(), done)

    def _tell(self, event: Event, connection: Connection, handle: int, status: int) -> None:
        self._events.post(event, connection.handle, handle, struct.pack("<H", status))

    def _connection(self, payload: bytes) -> Connection:
        connection = self._device.connections.get(struct.unpack_from("<H", payload)[0])
        if connection is None:
            raise OSError(errno.ENOTCONN, "not connected")
        return connection

    def _begin(self, connection: Connection, request: Coroutine[Any, Any, int], done: Callable[[int], None]) -> bytes:
        """Start a request; `done` hears its status, once: 0, an ATT error as NimBLE numbers it, or that the link went.

        Raises OSError(ENOMEM) where four are under way.
        """
        if len(self._procedures) >= _PROCEDURES:
            request.close()
            raise OSError(errno.ENOMEM, "no room for another procedure")
        procedure = _Procedure(connection.handle, done)
        self._procedures.append(procedure)

        async def run() -> None:
            try:
                status = await request
            except att.ATT_Error as error:
                status = 0x100 + error.error_code
            except (core.BaseBumbleError, TimeoutError):
                status = None
            if procedure in self._procedures:
                self._procedures.remove(procedure)
                if status is not None:
                    done(status)

        self._start(run())
        return b""

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


@dataclass(eq=False)
class _Procedure:
    """A request that is under way on a connection, and who hears how it ended."""

    handle: int
    done: Callable[[int], None]


class _LoudClient(Client):
    """A GATT client that hands every notification and indication to the firmware, subscribed or not."""

    def __init__(self, connection: Connection, events: EventChannel) -> None:
        super().__init__(connection)
        self._handle = connection.handle
        self._events = events

    def on_att_handle_value_notification(self, notification: att.ATT_Handle_Value_Notification) -> None:
        """A server notified (called by bumble)."""
        self._events.post(
            Event.CLIENT_NOTIFY, self._handle, notification.attribute_handle, notification.attribute_value
        )

    def on_att_handle_value_indication(self, indication: att.ATT_Handle_Value_Indication) -> None:
        """A server indicated (called by bumble); it is confirmed at once."""
        self._events.post(Event.CLIENT_INDICATE, self._handle, indication.attribute_handle, indication.attribute_value)
        self.send_confirmation(att.ATT_Handle_Value_Confirmation())


async def _characteristics(client: Client, start: int, end: int) -> list[tuple[int, int, int, bytes]]:
    """Return (last handle, properties, value handle, UUID) of the characteristics in a range of handles."""
    characteristics: list[tuple[int, int, int, bytes]] = []
    while start <= end:
        request = att.ATT_Read_By_Type_Request(
            starting_handle=start, ending_handle=end, attribute_type=gatt.GATT_CHARACTERISTIC_ATTRIBUTE_TYPE
        )
        response = await client.send_request(request)
        if isinstance(response, att.ATT_Error_Response) and response.error_code != att.ErrorCode.ATTRIBUTE_NOT_FOUND:
            raise att.ATT_Error(response.error_code)
        if not isinstance(response, att.ATT_Read_By_Type_Response):
            break
        for handle, value in response.attributes:
            properties, value_handle = struct.unpack_from("<BH", value)
            if characteristics:
                characteristics[-1] = (handle - 1, *characteristics[-1][1:])
            characteristics.append((end, properties, value_handle, bytes(value[3:])))
        start = response.attributes[-1][0] + 1
    return characteristics
