"""bleak's scanner over a bumble device; see `ambula.transport.bumble_backend`."""

import asyncio
import uuid
from typing import Any, ClassVar

from bleak.backends.scanner import AdvertisementData, AdvertisementDataCallback, BaseBleakScanner
from bleak.exc import BleakError
from bumble import core
from bumble.core import AdvertisingData
from bumble.device import Advertisement, Device

_SHORT_LISTS = (
    AdvertisingData.INCOMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS,
    AdvertisingData.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS,
)
_LONG_LISTS = (
    AdvertisingData.INCOMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS,
    AdvertisingData.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS,
)


class SharedDevice:
    """What all scanners and clients of one device share: it does one scan and one connecting at a time."""

    def __init__(self, device: Device) -> None:
        self.device = device
        self.scanners = 0
        self.connecting = asyncio.Lock()


class BumbleScanner(BaseBleakScanner):
    """A scanner over `shared.device`; several may run at once, the first decides between active and passive."""

    shared: ClassVar[SharedDevice]

    def __init__(
        self,
        detection_callback: AdvertisementDataCallback | None,
        service_uuids: list[str] | None,
        scanning_mode: str = "active",
        **_kwargs: Any,
    ) -> None:
        super().__init__(detection_callback, service_uuids)
        self._is_active = scanning_mode == "active"

    async def start(self) -> None:
        """Start scanning; BleakError if the device refuses."""
        self.seen_devices = {}
        device = self.shared.device
        device.on(Device.EVENT_ADVERTISEMENT, self._on_advertisement)
        self.shared.scanners += 1
        if self.shared.scanners == 1:
            try:
                await device.start_scanning(active=self._is_active, filter_duplicates=False)
            except core.BaseBumbleError as error:
                self._leave()
                raise BleakError(f"cannot scan: {error}") from error

    async def stop(self) -> None:
        """Stop scanning."""
        if self._leave() == 0:
            await self.shared.device.stop_scanning()

    def _leave(self) -> int:
        device = self.shared.device
        device.remove_listener(Device.EVENT_ADVERTISEMENT, self._on_advertisement)  # pyright: ignore
        self.shared.scanners -= 1
        return self.shared.scanners

    def _on_advertisement(self, advertisement: Advertisement) -> None:
        data = advertisement_data(advertisement)
        address = advertisement.address.to_string(False)
        device = self.create_or_update_device(address, address, data.local_name, advertisement.address, data)
        if self.is_allowed_uuid(data.service_uuids):
            self.call_detection_callbacks(device, data)


def advertisement_data(advertisement: Advertisement) -> AdvertisementData:
    """bleak's view of an advertisement (and the scan response that came with it)."""
    uuids: list[str] = []
    manufacturer: dict[int, bytes] = {}
    service_data: dict[str, bytes] = {}
    for kind, raw in advertisement.data.ad_structures:
        if kind in _SHORT_LISTS:
            uuids += [uuid_text(core.UUID.from_bytes(raw[i : i + 2])) for i in range(0, len(raw) - 1, 2)]
        elif kind in _LONG_LISTS:
            uuids += [uuid_text(core.UUID.from_bytes(raw[i : i + 16])) for i in range(0, len(raw) - 15, 16)]
        elif kind == AdvertisingData.MANUFACTURER_SPECIFIC_DATA and len(raw) >= 2:
            manufacturer[int.from_bytes(raw[:2], "little")] = bytes(raw[2:])
        elif kind == AdvertisingData.SERVICE_DATA_16_BIT_UUID and len(raw) >= 2:
            service_data[uuid_text(core.UUID.from_bytes(raw[:2]))] = bytes(raw[2:])
        elif kind == AdvertisingData.SERVICE_DATA_128_BIT_UUID and len(raw) >= 16:
            service_data[uuid_text(core.UUID.from_bytes(raw[:16]))] = bytes(raw[16:])
    # Raw, because bumble's own reading raises on what is not as it should be, and anybody may advertise anything.
    name = _raw(advertisement, AdvertisingData.COMPLETE_LOCAL_NAME)
    if name is None:
        name = _raw(advertisement, AdvertisingData.SHORTENED_LOCAL_NAME)
    power = _raw(advertisement, AdvertisingData.TX_POWER_LEVEL)
    return AdvertisementData(
        local_name=None if name is None else name.decode(errors="replace"),
        manufacturer_data=manufacturer,
        service_data=service_data,
        service_uuids=list(dict.fromkeys(uuids)),
        tx_power=None if not power else int.from_bytes(power[:1], "little", signed=True),
        rssi=advertisement.rssi,
        platform_data=(advertisement,),
    )


def _raw(advertisement: Advertisement, kind: AdvertisingData.Type) -> bytes | None:
    return next((raw for kind_here, raw in advertisement.data.ad_structures if kind_here == kind), None)


def uuid_text(value: core.UUID) -> str:
    """bleak's spelling of a UUID: 128 bits, lower case."""
    return str(uuid.UUID(bytes=value.to_bytes(force_128=True)[::-1]))
