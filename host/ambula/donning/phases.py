"""Finds walking, standing and the postures in which a node turned, whichever way round the nodes are."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ambula.donning.windows import Bools, Floats, Windows

_WALK_G = 0.03  # mean absolute deviation of the magnitude, mean of the nodes: a slow walk of 50 steps/min has 0.04
_SWING_G = 0.05  # of a leg's axes: 30 soft steps/min swing it by 0.11, and one who stands sways by 0.01
_STEP_G = 0.006  # of the magnitude: so much is in any step, and not in one who turns over in bed
_CALM_G = 0.08  # of an axis: people shift about by as much; more is a change of posture
_LEAST_S = 7.0
_SAME_DEG = 12.0  # from window to window while a posture is held
_GROUP_DEG = 20.0  # between two times of the same posture
_UPRIGHT_DEG = 40.0  # between standing and the mean of walking (up to 28 in 12 people's thighs)
_TRUNK_DEG = 20.0  # the same of a trunk; more is a bend
_HELD_G = 0.45  # of gravity's mean: two postures leave so little only at 126 degrees and more
_HELD_S = 4.0


@dataclass(frozen=True)
class Posture:
    """A posture that was held: its windows (n,) bool, and by how much each node is turned in it against upright."""

    windows: Bools
    turns_deg: tuple[float, ...]


@dataclass(frozen=True)
class Phases:
    """What was found, windows (n,) bool and all false where it was not.

    upright: the windows that show where up is: standing, or walking if there was no standing. others: the postures that
    are not standing, the newest first; none without walking, which alone shows where up is.
    """

    standing: Bools
    walking: Bools
    upright: Bools
    others: tuple[Posture, ...]


def angle_deg(a: Floats, b: Floats) -> float:
    """Return the angle between two unit vectors, 0..180 degrees."""
    return float(np.degrees(np.arccos(np.clip(a @ b, -1.0, 1.0))))


def find_walking(nodes: Sequence[Windows]) -> Bools:
    """Return where the wearer of one or two nodes walks, (n,): by beat or swing, or by what the nodes made of it.

    What comes before a node was last turned about in the hand is left out, as in `find_phases`.
    """
    beats_g = [np.nan_to_num(node.beat_g) for node in nodes]
    swing_g = np.max([np.nan_to_num(node.unrest_g) for node in nodes], axis=0)
    strides = np.any([node.strides for node in nodes], axis=0)
    moving: Bools = (np.mean(beats_g, axis=0) > _WALK_G) | strides
    moving |= (swing_g > _SWING_G) & (np.max(beats_g, axis=0) > _STEP_G)
    moving &= _worn(nodes)
    moving[1:-1] |= moving[:-2] & moving[2:]  # a turn on the spot
    least = _least(nodes[0])
    for first, end in _runs(moving):
        if end - first < least:
            moving[first:end] = False
        elif end - first > least + 1:
            moving[[first, end - 1]] = False  # getting up, slowing down
    for run in _each(moving):
        for node in nodes:
            for at in np.flatnonzero(run & node.known):
                moving[at] &= angle_deg(_unit(node.mean_g[at]), node.direction(run)) < _UPRIGHT_DEG
    return moving


def taped_anew(nodes: Sequence[Windows], walking: Bools) -> int:
    """Return the first window that counts: behind the last walk in which a node sat otherwise than in the newest.

    Only clear walks, by beat or by the nodes' own class: who shifts about swings a leg, too.
    """
    beat_g = np.mean([np.nan_to_num(node.beat_g) for node in nodes], axis=0)
    clear = (beat_g > _WALK_G) | np.any([node.strides for node in nodes], axis=0)
    runs = [run for run in _each(walking & clear) if all((run & node.known).any() for node in nodes)]
    if not runs:
        return 0
    others = [run for run in runs[:-1] if max(_turns_deg(nodes, runs[-1], run)) > _UPRIGHT_DEG]
    return int(others[-1].nonzero()[0][-1]) + 1 if others else 0


def _each(mask: Bools) -> list[Bools]:
    """Return each run of a mask as a mask."""
    at = np.arange(len(mask))
    return [(at >= first) & (at < end) for first, end in _runs(mask)]


def find_phases(nodes: Sequence[Windows], walking: Bools, trunk: int | None) -> Phases:
    """Find the phases in one or two nodes that move, which share their windows; `trunk`: the one that is on the back.

    Standing is known by the direction that walking has too.
    """
    groups = _postures(nodes, _worn(nodes) & ~walking)
    none = np.zeros(len(nodes[0]), np.bool_)
    strides = walking & np.all([node.known for node in nodes], axis=0)
    if not strides.any():
        return Phases(none, walking, none, ())
    away = [_turns_deg(nodes, strides, g) for g in groups]
    near = [k for k, turns in enumerate(away) if max(turns) < _UPRIGHT_DEG and _is_straight(turns, trunk)]
    standing = groups[min(near, key=lambda k: max(away[k]))] if near else none
    base = standing if near else strides
    others = [Posture(g, tuple(_turns_deg(nodes, base, g))) for g in groups if g is not standing]
    others.sort(key=lambda posture: -int(posture.windows.nonzero()[0][-1]))
    return Phases(standing, walking, base, tuple(others))


def _is_straight(turns_deg: Sequence[float], trunk: int | None) -> bool:
    return trunk is None or turns_deg[trunk] < _TRUNK_DEG


def _worn(nodes: Sequence[Windows]) -> Bools:
    worn: Bools = np.all([_since_hand(node) for node in nodes], axis=0)
    return worn


def _since_hand(node: Windows) -> Bools:
    """Return the windows after the last in which the node was turned about as no worn one is."""
    over = max(1, round(_HELD_S / node.length_s))
    mean_g = np.nan_to_num(node.mean_g, nan=1.0)
    smooth = np.stack([np.convolve(mean_g[:, k], np.ones(over) / over, "same") for k in range(3)], axis=1)
    held = (np.linalg.norm(smooth, axis=1) < _HELD_G) & node.known
    inner = slice(over // 2, len(node) - over // 2)
    at = np.flatnonzero(held[inner]) + inner.start
    since: Bools = np.arange(len(node)) > (at[-1] if len(at) else -1)
    return since


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


def _least(node: Windows) -> int:
    return max(2, round(_LEAST_S / node.length_s))


def _unit(vector: Floats) -> Floats:
    return vector / max(float(np.linalg.norm(vector)), 1e-6)


def _runs(mask: Bools) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mask.astype(np.int8), [0]])))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]
