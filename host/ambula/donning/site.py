"""Which node is on the thigh: by what walking shakes, and by which one turns when its wearer sits down or bends."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ambula.base.sites import BACK_SITE, THIGH_SITE
from ambula.donning.phases import Phases, Posture
from ambula.donning.rhythm import site_by_rhythm
from ambula.donning.windows import Bools, Windows
from ambula.epochs.shake import CLEARLY_MORE

_SEATED_DEG = 55.0  # by how much a thigh turns at least
_BENT_DEG = 30.0  # and a trunk that bends or leans, while the thigh does not
_LAID_DEG = 65.0  # a trunk that turns by more lies, and one who lies down turns both nodes alike
_MORE_DEG = 8.0  # by how much more the thigh turns than the trunk of one who leans back far


@dataclass(frozen=True)
class Found:
    """Where the nodes are, and what they rest on, windows (n,) bool each.

    worn_on: "thigh", "back" or "" for each node that moves. sitting: the newest posture in which the thigh alone
    turned. leaning: the postures in which the trunk turned, each with whether it is a bend (else the trunk of one who
    sits). contradicts: walking says otherwise than the postures. lying: both nodes turned.
    """

    worn_on: tuple[str, ...]
    sitting: Bools
    leaning: tuple[tuple[Bools, bool], ...]
    contradicts: bool = False
    lying: bool = False


def shake_ratio(nodes: Sequence[Windows], walking: Bools) -> float:
    """Return how much more walking shakes the first of two nodes than the second, the median; NaN without walking."""
    first_g, second_g = (node.shake_g[walking] for node in nodes)
    both = ~np.isnan(first_g) & ~np.isnan(second_g)
    return float(np.median(first_g[both] / np.maximum(second_g[both], 1e-6))) if both.any() else float("nan")


def shaken_more(nodes: Sequence[Windows], walking: Bools) -> int | None:
    """Return which of two nodes walking clearly shakes more, 0 or 1: that on the thigh. None if neither is."""
    ratio = shake_ratio(nodes, walking)
    return 0 if ratio > CLEARLY_MORE else 1 if ratio < 1 / CLEARLY_MORE else None


def alone(node: Windows, phases: Phases, name: str) -> Found:
    """Return where a node is that is worn alone: where it is called, unless its samples say otherwise."""
    site = site_by_rhythm(node, phases.walking)
    seats = [p.windows for p in phases.others if p.turns_deg[0] > _SEATED_DEG]
    is_thigh = (site or name) == THIGH_SITE
    return Found((site,), seats[0] if seats and is_thigh else np.zeros_like(phases.walking), ())


def together(phases: Phases, thigh: int | None, names: Sequence[str]) -> Found:
    """Return where two nodes are; `names`: what they are called, `thigh`: what `shaken_more` says.

    Walking decides, since a bend turns the trunk as sitting turns the thigh. Where it says that the nodes are swapped,
    and the postures do not, that is left open.
    """
    none = np.zeros_like(phases.walking)
    lying = any(min(p.turns_deg) > _SEATED_DEG for p in phases.others)
    if thigh is None:
        return Found(("", ""), none, (), lying=lying)
    seats = [[p.windows for p in phases.others if _is_seated(p, i)] for i in range(2)]
    if names[thigh] == BACK_SITE and seats[1 - thigh] and not seats[thigh]:
        return Found(("", ""), none, (), contradicts=True, lying=lying)
    bends = [(p.windows, True) for p in phases.others if p.turns_deg[1 - thigh] > _BENT_DEG > p.turns_deg[thigh]]
    leaning = (*bends, *((windows, False) for windows in seats[thigh]))
    worn_on = (THIGH_SITE, BACK_SITE) if thigh == 0 else (BACK_SITE, THIGH_SITE)
    return Found(worn_on, seats[thigh][0] if seats[thigh] else none, leaning, lying=lying)


def _is_seated(posture: Posture, thigh: int) -> bool:
    """Whether a posture is that of one who sits, if node `thigh` is on the thigh."""
    turn, trunk = posture.turns_deg[thigh], posture.turns_deg[1 - thigh]
    return turn > _SEATED_DEG and trunk < _LAID_DEG and turn - trunk > _MORE_DEG
