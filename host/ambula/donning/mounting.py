"""How a node sits on its segment, from gravity in standing and sitting and from the rhythm of walking."""

from dataclasses import dataclass

import numpy as np

from ambula.donning.phases import Phases, angle_deg
from ambula.donning.rhythm import level, out_by_rhythm
from ambula.donning.site import Found
from ambula.donning.windows import Floats, Windows

_LEAN_DEG = 15.0  # a trunk that turns by more, bent or leaning back, shows where behind is
_LORDOSIS_DEG = 9.0  # by which the small of the back tips a node forward in standing (synthetic participant: 9, SD 5)


@dataclass(frozen=True)
class Turn:
    """How a node is turned against SPEC.md's axes.

    upside_down: x points down. tilt_deg: 0..90, between x and the segment's axis once it is turned upright. right_deg,
    out_deg: how much of that is to the wearer's right and away from the body. twist_deg: -180..180 about the long axis,
    positive: the face looks to the wearer's left (thigh) or right (back); NaN where that is unknown.
    """

    upside_down: bool
    tilt_deg: float
    right_deg: float
    out_deg: float
    twist_deg: float


def turn_of(node: Windows, phases: Phases, found: Found, on_thigh: bool) -> Turn:
    """Return how a node on the thigh or the lower back is turned; `phases.upright` must not be empty."""
    up = node.direction(phases.upright)
    out = _out_of_thigh(node, found, up) if on_thigh else _out_of_back(node, phases, found, up)
    if out is None:  # its tilt is told as if it faced outwards
        return _unfaced(up if on_thigh else _straightened(up, level(np.array([0.0, 0.0, 1.0]), up))[0])
    return _resolve(*((up, out) if on_thigh else _straightened(up, out)), on_thigh)


def _straightened(up: Floats, out: Floats) -> tuple[Floats, Floats]:
    """Take a back node's x and z back by the hollow of the back."""
    lean = np.radians(_LORDOSIS_DEG)
    return np.cos(lean) * up - np.sin(lean) * out, np.sin(lean) * up + np.cos(lean) * out


def _resolve(x: Floats, z: Floats, on_thigh: bool) -> Turn:
    """Compare the segment's axes x and z, given on the sensor's axes, with the sensor's own."""
    y = np.cross(z, x)
    sign = -1.0 if x[0] < 0 else 1.0
    face = _upright(np.array([sign, sign, 1.0]) * x, np.array([sign, sign, 1.0]) * z)
    right = sign * float(y[0]) * (1.0 if on_thigh else -1.0)  # y: the wearer's right at the thigh, left at the back
    return Turn(
        upside_down=bool(x[0] < 0),
        tilt_deg=float(np.degrees(np.arccos(min(1.0, abs(float(x[0])))))),
        right_deg=float(np.degrees(np.arcsin(np.clip(right, -1, 1)))),
        out_deg=float(np.degrees(np.arcsin(np.clip(sign * float(z[0]), -1, 1)))),
        twist_deg=float(np.degrees(np.arctan2(float(face[1]), float(face[2])))),
    )


def _upright(x: Floats, z: Floats) -> Floats:
    """Return z after the shortest turn that brings x (x[0] >= 0) onto the sensor's x, so that a tilt is no twist."""
    axis = np.cross(x, np.array([1.0, 0.0, 0.0]))
    once = np.cross(axis, z)
    turned: Floats = z + once + np.cross(axis, once) / (1.0 + float(x[0]))
    return turned


def _unfaced(up: Floats) -> Turn:
    tilt_deg = float(np.degrees(np.arccos(min(1.0, abs(float(up[0]))))))
    return Turn(bool(up[0] < 0), tilt_deg, float("nan"), float("nan"), float("nan"))


def _out_of_thigh(node: Windows, found: Found, up: Floats) -> Floats | None:
    """The front of a seated thigh looks up."""
    return level(node.direction(found.sitting), up) if found.sitting.any() else None


def _out_of_back(node: Windows, phases: Phases, found: Found, up: Floats) -> Floats | None:
    """The rhythm of walking, or else the posture in which the trunk turned most, shows where behind is."""
    out = out_by_rhythm(node, phases.walking)
    if out is None:
        turned = [(angle_deg(node.direction(windows), up), windows, is_bend) for windows, is_bend in found.leaning]
        most_deg, windows, is_bend = max(turned, key=lambda one: one[0], default=(0.0, phases.upright, False))
        if most_deg > _LEAN_DEG:
            out = level(node.direction(windows), up) * (1.0 if is_bend else -1.0)
    return None if out is None else level(out, up)
