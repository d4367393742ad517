"""Where the firmware's files are in this installation and on a board: what gets flashed, and what the simulator needs.

On a board the firmware is in one of two folders; the file `POINTER` names it, so that an upgrade is one atomic step.
"""

from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path

from ambula.base.errors import InputError

MAIN = "main.py"
POINTER = "firmware"
SLOTS = ("fw_a", "fw_b")
SIMULATED = "sim"

ROOT = Path(str(files("ambula_firmware")))
_NODECORE = Path(str(files("nodecore")))
_ON_EVERY_BOARD = ("node", "meeting", "drivers")
_NOT_FOR_THE_BOARD = ("boot.py", "manifest.py")


def device_files(board: str = SIMULATED) -> Iterator[tuple[str, Path]]:
    """Yield (path in the firmware's folder, path here) of every file of a node, in a stable order; main.py first.

    `board` names a folder in firmware/boards; the simulated board's own files are not on its flash. Raises InputError
    where this version has no such board.
    """
    for name in (MAIN, "start.py"):
        yield name, ROOT / name
    for folder in (_NODECORE, *(ROOT / name for name in _ON_EVERY_BOARD)):
        for path in sorted(folder.glob("*.py")):
            yield f"{folder.name}/{path.name}", path
    if board != SIMULATED:
        yield from _board_files(board)


def boards() -> list[str]:
    """Return the names of the boards that can be flashed: the simulated one is none of them."""
    names = (path.parent.name for path in (ROOT / "boards").glob("*/board.py"))
    return sorted(name for name in names if name != SIMULATED)


def placed(firmware: Mapping[str, bytes], slot: str) -> dict[str, bytes]:
    """Return path on the flash -> contents for a firmware that is to run from `slot`; main.py stays at the root."""
    moved = {name if name == MAIN else f"{slot}/{name}": contents for name, contents in firmware.items()}
    return {**moved, POINTER: slot.encode()}


def simulated_board() -> Iterator[tuple[str, Path]]:
    """Yield (file name, path here) of what makes up the simulated board: its stand-ins, and what starts it."""
    for path in sorted((ROOT / "boards" / SIMULATED).glob("*.py")):
        yield path.name, path


def _board_files(board: str) -> Iterator[tuple[str, Path]]:
    folder = ROOT / "boards" / board
    if not (folder / "board.py").is_file():
        raise InputError(f"this version of Ambula has no board {board!r}: it has {', '.join(boards())}")
    for path in sorted(folder.glob("*.py")):
        if path.name not in _NOT_FOR_THE_BOARD:
            yield path.name, path
