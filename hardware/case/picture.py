"""Draws the case: shaded views by a depth buffer, with words beside them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from build123d import Part, Pos, Rot, Shape
from PIL import Image, ImageDraw, ImageFont

from case import checks, shape
from case import contents as c

Floats = npt.NDArray[np.float64]

SIZE = (1680, 1180)
_SHARPER = 2  # drawn larger, then made smaller, so that edges are smooth
_LIGHT = np.array([-0.35, -0.5, 0.79])
_PLASTIC = (206, 214, 222)
_LID = (176, 200, 222)
_ARROW = (70, 90, 120)
_COLOURS = {
    "XIAO ESP32C3": (46, 125, 50),
    "USB-C socket": (160, 160, 160),
    "LSM6DS3TR-C breakout": (40, 70, 150),
    "RV-3028 breakout": (110, 60, 140),
    "cell": (214, 160, 40),
    "antenna": (60, 60, 60),
    "LED": (40, 190, 60),
    "LED's flange": (40, 190, 60),
    "button": (90, 90, 90),
    "haptic motor": (150, 150, 150),
    "haptic driver": (40, 110, 110),
    "divider resistors": (200, 150, 110),
}


@dataclass(frozen=True)
class Body:
    """Something to draw and its colour."""

    shape: Shape
    colour: tuple[int, int, int]


@dataclass(frozen=True)
class View:
    """Where on the sheet (centre, pixels), how large (pixels a mm), and from where (degrees about z, then tilt)."""

    at: tuple[int, int]
    scale: float
    turn_deg: float
    tilt_deg: float


def _project(points: Floats, view: View) -> Floats:
    """Return x and y in pixels of the large sheet and depth towards the eye."""
    turn, tilt = np.radians((view.turn_deg, view.tilt_deg))
    x = points[:, 0] * np.cos(turn) - points[:, 1] * np.sin(turn)
    y = points[:, 0] * np.sin(turn) + points[:, 1] * np.cos(turn)
    up = points[:, 2] * np.cos(tilt) + y * np.sin(tilt)
    depth = points[:, 2] * np.sin(tilt) - y * np.cos(tilt)
    scale = view.scale * _SHARPER
    return np.stack((view.at[0] * _SHARPER + x * scale, view.at[1] * _SHARPER - up * scale, depth), axis=1)


_APART = View((430, 900), 9.2, 32, 34)
# Where the words stand, the part they point to, how far it is lifted, and the words.
_LABELS = (
    ((70, 500), "cell", 32.0, "cell"),
    ((815, 385), "haptic motor", 32.0, "haptic motor"),
    ((815, 450), "button", 32.0, "button"),
    ((815, 515), "LED", 32.0, "LED"),
    ((70, 690), "antenna", 0.0, "antenna"),
    ((92, 770), "LSM6DS3TR-C breakout", 0.0, "accelerometer"),
    ((815, 720), "RV-3028 breakout", 0.0, "clock"),
    ((815, 640), "haptic driver", 0.0, "its driver"),
    ((420, 1130), "XIAO ESP32C3", 0.0, "XIAO ESP32C3"),
    ((115, 1110), "USB-C socket", 0.0, "USB-C, down\nwhen worn"),
    ((690, 1110), "divider resistors", 0.0, "resistors"),
)


class Sheet:
    """A picture with a depth for each pixel."""

    def __init__(self) -> None:
        height, width = SIZE[1] * _SHARPER, SIZE[0] * _SHARPER
        self.pixels = np.full((height, width, 3), 255, np.uint8)
        self._depth = np.full((height, width), -np.inf)

    def draw(self, bodies: Sequence[Body], view: View) -> None:
        """Draw bodies as seen in a view; nearer ones hide others."""
        for body in bodies:
            corners, triangles = body.shape.tessellate(0.08, 0.25)
            points = np.array([(p.X, p.Y, p.Z) for p in corners])
            placed = _project(points, view)
            for triangle in triangles:
                index = list(triangle)
                self._triangle(placed[index], points[index], body.colour)

    def _triangle(self, at: Floats, real: Floats, colour: tuple[int, int, int]) -> None:
        low = np.floor(at[:, :2].min(axis=0)).astype(int).clip(0)
        high = np.ceil(at[:, :2].max(axis=0)).astype(int) + 1
        across = np.arange(low[0], min(high[0], self.pixels.shape[1]))
        down = np.arange(low[1], min(high[1], self.pixels.shape[0]))
        area = _cross(at[1] - at[0], at[2] - at[0])
        normal = np.cross(real[1] - real[0], real[2] - real[0])
        length = float(np.linalg.norm(normal))
        if not len(across) or not len(down) or abs(area) < 1e-9 or length < 1e-12:
            return
        x, y = np.meshgrid(across + 0.5, down + 0.5)
        second = ((x - at[0, 0]) * (at[2, 1] - at[0, 1]) - (y - at[0, 1]) * (at[2, 0] - at[0, 0])) / area
        third = ((at[1, 0] - at[0, 0]) * (y - at[0, 1]) - (at[1, 1] - at[0, 1]) * (x - at[0, 0])) / area
        depth = at[0, 2] + second * (at[1, 2] - at[0, 2]) + third * (at[2, 2] - at[0, 2])
        window = self._depth[down[0] : down[-1] + 1, across[0] : across[-1] + 1]
        nearer = (second >= -1e-6) & (third >= -1e-6) & (second + third <= 1 + 1e-6) & (depth > window)
        window[nearer] = depth[nearer]
        brightness = 0.42 + 0.58 * max(0.0, float(normal @ _LIGHT) / length)
        self.pixels[down[0] : down[-1] + 1, across[0] : across[-1] + 1][nearer] = np.array(colour) * brightness

    def image(self) -> Image.Image:
        """Return the picture in its final size, with dark outlines where the depth jumps."""
        flat = np.where(np.isfinite(self._depth), self._depth, -1000.0)
        jump = np.zeros(flat.shape, bool)
        jump[:, 1:] |= np.abs(np.diff(flat, axis=1)) > 0.9
        jump[1:, :] |= np.abs(np.diff(flat, axis=0)) > 0.9
        pixels = self.pixels.copy()
        pixels[jump] = (60, 60, 60)
        return Image.fromarray(pixels).resize(SIZE, Image.Resampling.LANCZOS)


def _cross(a: Floats, b: Floats) -> float:
    return float(a[0] * b[1] - a[1] * b[0])


def _inside(lifted: float, names: Sequence[str] | None = None) -> list[Body]:
    parts = checks.contents()
    return [Body(Pos(0, 0, lifted) * parts[n], _COLOURS[n]) for n in parts if names is None or n in names]


def draw(halves: dict[str, Part], path: Path) -> None:
    """Write the picture: taken apart, closed for film, closed for a strap, the lid from below."""
    sheet = Sheet()
    in_lid = ("cell", "LED", "LED's flange", "button", "haptic motor")
    in_base = [item.name for item in c.CONTENTS if item.name not in in_lid]
    sheet.draw([Body(halves["base (film)"], _PLASTIC), *_inside(0, in_base)], _APART)
    sheet.draw([*_inside(32, in_lid)], _APART)
    arrow = shape.arrow(0.05)
    sheet.draw([Body(Pos(0, 0, 62) * halves["lid"], _LID), Body(Pos(0, 0, 62) * arrow, _ARROW)], _APART)
    for at, name in (((1060, 330), "base (film)"), ((1440, 330), "base (strap)")):
        view = View(at, 5.0, 32, 38)
        closed = [Body(halves[name], _PLASTIC), Body(halves["lid"], _LID), Body(arrow, _ARROW)]
        sheet.draw([*closed, *_inside(0, ("USB-C socket", "LED"))], view)
    below = View((1060, 850), 5.0, 32, 52)
    sheet.draw([Body(Rot(180, 0, 0) * halves["lid"], _LID)], below)
    sheet.draw([Body(halves["base (strap)"], _PLASTIC)], View((1440, 850), 5.0, 32, 52))
    image = sheet.image()
    _write_words(ImageDraw.Draw(image), halves)
    image.save(path, optimize=True)


def _write_words(pen: ImageDraw.ImageDraw, halves: dict[str, Part]) -> None:
    def say(at: tuple[int, int], words: str, size: int = 22, fill: str = "#222") -> None:
        pen.text(at, words, fill=fill, font=ImageFont.load_default(size), anchor="mm")

    size = halves["base (film)"].bounding_box().size
    strap = halves["base (strap)"].bounding_box().size
    mass = checks.mass_g({"base": halves["base (film)"], "lid": halves["lid"]})
    say((430, 40), "taken apart", 28)
    say((1250, 40), "closed", 28)
    say((1060, 520), f"for film: {size.X:.0f} x {size.Y:.0f} x {shape.TOP_Z:.0f} mm, {mass:.0f} g (estimate)")
    say((1440, 520), f"for a strap: {strap.X:.0f} x {strap.Y:.0f} x {shape.TOP_Z:.0f} mm")
    say((1060, 1050), "lid from below: rails for the cell,\nLED tube, button pocket, hooks")
    say((1440, 1050), "base: pads and fences for\nthe boards, screw bosses")
    for at, name, lift, words in _LABELS:
        item = next(item for item in c.CONTENTS if item.name == name)
        middle = [(low + high) / 2 for low, high in zip(item.corner, item.end, strict=True)]
        placed = _project(np.array([[*middle[:2], item.end[2] + lift]]), _APART)[0] / _SHARPER
        to = (round(placed[0]), round(placed[1]))
        pen.line((at, to), fill="#888", width=2)
        pen.ellipse((to[0] - 5, to[1] - 5, to[0] + 5, to[1] + 5), fill="#fff", outline="#444")
        half = pen.textbbox(at, words, font=ImageFont.load_default(21), anchor="mm")
        pen.rectangle((half[0] - 6, half[1] - 4, half[2] + 6, half[3] + 4), fill="white")
        say(at, words, 21)
