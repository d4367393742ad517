"""Where the firmware's files are in this installation: what gets flashed, and what only the simulator needs."""

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

ROOT = Path(str(files("ambula_firmware")))
_NODECORE = Path(str(files("nodecore")))
_ON_EVERY_BOARD = ("node", "drivers")


def device_files() -> Iterator[tuple[str, Path]]:
    """Yield (path on the device, path here) of every file that goes on a node of any board, in a stable order."""
    yield "main.py", ROOT / "main.py"
    for folder in (_NODECORE, *(ROOT / name for name in _ON_EVERY_BOARD)):
        for path in sorted(folder.glob("*.py")):
            yield f"{folder.name}/{path.name}", path


def simulated_board() -> Iterator[tuple[str, Path]]:
    """Yield (file name, path here) of what makes up the simulated board: its stand-ins, and boot.py that starts it."""
    for path in sorted((ROOT / "boards" / "sim").glob("*.py")):
        yield path.name, path
