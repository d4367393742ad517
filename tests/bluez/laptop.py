"""The `ambula` command on the guest: bleak's own backend, D-Bus, bluetoothd, the kernel, and an adapter in the air."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from typing import Any

from ambula.sim.rig import Rig
from tests.bluez.agent import KEYS
from tests.bluez.guest import Guest, GuestError, Session
from tests.support.command import Ran

ADDRESS = "00:1A:7D:DA:71:13"
COMMAND_TIMEOUT_S = 90.0
_ADAPTER_TIMEOUT_S = 30.0
_TAP_EVERY_S = 10.0


class Running:
    """A command that is on its way."""

    def __init__(self, session: Session, number: int, answer: "asyncio.Future[dict[str, Any]]") -> None:
        self._session = session
        self._number = number
        self._answer = answer

    @property
    def is_done(self) -> bool:
        """Whether it has ended."""
        return self._answer.done()

    async def kill(self, signal: int) -> None:
        """Send it a signal."""
        await self._session.do("kill", which=self._number, signal=int(signal))

    async def finish(self) -> Ran:
        """Wait for its end; GuestError if that takes too long."""
        answer = await self._session.answer_to(self._answer, COMMAND_TIMEOUT_S)
        return Ran(answer["code"], answer["out"], answer["err"])


class Laptop:
    """The guest, seen as what its user does."""

    def __init__(self, session: Session) -> None:
        self.session = session

    async def run(self, *argv: object) -> Ran:
        """Run a program to its end."""
        return await Running(self.session, *self.session.ask("run", argv=[*map(str, argv)])).finish()

    def start_ambula(self, *arguments: object) -> Running:
        """Start the command."""
        return Running(self.session, *self.session.ask("ambula", arguments=[*map(str, arguments)]))

    async def ambula(self, *arguments: object) -> Ran:
        """Run the command to its end."""
        return await self.start_ambula(*arguments).finish()

    async def has_adapter(self) -> bool:
        """Whether bluetoothd has a controller and has switched it on."""
        return "Powered: yes" in (await self.run("bluetoothctl", "show")).out


@contextlib.asynccontextmanager
async def at_home(guest: Guest, rig: Rig) -> AsyncGenerator[Laptop]:
    """The laptop with its adapter in the air of a rig, whose wearer keeps tapping, and with the keys of its nodes."""
    await rig.air.serve_central("laptop with bluez", ADDRESS, guest.hci_path)
    async with Session(guest) as session:
        laptop = Laptop(session)
        tapping = asyncio.create_task(_tap(rig))
        try:
            async with asyncio.timeout(_ADAPTER_TIMEOUT_S):
                while not await laptop.has_adapter():
                    await asyncio.sleep(0.2)
            await session.give(rig.key_path, KEYS)
            yield laptop
        except TimeoutError as error:
            raise GuestError(f"{error}: {guest.last_words()}") from error
        finally:
            tapping.cancel()
            await asyncio.gather(tapping, return_exceptions=True)


async def _tap(rig: Rig) -> None:
    """Emulated, a laptop is slow to begin: the windows must not be shut by then."""
    while True:
        rig.laptop_near()
        await asyncio.sleep(_TAP_EVERY_S)
