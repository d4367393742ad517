"""A controller of the virtual air for a host stack in another process: HCI packets (H4) on a unix socket."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import cast

from bumble.transport.common import StreamPacketSink, StreamPacketSource

from ambula.sim.controller import AirController


class HciSocket(StreamPacketSource):
    """One connection of a host to its controller; `on_gone` is called when the host's process ends."""

    def __init__(self, controller: AirController, on_gone: Callable[[], object]) -> None:
        super().__init__()
        self._controller = controller
        self._on_gone = on_gone
        self.set_packet_sink(controller)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See asyncio.Protocol."""
        self._controller.set_packet_sink(StreamPacketSink(cast(asyncio.WriteTransport, transport)))

    def connection_lost(self, exc: Exception | None) -> None:
        """See asyncio.Protocol."""
        self._controller.set_packet_sink(None)
        self._on_gone()


async def serve_hci(controller: AirController, path: Path, on_gone: Callable[[], object]) -> asyncio.Server:
    """Serve `controller` on a unix socket at `path`; close the server to end it."""
    loop = asyncio.get_running_loop()
    return await loop.create_unix_server(lambda: HciSocket(controller, on_gone), path)
