"""The wiring's picture: drawn anew it is the one on file, and every net of it is what the board file's pins say."""

import ast
import re
import xml.etree.ElementTree as ET
from itertools import pairwise
from pathlib import Path

import pytest
import wiring
import wiring_drawing
import wiring_nets

SVG = "{http://www.w3.org/2000/svg}"
BOARD = wiring_nets.PINS.with_name("board.py")


def gpios() -> dict[str, int]:
    """The pin table as Python sees it, not by the pattern that wiring.py reads it with."""
    tree = ast.parse(wiring_nets.PINS.read_text("utf-8"))
    found: dict[str, int] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and isinstance(node.value, ast.Call):
            found[node.targets[0].id] = ast.literal_eval(node.value.args[0])
    return found


def drawn(svg: str) -> dict[str, list[str]]:
    """Net -> what its group in the picture joins."""
    return {g.attrib["data-net"]: g.attrib["data-ends"].split() for g in ET.fromstring(svg).iter(f"{SVG}g")}


def test_the_picture_on_file_is_the_one_that_is_drawn() -> None:
    assert wiring.SVG.read_text("utf-8") == wiring_drawing.draw(wiring_nets.read_pins()), (
        "run python hardware/wiring.py"
    )


def test_the_table_in_the_assembly_page_is_the_same() -> None:
    page = wiring.SVG.with_name("BUILD.md").read_text("utf-8")
    assert wiring_nets.table(wiring_nets.read_pins()) in page, "put what python hardware/wiring.py --table prints there"


def test_every_pin_of_the_table_is_one_net_of_the_picture() -> None:
    nets = drawn(wiring.SVG.read_text("utf-8"))
    assert len(gpios()) >= 7
    for name, gpio in gpios().items():
        assert nets[name][0] == f"MCU.{wiring_nets.MARKS[gpio]}", name
        assert len(nets[name]) > 1, name
    assert set(nets) - set(gpios()) == {net.name for net in wiring_nets.POWER}


def test_the_table_s_own_comments_have_the_marks() -> None:
    for name, gpio, mark in re.findall(r"^(\w+) = const\((\d+)\)  # (D\d+)", wiring_nets.PINS.read_text("utf-8"), re.M):
        assert wiring_nets.MARKS[int(gpio)] == mark, name


def test_the_board_file_uses_these_pins() -> None:
    used = set(re.findall(r"pins\.([A-Z_0-9]+)", BOARD.read_text("utf-8")))
    assert used <= set(gpios())
    assert {"SDA", "SCL", "SENSOR_INT1", "BATTERY", "BUTTON"} <= used


def test_nothing_hangs_on_two_nets_and_no_part_lacks_power() -> None:
    ends = [end for net in wiring_nets.nets(wiring_nets.read_pins()) for end in net.ends]
    assert len(ends) == len(set(ends))
    assert {"IMU.VIN", "IMU.GND", "RTC.VCC", "RTC.GND", "R1.1", "R2.2", "LED.K", "SW.2"} <= set(ends)


@pytest.mark.parametrize("gpio", [2, 20])
def test_a_haptic_pin_brings_its_part_and_its_power(gpio: int) -> None:
    pins = {**wiring_nets.read_pins(), "HAPTIC": gpio}
    nets = drawn(wiring_drawing.draw(pins))
    assert nets["HAPTIC"] == [f"MCU.{wiring_nets.MARKS[gpio]}", "HAP.IN"]
    assert "HAP.VCC" in nets["3V3"]
    assert "HAP.GND" in nets["GND"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("BUZZER = const(3)\n", "no wire is known for BUZZER"),
        ("SDA = const(1)\n", "SDA on GPIO1: the board has no such pad"),
        ("SDA = const(6)\nSCL = const(6)\n", "two names on one pin"),
        ("", "no wire is known for it"),
    ],
)
def test_a_table_that_does_not_fit_is_refused(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "pins.py").write_text(text)
    with pytest.raises(ValueError, match=told):
        wiring_nets.read_pins(tmp_path / "pins.py")


def test_no_wire_of_the_picture_ends_in_the_air() -> None:
    """Each end is at a pin, at a resistor, or on another wire of the same colour."""
    svg = ET.fromstring(wiring_drawing.draw(wiring_nets.read_pins()))
    wires = [
        (e.get("stroke"), [tuple(map(float, p.split(","))) for p in e.get("points", "").split()])
        for e in svg.findall(".//{*}polyline")
        if e.get("stroke") != "#ffffff"
    ]
    wires = [(colour, line) for colour, line in wires if line[0][0] < 600 or line[0][1] < 800]  # the legend's are none
    pins = {(float(e.get("cx", 0)), float(e.get("cy", 0))) for e in svg.findall(".//{*}circle")}
    boxes = [[float(e.get(k, 0)) for k in ("x", "y", "width", "height")] for e in svg.findall(".//{*}rect")]
    resistors = [box for box in boxes if min(box[2:]) < 30]
    assert (len(wires), len(resistors)) == (29, 7)
    for number, (colour, points) in enumerate(wires):
        for end in (points[0], points[-1]):
            joined = any(
                _lies_on(end, a, b)
                for other, (c, line) in enumerate(wires)
                if other != number and c == colour
                for a, b in pairwise(line)
            )
            at_resistor = any(x - 2 <= end[0] <= x + w + 2 and y - 2 <= end[1] <= y + h + 2 for x, y, w, h in resistors)
            assert joined or at_resistor or end in pins, (colour, end)


def _lies_on(point: tuple[float, ...], a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    """Wires run straight up or across."""
    return all(min(p, q) <= o <= max(p, q) for o, p, q in zip(point, a, b, strict=True))
