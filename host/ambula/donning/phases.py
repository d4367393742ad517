"""Finds standing, sitting and walking in the signals themselves, whichever way round the nodes are."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ambula.donning.windows import Bools, Floats, Windows

_WALK_G = 0.03  # mean absolute deviation of the magnitude, mean of the nodes: a slow walk of 50 steps/min has 0.04
_CALM_G = 0.08  # of an axis: people shift about by as much; more is a change of posture
_LEAST_S = 7.0
_SAME_DEG = 12.0  # from window to window while a posture is held
_GROUP_DEG = 20.0  # between two times of the same posture
_UPRIGHT_DEG = 40.0  # between standing and the mean of walking (up to 28 in 12 people's thighs)
_SEATED_DEG = 55.0  # by how much a thigh turns at least
_MORE_DEG = 20.0  # and by how much more than the trunk: one who lies down turns both alike


@dataclass(frozen=True)
class Phases:
    """Which windows are what, each (n,) bool and all false where it was not found; `lying`: both nodes turned.

    upright: the windows that show where up is: standing, or walking if there was no standing.
    """

    standing: Bools
    sitting: Bools
    walking: Bools
    upright: Bools
    lying: bool


def angle_deg(a: Floats, b: Floats) -> float:
    """Return the angle between two unit vectors, 0..180 degrees."""
    return float(np.degrees(np.arccos(np.clip(a @ b, -1.0, 1.0))))


def find_phases(nodes: Sequence[Windows]) -> Phases:
    """Find the three phases in one or two nodes that move, which share their windows.

    Walking is known by its beat, standing by the direction that walking has too, sitting by one node that turned while
    the other did not. Without walking the first of two such postures is taken to be standing.
    """
    walking = _walking(nodes)
    groups = _postures(nodes, ~walking)
    none = np.zeros(len(nodes[0]), np.bool_)
    strides = walking & np.all([node.known for node in nodes], axis=0)
    if strides.any():
        standing = next((g for g in groups if max(_turns_deg(nodes, strides, g)) < _UPRIGHT_DEG), none)
        base = standing if standing.any() else strides
        sitting = next((g for g in groups if _is_sitting(nodes, base, g)), none)
    else:
        standing, sitting = _first_pair(nodes, groups, none)
        base = standing
    lying = base.any() and any(min(_turns_deg(nodes, base, g)) > _SEATED_DEG for g in groups)
    return Phases(standing, sitting, walking, base, bool(lying and not sitting.any() and len(nodes) > 1))


def _walking(nodes: Sequence[Windows]) -> Bools:
    beat_g = np.mean([np.nan_to_num(node.beat_g) for node in nodes], axis=0)
    moving = beat_g > _WALK_G
    moving[1:-1] |= moving[:-2] & moving[2:]  # a turn on the spot
    least = _least(nodes[0])
    for first, end in _runs(moving):
        run = np.zeros_like(moving)
        run[first:end] = True
        if end - first < least:
            moving[first:end] = False
        elif end - first > least + 1:
            moving[[first, end - 1]] = False  # getting up, slowing down
        for node in nodes:
            for at in np.flatnonzero(run & node.known):
                moving[at] &= angle_deg(_unit(node.mean_g[at]), node.direction(run)) < _UPRIGHT_DEG
    return moving


def _postures(nodes: Sequence[Windows], free: Bools) -> list[Bools]:
    """Return the postures that were held, each as the windows of all its times, the longest first."""
    calm = free.copy()
    for node in nodes:
        calm &= node.known & (np.nan_to_num(node.unrest_g, nan=1.0) < _CALM_G)
        calm &= np.nan_to_num(node.beat_g, nan=1.0) < _WALK_G
    held = [run for span in _runs(calm) for run in _split(nodes, *span) if run[1] - run[0] >= _least(nodes[0])]
    groups: list[Bools] = []
    for first, end in sorted(held, key=lambda run: run[0] - run[1]):
        run = np.zeros_like(free)
        run[first:end] = True
        same = next((g for g in groups if max(_turns_deg(nodes, g, run)) < _GROUP_DEG), None)
        if same is None:
            groups.append(run)
        else:
            same |= run
    return sorted(groups, key=lambda group: -int(group.sum()))


def _split(nodes: Sequence[Windows], first: int, end: int) -> list[tuple[int, int]]:
    """Cut a calm span where a node's direction jumps."""
    cuts = [first]
    for at in range(first + 1, end):
        jump = max(angle_deg(_unit(node.mean_g[at - 1]), _unit(node.mean_g[at])) for node in nodes)
        if jump > _SAME_DEG:
            cuts.append(at)
    return list(zip(cuts, [*cuts[1:], end], strict=True))


def _turns_deg(nodes: Sequence[Windows], before: Bools, after: Bools) -> list[float]:
    return [angle_deg(node.direction(before), node.direction(after)) for node in nodes]


def _is_sitting(nodes: Sequence[Windows], base: Bools, group: Bools) -> bool:
    turns = _turns_deg(nodes, base, group)
    return max(turns) > _SEATED_DEG and (len(turns) < 2 or max(turns) - min(turns) > _MORE_DEG)


def _first_pair(nodes: Sequence[Windows], groups: list[Bools], none: Bools) -> tuple[Bools, Bools]:
    ordered = sorted(groups, key=lambda group: int(group.argmax()))
    for i, standing in enumerate(ordered):
        for sitting in ordered[i + 1 :]:
            if _is_sitting(nodes, standing, sitting):
                return standing, sitting
    return none, none


def _least(node: Windows) -> int:
    return max(2, round(_LEAST_S / node.length_s))


def _unit(vector: Floats) -> Floats:
    return vector / max(float(np.linalg.norm(vector)), 1e-6)


def _runs(mask: Bools) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mask.astype(np.int8), [0]])))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]
