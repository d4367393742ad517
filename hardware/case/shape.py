"""The two halves of the case: a base on the skin, for film or for a strap, and a lid that holds the cell.

The lid hooks into the base at the USB end and is held by two screws at the other. Millimetres, axes as in `contents`.
"""

from typing import Literal

from build123d import (
    Align,
    Axis,
    Box,
    Cylinder,
    Part,
    Plane,
    Polygon,
    Pos,
    RectangleRounded,
    SlotOverall,
    extrude,
    fillet,
)

from case import contents as c

Kind = Literal["film", "strap"]

WALL = 2.6
SKIN = 1.2  # the thinnest that is printed
OUTER_X, OUTER_Y = c.CAVITY_X + 2 * WALL, c.CAVITY_Y + 2 * WALL
TOP_Z = c.CEILING_Z + 1.6
CORNER_R, TOP_R, BOTTOM_R, RIM_R = 5.0, 2.5, 2.0, 0.7
RIM, RIM_Z = 3.0, 1.6
WING, WING_Z, WING_X = 8.0, 2.4, 30.0
STRAP_SLOT = (21.0, 2.8)

SEAM_Z = 10.8
LIP, LIP_Z, LIP_PLAY = 1.2, 1.5, 0.15
SCREW_X, SCREW_Y = c.CAVITY_X / 2 - 2.7, c.CAVITY_Y / 2 - 2.7
SCREW_HOLE_R, SCREW_FREE_R, SCREW_HEAD_R, SCREW_HEAD_Z = 0.85, 1.15, 2.2, 12.8
BOSS_R, SLEEVE_R = 2.6, 3.4
HOOK_YS, HOOK_WIDTH, HOOK_Z = (0.9, 13.0), 6.0, 7.8  # beside the USB opening
HOOK_NUB, HOOK_NUB_Z = 0.8, 1.2
ARROW = ((-9, -2.2), (2, -2.2), (2, -6), (10, 0), (2, 6), (2, 2.2), (-9, 2.2))  # to the head, cut into the lid
ARROW_DEPTH = 0.4  # leaves 1.2 mm

_LOW = (Align.MIN, Align.MIN, Align.MIN)
_ON = (Align.CENTER, Align.CENTER, Align.MIN)


def box(corner: tuple[float, float, float], size: tuple[float, float, float]) -> Part:
    """Return a box by its lowest corner."""
    return Pos(*corner) * Box(*size, align=_LOW)


def rod(x: float, y: float, low: float, high: float, radius: float) -> Part:
    """Return an upright cylinder."""
    return Pos(x, y, low) * Cylinder(radius, high - low, align=_ON)


def hull(kind: Kind) -> Part:
    """Return the closed case's outside, without openings: every edge of it that stands out is rounded."""
    body = extrude(RectangleRounded(OUTER_X, OUTER_Y, CORNER_R), TOP_Z)
    body = fillet(body.edges().group_by(Axis.Z)[-1], TOP_R)
    body = fillet(body.edges().group_by(Axis.Z)[0], BOTTOM_R)
    return body + (_rim() if kind == "film" else _wings())


def _rim() -> Part:
    """A low rounded step around the base, which the first layer of film holds down."""
    rim = extrude(RectangleRounded(OUTER_X + 2 * RIM, OUTER_Y + 2 * RIM, CORNER_R + RIM), RIM_Z)
    return _rounded(rim, RIM_R)


def _wings() -> Part:
    """Two ears with a slot each, for a strap of 20 mm."""
    ears = extrude(RectangleRounded(WING_X, OUTER_Y + 2 * WING, CORNER_R), WING_Z)
    for side in (-1, 1):
        y = side * (OUTER_Y / 2 + WING / 2)
        ears -= Pos(0, y, 0) * extrude(SlotOverall(*STRAP_SLOT), WING_Z)
    return _rounded(ears, RIM_R)


def _rounded(plate: Part, radius: float) -> Part:
    levels = plate.edges().group_by(Axis.Z)
    return fillet([*levels[0], *levels[-1]], radius)


def cavity() -> Part:
    """Return the room inside, as a plain box."""
    return box((c.LEFT, c.BACK, c.FLOOR_Z), (c.CAVITY_X, c.CAVITY_Y, c.CEILING_Z - c.FLOOR_Z))


def _below(z: float) -> Part:
    return box((-100, -100, -1), (200, 200, z + 1))


def _ring(outer: float, inner: float, low: float, high: float) -> Part:
    """A frame along the wall between two distances from the cavity's side."""
    frames = [
        Pos(0, 0, low)
        * extrude(RectangleRounded(c.CAVITY_X + 2 * d, c.CAVITY_Y + 2 * d, CORNER_R - WALL + d), high - low)
        for d in (outer, inner)
    ]
    return frames[0] - frames[1]


def base(kind: Kind) -> Part:
    """Return the half on the skin: pads and fences for the boards, the USB opening, screw bosses, hook pockets."""
    half = (hull(kind) & _below(SEAM_Z)) - cavity()
    half += _ring(LIP, 0.0, SEAM_Z, SEAM_Z + LIP_Z) - _hook_gaps()
    for y in (-SCREW_Y, SCREW_Y):
        half += rod(SCREW_X, y, c.FLOOR_Z - 0.2, SEAM_Z, BOSS_R)
        half -= rod(SCREW_X, y, SEAM_Z - 7.0, SEAM_Z + 1, SCREW_HOLE_R)
        half -= Pos(c.CAVITY_X / 2, y, SEAM_Z) * Box(14, 2 * SLEEVE_R + 5, 5, align=_ON)  # the lid's sleeve stands here
    half += _supports()
    half -= _usb_opening()
    for y in HOOK_YS:
        half -= box((c.LEFT - 1.0, y - HOOK_WIDTH / 2 - 0.3, HOOK_Z - 0.1), (1.5, HOOK_WIDTH + 0.6, HOOK_NUB_Z + 0.3))
    return half


def _hook_gaps() -> Part:
    gaps = [box((c.LEFT - 2, y - HOOK_WIDTH / 2 - 0.4, SEAM_Z), (4, HOOK_WIDTH + 0.8, LIP_Z + 1)) for y in HOOK_YS]
    return gaps[0] + gaps[1]


def _supports() -> Part:
    """Pads under the boards' corners and fences between them; one behind the USB board takes the plug's push."""
    low, pad = c.FLOOR_Z - 0.2, c.BOARDS_Z - c.FLOOR_Z + 0.2
    fence = pad + 2.4
    behind_x = c.LEFT + c.GAP + 21.0 + c.GAP
    between_y = c.XIAO_Y + 17.8 + c.GAP
    pieces = [
        box((behind_x, c.XIAO_Y + 2, low), (c.FENCE, 13.8, fence)),
        box((c.LEFT + 4, between_y, low), (21.0, c.FENCE, fence)),
        box((c.RTC_X - c.GAP - c.FENCE, -11.0, low), (c.FENCE, 22.0, fence)),
        box((c.RTC_X + 4, -12.7 - c.GAP - c.FENCE, low), (10.0, c.FENCE, fence)),
        box((c.RTC_X + 4, 12.7 + c.GAP, low), (10.0, c.FENCE, fence)),
    ]
    for name in ("XIAO ESP32C3", "LSM6DS3TR-C breakout", "RV-3028 breakout"):
        board = next(item for item in c.CONTENTS if item.name == name)
        (x, y, _), (x2, y2, _) = board.corner, board.end
        for px in (x + 0.4, x2 - 3.4):
            for py in (y + 0.4, y2 - 3.4):
                pieces.append(box((px, py, low), (3.0, 3.0, pad)))
    result = pieces[0]
    for piece in pieces[1:]:
        result += piece
    return result


def _usb_opening() -> Part:
    """A hole for the socket and a recess for the plug's sleeve, so that every plug goes home."""

    def through(width: float, height: float, radius: float, low: float, high: float) -> Part:
        face = Plane.YZ.offset(low) * Pos(c.USB_Y, c.USB_Z) * RectangleRounded(width, height, radius)
        return extrude(face, high - low)

    hole = through(8.94 + 0.6, 3.26 + 0.6, 0.6, c.LEFT - WALL - 4, c.LEFT + 0.6)
    recess = through(c.PLUG_SIZE[0] + 0.7, c.PLUG_SIZE[1] + 0.7, 1.0, c.LEFT - WALL - 4, c.LEFT - WALL + 1.3)
    return hole + recess


def lid() -> Part:
    """Return the half away from the skin: rails for the cell, hooks, screw sleeves, LED tube and button pocket."""
    half = (hull("film") - _below(SEAM_Z)) - cavity()
    half -= _ring(LIP + LIP_PLAY, 0.0, SEAM_Z - 1, SEAM_Z + LIP_Z + LIP_PLAY)
    half += _inner_parts()
    for y in (-SCREW_Y, SCREW_Y):
        half += rod(SCREW_X, y, SEAM_Z, c.CEILING_Z + 0.2, SLEEVE_R) & _body_room()
        half -= rod(SCREW_X, y, SEAM_Z - 1, TOP_Z + 1, SCREW_FREE_R)
        half -= rod(SCREW_X, y, SCREW_HEAD_Z, TOP_Z + 1, SCREW_HEAD_R)
    half -= rod(c.LED_X, c.LED_Y, 11.0, TOP_Z + 1, 1.6)
    half -= rod(c.BUTTON_X, c.BUTTON_Y, 13.0, TOP_Z + 1, 1.0)
    half -= arrow(1.0)
    for y in HOOK_YS:
        half += box((c.LEFT + 0.1, y - HOOK_WIDTH / 2, HOOK_Z), (1.7, HOOK_WIDTH, c.CEILING_Z + 0.2 - HOOK_Z))
        half += box((c.LEFT - HOOK_NUB, y - HOOK_WIDTH / 2, HOOK_Z), (1.0, HOOK_WIDTH, HOOK_NUB_Z))
    return half


def arrow(height: float) -> Part:
    """Return what is cut out of the lid to show the way to the head."""
    return Pos(-6, 0, TOP_Z - ARROW_DEPTH) * extrude(Polygon(*ARROW, align=None), height)


def _body_room() -> Part:
    """What a sleeve in a corner may fill: the cavity and a little of the lid's wall, not the base's lip."""
    return box((c.LEFT - 0.0, c.BACK - 0.0, SEAM_Z), (c.CAVITY_X, c.CAVITY_Y, 10)) + _ring(
        0.8, -1.0, SEAM_Z + LIP_Z + LIP_PLAY, c.CEILING_Z
    )


def _inner_parts() -> Part:
    top = c.CEILING_Z + 0.2
    cell = next(item for item in c.CONTENTS if item.name == "cell")
    rail_low = cell.end[2] - 2.5
    pieces = [
        box((cell.corner[0] + 4, y, rail_low), (cell.size[0] - 8, SKIN, top - rail_low))
        for y in (cell.corner[1] - 0.4 - SKIN, cell.end[1] + 0.4)
    ]
    pieces.append(box((cell.end[0] + 0.3, -12.0, rail_low + 1), (SKIN, 24.0, top - rail_low - 1)))
    pieces.append(rod(c.LED_X, c.LED_Y, 12.0, top, 1.6 + SKIN))
    inner, outer = 6.4, 6.4 + 2 * SKIN
    pocket = box((c.BUTTON_X - outer / 2, c.BUTTON_Y - outer / 2, 11.5), (outer, outer, top - 11.5))
    pieces.append(
        pocket - box((c.BUTTON_X - inner / 2, c.BUTTON_Y - inner / 2, 11.0), (inner, inner, c.CEILING_Z - 11.0))
    )
    result = pieces[0]
    for piece in pieces[1:]:
        result += piece
    return result
