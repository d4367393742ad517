"""The words of the donning check: one line per finding, with what to do."""

from dataclasses import dataclass
from enum import StrEnum
from math import isnan

from ambula.base.sites import BACK_SITE, THIGH_SITE


class Level(StrEnum):
    """How much a finding weighs: a fault and something unknown both mean no-go, a note does not."""

    FAULT = "fault"
    UNKNOWN = "unknown"
    NOTE = "note"


@dataclass(frozen=True)
class Finding:
    """One thing found. code: fixed, for scripts; node: "thigh", "back" or "" for both; text: one line for people."""

    code: str
    node: str
    level: Level
    text: str


_UP = {THIGH_SITE: "to the hip", BACK_SITE: "to the head"}
_NAME = {THIGH_SITE: "thigh", BACK_SITE: "lower back"}
_PLACE = {THIGH_SITE: "the middle of the front of the thigh", BACK_SITE: "the middle of the lower back"}


def not_moving(name: str) -> Finding:
    """A node that stays still or records nothing."""
    text = f"The {name} node does not move with the body: tape it on, or wake it if it sleeps, and check again."
    return Finding("not_moving", name, Level.FAULT, text)


def missing(phase: str, lying: bool) -> Finding:
    """A phase that was not found; `lying`: both nodes turned as in lying down."""
    why = " (both nodes turned as if lying down)" if phase == "sitting" and lying else ""
    do = {"sitting": "sit on a chair and lean back", "walking": "walk as you usually do"}[phase]
    text = f"Still missing: {phase}{why}. Please {do}, for half a minute."
    return Finding(f"missing_{phase}", "", Level.UNKNOWN, text)


def site_unknown(contradicts: bool) -> Finding:
    """Walking does not show which of two nodes is on the thigh, or shows another one than the postures do."""
    why = "walking and sitting contradict each other" if contradicts else "walking shakes both alike"
    text = f"Which node is on the thigh is unclear, because {why}. Please look at them, then sit and walk once more."
    return Finding("site_unknown", "", Level.UNKNOWN, text)


def swapped() -> Finding:
    """Each node is where the other should be."""
    text = "The nodes are swapped: put the thigh node on the thigh and the back node on the lower back."
    return Finding("swapped", "", Level.FAULT, text)


def upside_down(name: str, site: str) -> Finding:
    """x points down."""
    text = f"The {name} node is upside down: turn it so that the arrow points {_UP[site]}."
    return Finding("upside_down", name, Level.FAULT, text)


def inside_out(name: str) -> Finding:
    """z points into the body."""
    text = f"The {name} node is inside out: turn it over so that its face looks away from the skin."
    return Finding("inside_out", name, Level.FAULT, text)


def rotated(name: str, site: str, side: str, by_deg: float) -> Finding:
    """The face looks to one side."""
    text = (
        f"The {name} node is turned to the side: its face looks to the wearer's {side} (about {by_deg:.0f} degrees); "
        f"move it to {_PLACE[site]}, face outwards."
    )
    return Finding("rotated", name, Level.FAULT, text)


def across(name: str, site: str, right_deg: float, out_deg: float) -> Finding:
    """x is nearer to level than to upright."""
    text = (
        f"The {name} node lies across: its arrow points {_lean(right_deg, out_deg)}; "
        f"turn it so that the arrow points {_UP[site]}."
    )
    return Finding("tilted", name, Level.FAULT, text)


def tilted(name: str, site: str, by_deg: float, right_deg: float, out_deg: float) -> Finding:
    """x leans by more than it may."""
    text = (
        f"The {name} node is tilted by {by_deg:.0f} degrees {_lean(right_deg, out_deg)}: "
        f"straighten it so that the arrow points {_UP[site]}."
    )
    return Finding("tilted", name, Level.FAULT, text)


def askew(name: str, site: str) -> Finding:
    """The node itself found while walking that x is far from the segment's axis."""
    text = (
        f"The {name} node's arrow was far from upright during walking: straighten it so that the arrow points "
        f"{_UP[site]}, face outwards."
    )
    return Finding("tilted", name, Level.FAULT, text)


def face_unknown(name: str, site: str, sampled: bool, is_asked: bool) -> Finding:
    """It is unknown which way a node faces; `is_asked`: the wearer was asked for what would show it."""
    if not is_asked:
        text = f"Which way the {name} node faces was not seen: look that it faces away from the skin."
        return Finding("face_unknown", name, Level.NOTE, text)
    do = "sit on a chair and lean back for half a minute, or bend forwards a little for ten seconds"
    if sampled:
        do = "walk evenly for half a minute"
    text = f"Still missing: which way the {name} node faces. Please {do}."
    return Finding("face_unknown", name, Level.UNKNOWN, text)


def _lean(right_deg: float, out_deg: float) -> str:
    if isnan(right_deg):
        return "to one side"
    if abs(right_deg) >= abs(out_deg):
        return "to the wearer's right" if right_deg > 0 else "to the wearer's left"
    return "away from the body" if out_deg > 0 else "towards the body"
