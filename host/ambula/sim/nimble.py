"""The radio of a virtual node: a host stack of its own, and the sockets by which its firmware process drives it.

The process connects to `NodeRadio.socket_path` (see `ambula.sim.wire`) and may keep the connection for its whole life.
If it dies, the radio goes silent and its links are lost; a new process may then attach.
"""

import asyncio
import errno
import logging
import struct
from collections.abc import Awaitable, Callable
from pathlib import Path

from bumble import hci
from bumble.device import Device, DeviceConfiguration

from ambula.sim.controller import AirController
from ambula.sim.nimble_stack import NimbleStack
from ambula.sim.wire import CALL_HEADER, EventChannel, FrameProtocol

_log = logging.getLogger(__name__)


class NodeRadio:
    """One node's radio; made by `Air.add_node`. It is silent until a firmware process attaches and switches it on."""

    def __init__(self, name: str, controller: AirController, socket_path: Path, vanish: Callable[[], None]) -> None:
        self.name = name
        self.socket_path = str(socket_path)
        self._vanish = vanish
        config = DeviceConfiguration(name=name, address=hci.Address.ANY_RANDOM)
        self._device = Device.from_config_with_hci(config, controller, controller)
        self._events = EventChannel()
        self._stack: NimbleStack | None = None
        self._calls: FrameProtocol | None = None
        self._protocols: set[FrameProtocol] = set()
        self._server: asyncio.Server | None = None
        self._task: asyncio.Task[None] | None = None
        self._called = 0

    @property
    def is_on(self) -> bool:
        """Whether the firmware has the radio switched on."""
        return self._stack is not None and self._stack.is_on

    @property
    def is_attached(self) -> bool:
        """Whether a firmware process holds the sockets."""
        return self._calls is not None

    @property
    def connections(self) -> int:
        """How many centrals are connected."""
        return len(self._device.connections)

    @property
    def windows(self) -> int:
        """How often the firmware has switched the radio on."""
        return self._stack.windows if self._stack is not None else 0

    def hang_up_in(self, seconds: float) -> None:
        """Let the end of a link take so long that the firmware asks for, as where the other side does not answer."""
        if self._stack is not None:
            self._stack.hang_up_s = seconds

    @property
    def told(self) -> int:
        """How many events the firmware process was sent."""
        return self._events.sent

    @property
    def exchanged(self) -> int:
        """How many calls the firmware process made and events it was sent: it grows while the radio has work."""
        return self._called + self._events.sent

    @property
    def refused(self) -> int:
        """How many notifications were refused with ENOMEM."""
        return self._stack.mbufs.refused if self._stack is not None else 0

    async def open(self) -> None:
        """Power the controller and listen for the firmware."""
        await self._device.power_on()
        self._stack = NimbleStack(self._device, self._events)
        loop = asyncio.get_running_loop()
        self._server = await loop.create_unix_server(
            lambda: FrameProtocol(self._on_hello, self._on_lost), self.socket_path
        )

    async def close(self) -> None:
        """Take the radio off the air and let the firmware process go."""
        self._power_lost()
        for protocol in list(self._protocols):
            protocol.close()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._device.power_off()

    def _on_hello(self, protocol: FrameProtocol, kind: bytes) -> None:
        self._protocols.add(protocol)
        if kind == b"C":
            if self._calls is not None:
                self._calls.close()  # a new process: what is left of the one before has no say any more
                self._power_lost()
            self._calls = protocol
            protocol.header = CALL_HEADER
            protocol.on_frame = self._on_call
        else:
            self._events.attach(protocol)

    def _on_lost(self, protocol: FrameProtocol) -> None:
        self._protocols.discard(protocol)
        if protocol is self._calls:
            self._calls = None
            self._power_lost()

    def _power_lost(self) -> None:
        self._events.detach()
        if self._stack is not None:
            self._stack.power_lost()
        self._vanish()

    # ---- calls: at once where that is possible; the firmware makes no other before it has the answer

    def _on_call(self, fields: tuple[int, ...], payload: bytes) -> None:
        self._called += 1
        if self._stack is None:
            return
        try:
            answer = self._stack.call(fields[0], payload)
        except (OSError, ValueError, LookupError, struct.error) as error:
            self._refuse(error)
            return
        if isinstance(answer, bytes):
            self._answer(0, answer)
        else:
            self._task = asyncio.get_running_loop().create_task(self._answer_later(answer))

    async def _answer_later(self, answer: Awaitable[bytes]) -> None:
        try:
            result = await answer
        except Exception as error:  # whatever it was, the firmware waits for an answer
            self._refuse(error)
        else:
            self._answer(0, result)

    def _refuse(self, error: Exception) -> None:
        number = error.errno if isinstance(error, OSError) else None
        if number is None:
            _log.error("node %s: %r", self.name, error)
            number = errno.EINVAL
        self._answer(number, b"")

    def _answer(self, status: int, value: bytes) -> None:
        if self._calls is not None:
            self._calls.send(CALL_HEADER.pack(len(value), status) + value)
