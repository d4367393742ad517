"""Which radio a command uses: this machine's Bluetooth, or any controller that bumble can open."""

import contextlib
import logging
from collections.abc import AsyncGenerator

from ambula.base.errors import InputError, TransportError
from ambula.base.optional_imports import needs
from ambula.transport.radio import Radio

_BUMBLE = "bumble:"
_CENTRAL_ADDRESS = "C0:FF:EE:0A:0B:01"
_QUIET = logging.NullHandler()


@contextlib.asynccontextmanager
async def open_radio(spec: str = "") -> AsyncGenerator[Radio]:
    """Open a radio: `` is this machine's, `bumble:TRANSPORT` a controller at a bumble transport (a dongle: usb:0).

    Raises InputError for any other spec, TransportError if the controller cannot be opened.
    """
    if not spec:
        yield Radio()
        return
    if not spec.startswith(_BUMBLE):
        raise InputError(f"radio {spec!r}: it is empty for this machine's Bluetooth, or bumble:TRANSPORT")
    with needs("the virtual radio", "bumble"):
        from bumble.device import Device, DeviceConfiguration
        from bumble.hci import Address
        from bumble.transport import open_transport
    # What reaches bumble after a command was cut off is no news: without a handler it would be written to the terminal.
    logging.getLogger("bumble").addHandler(_QUIET)
    try:
        transport = await open_transport(spec.removeprefix(_BUMBLE))
    except Exception as e:  # bumble raises whatever its transport does
        raise TransportError(f"cannot open the radio {spec}: {e}") from e
    async with transport:
        config = DeviceConfiguration(name="laptop", address=Address(_CENTRAL_ADDRESS))
        device = Device.from_config_with_hci(config, transport.source, transport.sink)
        await device.power_on()
        yield Radio.over(device)
