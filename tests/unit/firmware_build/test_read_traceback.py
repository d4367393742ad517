"""A node's traceback names functions as the sources do: what is compiled has the short names that the lookup knows."""

import ast
import re
from pathlib import Path

import pytest

from ambula.firmware_build.compile import ESP32_C3, compile_files
from ambula.firmware_build.files import device_files
from ambula.firmware_build.mip_package import REFERENCE_BOARD
from ambula.firmware_build.read_traceback import Flashed, flashed, read

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def firmware() -> Flashed:
    return flashed()


def short_name(firmware: Flashed, module: str, qualified: str) -> str:
    """What a function is called on the node."""
    return next(
        short
        for (within, short), places in firmware.places.items()
        if within == module and any(p.endswith(f" {qualified}") for p in places)
    )


def test_a_frame_gets_the_name_and_the_line_of_the_source(firmware: Flashed) -> None:
    short = short_name(firmware, "node.settings", "_fits")
    assert short != "_fits"
    said = f'Traceback:\n  File "node.settings", line 1, in {short}\r\nNameError: no\n'
    first, frame, last = read(said, firmware).splitlines()
    assert (first, last) == ("Traceback:", "NameError: no")
    where = re.fullmatch(r"  firmware/(node/settings\.py):(\d+) _fits", frame)
    assert where
    line = (ROOT / "firmware" / where[1]).read_text("utf-8").splitlines()[int(where[2]) - 1]
    assert line.startswith("def _fits(")


def test_a_line_of_a_build_with_lines_is_shown(firmware: Flashed) -> None:
    number = next(n for n, text in enumerate(firmware.texts["start"], 1) if "app.run()" in text)
    shown = read(f'  File "start", line {number}, in run\n', firmware).splitlines()
    assert [re.sub(r":\d+", "", shown[0]), shown[1]] == ["  firmware/start.py run", "    app.run()"]


def test_a_name_of_two_classes_is_both(firmware: Flashed) -> None:
    frame = read('  File "node.guards", line 1, in __init__\n', firmware)
    assert re.sub(r":\d+", "", frame).split(" or ") == [
        "  firmware/node/guards.py Sensor.__init__",
        "firmware/node/guards.py SteadyClock.__init__\n",
    ]


def test_what_is_not_ours_stays(firmware: Flashed) -> None:
    for line in ('  File "main.py", line 12, in <module>\n', '  File "x", line 1, in f\n', "KeyboardInterrupt: \n", ""):
        assert read(line, firmware) == line


def test_every_function_has_a_place(firmware: Flashed) -> None:
    functions = sum(
        isinstance(node, ast.FunctionDef)
        for _, path in device_files(REFERENCE_BOARD)
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
    )
    assert functions > 200
    assert sum(map(len, firmware.places.values())) == functions
    assert any("boards/xiao_esp32c3/board.py" in place for places in firmware.places.values() for place in places)


def test_the_short_names_are_those_that_are_compiled(firmware: Flashed) -> None:
    compiled = compile_files(device_files(REFERENCE_BOARD), ESP32_C3)
    short = [one for one in firmware.places if one[1].startswith("_") and not one[1].startswith("__")]
    assert len(short) > 100
    for module, name in short:
        assert name.encode() in compiled[f"{module.replace('.', '/')}.mpy"], (module, name)
