"""The boards that are plugged in, as serial ports."""

from dataclasses import dataclass

from ambula.base.errors import TransportError
from ambula.base.optional_imports import needs

_NONE = (
    "no board found on USB: plug one in with a cable that carries data, press its reset button, and run this again "
    "within ten seconds; or name a port with --port"
)
_MANY = "{} boards on USB: {}. Name one with --port"


@dataclass(frozen=True)
class Port:
    """A serial port: the system's name for it, and what the device there says it is."""

    device: str
    description: str

    def __str__(self) -> str:
        return f"{self.device} ({self.description})" if self.description else self.device


def find_ports() -> list[Port]:
    """Return the ports of devices on USB; others (built-in, Bluetooth) cannot be a board."""
    with needs("a board on USB", "mpremote"):
        from serial.tools.list_ports import comports
    return [Port(str(p.device), str(p.product or p.description or "")) for p in comports() if p.vid is not None]


def choose_port(named: str | None) -> Port:
    """Return the port named, or the only one; raises TransportError where there is none or more than one."""
    if named:
        return Port(named, "")
    ports = find_ports()
    if not ports:
        raise TransportError(_NONE)
    if len(ports) > 1:
        raise TransportError(_MANY.format(len(ports), ", ".join(map(str, ports))))
    return ports[0]
