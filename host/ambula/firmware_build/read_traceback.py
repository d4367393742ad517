"""Names the functions of a node's traceback as the sources do: what is flashed has short names and no line numbers.

python -m ambula.firmware_build.read_traceback [BOARD] < TRACEBACK     BOARD: none for the reference board
"""

import ast
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ambula.firmware_build.files import device_files
from ambula.firmware_build.fold_constants import fold_constants
from ambula.firmware_build.mip_package import REFERENCE_BOARD
from ambula.firmware_build.shorten_names import shorten_names

_FRAME = re.compile(r'  File "([\w.]+)", line (\d+), in (\S+)')
_NO_LINE = 1  # what MicroPython says where a file was compiled without line numbers


@dataclass(frozen=True)
class Flashed:
    """A firmware as it is flashed, to look up where its parts come from.

    places: (module, a function's name on the node) -> `path:line name` in the sources; several where methods of two
    classes have one name, since MicroPython does not tell the class. texts: module -> what mpy-cross compiled, by line.
    """

    places: Mapping[tuple[str, str], list[str]]
    texts: Mapping[str, list[str]]


def flashed(board: str = REFERENCE_BOARD) -> Flashed:
    """Return the firmware of a board as these sources make it. Raises InputError where there is no such board."""
    texts = {name: path.read_text(encoding="utf-8") for name, path in device_files(board)}
    small = shorten_names(fold_constants(texts))
    places: dict[tuple[str, str], list[str]] = {}
    for name, text in texts.items():
        pairs = zip(_functions(ast.parse(text)), _functions(ast.parse(small[name])), strict=True)
        for (qualified, line), (short, _) in pairs:
            place = f"{_in_repository(name, board)}:{line} {qualified}"
            places.setdefault((_module(name), short.rpartition(".")[2]), []).append(place)
    return Flashed(places, {_module(name): text.splitlines() for name, text in small.items()})


def read(traceback: str, firmware: Flashed) -> str:
    """Return a traceback with the sources' names in each frame that is known; the rest stays as it is."""
    return "".join(_line(line, firmware) for line in traceback.splitlines(keepends=True))


def _line(line: str, firmware: Flashed) -> str:
    frame = _FRAME.match(line)
    places = firmware.places.get((frame[1], frame[3])) if frame else None
    if not frame or not places:
        return line
    number = int(frame[2])
    told = [f"  {' or '.join(places)}\n"]
    if number != _NO_LINE:
        told += [f"    {text.strip()}\n" for text in firmware.texts[frame[1]][number - 1 : number]]
    return "".join(told)


def _module(name: str) -> str:
    return name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _functions(tree: ast.AST, within: str = "") -> Iterator[tuple[str, int]]:
    """Yield (qualified name, line) of every function, in the order of the text."""
    for node in ast.iter_child_nodes(tree):
        inside = within
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            inside = f"{within}{node.name}."
        if isinstance(node, ast.FunctionDef):
            yield inside[:-1], node.lineno
        yield from _functions(node, inside)


def _in_repository(name: str, board: str) -> str:
    return f"firmware/boards/{board}/{name}" if name in ("board.py", "pins.py") else f"firmware/{name}"


if __name__ == "__main__":
    print(read(sys.stdin.read(), flashed(*sys.argv[1:2])), end="")
