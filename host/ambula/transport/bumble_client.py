"""bleak's client over a bumble device; see `ambula.transport.bumble_backend`."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, ClassVar, TypeVar

from bleak.args import SizedBuffer
from bleak.assigned_numbers import gatt_char_props_to_strs
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient, NotifyCallback
from bleak.backends.descriptor import BleakGATTDescriptor
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection
from bleak.exc import BleakDeviceNotFoundError, BleakError, BleakGATTProtocolError
from bumble import att, core, hci
from bumble.device import Connection, Peer
from bumble.gatt_client import CharacteristicProxy, ServiceProxy

from ambula.transport.bumble_scanner import BumbleScanner, SharedDevice, uuid_text

_T = TypeVar("_T")
_PREFERRED_MTU = 517  # what BlueZ asks for
_DISCONNECT_TIMEOUT_S = 5.0


class BumbleClient(BaseBleakClient):
    """A client over `shared.device`. The loss of the link ends every pending call with BleakError at once."""

    shared: ClassVar[SharedDevice]

    def __init__(
        self,
        address_or_ble_device: BLEDevice | str,
        services: set[str] | None = None,
        *,
        disconnected_callback: Callable[[], None] | None,
        timeout: float,
        **_kwargs: Any,
    ) -> None:
        super().__init__(address_or_ble_device, disconnected_callback=disconnected_callback, timeout=timeout)
        is_found = isinstance(address_or_ble_device, BLEDevice)
        self._name = address_or_ble_device.name if is_found else None
        self._peer_address: hci.Address | None = address_or_ble_device.details if is_found else None
        self._wanted = services
        self._connection: Connection | None = None
        self._peer: Peer | None = None
        self._lost: asyncio.Future[None] | None = None
        self._subscriptions: dict[int, Callable[[bytes], None]] = {}
        self._is_spoilt = False

    @property
    def name(self) -> str:
        """The name that was advertised, or the address."""
        return self._name or self.address.replace(":", "-")

    @property
    def mtu_size(self) -> int:
        """The ATT MTU; 23 without a connection."""
        return self._connection.att_mtu if self._connection is not None else att.ATT_DEFAULT_MTU

    @property
    def is_connected(self) -> bool:
        """Whether the link is up."""
        return self._connection is not None

    # ---- the link

    async def connect(self, pair: bool, **kwargs: Any) -> None:
        """Connect, agree on the MTU, discover; BleakDeviceNotFoundError if there is no such advertiser in time."""
        if self._connection is not None:
            raise BleakError("already connected")
        if pair:
            raise NotImplementedError("pairing is not supported over bumble")
        timeout_s = float(kwargs.get("timeout", self._timeout))
        if self._peer_address is None:
            self._peer_address = await self._look_up(timeout_s)
        self._begin(await self._establish(self._peer_address, timeout_s))
        try:
            async with asyncio.timeout(timeout_s):
                await self._request(self._require_peer().request_mtu(_PREFERRED_MTU))
                self.services = await self._discover()
        except BaseException:
            await self.disconnect()
            raise

    async def _look_up(self, timeout_s: float) -> hci.Address:
        """Find the kind of an address that was given as text: only an advertisement shows public or random."""
        heard: asyncio.Future[hci.Address] = asyncio.get_running_loop().create_future()

        def on_device(device: BLEDevice, _data: AdvertisementData) -> None:
            if device.address == self.address.upper() and not heard.done():
                heard.set_result(device.details)

        class Scanner(BumbleScanner):
            shared = self.shared

        scanner = Scanner(on_device, None)
        await scanner.start()
        try:
            return await asyncio.wait_for(heard, timeout_s)
        except TimeoutError as error:
            raise self._not_found() from error
        finally:
            await scanner.stop()

    def _not_found(self) -> BleakDeviceNotFoundError:
        return BleakDeviceNotFoundError(self.address, f"Device with address {self.address} was not found.")

    async def _establish(self, address: hci.Address, timeout_s: float) -> Connection:
        device = self.shared.device
        async with self.shared.connecting:
            try:
                return await device.connect(address, timeout=timeout_s)
            except (core.TimeoutError, TimeoutError) as error:
                raise self._not_found() from error
            except core.BaseBumbleError as error:
                raise BleakError(f"cannot connect to {self.address}: {error}") from error
            except asyncio.CancelledError:
                # bumble leaves the controller trying: the next attempt would be refused
                cancel = hci.HCI_LE_Create_Connection_Cancel_Command()  # pyright: ignore
                await asyncio.shield(device.send_sync_command_raw(cancel))  # pyright: ignore
                raise

    def _begin(self, connection: Connection) -> None:
        self._connection = connection
        self._peer = Peer(connection)
        self._lost = asyncio.get_running_loop().create_future()
        self._is_spoilt = False
        self._subscriptions.clear()
        connection.on(connection.EVENT_DISCONNECTION, self._on_disconnection)

    def _on_disconnection(self, _reason: int) -> None:
        self._connection = None
        self._peer = None
        self.services = None
        if self._lost is not None and not self._lost.done():
            self._lost.set_result(None)
        if self._disconnected_callback is not None:
            self._disconnected_callback()

    async def disconnect(self) -> None:
        """End the link; nothing happens without one."""
        connection, lost = self._connection, self._lost
        if connection is None or lost is None:
            return
        # The link may get lost by itself meanwhile, and then nobody answers the request to end it.
        task = asyncio.ensure_future(connection.disconnect())
        try:
            await asyncio.wait({task, lost}, timeout=_DISCONNECT_TIMEOUT_S, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await _cancel(task)
        if self._connection is connection:
            raise BleakError("cannot disconnect")

    async def pair(self, *args: Any, **kwargs: Any) -> None:
        """Not supported."""
        raise NotImplementedError("pairing is not supported over bumble")

    async def unpair(self) -> None:
        """Not supported."""
        raise NotImplementedError("pairing is not supported over bumble")

    # ---- requests

    def _require_peer(self) -> Peer:
        if self._peer is None:
            raise BleakError("not connected")
        if self._is_spoilt:
            # ATT answers carry no number: a late answer to the one given up would be taken for that of the next.
            raise BleakError("an earlier request was given up: connect again")
        return self._peer

    async def _request(self, request: Coroutine[Any, Any, _T]) -> _T:
        """Await one exchange, or the loss of the link, whichever comes first."""
        if self._lost is None:
            request.close()
            raise BleakError("not connected")
        task = asyncio.ensure_future(request)
        try:
            await asyncio.wait({task, self._lost}, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            self._is_spoilt = True
            await _cancel(task)
            raise
        if self._lost.done():
            await _cancel(task)
            raise BleakError("the link was lost")
        try:
            return task.result()
        except att.ATT_Error as error:
            raise BleakGATTProtocolError(error.error_code) from error
        except core.BaseBumbleError as error:
            raise BleakError(str(error)) from error

    async def _discover(self) -> BleakGATTServiceCollection:
        collection = BleakGATTServiceCollection()
        for service in await self._request(self._require_peer().discover_services()):
            if self._wanted is None or uuid_text(service.uuid) in self._wanted:
                await self._discover_service(collection, service)
        return collection

    async def _discover_service(self, collection: BleakGATTServiceCollection, service: ServiceProxy) -> None:
        listed = BleakGATTService(service, service.handle, uuid_text(service.uuid))
        collection.add_service(listed)
        for characteristic in await self._request(service.discover_characteristics()):  # pyright: ignore[reportUnknownMemberType]
            known = BleakGATTCharacteristic(
                characteristic,
                characteristic.handle,
                uuid_text(characteristic.uuid),
                list(gatt_char_props_to_strs(int(characteristic.properties))),
                lambda: self.mtu_size - 3,
                listed,
            )
            collection.add_characteristic(known)
            if characteristic.end_group_handle > characteristic.handle:
                for descriptor in await self._request(characteristic.discover_descriptors()):
                    collection.add_descriptor(
                        BleakGATTDescriptor(descriptor, descriptor.handle, uuid_text(descriptor.type), known)
                    )

    async def read_gatt_char(
        self, characteristic: BleakGATTCharacteristic, *, use_cached: bool = False, **kwargs: Any
    ) -> bytearray:
        """Read a characteristic, however long."""
        self._require_peer()
        return bytearray(await self._request(characteristic.obj.read_value()))

    async def read_gatt_descriptor(
        self, descriptor: BleakGATTDescriptor, *, use_cached: bool = False, **kwargs: Any
    ) -> bytearray:
        """Read a descriptor."""
        self._require_peer()
        return bytearray(await self._request(descriptor.obj.read_value()))

    async def write_gatt_char(self, characteristic: BleakGATTCharacteristic, data: SizedBuffer, response: bool) -> None:
        """Write a characteristic, with or without an answer."""
        self._require_peer()
        await self._request(characteristic.obj.write_value(bytes(data), with_response=response))

    async def write_gatt_descriptor(self, descriptor: BleakGATTDescriptor, data: SizedBuffer) -> None:
        """Write a descriptor."""
        self._require_peer()
        await self._request(descriptor.obj.write_value(bytes(data), with_response=True))

    async def start_notify(
        self, characteristic: BleakGATTCharacteristic, callback: NotifyCallback, **kwargs: Any
    ) -> None:
        """Subscribe; `callback` gets each value. BleakError if the characteristic does not notify."""
        self._require_peer()
        if not {"notify", "indicate"} & set(characteristic.properties):
            raise BleakError(f"{characteristic.uuid} does not notify")
        proxy: CharacteristicProxy[bytes] = characteristic.obj

        def on_value(value: bytes) -> None:
            callback(bytearray(value))

        self._subscriptions[characteristic.handle] = on_value
        await self._request(proxy.subscribe(on_value))

    async def stop_notify(self, characteristic: BleakGATTCharacteristic) -> None:
        """Unsubscribe."""
        self._require_peer()
        proxy: CharacteristicProxy[bytes] = characteristic.obj
        subscription = self._subscriptions.pop(characteristic.handle, None)
        await self._request(proxy.unsubscribe(subscription))  # pyright: ignore[reportUnknownMemberType]


async def _cancel(task: asyncio.Future[Any]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
