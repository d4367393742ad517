"""Draws the wiring of a node: parts at fixed places, wires in lanes between them, on the nets that `wiring` knows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape

from wiring_nets import LEFT_ROW, MARKS, RIGHT_ROW, SIGNALS, Net, nets

WIDTH, HEIGHT = 1240, 930
PITCH = 34


@dataclass(frozen=True)
class Part:
    """A box with pins on its right (`side` 1) or left (-1) edge; (x, y) is its top left corner."""

    ref: str
    title: str
    note: str
    x: int
    y: int
    width: int
    side: int
    pins: tuple[str, ...]
    pulled_up: tuple[str, ...] = ()

    @property
    def height(self) -> int:
        """Of the box: a title line, a note line and a line a pin."""
        return 62 + PITCH * len(self.pins)

    def pin(self, name: str) -> tuple[int, int]:
        """Where a wire meets the pin."""
        edge = self.x + (self.width if self.side > 0 else 0)
        return edge, self.y + 70 + PITCH * self.pins.index(name)


PARTS = (
    Part("BAT", "Cell", "protected LiPo, 3.7 V", 40, 40, 200, 1, ("+", "-")),
    Part("IMU", "LSM6DS3TR-C", "accelerometer", 40, 410, 200, 1, ("VIN", "GND", "INT1", "SDA", "SCL"), ("SDA", "SCL")),
    Part("RTC", "RV-3028", "clock", 40, 660, 200, 1, ("VCC", "GND", "EVI", "SDA", "SCL"), ("SDA", "SCL")),
    Part("LED", "LED", "in the lid", 1030, 120, 170, -1, ("A", "K")),
    Part("SW", "Button", "same pin as BOOT", 1030, 330, 170, -1, ("1", "2")),
    Part("HAP", "Haptic motor", "R4 IN to GND", 1030, 520, 170, -1, ("VCC", "IN", "GND")),
)
MCU_X, MCU_Y, MCU_WIDTH, MCU_PITCH = 610, 190, 190, 46


def _mcu_pin(name: str) -> tuple[int, int]:
    if name in LEFT_ROW:
        return MCU_X, MCU_Y + 90 + MCU_PITCH * LEFT_ROW.index(name)
    if name in RIGHT_ROW:
        return MCU_X + MCU_WIDTH, MCU_Y + 90 + MCU_PITCH * RIGHT_ROW.index(name)
    return MCU_X + (60 if name == "BAT+" else 130), MCU_Y


@dataclass
class Drawing:
    """SVG in pieces: what lies below comes first."""

    pieces: list[str] = field(default_factory=list[str])

    def text(self, x: float, y: float, words: str, size: int = 15, anchor: str = "start", style: str = "") -> None:
        """Write words; `anchor` as in SVG."""
        self.pieces.append(
            f'<text x="{x:g}" y="{y:g}" font-size="{size}" text-anchor="{anchor}" {style}>{escape(words)}</text>'
        )

    def box(self, x: float, y: float, width: float, height: float, fill: str, line: str = "#333") -> None:
        """Draw a rounded box."""
        self.pieces.append(
            f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="8" fill="{fill}" stroke="{line}" '
            'stroke-width="1.6"/>'
        )

    def line(self, css: str, *points: tuple[float, float], width: float = 4) -> None:
        """Draw a wire, with a light edge so that crossing ones stay apart."""
        path = " ".join(f"{x:g},{y:g}" for x, y in points)
        for colour, thick in (("#ffffff", width + 4), (css, width)):
            self.pieces.append(
                f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{thick:g}" '
                'stroke-linejoin="round"/>'
            )

    def dot(self, css: str, x: float, y: float) -> None:
        """Mark where wires are joined."""
        self.pieces.append(f'<circle cx="{x:g}" cy="{y:g}" r="6" fill="{css}" stroke="#fff" stroke-width="1.5"/>')

    def resistor(self, x: float, y: float, upright: bool, words: str) -> None:
        """Draw a resistor with its middle at a place."""
        width, height = (18, 46) if upright else (46, 18)
        self.pieces.append(
            f'<rect x="{x - width / 2:g}" y="{y - height / 2:g}" width="{width}" height="{height}" fill="#f5e6c8" '
            'stroke="#333" stroke-width="1.6"/>'
        )
        if upright:
            self.text(x - 18, y + 5, words, 14, "end")
        else:
            self.text(x, y - 15, words, 14, "middle")


def _place(end: str) -> tuple[int, int]:
    ref, _, pin = end.partition(".")
    return _mcu_pin(pin) if ref == "MCU" else next(p for p in PARTS if p.ref == ref).pin(pin)


def draw(pins: Mapping[str, int]) -> str:
    """Return the drawing as SVG; each net is a group whose `data-ends` names what it joins."""
    drawing = Drawing()
    joined = {net.name: net for net in nets(pins)}
    routes = {
        "3V3": _draw_rail,
        "GND": _draw_rail,
        "BAT+": _draw_cell,
        "BAT-": _draw_cell,
        "BATTERY": _draw_divider,
        "LED": _draw_led,
        "LED resistor": _draw_led,
    }
    # The rails first: what lies below is crossed by the others.
    for net in sorted(joined.values(), key=lambda n: n.name not in ("GND", "3V3")):
        drawing.pieces.append(f'<g data-net="{escape(net.name)}" data-ends="{" ".join(net.ends)}">')
        routes.get(net.name, _draw_signal)(drawing, net)
        drawing.pieces.append("</g>")
    _draw_mcu(drawing, pins)
    for part in PARTS:
        if part.ref != "HAP" or "HAPTIC" in pins:
            _draw_part(drawing, part)
    drawing.resistor(430, 212, True, "R1  220 kOhm")
    drawing.resistor(430, 312, True, "R2  220 kOhm")
    if "LED" in joined:
        drawing.resistor(980, _place("LED.A")[1], False, "R3  1 kOhm")
    _draw_words(drawing, joined)
    body = "\n".join(drawing.pieces)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="DejaVu Sans, Arial, '
        f'sans-serif" fill="#111">\n<title>Wiring of a node</title>\n<rect width="{WIDTH}" height="{HEIGHT}" '
        f'fill="#fff"/>\n{body}\n</svg>\n'
    )


# Where each wire runs upright between its ends: on the left of the board, and on its right.
LEFT_LANES = {"SENSOR_INT1": 480, "CLOCK_EVENT": 560, "SDA": 505, "SCL": 530, "3V3": 300, "GND": 270}
RIGHT_LANES = {"3V3": 880, "GND": 905, "LED": 930, "BUTTON": 955, "HAPTIC": 980}
BOTTOM = {"3V3": 660, "GND": 685}


def _draw_signal(drawing: Drawing, net: Net) -> None:
    start, *ends = [_place(end) for end in net.ends]
    is_left = start[0] == MCU_X
    own = (LEFT_LANES if is_left else RIGHT_LANES).get(net.name)
    lane = own if own is not None else (575 if is_left else 905)
    for end in ends:
        if is_left == (end[0] < MCU_X):
            drawing.line(net.css, start, (lane, start[1]), (lane, end[1]), end)
        else:  # to the other side: below the board
            low = MCU_Y + 430
            far = RIGHT_LANES.get(net.name, 905) if is_left else LEFT_LANES.get(net.name, 575)
            near = 592 if is_left else 818
            drawing.line(net.css, start, (near, start[1]), (near, low), (far, low), (far, end[1]), end)
    for end in sorted(ends, key=lambda e: abs(e[1] - start[1]))[:-1]:
        drawing.dot(net.css, lane, end[1])


def _draw_rail(drawing: Drawing, net: Net) -> None:
    """3V3 and ground: from the board's right row to both sides, by the bottom."""
    x, y = _place(net.ends[0])
    left, right, low = LEFT_LANES[net.name], RIGHT_LANES[net.name], BOTTOM[net.name]
    ends = [_place(end) for end in net.ends[1:] if not end.startswith("R2")]
    on_left = [e for e in ends if e[0] < MCU_X]
    on_right = [e for e in ends if e[0] > MCU_X]
    lows = [low, *(e[1] for e in on_right)]
    highs = [y, low, *(e[1] for e in on_right)]
    drawing.line(net.css, (x, y), (right, y))
    drawing.line(net.css, (right, min(highs)), (right, max(lows)))
    tops = [low, *(e[1] for e in on_left)]
    drawing.line(net.css, (right, low), (left, low))
    drawing.line(net.css, (left, min(tops)), (left, max(tops)))
    if net.name == "GND":  # the divider's foot, above the uppermost part on the left
        drawing.line(net.css, (left, min(tops)), (left, 390), (430, 390), (430, 330))
    for end in on_left:
        drawing.line(net.css, (left, end[1]), end)
        drawing.dot(net.css, left, end[1])
    for end in on_right:
        drawing.line(net.css, (right, end[1]), end)
        drawing.dot(net.css, right, end[1])
    drawing.dot(net.css, right, y)
    drawing.dot(net.css, right, low)
    drawing.dot(net.css, left, low)


def _draw_cell(drawing: Drawing, net: Net) -> None:
    pad, cell = _place(net.ends[0]), _place(net.ends[1])
    drawing.line(net.css, cell, (pad[0], cell[1]), pad)
    if net.name == "BAT+":
        drawing.line(net.css, (430, cell[1]), (430, 195))
        drawing.dot(net.css, 430, cell[1])


def _draw_divider(drawing: Drawing, net: Net) -> None:
    x, y = _place(net.ends[0])
    lane = 500 if x == MCU_X else 592
    drawing.line(net.css, (430, 230), (430, 295))
    drawing.line(net.css, (x, y), (lane, y), (lane, 262), (430, 262))
    drawing.dot(net.css, 430, 262)


def _draw_led(drawing: Drawing, net: Net) -> None:
    anode = _place("LED.A")
    if net.name == "LED":
        x, y = _place(net.ends[0])
        lane = RIGHT_LANES["LED"]
        drawing.line(net.css, (x, y), (lane, y), (lane, anode[1]), (957, anode[1]))
    else:
        drawing.line(net.css, (1003, anode[1]), anode)


def _draw_part(drawing: Drawing, part: Part) -> None:
    drawing.box(part.x, part.y, part.width, part.height, "#eef3f8")
    middle = part.x + part.width / 2
    drawing.text(middle, part.y + 26, part.title, 19, "middle", 'font-weight="bold"')
    drawing.text(middle, part.y + 46, f"{part.ref}: {part.note}", 13, "middle", 'fill="#444"')
    for name in part.pins:
        x, y = part.pin(name)
        drawing.pieces.append(f'<circle cx="{x}" cy="{y}" r="5" fill="#d4a017" stroke="#333"/>')
        inside, anchor = (x - 12, "end") if part.side > 0 else (x + 12, "start")
        drawing.text(inside, y + 5, name, 15, anchor, 'font-weight="bold"')
        if name in part.pulled_up:
            _draw_pull_up(drawing, part.x + 18, y)


def _draw_pull_up(drawing: Drawing, x: float, y: float) -> None:
    drawing.pieces.append(
        f'<path d="M{x + 118} {y}H{x + 92}M{x + 56} {y}H{x + 38}" stroke="#333" stroke-width="1.6"/>'
        f'<rect x="{x + 56}" y="{y - 6}" width="36" height="12" fill="#f5e6c8" stroke="#333"/>'
    )
    drawing.text(x + 34, y + 5, "3V3", 12, "end", 'fill="#d32f2f"')


def _draw_mcu(drawing: Drawing, pins: Mapping[str, int]) -> None:
    height = 90 + MCU_PITCH * 6 + 40
    drawing.box(MCU_X, MCU_Y, MCU_WIDTH, height, "#e8f5e9")
    drawing.box(MCU_X + 60, MCU_Y + 22, 70, 30, "#cfd8dc")
    drawing.text(MCU_X + 95, MCU_Y + 42, "USB-C", 13, "middle")
    drawing.text(MCU_X + 95, MCU_Y + 76, "XIAO ESP32C3", 18, "middle", 'font-weight="bold"')
    used = {MARKS[gpio]: (name, gpio) for name, gpio in pins.items()}
    for mark in (*LEFT_ROW, *RIGHT_ROW, "BAT+", "BAT-"):
        x, y = _mcu_pin(mark)
        is_wired = mark in used or mark in ("GND", "3V3", "BAT+", "BAT-")
        drawing.pieces.append(
            f'<circle cx="{x}" cy="{y}" r="5.5" fill="{"#d4a017" if is_wired else "#fff"}" stroke="#333"/>'
        )
        weight = 'font-weight="bold"' if is_wired else 'fill="#888"'
        if mark.startswith("BAT"):
            drawing.text(x, y + 18, mark, 13, "middle", weight)
            continue
        is_left = mark in LEFT_ROW
        anchor = "start" if is_left else "end"
        drawing.text(x + (12 if is_left else -12), y + 5, mark, 15, anchor, weight)
        if mark in used:
            name, gpio = used[mark]
            drawing.text(x + (46 if is_left else -50), y + 5, f"GPIO{gpio}", 12, anchor, 'fill="#555"')
            colour = SIGNALS[name][1]
            drawing.text(
                x + (-10 if is_left else 10), y - 8, name, 12, "end" if is_left else "start", f'fill="{colour}"'
            )


def _draw_words(drawing: Drawing, joined: Mapping[str, Net]) -> None:
    drawing.text(WIDTH - 40, 50, "Wiring of a node", 26, "end", 'font-weight="bold"')
    drawing.text(WIDTH - 40, 76, "drawn from the firmware's own pin table", 14, "end", 'fill="#555"')
    for number, words in enumerate(
        (
            "BAT+ and BAT- are pads on the underside of the board.",
            "Pull-ups of SDA and SCL are on the breakouts: do not add others.",
            "A dot joins wires; wires that cross without a dot are not joined.",
            "Pins that are drawn empty stay empty.",
        )
    ):
        drawing.text(620, 722 + 22 * number, words, 14, style='fill="#444"')
    for number, net in enumerate(joined.values()):
        x, y = 622 + 196 * (number % 3), 820 + 25 * (number // 3)
        drawing.line(net.css, (x, y), (x + 26, y))
        drawing.text(x + 34, y + 5, f"{net.name}: {net.colour}", 12)
