"""Turn a recording's axes to Ambula's (x up along the segment, z out of the skin) by the direction of gravity."""

import numpy as np

from ambula.base.sites import THIGH_SITE
from ambula.evaluation.parts import Float, Text
from ambula.recordings.axes import Turn, frame, signed

_UPRIGHT = ("standing", "walking")  # the first of these that a person did shows which way is up
_LEAST = 50  # samples that a direction is taken from
_CLEAR_G = 0.6


def as_recorded() -> Turn:
    """Return the turn that changes nothing."""
    return Turn(np.eye(3), "as recorded")


def snapped(acc_g: Float) -> Turn:
    """Return the turn of a free-lying sensor: the axis nearest to mean gravity is up, z stays out where it can.

    acc_g: (n, 3) in g of one recording, mostly upright.
    """
    up = _nearest(acc_g.mean(axis=0))
    return signed(up, 3 if abs(up) != 3 else 1)


def levelled(acc_g: Float, label: Text) -> Turn:
    """Return the smallest turn that makes gravity while standing (else all along) x; z stays as far out as it can."""
    standing = acc_g[label == "standing"]
    up: Float = (standing if len(standing) > _LEAST else acc_g).mean(axis=0)
    return Turn(frame_along(up), "levelled by gravity while standing")


def frame_along(up: Float) -> Float:
    """Return the axes (rows) of which x lies along `up`, of any length, and z is as near to z as can be."""
    x: Float = up / float(np.linalg.norm(up))
    z = np.array([0.0, 0.0, 1.0]) - x * x[2]
    z /= np.linalg.norm(z)
    return frame(x, z)


def by_gravity(acc_g: Float, label: Text, site: str, out: int) -> Turn:
    """Return the turn that gravity asks for, from all of one person's samples at one site.

    Standing (else walking, else everything) shows which axis is up; at the thigh, sitting shows which way is out of the
    skin. `out`: what the set's documents call out of the skin, used where nothing shows it. Edge case: a direction
    that gravity does not show clearly (under 0.6 g) is said so.
    """
    upright = _mean(acc_g, label, *_UPRIGHT)
    up = _nearest(upright)
    unclear = "" if np.abs(upright).max() >= _CLEAR_G else "; unclear: gravity was on no axis when upright"
    seated = _mean(acc_g, label, "sitting") if site == THIGH_SITE and (label == "sitting").sum() > _LEAST else None
    if seated is not None:
        seated[abs(up) - 1] = 0
        out = _nearest(seated)
    elif abs(out) == abs(up):
        out = 1 if abs(up) != 1 else 3
    turn = signed(up, out)
    return Turn(turn.matrix, turn.said + unclear)


def _mean(acc_g: Float, label: Text, *wanted: str) -> Float:
    for name in wanted:
        chosen = acc_g[label == name]
        if len(chosen) > _LEAST:
            return chosen.mean(axis=0)
    return acc_g.mean(axis=0)


def _nearest(direction: Float) -> int:
    axis = int(np.abs(direction).argmax())
    return (axis + 1) * (1 if direction[axis] >= 0 else -1)
