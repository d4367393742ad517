"""Synthetic participants who put their nodes on wrongly, then stand, sit and walk for the check."""

from dataclasses import replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from ambula.donning import Donning, Level, check_donning, windows_of_counts, windows_of_records
from ambula.epochs.table import Records
from ambula.synthetic import Kind, Mount, Participant, Stretch, simulate
from ambula.twin.score import score_stream
from nodecore.sampling import COUNTS_PER_G, EPOCH_SAMPLES

Fault = tuple[str, str]
"""(code, node) as in a Finding"""

TURNS = ("upside_down", "inside_out", "rotated", "tilted")
SEATED = Kind.RECLINED  # on a chair, leaning back, as the wearer is asked to
PHASES = {"missing_sitting": SEATED, "missing_walking": Kind.WALKING}
FAULTS: list[Fault] = [
    *((code, node) for code in (*TURNS, "not_moving") for node in ("thigh", "back")),
    ("swapped", ""),
    *((code, "") for code in PHASES),
]
PAIRS = [pair for pair in combinations(FAULTS, 2) if not all(code in PHASES for code, _ in pair)]


def visible(faults: tuple[Fault, ...]) -> set[Fault]:
    """What of some faults can be seen at all: one may hide the other, or two may make a third."""
    seen = set(faults)
    if ("missing_walking", "") in seen:
        return {fault for fault in seen if fault[0] in ("missing_walking", "not_moving")}
    for node in ("thigh", "back"):
        if ("not_moving", node) in seen:
            seen -= {(code, node) for code in TURNS}
            seen.discard(("swapped", ""))  # one node alone is where it is called, but for its samples
        if ("missing_sitting", "") in seen:
            seen -= {("inside_out", node), ("rotated", node)}
        if {("inside_out", node), ("rotated", node)} <= seen:
            seen.remove(("inside_out", node))  # half a turn and a quarter are a quarter the other way
        if ("tilted", node) in seen:
            seen.discard(("upside_down", node))  # what lies across has no up
    if ("not_moving", "thigh") in seen:
        seen.discard(("missing_sitting", ""))
    return seen


def worn(seed: int, faults: tuple[Fault, ...]) -> list[NDArray[np.int16]]:
    """Counts of the thigh and the back node, (n, 3) each; a turn goes with the node, not with the site."""
    dice = np.random.default_rng([seed, 77])
    person = Participant.random(seed)
    mounts = {"thigh": person.thigh_mount, "back": person.back_mount}
    for code, node in faults:
        if code in TURNS:
            mounts[node] = turned(mounts[node], code, dice)
    swapped = ("swapped", "") in faults
    on_thigh, on_back = ("back", "thigh") if swapped else ("thigh", "back")
    person = replace(person, thigh_mount=mounts[on_thigh], back_mount=mounts[on_back])
    made = simulate(_plan(dice, {PHASES[code] for code, _ in faults if code in PHASES}), person)
    sites = {on_thigh: made.thigh, on_back: made.back}
    for code, node in faults:
        if code == "not_moving":
            rest = dice.normal(size=3)
            sites[node] = rest / np.linalg.norm(rest) + 0.002 * dice.standard_normal(sites[node].shape)
    n = len(made.thigh) // EPOCH_SAMPLES * EPOCH_SAMPLES
    return [np.rint(sites[node][:n] * COUNTS_PER_G).clip(-32768, 32767).astype(np.int16) for node in ("thigh", "back")]


def check_samples(seed: int, faults: tuple[Fault, ...]) -> Donning:
    """The check on what a recorder would have."""
    thigh, back = (windows_of_counts(counts) for counts in worn(seed, faults))
    return check_donning(thigh, back)


def check_records(seed: int, faults: tuple[Fault, ...]) -> Donning:
    """The check on what nodes would have stored."""
    sides = [score_stream(counts, role) for role, counts in enumerate(worn(seed, faults))]
    thigh, back = (windows_of_records(Records(np.arange(len(s)), s), 0, len(s)) for s in sides)
    return check_donning(thigh, back)


def told(result: Donning) -> set[Fault]:
    """What a check found, but for notes."""
    return {(f.code, f.node) for f in result.findings if f.level is not Level.NOTE}


def turned(mount: Mount, code: str, dice: np.random.Generator) -> Mount:
    """Return how a node sits after one of `TURNS` was made to it."""
    side = float(dice.choice((-1.0, 1.0)))
    if code == "upside_down":
        return replace(mount, roll_deg=mount.roll_deg + 180)
    if code == "inside_out":
        return replace(mount, twist_deg=mount.twist_deg + 180)
    if code == "rotated":
        return replace(mount, twist_deg=mount.twist_deg + 90 * side)
    by_deg = side * float(dice.uniform(48, 80))
    if dice.random() < 0.5:
        return replace(mount, roll_deg=mount.roll_deg + by_deg)
    return replace(mount, pitch_deg=mount.pitch_deg + by_deg)


def _plan(dice: np.random.Generator, left_out: set[Kind]) -> list[Stretch]:
    plan: list[Stretch] = []
    now_s = 0.0
    for kind in (Kind.STANDING, SEATED, Kind.WALKING):
        long_s = round(float(dice.uniform(20, 60)), 1)
        spm = float(dice.uniform(70, 120)) if kind is Kind.WALKING else None
        if kind not in left_out:
            plan.append(Stretch(now_s, long_s, kind, spm))
            now_s = round(now_s + long_s, 1)
    return plan
