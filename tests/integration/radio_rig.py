"""A virtual air with test firmware on its nodes, for the tests of the radio."""

import asyncio
import contextlib
import shutil
import struct
import sys
import zlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from ambula.sim.air import Air
from ambula.sim.nimble import NodeRadio
from ambula.transport.radio import Link, Radio

SERVICE, COMMAND, DATA, SECRET = (f"6e40000{i}-b5a3-f393-e0a9-e50e24dcca9e" for i in (1, 2, 3, 4))
ADDRESSES = {"thigh": "30:AE:A4:00:00:01", "back": "30:AE:A4:00:00:02"}
TESTS = Path(__file__).parent
BOARD = TESTS.parents[1] / "firmware" / "boards" / "sim"
PATIENCE_S = 10.0


def micropython() -> str:
    """The interpreter; the test is skipped on a machine that has none."""
    found = shutil.which("micropython", path=str(Path(sys.executable).parent)) or shutil.which("micropython")
    if found is None:
        pytest.skip("no micropython on this machine")
    return found


class Firmware:
    """A MicroPython process that runs the test firmware on one node."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.lines: list[str] = []
        self._reading = asyncio.get_running_loop().create_task(self._read())

    @classmethod
    async def start(cls, node: NodeRadio, *arguments: str) -> "Firmware":
        """Run the test firmware and wait until it is up."""
        firmware = await cls.run(node, TESTS / "radio_firmware.py", node.name, *arguments)
        await firmware.said("done" if arguments else "ready")
        return firmware

    @classmethod
    async def run(cls, node: NodeRadio, script: Path, *arguments: str) -> "Firmware":
        """Run a script on a node, with a heap as small as the simulated board's."""
        command = (micropython(), "-X", "heapsize=128k", str(script), str(BOARD), node.socket_path)
        process = await asyncio.create_subprocess_exec(
            *command, *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
        return cls(process)

    async def _read(self) -> None:
        stream = self.process.stdout
        while stream is not None and (line := await stream.readline()):
            self.lines.append(line.decode().rstrip())

    async def said(self, start: str) -> str:
        """Wait for a line that starts so."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                for line in self.lines:
                    if line.startswith(start):
                        return line
                await asyncio.sleep(0.005)

    async def kill(self) -> None:
        """Kill -9, as a flat battery would."""
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        await self.process.wait()
        await self._reading


@dataclass
class Rig:
    """What a test plays with."""

    air: Air
    radio: Radio
    nodes: dict[str, NodeRadio] = field(default_factory=dict)
    firmware: dict[str, Firmware] = field(default_factory=dict)

    async def boot(self, name: str) -> None:
        """Start the firmware of a node, again if need be."""
        self.firmware[name] = await Firmware.start(self.nodes[name])

    async def connect(self, name: str = "thigh", radio: Radio | None = None) -> Link:
        """Scan for a node and connect to it."""
        radio = radio or self.radio
        found = await radio.scan(SERVICE, PATIENCE_S, lambda one: one.name == name)
        return await radio.connect(next(one for one in found if one.name == name), PATIENCE_S)


@contextlib.asynccontextmanager
async def rig(*names: str, **air_options: Any) -> AsyncIterator[Rig]:
    """An air with a laptop and a booted node per name (default: thigh); all of it is gone afterwards."""
    before = asyncio.all_tasks()
    async with Air(**air_options) as air:
        made = Rig(air, Radio.over(await air.add_central()))
        try:
            for name in names or ("thigh",):
                made.nodes[name] = await air.add_node(name, ADDRESSES[name])
                await made.boot(name)
            yield made
        finally:
            for firmware in made.firmware.values():
                await firmware.kill()
    for _ in range(500):  # a busy machine takes its time
        if asyncio.all_tasks() == before:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"tasks left behind: {asyncio.all_tasks() - before}")


async def echo(link: Link, inbox: "asyncio.Queue[bytes]", text: bytes) -> None:
    """Send a text to the firmware and wait until it comes back."""
    await link.write(COMMAND, b"P" + text)
    assert await asyncio.wait_for(inbox.get(), PATIENCE_S) == b"P" + text


async def subscribed(link: Link) -> "asyncio.Queue[bytes]":
    """Subscribe to the firmware's notifications."""
    inbox: asyncio.Queue[bytes] = asyncio.Queue()
    await link.subscribe(DATA, inbox.put_nowait)
    return inbox


async def pull(link: Link, inbox: "asyncio.Queue[bytes]", size: int) -> bytes:
    """Have the firmware stream `size` bytes; return what came, its CRC checked."""
    await link.write(COMMAND, b"S" + struct.pack("<I", size))
    got = bytearray()
    while True:
        part = await asyncio.wait_for(inbox.get(), PATIENCE_S)
        if part.startswith(b"end"):
            assert struct.unpack("<I", part[3:]) == (zlib.crc32(got),)
            return bytes(got)
        got += part
