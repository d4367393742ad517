"""A link to a `SpecNode`: it shakes hands by itself, then answers each command with what a script says, sealed."""

from collections.abc import Callable

from nodecore import protocol
from tests.support.spec_session import SpecNode

Script = Callable[[bytes], list[tuple[str, bytes]]]
Spoil = Callable[[str, bytes], list[bytes]]


class SpecLink:
    """`script` gives (UUID, value) pairs for a command; `spoil` may change what passes after the handshake."""

    def __init__(self, script: Script, spoil: Spoil = lambda _, v: [v]) -> None:
        self._script = script
        self._spoil = spoil
        self._node = SpecNode()
        self._callbacks: dict[str, Callable[[bytes], object]] = {}
        self.lose: Callable[[], object] = lambda: None

    async def read(self, char_uuid: str) -> bytes:
        return b"\x02\x01"

    async def write(self, char_uuid: str, data: bytes, response: bool = True) -> None:
        node = self._node
        if data[0] == protocol.HELLO and node.keys is None:
            self.say(*reply(data, 0, node.hello(data[2:])))
        elif node.keys is None:
            self.say(*reply(data, 0 if node.prove(data[2:]) else protocol.DENIED))
        else:
            for uuid, value in self._script(node.open(data)):
                channel = protocol.REPLIES if uuid == protocol.CONTROL_UUID else protocol.LOG
                for changed in self._spoil(uuid, node.seal(channel, value)):
                    self.say(uuid, changed)

    def say(self, uuid: str, value: bytes) -> None:
        self._callbacks[uuid](value)

    async def subscribe(self, char_uuid: str, callback: Callable[[bytes], object]) -> None:
        self._callbacks[char_uuid] = callback

    def on_lost(self, callback: Callable[[], object]) -> None:
        self.lose = callback


def frame(data: bytes) -> tuple[str, bytes]:
    return protocol.DATA_UUID, data


def reply(command: bytes, status: int = 0, payload: bytes = b"") -> tuple[str, bytes]:
    return protocol.CONTROL_UUID, bytes((command[0] | 0x80, command[1], status)) + payload
