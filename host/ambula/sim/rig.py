"""The rehearsal stage: virtual nodes on bodies, the air between them, and a laptop's radio; all on one machine."""

import asyncio
import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ambula.nodes.keys import KeyFile
from ambula.nodes.session import NodeKey, new_key
from ambula.sim.air import Air
from ambula.sim.image import build_image, device_key
from ambula.sim.nimble import NodeRadio
from ambula.sim.node import HEAP, NodeProcess, NodeSettings
from ambula.sim.together import run_together
from ambula.transport.radio import Radio
from nodecore import protocol

# The node is powered a moment before its first sample, as one is before it is taped on.
_POWER_ON_MS = 5000  # the start waits for the clock's second and tests the sensor
# Past the last epoch by a little: the firmware wakes 50 ms after an epoch's end to finish it.
SETTLE_MS = 300
_WINDOW_MS = 900_000  # the nodes' default; with peers, all keep to it
_BEFORE_MS = 5000  # of a shared window: how far the nodes' clocks may be apart for it to be simulated together
_AFTER_MS = 5000
_MEETING_MS = 90_000
_ADVERTISE_MS = 15.0  # of the wall clock, at most: nobody need wait for a rehearsal's node to say that it is there


@dataclass(frozen=True)
class VirtualWearer:
    """One node to be worn: int16 samples (n, 3) at 26 Hz from `start_ms` (UTC) on, on a clock of its own.

    `samples` may be a file that holds them, little-endian, for recordings larger than memory should be.
    """

    role: int
    samples: NDArray[np.int16] | Path
    start_ms: int
    clock_offset_ms: int = 0
    clock_drift_ppm: int = 0
    tick_ppm: int = 0
    tick_noon_ppm: int | None = None
    config: dict[str, Any] | None = None

    @property
    def name(self) -> str:
        """`thigh` or `back`."""
        return protocol.ROLE_NAMES[self.role]


class Rig:
    """Virtual nodes and a laptop; an async context manager.

    Nodes start each at the beginning of its samples; `run_until` passes virtual time, `laptop_near` makes it real time
    and opens the nodes' radio windows, as a double tap does. `keys` are the nodes' keys; they are also in the key file
    `folder`/keys.json. `peers`: the nodes share a key and meet.
    """

    def __init__(
        self,
        folder: Path,
        wearers: list[VirtualWearer],
        participant: str = "P01",
        heap: str = HEAP,
        peers: bool = False,
    ) -> None:
        self._folder = folder
        self._wearers = wearers
        self._participant = participant
        self._heap = heap
        self._pair = new_key() if peers else b""
        self._stack = contextlib.AsyncExitStack()
        self._virtual_ms = min(w.start_ms for w in wearers)
        self._live_since_s: float | None = None
        self.nodes: dict[str, NodeProcess] = {}
        self.radios: dict[str, NodeRadio] = {}
        self.keys: list[NodeKey] = []
        self.air = Air(advertising_cap_ms=_ADVERTISE_MS)
        self.radio: Radio

    async def __aenter__(self) -> Self:
        self._folder.mkdir(parents=True, exist_ok=True)
        try:
            await self._stack.enter_async_context(self.air)
            for wearer in self._wearers:
                await self._add(wearer)
            self.radio = Radio.over(await self.air.add_central())
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def _add(self, wearer: VirtualWearer) -> None:
        flash = self.flash_path(wearer.name)
        if not flash.exists():
            build_image(
                flash,
                {"role": wearer.name, **(wearer.config or {})},
                new_key(),
                self._pair,
            )
        device_id = f"{0xA0 + wearer.role:02x}" * 8
        key = NodeKey(device_id, wearer.role, self._participant, device_key(flash), self._pair)
        self.keys.append(key)
        KeyFile(self.key_path).add(key)
        samples = wearer.samples
        if not isinstance(samples, Path):
            path = self._folder / f"{wearer.name}.samples"
            samples.astype("<i2").tofile(path)
            samples = path
        radio = self.radios[wearer.name] = await self.air.add_node(wearer.name, f"F0:AE:A4:00:00:{wearer.role + 1:02X}")
        settings = NodeSettings(
            flash=flash,
            samples=samples,
            samples_start_ms=wearer.start_ms,
            power_on_ms=wearer.start_ms - _POWER_ON_MS,
            device_id=device_id,
            radio=str(radio.socket_path),
            clock_offset_ms=wearer.clock_offset_ms,
            clock_drift_ppm=wearer.clock_drift_ppm,
            tick_ppm=wearer.tick_ppm,
            tick_noon_ppm=wearer.tick_noon_ppm,
        )
        node = NodeProcess(wearer.name, settings, self._folder, self._heap)
        self.nodes[wearer.name] = node
        self._stack.push_async_callback(node.quit)
        await node.start()

    @property
    def key_path(self) -> Path:
        """Where the nodes' keys are kept."""
        return self._folder / "keys.json"

    def flash_path(self, name: str) -> Path:
        """Return where the flash image of a node is kept."""
        return self._folder / f"{name}.img"

    def utc_ms(self) -> int:
        """Return the true (virtual) UTC in ms: what the laptop's clock shows."""
        if self._live_since_s is None:
            return self._virtual_ms
        return self._virtual_ms + round((time.monotonic() - self._live_since_s) * 1000)

    async def run_until(self, utc_ms: int, on_progress: Callable[[int], None] | None = None) -> None:
        """Let all nodes pass virtual time up to `utc_ms`, side by side; `on_progress` hears the slowest's UTC ms."""
        reached = dict.fromkeys(self.nodes, self._virtual_ms)

        def hear(name: str) -> Callable[[int], None]:
            def note(ms: int) -> None:
                reached[name] = ms
                if on_progress is not None:
                    on_progress(min(reached.values()))

            return note

        for name, node in self.nodes.items():
            node.on_progress = hear(name)
        while self._pair and (window_ms := self._next_window_ms()) + _AFTER_MS < utc_ms:
            await self._run_apart(window_ms - _BEFORE_MS)
            self._virtual_ms = await run_together(
                self.nodes, self.radios, self.air, self._virtual_ms, window_ms + _AFTER_MS, window_ms + _MEETING_MS
            )
        await self._run_apart(utc_ms)

    def _next_window_ms(self) -> int:
        return -(-(self.utc_ms() + 1 - _AFTER_MS) // _WINDOW_MS) * _WINDOW_MS

    async def _run_apart(self, utc_ms: int) -> None:
        """Let each node pass virtual time up to `utc_ms` at its own speed."""
        utc_ms = max(utc_ms, self.utc_ms())
        await asyncio.gather(*(node.run_until(utc_ms) for node in self.nodes.values()))
        self._virtual_ms = utc_ms
        self._live_since_s = None

    async def restart(self, name: str) -> None:
        """Power a node up again after a power cut; it goes on in real time, with its radio open."""
        node = self.nodes[name]
        await node.kill()
        await node.start()
        node.tap()
        node.live()

    async def reboot(self, name: str) -> None:
        """Cut a node's power and give it back at once, in the virtual time that has come; its clock keeps the time."""
        await self.nodes[name].kill()
        await self.nodes[name].start(power_on_ms=self.utc_ms())

    def laptop_near(self, tap: bool = True) -> None:
        """Time runs as on the wall from now on, and the wearer double-taps both nodes unless told not to."""
        self._live_since_s = time.monotonic()
        for node in self.nodes.values():
            if tap:
                node.tap()
            node.live()
