"""The donning check: what a wearer does in a few minutes shows how the nodes are worn.

It looks at the sensors' own axes only; what the nodes have learnt of their mounting is not used, what they make of an
epoch (walking, cadence) is.

Notes
-----
Steps:

1. What comes before a node was last turned about in the hand does not count (`phases`).
2. A node that stays still while the other walks does not move with the body.
3. Walking, by its beat, by the swing of a leg, or by the nodes' own class: 30 soft steps/min are enough.
4. Site. Walking shakes a thigh more than the lower back (`site`). Postures in which one node alone turned must not say
   otherwise. One node alone is where it is called, unless its samples say otherwise (`rhythm`).
5. Up is x in standing, else in walking. A back node's x is taken 9 degrees back, for the hollow of the back.
6. Sitting is the newest posture in which the thigh turned and the trunk did so less; a bend turns the trunk alone.
7. Face. The front of a seated thigh looks up. Behind the lower back the acceleration follows the upward one at the step
   frequency. From records, the trunk's largest turn shows where behind is: a bend, or leaning back in a chair.
8. Findings: upside down; inside out from 135 degrees about the long axis; turned to the side from 45; tilted from 30;
   across from 60. What was needed and not seen is named; the plan `walk` needs no posture and shows no face.

Sources: no published method. The lower back's outward movement follows by about 70 degrees in 12 of 12 people of IPOL
(CITATIONS.md; medians 61 to 86). The likeness after half a stride is 0.73 at L5 and 0.11 at the thigh (medians).

Measured on synthetic people: docs/reference/check.md, by `python -m tests.bench.donning`. On real people only step 4:
walking shakes the thigh 1.6 to 2.6 times as much as the trunk in 11 of 11 people of CMU, Daphnet and DSADS.

Known failures:

- A thigh alone takes lying on the side for sitting, if its wearer does not sit afterwards.
- A trunk that neither leans nor bends shows no face in records.
- No command tries the whole check on real people: no recording here has both nodes, sitting and walking.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from ambula.base.sites import BACK_SITE, SITES, THIGH_SITE
from ambula.donning import words
from ambula.donning.mounting import Turn, turn_of
from ambula.donning.phases import Phases, find_phases, find_walking, taped_anew
from ambula.donning.site import Found, alone, shaken_more, together
from ambula.donning.windows import Bools, Windows
from ambula.donning.words import Finding, Level

_TILT_DEG = 30.0
_ACROSS_DEG = 60.0
_FACE_DEG, _INSIDE_DEG = 45.0, 135.0  # taping and seat leave an SD of 9 degrees
_DEAD_G = 0.008  # 30 soft steps/min shake the lower back by 0.02, a table by the sensor's own 0.003
_DEAD_SPREAD_G = 0.015  # of the window means, where nobody walked; records have steps of 0.01
_WALK_S = 8.0


class Plan(StrEnum):
    """What the wearer was asked to do: stand, sit and walk in any order, as they can, or walk only."""

    ANY = "any"
    WALK = "walk"


@dataclass(frozen=True)
class Donning:
    """What the check found: `findings` in the order in which to act, and what it rests on (None: nothing).

    worn_on: what each node given, thigh and back, is on ("thigh", "back", "" where unknown). turns: how it sits there.
    """

    findings: list[Finding]
    phases: Phases | None
    sitting: Bools | None
    worn_on: tuple[str, str]
    turns: tuple[Turn | None, Turn | None]

    @property
    def go(self) -> bool:
        """Whether nothing is wrong and nothing that was needed is unknown."""
        return all(finding.level is Level.NOTE for finding in self.findings)


def check_donning(thigh: Windows | None, back: Windows | None, plan: Plan = Plan.ANY) -> Donning:
    """Check one or two nodes over windows that they share, see `windows`.

    Phases of 20 to 60 s are found in any order with anything in between. Raises ValueError if neither node is given.
    """
    given = (thigh, back)
    if thigh is None and back is None:
        raise ValueError("a check needs at least one node")
    dead = [node is not None and _is_dead(node, given[1 - i]) for i, node in enumerate(given)]
    findings = [words.not_moving(SITES[i]) for i in range(2) if dead[i]]
    live = [i for i in range(2) if given[i] is not None and not dead[i]]
    nodes = [node for i, node in enumerate(given) if i in live and node is not None]
    if not nodes:
        return Donning(findings, None, None, ("", ""), (None, None))
    phases, found = _look(nodes, [SITES[i] for i in live])
    worn_on, turns = ["", ""], list[Turn | None]([None, None])
    for i, site in zip(live, found.worn_on, strict=True):
        worn_on[i] = site
    findings += _missing(phases, found, [worn_on[i] or SITES[i] for i in live], plan)
    findings += _sites(phases, found, [SITES[i] for i in live])
    if phases.upright.any() and (len(live) == 1 or all(found.worn_on)):
        for node, i in zip(nodes, live, strict=True):
            site = worn_on[i] or SITES[i]
            if node.odd:
                findings.append(words.askew(SITES[i], site))
                continue
            turns[i] = turn = turn_of(node, phases, found, site == THIGH_SITE)
            findings += _judge(turn, SITES[i], site)
            if np.isnan(turn.twist_deg) and (plan is Plan.WALK or (site == BACK_SITE and not _lacks_sitting(findings))):
                findings.append(_face_unknown(node, SITES[i], site, plan, is_alone=len(live) == 1))
    return Donning(findings, phases, found.sitting, (worn_on[0], worn_on[1]), (turns[0], turns[1]))


def _look(nodes: Sequence[Windows], names: Sequence[str]) -> tuple[Phases, Found]:
    walking = find_walking(nodes)
    if anew := taped_anew(nodes, walking):
        nodes = [node.since(anew) for node in nodes]
        walking = find_walking(nodes)
    if len(nodes) == 1:
        phases = find_phases(nodes, walking, 0 if names[0] == BACK_SITE else None)
        return phases, alone(nodes[0], phases, names[0])
    thigh = shaken_more(nodes, walking)
    phases = find_phases(nodes, walking, None if thigh is None else 1 - thigh)
    return phases, together(phases, thigh, names)


def _is_dead(node: Windows, other: Windows | None) -> bool:
    """Whether a node stays still, most of all while the other one walks."""
    if np.isnan(node.beat_g).all():
        return True
    shake_g = np.nan_to_num(node.shake_g)
    if other is not None:
        walks = np.flatnonzero(np.nan_to_num(other.shake_g) > 4 * _DEAD_G)
        newest = walks[-max(2, round(_WALK_S / node.length_s)) :]  # it may have come off after the first walk
        if len(walks) * node.length_s >= _WALK_S:
            return float(np.median(shake_g[newest])) < _DEAD_G
    spread = np.nanmax(node.mean_g, axis=0) - np.nanmin(node.mean_g, axis=0)
    return bool(spread.max() < _DEAD_SPREAD_G and shake_g.max() < _DEAD_G)


def _missing(phases: Phases, found: Found, sites: Sequence[str], plan: Plan) -> list[Finding]:
    """Return what the plan asks for and was not seen; without walking nothing else can be known."""
    if not phases.walking.any():
        return [words.missing("walking", False)]
    sits = (
        found.sitting.any()
        or plan is Plan.WALK
        or THIGH_SITE not in sites
        or (len(sites) == 2 and not all(found.worn_on))
    )
    return [] if sits else [words.missing("sitting", found.lying)]


def _lacks_sitting(findings: Sequence[Finding]) -> bool:
    return any(finding.code == "missing_sitting" for finding in findings)


def _sites(phases: Phases, found: Found, names: Sequence[str]) -> list[Finding]:
    if len(names) == 1:
        return [words.swapped()] if found.worn_on[0] not in ("", names[0]) else []
    if not all(found.worn_on):
        return [words.site_unknown(found.contradicts)] if phases.walking.any() else []
    return [] if found.worn_on[0] == names[0] else [words.swapped()]


def _face_unknown(node: Windows, name: str, site: str, plan: Plan, is_alone: bool) -> Finding:
    """Say what would show the face; where the plan does not ask for it, or a back is alone, it is a note."""
    is_asked = plan is Plan.ANY and not (is_alone and site == BACK_SITE and node.samples_g is None)
    return words.face_unknown(name, site, node.samples_g is not None, is_asked)


def _judge(turn: Turn, name: str, site: str) -> list[Finding]:
    """Return what is wrong with one node; `name`: what it is called, `site`: where it is."""
    if turn.tilt_deg > _ACROSS_DEG:
        findings = [words.across(name, site, turn.right_deg, turn.out_deg)]
    else:
        findings = [words.upside_down(name, site)] if turn.upside_down else []
        if turn.tilt_deg > _TILT_DEG:
            findings.append(words.tilted(name, site, turn.tilt_deg, turn.right_deg, turn.out_deg))
    if abs(turn.twist_deg) > _INSIDE_DEG:
        findings.append(words.inside_out(name))
    elif abs(turn.twist_deg) > _FACE_DEG:
        left = (turn.twist_deg > 0) == (site == THIGH_SITE)
        findings.append(words.rotated(name, site, "left" if left else "right", abs(turn.twist_deg)))
    return findings
