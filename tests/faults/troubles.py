"""Kinds of trouble on the way between laptop and node: each happens at one value, the n-th that passes, either way."""

import asyncio
import random

from bleak.exc import BleakError

from nodecore import protocol
from tests.faults.bed import Bed, Deliver, Trouble

UP, DOWN = "up", "down"


class Single(Trouble):
    """Counts the values that pass and makes trouble at the `at`-th; `happened` tells whether it came so far."""

    def __init__(self, bed: Bed, at: int, dice: random.Random) -> None:
        self.bed = bed
        self.dice = dice
        self.happened = False
        self._left = at

    def now(self) -> bool:
        self._left -= 1
        self.happened |= self._left == 0
        return self._left == 0

    async def read(self, value: bytes) -> bytes:
        return await self.trouble_read(value) if self.now() else value

    async def up(self, value: bytes, deliver: Deliver) -> None:
        await (self.trouble_up(value, deliver) if self.now() else deliver(value))

    def down(self, uuid: str, value: bytes) -> list[tuple[str, bytes]]:
        return self.trouble_down(uuid, value) if self.now() else [(uuid, value)]

    async def trouble_read(self, value: bytes) -> bytes:
        return value

    async def trouble_up(self, value: bytes, deliver: Deliver) -> None:
        await deliver(value)

    def trouble_down(self, uuid: str, value: bytes) -> list[tuple[str, bytes]]:
        return [(uuid, value)]


class Cut(Single):
    """The link breaks, before or after the value has passed."""

    async def trouble_read(self, value: bytes) -> bytes:
        self.bed.lose_link()
        raise BleakError("the link was lost")

    async def trouble_up(self, value: bytes, deliver: Deliver) -> None:
        if self.dice.random() < 0.5:
            await deliver(value)
        self.bed.lose_link()

    def trouble_down(self, uuid: str, value: bytes) -> list[tuple[str, bytes]]:
        if self.dice.random() < 0.5:
            self.bed.deliver_down(uuid, value)
        asyncio.get_running_loop().call_soon(self.bed.lose_link)
        return []


class Drop(Single):
    """A value vanishes. Of a write the answer may vanish too, or instead: then the laptop waits in vain."""

    async def trouble_read(self, value: bytes) -> bytes:
        await asyncio.Event().wait()
        return value

    async def trouble_up(self, value: bytes, deliver: Deliver) -> None:
        what = self.dice.choice(("command", "answer", "both"))
        if what == "answer":
            await deliver(value)
        if what != "command":
            await asyncio.Event().wait()

    def trouble_down(self, uuid: str, value: bytes) -> list[tuple[str, bytes]]:
        return []


class Duplicate(Single):
    """A value comes twice, or three times."""

    async def trouble_up(self, value: bytes, deliver: Deliver) -> None:
        for _ in range(self.dice.randint(2, 3)):
            await deliver(value)

    def trouble_down(self, uuid: str, value: bytes) -> list[tuple[str, bytes]]:
        return [(uuid, value)] * self.dice.randint(2, 3)


class Reorder(Single):
    """A value comes after the one that follows it, or, where none follows, not at all."""

    def __init__(self, bed: Bed, at: int, dice: random.Random) -> None:
        super().__init__(bed, at, dice)
        self._held_up: list[bytes] = []
        self._held_down: list[tuple[str, bytes]] = []

    async def up(self, value: bytes, deliver: Deliver) -> None:
        if self.now():
            self._held_up.append(value)
            return
        await deliver(value)
        while self._held_up:
            await deliver(self._held_up.pop())

    def trouble_down(self, uuid: str, value: bytes) -> list[tuple[str, bytes]]:
        self._held_down.append((uuid, value))
        return []

    def down(self, uuid: str, value: bytes) -> list[tuple[str, bytes]]:
        held, self._held_down = self._held_down, []
        return super().down(uuid, value) + held


class Corrupt(Single):
    """Bits of a value change, or it is cut short, or bytes follow it."""

    async def trouble_read(self, value: bytes) -> bytes:
        return self._spoilt(value)

    async def trouble_up(self, value: bytes, deliver: Deliver) -> None:
        await deliver(self._spoilt(value))

    def trouble_down(self, uuid: str, value: bytes) -> list[tuple[str, bytes]]:
        return [(uuid, self._spoilt(value))]

    def _spoilt(self, value: bytes) -> bytes:
        way = self.dice.choice(("bits", "bits", "short", "long"))
        if way == "short":
            return value[: self.dice.randrange(len(value))]
        if way == "long":
            return value + self.dice.randbytes(self.dice.randint(1, 4))
        out = bytearray(value)
        for bit in self.dice.sample(range(8 * len(value)), self.dice.randint(1, 3)):
            out[bit // 8] ^= 1 << bit % 8
        return bytes(out)


class Stall(Single):
    """From a value on nothing passes any more, either way, and the link stays up; connecting and closing count too."""

    async def connecting(self) -> None:
        await self._maybe_for_ever(self.now())

    async def subscribing(self) -> None:
        await self._maybe_for_ever(self.now())

    async def closing(self) -> None:
        if self.happened and self.dice.random() < 0.5:
            try:
                await asyncio.Event().wait()
            finally:
                self.bed.lose_link()  # what the system's supervision time-out does in the end

    async def _maybe_for_ever(self, for_ever: bool) -> None:
        if for_ever or self.happened:
            await asyncio.Event().wait()

    async def read(self, value: bytes) -> bytes:
        await self._maybe_for_ever(self.now())
        return value

    async def up(self, value: bytes, deliver: Deliver) -> None:
        await self._maybe_for_ever(self.now())
        await deliver(value)

    def down(self, uuid: str, value: bytes) -> list[tuple[str, bytes]]:
        return [] if self.now() or self.happened else [(uuid, value)]


class Reboot(Single):
    """The node loses its power, and comes back."""

    rebooting: "asyncio.Task[None] | None" = None

    async def trouble_read(self, value: bytes) -> bytes:
        self.rebooting = asyncio.ensure_future(self.bed.reboot())
        return value

    async def trouble_up(self, value: bytes, deliver: Deliver) -> None:
        self.rebooting = asyncio.ensure_future(self.bed.reboot())
        await deliver(value)

    def trouble_down(self, uuid: str, value: bytes) -> list[tuple[str, bytes]]:
        self.rebooting = asyncio.ensure_future(self.bed.reboot())
        return [(uuid, value)] if self.dice.random() < 0.5 else []


class Crowded(Single):
    """The node's stack has no room for some notifications in a row."""

    _refusals = 0

    def trouble_down(self, uuid: str, value: bytes) -> list[tuple[str, bytes]]:
        self._refusals = self.dice.randint(1, 8)
        return [(uuid, value)]

    def refuses(self) -> bool:
        self._refusals -= 1
        return self._refusals >= 0


class Late(Single):
    """What passed in earlier connections comes again, in the middle of a later one: late, or played by somebody.

    `said` is what was heard so far, to be handed from visit to visit. The link breaks a while after, so that there is
    something left to bring.
    """

    _LONGEST = 400

    def __init__(self, bed: Bed, at: int, dice: random.Random, said: list[tuple[str, str, bytes]]) -> None:
        super().__init__(bed, at, dice)
        self._said = said
        self._earlier = list(said)
        self._again_task: asyncio.Task[None] | None = None
        self._until_cut = at + dice.randint(10, 40)

    def now(self) -> bool:
        if super().now() and self._earlier:
            self._again_task = asyncio.get_running_loop().create_task(self._again())
        self.happened = self.happened and bool(self._earlier)
        self._until_cut -= 1
        if self._until_cut == 0:
            asyncio.get_running_loop().call_soon(self.bed.lose_link)
        return False

    async def subscribing(self) -> None:
        self.now()

    async def _again(self) -> None:
        count = self.dice.randint(1, 6)
        start = self.dice.randrange(len(self._earlier))
        for way, uuid, value in self._earlier[start : start + count]:
            if way == UP:
                await self.bed.deliver_up(value)
            else:
                self.bed.deliver_down(uuid, value)

    def _note(self, way: str, uuid: str, value: bytes) -> None:
        self._said.append((way, uuid, value))
        del self._said[: -self._LONGEST]

    async def up(self, value: bytes, deliver: Deliver) -> None:
        self._note(UP, protocol.CONTROL_UUID, value)
        await super().up(value, deliver)

    def down(self, uuid: str, value: bytes) -> list[tuple[str, bytes]]:
        self._note(DOWN, uuid, value)
        return super().down(uuid, value)


ON_THE_WAY: dict[str, type[Single]] = {
    "cut": Cut,
    "drop": Drop,
    "duplicate": Duplicate,
    "reorder": Reorder,
    "corrupt": Corrupt,
    "stall": Stall,
    "reboot": Reboot,
    "crowded": Crowded,
}
