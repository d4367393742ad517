"""The donning check: half a minute each of standing, sitting and walking shows how the nodes are worn.

It looks at the sensors' own axes only; what the nodes have learnt of their mounting is not used.

Notes
-----
Steps:

1. `phases` finds standing, sitting and walking of seven seconds or more, in any order and whichever way the nodes lie.
2. A node that stays still while the other walks does not move with the body.
3. Site. The node that turns by more than 50 degrees when its wearer sits down is on the thigh. Without sitting, a back
   repeats up and down after half a stride and a thigh does not (`rhythm`).
4. Gravity in standing gives x. A back node's x is taken 9 degrees back, for the hollow of the back.
5. Face. The front of a seated thigh looks up. Behind the lower back the acceleration follows the upward one at the step
   frequency. Without clear walking, a trunk that leans back when seated shows where behind is.
6. Findings: upside down; inside out from 135 degrees about the long axis; turned to the side from 45; tilted from 30;
   across from 60.

Sources: no published method. The lower back's outward movement follows by about 70 degrees in 12 of 12 people of IPOL
(CITATIONS.md; medians 61 to 86). The likeness after half a stride is 0.73 at L5 and 0.11 at the thigh (medians).

Deviations: the code turns by 50 degrees, not by people's 70; the synthetic participant has 10.

Measured, by `python -m tests.bench.donning 600`, on synthetic people: from samples all faults were found in 600 of 600
cases, one or two faults each or none, with a false alarm in 2. From records 530 of 600, with 4 false alarms.

Known failures:

- Records have no waveform: 59 of those 70 misses are a back that is inside out or turned to the side.
- No command tries the whole check on real people.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ambula.base.sites import BACK_SITE, SITES, THIGH_SITE
from ambula.donning import words
from ambula.donning.mounting import Turn, turn_of
from ambula.donning.phases import Phases, angle_deg, find_phases
from ambula.donning.rhythm import site_by_rhythm
from ambula.donning.windows import Bools, Windows
from ambula.donning.words import Finding, Level

_TILT_DEG = 30.0
_ACROSS_DEG = 60.0
_FACE_DEG, _INSIDE_DEG = 45.0, 135.0  # taping and seat leave an SD of 9 degrees
_DEAD_G = 0.012  # walking shakes a worn node by at least three times as much
_DEAD_SPREAD_G = 0.015  # of the window means, where nobody walked; records have steps of 0.01
_SEATED_DEG = 50.0  # a thigh turns by more, a trunk by less


@dataclass(frozen=True)
class Donning:
    """What the check found: `findings` in the order in which to act, and the `phases` that it rests on (None: none).

    worn_on: what each node given, thigh and back, is on ("thigh", "back", "" where unknown). turns: how it sits there.
    """

    findings: list[Finding]
    phases: Phases | None
    worn_on: tuple[str, str]
    turns: tuple[Turn | None, Turn | None]

    @property
    def go(self) -> bool:
        """Whether nothing is wrong and nothing that was needed is unknown."""
        return all(finding.level is Level.NOTE for finding in self.findings)


def check_donning(thigh: Windows | None, back: Windows | None) -> Donning:
    """Check one or two nodes over windows that they share, see `windows`.

    Phases of 20 to 60 s are found in any order with anything in between. Raises ValueError if neither node is given.
    """
    given = (thigh, back)
    if thigh is None and back is None:
        raise ValueError("a check needs at least one node")
    dead = [node is not None and _is_dead(node, _others(given, i)) for i, node in enumerate(given)]
    findings = [words.not_moving(SITES[i]) for i in range(2) if dead[i]]
    live = [i for i in range(2) if given[i] is not None and not dead[i]]
    nodes = [node for i, node in enumerate(given) if i in live and node is not None]
    if not nodes:
        return Donning(findings, None, ("", ""), (None, None))
    phases = find_phases(nodes)
    worn_on = _sites(nodes, live, phases)
    findings += _missing(phases, seatable=len(live) == 2 or (worn_on[live[0]] or SITES[live[0]]) == THIGH_SITE)
    findings += _swap(worn_on, live)
    turns: list[Turn | None] = [None, None]
    if phases.upright.any():
        for node, i in zip(nodes, live, strict=True):
            if node.odd:
                findings.append(words.askew(SITES[i], worn_on[i] or SITES[i]))
                continue
            turn = turn_of(node, phases, worn_on[i] == THIGH_SITE if worn_on[i] else i == 0)
            turns[i] = turn
            site = worn_on[i] or SITES[i]
            findings += _judge(turn, SITES[i], site)
            if np.isnan(turn.twist_deg) and _had_its_chance(site, phases):
                findings.append(words.face_unknown(SITES[i], node.samples_g is not None))
    return Donning(findings, phases, worn_on, (turns[0], turns[1]))


def _others(given: Sequence[Windows | None], i: int) -> Windows | None:
    return given[1 - i]


def _is_dead(node: Windows, other: Windows | None) -> bool:
    """Whether a node stays still, most of all while the other one walks."""
    if np.isnan(node.beat_g).all():
        return True
    beat_g = np.nan_to_num(node.beat_g)
    if other is not None:
        walks: Bools = np.nan_to_num(other.beat_g) > 4 * _DEAD_G
        if walks.sum() * node.length_s >= 8.0:
            return float(np.median(beat_g[walks])) < _DEAD_G
    spread = np.nanmax(node.mean_g, axis=0) - np.nanmin(node.mean_g, axis=0)
    return bool(spread.max() < _DEAD_SPREAD_G and beat_g.max() < _DEAD_G)


def _missing(phases: Phases, seatable: bool) -> list[Finding]:
    """Return what was not found; with no node on a thigh nothing could have shown the sitting."""
    found = {"standing": phases.standing, "sitting": phases.sitting, "walking": phases.walking}
    if not seatable:
        del found["sitting"]
        if not phases.walking.any():
            del found["standing"]
    return [words.missing(name, phases.lying) for name, windows in found.items() if not windows.any()]


def _sites(nodes: Sequence[Windows], live: Sequence[int], phases: Phases) -> tuple[str, str]:
    """Return what each node is on: the one that turns when its wearer sits down is on the thigh, else by rhythm."""
    worn_on = ["", ""]
    seated = phases.sitting.any() and phases.upright.any()
    turns = [angle_deg(n.direction(phases.upright), n.direction(phases.sitting)) if seated else 0.0 for n in nodes]
    for node, i, turn in zip(nodes, live, turns, strict=True):
        if seated:
            worn_on[i] = THIGH_SITE if turn == max(turns) and turn > _SEATED_DEG else BACK_SITE
        else:
            worn_on[i] = site_by_rhythm(node, phases.walking)
    return worn_on[0], worn_on[1]


def _swap(worn_on: tuple[str, str], live: Sequence[int]) -> list[Finding]:
    wrong = [i for i in live if worn_on[i] == SITES[1 - i]]
    unsure = [i for i in live if not worn_on[i]]
    if wrong and len(wrong) + len(unsure) == len(live):
        return [words.swapped()]
    if wrong:
        return [words.same_site(SITES[1 - wrong[0]])]
    return []


def _had_its_chance(site: str, phases: Phases) -> bool:
    """Whether the phase that shows the face was there. If it was not, a finding says so already."""
    return bool(phases.sitting.any() if site == THIGH_SITE else phases.walking.any())


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
