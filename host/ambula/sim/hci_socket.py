"""A controller of the virtual air for a host stack in another process: HCI packets (H4) on a unix socket."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import cast

from bumble.transport.common import StreamPacketSink, StreamPacketSource

from ambula.sim.controller import AirController


class HciSocket(StreamPacketSource):
    """One connection of a host to its controller; `on_gone` is called when the host's process ends."""

    def __init__(self, controller: AirController, on_gone: Callable[["HciSocket"], object]) -> None:
        super().__init__()
        self.transport: asyncio.WriteTransport | None = None
        self._controller = controller
        self._on_gone = on_gone
        self.set_packet_sink(controller)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See asyncio.Protocol."""
        self.transport = cast(asyncio.WriteTransport, transport)
        self._controller.set_packet_sink(StreamPacketSink(self.transport))

    def connection_lost(self, exc: Exception | None) -> None:
        """See asyncio.Protocol."""
        self._controller.set_packet_sink(None)
        self._on_gone(self)


class HciServer:
    """A controller on offer at a socket; made by `serve_hci`."""

    def __init__(self, controller: AirController, on_gone: Callable[[], object]) -> None:
        self._controller = controller
        self._on_gone = on_gone
        self._server: asyncio.Server | None = None
        self._hosts: set[HciSocket] = set()

    async def open(self, path: Path) -> None:
        """Listen at `path`."""
        self._server = await asyncio.get_running_loop().create_unix_server(self._accept, path)

    def close(self) -> None:
        """Unplug the controller: a host that is still there, such as a virtual machine, finds it gone."""
        if self._server is not None:
            self._server.close()
        for host in self._hosts:
            if host.transport is not None:
                host.transport.abort()

    def _accept(self) -> HciSocket:
        host = HciSocket(self._controller, self._leave)
        self._hosts.add(host)
        return host

    def _leave(self, host: HciSocket) -> None:
        self._hosts.discard(host)
        self._on_gone()


async def serve_hci(controller: AirController, path: Path, on_gone: Callable[[], object]) -> HciServer:
    """Serve `controller` on a unix socket at `path`; close the server to end it."""
    server = HciServer(controller, on_gone)
    await server.open(path)
    return server
