"""A firmware's table of services, as it registers it, made into a GATT server whose values live in the firmware."""

import struct
from collections.abc import Callable
from dataclasses import dataclass

from bumble import att, gatt, gatt_server
from bumble.core import UUID
from bumble.device import Connection, Device
from bumble.profiles.gap import GenericAccessService
from bumble.profiles.gatt_service import GenericAttributeProfileService

from ambula.sim.wire import Event, EventChannel

_READ = 0x0002
_WRITE = 0x000C  # with and without response
_PROPERTIES = 0x003F
_PERMISSIONS = {
    _READ: att.Attribute.Permissions.READABLE,
    0x0004: att.Attribute.Permissions.WRITEABLE,
    0x0008: att.Attribute.Permissions.WRITEABLE,
    0x0200: att.Attribute.Permissions.READ_REQUIRES_ENCRYPTION,
    0x0400: att.Attribute.Permissions.READ_REQUIRES_AUTHENTICATION,
    0x0800: att.Attribute.Permissions.READ_REQUIRES_AUTHORIZATION,
    0x1000: att.Attribute.Permissions.WRITE_REQUIRES_ENCRYPTION,
    0x2000: att.Attribute.Permissions.WRITE_REQUIRES_AUTHENTICATION,
    0x4000: att.Attribute.Permissions.WRITE_REQUIRES_AUTHORIZATION,
}


class FirmwareValue(att.AttributeValue[bytes]):
    """A value that the firmware holds: each access runs its IRQ handler; what the flags do not allow is refused."""

    def __init__(self, flags: int, events: EventChannel) -> None:
        super().__init__(self._ask, self._tell)
        self.handle = 0
        self._flags = flags
        self._events = events

    async def _ask(self, connection: Connection) -> bytes:
        if not self._flags & _READ:
            raise att.ATT_Error(att.ErrorCode.READ_NOT_PERMITTED, self.handle)
        result, value = await self._events.run(Event.GATTS_READ_REQUEST, connection.handle, self.handle)
        if result:
            raise att.ATT_Error(att.ErrorCode(result), self.handle)
        return value

    async def _tell(self, connection: Connection, value: bytes) -> None:
        if not self._flags & _WRITE:
            raise att.ATT_Error(att.ErrorCode.WRITE_NOT_PERMITTED, self.handle)
        await self._events.run(Event.GATTS_WRITE, connection.handle, self.handle, value)


class NimbleServer(gatt_server.Server):
    """bumble's server, which takes a response's buffer before it looks at a write, as NimBLE does."""

    def __init__(self, device: Device, has_room: Callable[[], bool]) -> None:
        super().__init__(device)
        self._has_room = has_room

    def on_att_write_request(  # pyright: ignore[reportIncompatibleMethodOverride]  bumble's begins a task
        self, bearer: att.Bearer, request: att.ATT_Write_Request
    ) -> None:
        """Refuse a write with response while notifications fill the buffers: the firmware never hears of it."""
        if self._has_room():
            super().on_att_write_request(bearer, request)  # pyright: ignore[reportUnusedCoroutine]
            return
        refusal = att.ATT_Error_Response(
            request_opcode_in_error=request.op_code,
            attribute_handle_in_error=request.attribute_handle,
            error_code=att.ErrorCode.INSUFFICIENT_RESOURCES,
        )
        self.send_response(bearer, refusal)


@dataclass
class GattTable:
    """A server and the attributes that the firmware knows by handle, in the order of its table."""

    server: gatt_server.Server
    device_name: gatt.Characteristic[bytes]
    attributes: dict[int, att.Attribute[bytes]]


def build_table(
    device: Device, name: bytes, payload: bytes, events: EventChannel, has_room: Callable[[], bool]
) -> GattTable:
    """Build the server for a `REGISTER` payload (b"" for none) behind the GAP and GATT services that NimBLE adds.

    Raises ValueError if the payload is cut short or holds a UUID that is none.
    """
    server = NimbleServer(device, has_room)
    gap = GenericAccessService(name.decode(errors="replace"))
    server.add_service(gap)
    server.add_service(GenericAttributeProfileService())
    attributes: list[att.Attribute[bytes]] = []
    for service in _Reader(payload, events, attributes).services():
        server.add_service(service)
    for attribute in attributes:
        if isinstance(attribute.value, FirmwareValue):
            attribute.value.handle = attribute.handle
    return GattTable(server, gap.device_name_characteristic, {one.handle: one for one in attributes})


class _Reader:
    """Read a table of services off the wire; append every attribute of the firmware's to `attributes`, in order."""

    def __init__(self, payload: bytes, events: EventChannel, attributes: list[att.Attribute[bytes]]) -> None:
        self._payload = payload
        self._offset = 0
        self._events = events
        self._attributes = attributes

    def services(self) -> list[gatt.Service]:
        if not self._payload:
            return []
        (count,) = self._take("<B")
        return [self._service() for _ in range(count)]

    def _take(self, layout: str) -> tuple[int, ...]:
        size = struct.calcsize(layout)
        if self._offset + size > len(self._payload):
            raise ValueError("the table of services is cut short")
        fields = struct.unpack_from(layout, self._payload, self._offset)
        self._offset += size
        return fields

    def _uuid(self, size: int) -> UUID:
        raw = self._payload[self._offset : self._offset + size]
        if len(raw) != size or size not in (2, 4, 16):
            raise ValueError(f"not a UUID: {raw.hex()}")
        self._offset += size
        return UUID.from_bytes(raw)

    def _service(self) -> gatt.Service:
        uuid_size, count = self._take("<BB")
        uuid = self._uuid(uuid_size)
        return gatt.Service(uuid, [self._characteristic() for _ in range(count)])

    def _characteristic(self) -> gatt.Characteristic[bytes]:
        uuid_size, flags, descriptors = self._take("<BHB")
        characteristic: gatt.Characteristic[bytes] = gatt.Characteristic(
            self._uuid(uuid_size),
            gatt.Characteristic.Properties(flags & _PROPERTIES),
            _permissions(flags),
            FirmwareValue(flags, self._events),
        )
        self._attributes.append(characteristic)
        characteristic.descriptors = [self._descriptor() for _ in range(descriptors)]
        return characteristic

    def _descriptor(self) -> gatt.Descriptor:
        uuid_size, flags = self._take("<BH")
        value = FirmwareValue(flags, self._events)
        descriptor = gatt.Descriptor(self._uuid(uuid_size), _permissions(flags), value)
        self._attributes.append(descriptor)
        return descriptor


def _permissions(flags: int) -> att.Attribute.Permissions:
    permissions = att.Attribute.Permissions(0)
    for flag, permission in _PERMISSIONS.items():
        if flags & flag:
            permissions |= permission
    return permissions
