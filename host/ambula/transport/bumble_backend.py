"""bleak's scanner and client over a bumble device, for the virtual air (or for a radio that only bumble can drive).

Use: `scanner, client = bumble_backends(device)`, once per device; then `BleakScanner(backend=scanner)` and
`BleakClient(found, backend=client)`. bleak's base classes are not a stable interface: pinned to bleak 3.1.
Pairing is not supported.
"""

from bleak.backends.client import BaseBleakClient
from bleak.backends.scanner import BaseBleakScanner
from bumble.device import Device

from ambula.transport.bumble_client import BumbleClient
from ambula.transport.bumble_scanner import BumbleScanner, SharedDevice


def bumble_backends(device: Device) -> tuple[type[BaseBleakScanner], type[BaseBleakClient]]:
    """The two classes for bleak's `backend=`, over a device that is powered on."""
    kept = SharedDevice(device)

    class Scanner(BumbleScanner):
        shared = kept

    class Client(BumbleClient):
        shared = kept

    return Scanner, Client
