"""The other end of the scripts in this folder: a laptop that asks, or a device that is asked."""

import asyncio

from bumble import att
from bumble.core import UUID
from bumble.device import Advertisement, Connection, Device, Peer
from bumble.gatt import Characteristic, Service

NUMBER = "12345678-1234-1234-1234-1234567890{}"
SERVICE, TOLD, WRITTEN = (UUID(NUMBER.format(n)) for n in (12, 13, 14))
ASKED_HANDLE = 16  # `VALUE` of asking.py
PATIENCE_S = 10.0


class Laptop:
    """A central that does what served.py asks for by its lines with an @; `heard` is what came to it."""

    def __init__(self, device: Device) -> None:
        self.heard: list[str] = []
        self._device = device
        self._connection: Connection | None = None
        self._peer: Peer | None = None

    async def do(self, what: str) -> None:
        """Do what one line asks for; the first connection comes without one."""
        match what:
            case "@exchange":
                await self._exchange()
            case "@write":
                await self._write(False, b"1" * 200)
                await self._write(True, b"2" * 200)
            case "@read":
                await self._read()
            case "@leave":
                await self.connect()
                await asyncio.sleep(0.4)
                assert self._connection is not None
                await self._connection.disconnect()
            case _:
                await self.connect()

    async def connect(self) -> None:
        """Connect to whom it hears."""
        found: asyncio.Future[Advertisement] = asyncio.get_running_loop().create_future()

        def hear(advertisement: Advertisement) -> None:
            if advertisement.is_connectable and not found.done():
                found.set_result(advertisement)

        self._device.on("advertisement", hear)
        await self._device.start_scanning(active=False)
        address = (await asyncio.wait_for(found, PATIENCE_S)).address
        self._device.remove_listener("advertisement", hear)
        await self._device.stop_scanning()
        self._connection = await self._device.connect(address)
        self._peer = Peer(self._connection)

    async def _exchange(self) -> None:
        assert self._peer is not None
        self.heard.append(f"mtu {await self._peer.request_mtu(247)}")
        (service,) = await self._peer.discover_service(SERVICE)
        found = {one.uuid: one for one in await self._peer.discover_characteristics(service=service)}
        self._told, self._written = found[TOLD], found[WRITTEN]
        await self._told.subscribe(lambda value: self.heard.append(f"told {len(value)} {bytes(value[:5])!r}"))
        await self._write(True, b"go")

    async def _write(self, with_response: bool, value: bytes) -> None:
        await self._written.write_value(value, with_response=with_response)

    async def _read(self) -> None:
        self.heard.append(f"read {await self._told.read_value()!r}")
        try:
            await self._told.write_value(b"1", with_response=True)
        except att.ATT_Error as error:
            self.heard.append(f"a write to what is only read: {error.error_code:#04x}")


async def be_asked(device: Device) -> None:
    """Advertise as the peripheral of asking.py, with a value that can be read and written."""
    may = Characteristic.Properties.READ | Characteristic.Properties.WRITE
    permissions = Characteristic.READABLE | Characteristic.WRITEABLE
    value = Characteristic(WRITTEN, may, permissions, b"abc")
    device.add_service(Service(SERVICE, [value]))
    assert value.handle == ASKED_HANDLE
    await device.start_advertising(
        advertising_data=b"\x02\x01\x06", auto_restart=True, advertising_interval_min=50, advertising_interval_max=50
    )
