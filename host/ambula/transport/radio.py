"""The only door to Bluetooth for the rest of the host: scan, connect, and a link whose every call has a time limit.

`Radio()` is the radio of this machine (bleak's own backend for the system); `Radio.over(device)` a bumble device, as on
the virtual air. What bleak or the system raises leaves here as `TransportError`, and as `ProtocolError` where a peer
answered, but not as an Ambula node would; each is one line. bleak is imported at the first use, so that all else works
without it.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

from ambula.base.errors import AmbulaError, ProtocolError, TransportError
from ambula.base.optional_imports import missing
from ambula.transport.bluez_links import end_links_left_behind

if TYPE_CHECKING:
    from bleak import BleakClient
    from bleak.backends.characteristic import BleakGATTCharacteristic
    from bleak.backends.client import BaseBleakClient
    from bleak.backends.device import BLEDevice
    from bleak.backends.scanner import AdvertisementData, BaseBleakScanner
    from bumble.device import Device

_NO_ROOM = 0x11  # ATT "insufficient resources"
_NO_ROOM_PAUSE_S = 0.03
_T = TypeVar("_T")
_NO_SERVICE = "no Bluetooth service on this machine (no adapter, or bluetoothd is not running)"
_NO_ADAPTER = "no usable Bluetooth adapter on this machine"
_OUT_OF_RANGE = "out of range, or not advertising"
_SMALLEST_MTU = 23
_ATT_HEADER = 3

CALL_TIMEOUT_S = 10.0
CLOSE_TIMEOUT_S = 5.0


@dataclass(frozen=True)
class Found:
    """A node that a scan heard: what it advertised, how strong (dBm), and bleak's own handle to connect by."""

    address: str
    name: str | None
    rssi_dbm: int
    service_data: dict[str, bytes]
    manufacturer_data: dict[int, bytes]
    handle: "BLEDevice" = field(repr=False, compare=False)


def _said(found: Found) -> tuple[object, ...]:
    return found.name, found.service_data, found.manufacturer_data


class Radio:
    """Scan and connect. Nothing is opened before the first use; no clean-up is needed."""

    def __init__(self) -> None:
        self._backends: tuple[type[BaseBleakScanner], type[BaseBleakClient]] | None = None

    @classmethod
    def over(cls, device: "Device") -> Self:
        """A radio over a bumble device that is powered on. MissingPart if bleak or bumble is not installed."""
        radio = cls()
        with _Explained("cannot use the virtual radio"):
            from ambula.transport.bumble_backend import bumble_backends
        radio._backends = bumble_backends(device)
        return radio

    async def scan(
        self, service_uuid: str, timeout_s: float, on_found: Callable[[Found], bool | None] | None = None
    ) -> list[Found]:
        """Listen for `timeout_s` to advertisers of a service; return what was heard, ordered by address.

        `on_found` is called when an address is first heard and when what it says changes; if it returns True the scan
        ends at once. On Linux links that a killed program left behind are ended first. Raises TransportError if this
        machine cannot scan.
        """
        heard: dict[str, Found] = {}
        enough = asyncio.Event()

        def on_advertisement(device: "BLEDevice", data: "AdvertisementData") -> None:
            found = Found(
                device.address,
                data.local_name or device.name,
                data.rssi,
                dict(data.service_data),
                dict(data.manufacturer_data),
                device,
            )
            before = heard.get(found.address)
            heard[found.address] = found
            is_news = before is None or _said(before) != _said(found)
            if is_news and on_found is not None and on_found(found):
                enough.set()

        with _Explained("cannot scan"):
            from bleak import BleakScanner

            backend = self._backends[0] if self._backends is not None else None
            if backend is None and sys.platform == "linux":
                async with asyncio.timeout(CALL_TIMEOUT_S):
                    await end_links_left_behind(service_uuid)
            async with BleakScanner(on_advertisement, service_uuids=[service_uuid], backend=backend):
                await _wait(enough, timeout_s)
        return [heard[address] for address in sorted(heard)]

    async def connect(self, target: Found | str, timeout_s: float = 20.0) -> "Link":
        """Connect to what a scan found, or to an address; TransportError if that fails within `timeout_s`."""
        backend = self._backends[1] if self._backends is not None else None
        return await Link.open(target, timeout_s, backend)


class Link:
    """A connection to one node, made by `Radio.connect`; an async context manager that closes it.

    Every call raises TransportError if the link is or gets lost or the node does not answer in time, and ProtocolError
    if the characteristic does not exist or the node refuses. A call that timed out ends the link: what the node would
    answer later could not be distinguished from the answer to the next call.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self._client: BleakClient | None = None
        self._is_closing = False
        self._is_lost = False
        self._on_lost: list[Callable[[], object]] = []

    @classmethod
    async def open(cls, target: Found | str, timeout_s: float, backend: "type[BaseBleakClient] | None") -> Self:
        """See `Radio.connect`."""
        address = target if isinstance(target, str) else target.address
        with _Explained(f"cannot connect to {address}", f"{_OUT_OF_RANGE} (waited {timeout_s:g} s)"):
            from bleak import BleakClient

            link = cls(address)
            client = BleakClient(
                target if isinstance(target, str) else target.handle,
                disconnected_callback=lambda _: link._on_disconnected(),
                timeout=timeout_s,
                backend=backend,
            )
            async with asyncio.timeout(timeout_s):
                await client.connect()
            link._client = client
        return link

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    @property
    def is_connected(self) -> bool:
        """Whether the link is up."""
        return self._client is not None and self._client.is_connected

    @property
    def mtu(self) -> int:
        """The ATT MTU in bytes, 23 to 517; 23 if the system does not say."""
        client = self._client
        if client is None or not client.is_connected:
            return _SMALLEST_MTU
        # Not `client.mtu_size`: with BlueZ that is a constant.
        sizes = [c.max_write_without_response_size for s in client.services for c in s.characteristics]
        return max([_SMALLEST_MTU, *(size + _ATT_HEADER for size in sizes)])

    def has_service(self, service_uuid: str) -> bool:
        """Whether the peer offers a service."""
        client = self._client
        return client is not None and client.is_connected and client.services.get_service(service_uuid) is not None

    def on_lost(self, callback: Callable[[], object]) -> None:
        """Have `callback` called when the link is lost (not by `close`); at once if it is lost already."""
        if self._is_lost:
            callback()
        else:
            self._on_lost.append(callback)

    async def read(self, char_uuid: str, timeout_s: float | None = None) -> bytes:
        """Read a characteristic; `timeout_s`, here and below, is `CALL_TIMEOUT_S` unless given."""
        client, characteristic = self._find(char_uuid)
        return bytes(await self._call(client.read_gatt_char(characteristic), "read", char_uuid, timeout_s))

    async def write(self, char_uuid: str, data: bytes, response: bool = True, timeout_s: float | None = None) -> None:
        """Write a characteristic; without `response` it returns when the data has been handed to the system.

        A peer that refuses it for want of room (ATT 0x11) has not seen it: the same bytes are sent again and again,
        within the time limit. NimBLE does so while its notifications fill its buffers.
        """
        loop = asyncio.get_running_loop()
        until_s = loop.time() + (CALL_TIMEOUT_S if timeout_s is None else timeout_s)
        while True:
            client, characteristic = self._find(char_uuid)
            try:
                await self._call(client.write_gatt_char(characteristic, data, response), "write", char_uuid, timeout_s)
                return
            except ProtocolError as error:
                if getattr(error.__cause__, "code", None) != _NO_ROOM or loop.time() > until_s:
                    raise
                await asyncio.sleep(_NO_ROOM_PAUSE_S)

    async def subscribe(
        self, char_uuid: str, callback: Callable[[bytes], object], timeout_s: float | None = None
    ) -> None:
        """Have `callback` called with each value that the node notifies."""
        client, characteristic = self._find(char_uuid)

        def on_value(_: "BleakGATTCharacteristic", value: bytearray) -> None:
            callback(bytes(value))

        await self._call(client.start_notify(characteristic, on_value), "subscribe to", char_uuid, timeout_s)

    async def close(self) -> None:
        """End the link; never raises, and may be called again."""
        client, self._client = self._client, None
        if client is None:
            return
        self._is_closing = True
        try:
            with _Explained(f"cannot disconnect from {self.address}"):
                async with asyncio.timeout(CLOSE_TIMEOUT_S):
                    await client.disconnect()
        except TransportError:
            return  # the system keeps a link that it cannot end; there is nothing left to try from here

    # ---- within

    def _on_disconnected(self) -> None:
        if self._is_closing or self._is_lost:
            return
        self._is_lost = True
        callbacks, self._on_lost = self._on_lost, []
        for callback in callbacks:
            callback()

    def _find(self, char_uuid: str) -> "tuple[BleakClient, BleakGATTCharacteristic]":
        client = self._client
        if client is None or not client.is_connected:
            raise TransportError(f"the link to {self.address} is gone")
        characteristic = client.services.get_characteristic(char_uuid)
        if characteristic is None:
            raise ProtocolError(f"{self.address} is not an Ambula node: it has no characteristic {char_uuid}")
        return client, characteristic

    async def _call(self, call: Awaitable[_T], verb: str, char_uuid: str, timeout_s: float | None) -> _T:
        timeout_s = CALL_TIMEOUT_S if timeout_s is None else timeout_s
        try:
            with _Explained(f"cannot {verb} {char_uuid} of {self.address}", f"no answer within {timeout_s:g} s"):
                try:
                    async with asyncio.timeout(timeout_s):
                        return await call
                except TimeoutError:
                    await self.close()
                    raise
        except TransportError as error:
            if self._is_lost:
                raise TransportError(f"lost the link to {self.address}") from error.__cause__
            raise


class _Explained:
    """A context that turns what bleak and the system raise into one line of what failed and why."""

    def __init__(self, what: str, on_timeout: str = "no answer in time") -> None:
        self._what = what
        self._on_timeout = on_timeout

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None or isinstance(error, AmbulaError) or not isinstance(error, Exception):
            return
        if isinstance(error, ModuleNotFoundError):
            is_bumble = (error.name or "").startswith("bumble")
            part = ("the virtual radio", "bumble") if is_bumble else ("Bluetooth", "bleak")
            raise missing(*part) from error
        explained = self._explain(error)
        if explained is not None:
            raise explained from error

    def _explain(self, error: Exception) -> AmbulaError | None:
        from bleak import exc

        if isinstance(error, exc.BleakGATTProtocolError):
            return ProtocolError(f"{self._what}: refused ({_line(error)})")
        if isinstance(error, TimeoutError):
            return TransportError(f"{self._what}: {self._on_timeout}")
        if isinstance(error, exc.BleakDeviceNotFoundError):
            return TransportError(f"{self._what}: {_OUT_OF_RANGE}")
        if isinstance(error, exc.BleakBluetoothNotAvailableError):
            return TransportError(f"{self._what}: {_NO_ADAPTER} ({error.reason.name.lower()})")
        if isinstance(error, exc.BleakDBusError) and "ServiceUnknown" in error.dbus_error:
            return TransportError(f"{self._what}: {_NO_SERVICE}")
        if isinstance(error, (FileNotFoundError, ConnectionError)):
            return TransportError(f"{self._what}: {_NO_SERVICE}")
        if isinstance(error, (exc.BleakError, OSError, EOFError)) or type(error).__module__.startswith("dbus_fast"):
            return TransportError(f"{self._what}: {_line(error)}")
        return None


def _line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__


async def _wait(event: asyncio.Event, timeout_s: float) -> None:
    try:
        async with asyncio.timeout(timeout_s):
            await event.wait()
    except TimeoutError:
        return
