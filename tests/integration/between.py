"""A link with somebody in between, who sees each GATT value that passes and may change it."""

from collections.abc import Callable
from typing import Literal

from ambula.transport.radio import Link

PassOn = Callable[[Literal["up", "down"], str, bytes], bytes]


class Between:
    """The link as it is, but that each value goes through `pass_on(way, UUID, value)`; `up` is to the node."""

    def __init__(self, link: Link, pass_on: PassOn) -> None:
        self.on_lost = link.on_lost
        self._link = link
        self._pass_on = pass_on

    async def read(self, char_uuid: str) -> bytes:
        return self._pass_on("down", char_uuid, await self._link.read(char_uuid))

    async def write(self, char_uuid: str, data: bytes, response: bool = True) -> None:
        await self._link.write(char_uuid, self._pass_on("up", char_uuid, data), response)

    async def subscribe(self, char_uuid: str, callback: Callable[[bytes], object]) -> None:
        await self._link.subscribe(char_uuid, lambda value: callback(self._pass_on("down", char_uuid, value)))
