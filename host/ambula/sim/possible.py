"""Whether this system can run virtual nodes at all."""

import socket

from ambula.base.errors import SimulatorError


def check_possible() -> None:
    """Raise SimulatorError where virtual nodes cannot run: they speak over Unix sockets, which Windows lacks."""
    if not hasattr(socket, "AF_UNIX"):
        raise SimulatorError("virtual nodes need Unix sockets, which this system does not have")
