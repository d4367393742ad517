"""A turn of a recording's axes to Ambula's: x up along the segment, z out of the skin."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]


@dataclass(frozen=True)
class Turn:
    """A rotation, `acc @ matrix.T` in Ambula's axes, and in words what it did."""

    matrix: Float
    said: str


def signed(up: int, out: int) -> Turn:
    """Return the turn that makes `up` x and `out` z; an axis is +-1, +-2 or +-3 for +-x, +-y, +-z.

    Raises ValueError if both are the same axis.
    """
    if abs(up) == abs(out):
        raise ValueError("up and out cannot share an axis")
    x, z = _unit(up), _unit(out)
    return Turn(frame(x, z), f"up was {_name(up)}, out of the skin {_name(out)}")


def frame(x: Float, z: Float) -> Float:
    """Return the rotation whose rows are x, y = z cross x, and z."""
    return np.array([x, np.cross(z, x), z], np.float64)


def _unit(axis: int) -> Float:
    out = np.zeros(3)
    out[abs(axis) - 1] = 1.0 if axis > 0 else -1.0
    return out


def _name(axis: int) -> str:
    return ("+" if axis > 0 else "-") + "xyz"[abs(axis) - 1]
