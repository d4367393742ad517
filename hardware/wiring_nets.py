"""The wires of a node, from the pin table that the board file uses: what is joined to what, and in which colour.

A name in firmware/boards/xiao_esp32c3/pins.py that has no line in SIGNALS here is refused: no pin without its wire.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PINS = Path(__file__).parents[1] / "firmware" / "boards" / "xiao_esp32c3" / "pins.py"

# The board's marks of its GPIOs, and its two rows of pads from the USB end: Seeed's wiki page of the XIAO ESP32C3.
MARKS = {2: "D0", 3: "D1", 4: "D2", 5: "D3", 6: "D4", 7: "D5", 21: "D6", 20: "D7", 8: "D8", 9: "D9", 10: "D10"}
LEFT_ROW = ("D0", "D1", "D2", "D3", "D4", "D5", "D6")
RIGHT_ROW = ("5V", "GND", "3V3", "D10", "D9", "D8", "D7")


@dataclass(frozen=True)
class Net:
    """What is joined: its name, colour of the wire (a word and CSS), and the ends as `part.pin`."""

    name: str
    colour: str
    css: str
    ends: tuple[str, ...]


# Name in pins.py -> colour, CSS colour, and what hangs on that pin.
SIGNALS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "BATTERY": ("orange", "#e07b00", ("R1.2", "R2.1")),
    "SENSOR_INT1": ("yellow", "#b59a00", ("IMU.INT1",)),
    "CLOCK_EVENT": ("violet", "#8e44ad", ("RTC.EVI",)),
    "SDA": ("blue", "#1565c0", ("IMU.SDA", "RTC.SDA")),
    "SCL": ("green", "#2e7d32", ("IMU.SCL", "RTC.SCL")),
    "BUTTON": ("white", "#8d8d8d", ("SW.1",)),
    "LED": ("brown", "#795548", ("R3.1",)),
    "HAPTIC": ("grey", "#546e7a", ("HAP.IN",)),
}
POWER = (
    Net("3V3", "red", "#d32f2f", ("MCU.3V3", "IMU.VIN", "RTC.VCC")),
    Net("GND", "black", "#222222", ("MCU.GND", "IMU.GND", "RTC.GND", "R2.2", "LED.K", "SW.2")),
    Net("BAT+", "red", "#d32f2f", ("MCU.BAT+", "BAT.+", "R1.1")),
    Net("BAT-", "black", "#222222", ("MCU.BAT-", "BAT.-")),
    Net("LED resistor", "brown", "#795548", ("R3.2", "LED.A")),
)
HAPTIC_POWER = {"3V3": "HAP.VCC", "GND": "HAP.GND"}


def read_pins(path: Path = PINS) -> dict[str, int]:
    """Return name -> GPIO number of a board's pin table. Raises ValueError for one that is not a table of pins."""
    found = re.findall(r"^([A-Z][A-Z0-9_]*) = const\((\d+)\)", path.read_text("utf-8"), re.MULTILINE)
    pins = {name: int(number) for name, number in found}
    unknown = sorted(set(pins) - set(SIGNALS))
    if unknown or not pins:
        raise ValueError(f"{path.name}: no wire is known for {', '.join(unknown) or 'it'}: add it to SIGNALS")
    odd = sorted(f"{name} on GPIO{number}" for name, number in pins.items() if number not in MARKS)
    if odd or len(set(pins.values())) != len(pins):
        raise ValueError(f"{path.name}: {', '.join(odd) or 'two names on one pin'}: the board has no such pad")
    return pins


def nets(pins: Mapping[str, int]) -> list[Net]:
    """Return every net of a node with these pins."""
    signals = [
        Net(name, colour, css, (f"MCU.{MARKS[pins[name]]}", *ends))
        for name, (colour, css, ends) in SIGNALS.items()
        if name in pins
    ]
    if "HAPTIC" not in pins:
        return [*signals, *POWER]
    with_haptic = [
        Net(n.name, n.colour, n.css, (*n.ends, HAPTIC_POWER[n.name]) if n.name in HAPTIC_POWER else n.ends)
        for n in POWER
    ]
    return [*signals, *with_haptic]


def table(pins: Mapping[str, int]) -> str:
    """Return the wires as a Markdown table."""
    lines = ["| wire | colour | from | to |", "|---|---|---|---|"]
    for net in nets(pins):
        gpio = f" (GPIO{pins[net.name]})" if net.name in pins else ""
        lines.append(f"| {net.name} | {net.colour} | {net.ends[0]}{gpio} | {', '.join(net.ends[1:])} |")
    return "\n".join(lines) + "\n"
