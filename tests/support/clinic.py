"""The clinic's hour as a model: what wearers do in the minutes before `ambula check`, and what is wrong with the nodes.

Synthetic people only: nobody here was measured. `COURSES` are what they do, `FAULTS` of `worn_wrong` how it is worn.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ambula.base.sites import SITES
from ambula.donning import Donning, check_donning, windows_of_records
from ambula.donning.check import Plan
from ambula.epochs.table import Records
from ambula.synthetic import Kind, Participant, Stretch, simulate
from ambula.twin.score import score_stream
from nodecore.sampling import COUNTS_PER_G, EPOCH_SAMPLES, EPOCHS_A_MINUTE, ODR_HZ
from tests.support.worn_wrong import FAULTS, SEATED, TURNS, Fault, turned

Dice = np.random.Generator
Part = tuple[Kind, float, float | None]  # what, for how many seconds, at how many steps/min
Counts = NDArray[np.int16]

STAND, SIT, WALK = Kind.STANDING, SEATED, Kind.WALKING
USUAL, SLOW, WITH_STICK = (70.0, 120.0), (30.0, 60.0), (45.0, 75.0)


@dataclass(frozen=True)
class Course:
    """What a wearer does. parts: drawn anew for each person; asks: the plan of `check`; sites: the nodes that are worn.

    vigour, asymmetry: how hard and how evenly they walk (None: as the person does). lowers_s: for how long they sit
    down.
    """

    parts: Callable[[Dice], list[Part]]
    asks: str = "any"
    vigour: tuple[float, float] | None = None
    asymmetry: tuple[float, float] | None = None
    lowers_s: tuple[float, float] | None = None
    sites: tuple[str, ...] = ("thigh", "back")


def _for(dice: Dice, kind: Kind, low_s: float = 20, high_s: float = 60, spm: tuple[float, float] = USUAL) -> Part:
    return kind, round(float(dice.uniform(low_s, high_s)), 1), float(dice.uniform(*spm)) if kind is WALK else None


def _asked(dice: Dice, spm: tuple[float, float] = USUAL) -> list[Part]:
    return [_for(dice, kind, spm=spm) for kind in (STAND, SIT, WALK)]


def _shuffled(dice: Dice, parts: list[Part]) -> list[Part]:
    return [parts[i] for i in dice.permutation(len(parts))]


def _inserted(dice: Dice, parts: list[Part], *others: Part) -> list[Part]:
    at = int(dice.integers(1, len(parts)))
    return [*parts[:at], *others, *parts[at:]]


def _bend(dice: Dice) -> Part:
    return _for(dice, Kind.BENDING, 30, 45)


def _restless(dice: Dice) -> list[Part]:
    """Stands, but never still for long."""
    parts = [[_for(dice, Kind.SHUFFLING, 4, 9), _for(dice, STAND, 2, 6)] for _ in range(int(dice.integers(3, 6)))]
    return [part for pair in parts for part in pair]


def _in_pain(dice: Dice) -> list[Part]:
    return [*_restless(dice), _bend(dice), _for(dice, SIT), _for(dice, WALK, 30, 60, SLOW)]


_SOFT, _STICK = (0.5, 0.7), (0.2, 0.3)
_TABLE = (Kind.NOT_WORN, 40.0, 110.0)

COURSES: dict[str, Course] = {
    "as asked": Course(_asked),
    "in any order": Course(lambda d: _shuffled(d, _asked(d))),
    "a bend first": Course(lambda d: [_bend(d), *_asked(d)]),
    "a bend in between": Course(lambda d: _inserted(d, _shuffled(d, _asked(d)), _bend(d))),
    "lies down in between": Course(lambda d: _inserted(d, _asked(d), _for(d, Kind.LYING_AWAKE))),
    "on the table first": Course(lambda d: [_for(d, *_TABLE), *_asked(d)]),
    "slow and soft": Course(lambda d: _asked(d, SLOW), vigour=_SOFT),
    "with a stick": Course(lambda d: _asked(d, WITH_STICK), vigour=_SOFT, asymmetry=_STICK),
    "cannot stand still": Course(lambda d: [*_restless(d), _for(d, SIT), _for(d, WALK)]),
    "sits down slowly": Course(_asked, lowers_s=(6.0, 10.0)),
    "sits upright, bows once": Course(lambda d: [_for(d, STAND), _for(d, Kind.SITTING), _bend(d), _for(d, WALK)]),
    "from the bed, no standing": Course(lambda d: [_for(d, Kind.LYING_AWAKE), _for(d, SIT), _for(d, WALK)]),
    "in pain, all of it": Course(_in_pain, vigour=_SOFT, asymmetry=_STICK, lowers_s=(6.0, 10.0)),
    "walks only": Course(lambda d: [_for(d, WALK)], asks="walk"),
    "walks only, slow and soft": Course(lambda d: [_for(d, WALK, 30, 60, SLOW)], asks="walk", vigour=_SOFT),
    "walks only, a bend first": Course(lambda d: [_bend(d), _for(d, WALK)], asks="walk"),
    "thigh alone": Course(_asked, sites=("thigh",)),
    "thigh alone, on the table first": Course(lambda d: [_for(d, *_TABLE), *_asked(d)], sites=("thigh",)),
    "back alone": Course(_asked, sites=("back",)),
    "back alone, on the table first": Course(lambda d: [_for(d, *_TABLE), *_asked(d)], sites=("back",)),
}
"""What right nodes must be a Go for."""

TOO_LITTLE: dict[str, Course] = {
    "never sits": Course(lambda d: [_for(d, STAND), _for(d, WALK)]),
    "never walks": Course(lambda d: [_for(d, STAND), _for(d, SIT)]),
    "bends, never sits": Course(lambda d: [_bend(d), _for(d, STAND), _for(d, WALK)]),
    "stays on the table": Course(lambda d: [_for(d, Kind.NOT_WORN, 200, 240)]),
    "in bed": Course(lambda d: [_for(d, Kind.LYING_AWAKE, 200, 240)]),
}
"""What is a no-go, however the nodes are worn."""


NODE_FAULTS = tuple(fault for fault in FAULTS if not fault[0].startswith("missing"))


def faults_of(course: Course) -> list[Fault]:
    """Return what may be wrong with how the nodes of a course are worn."""
    return [f for f in NODE_FAULTS if f[1] in course.sites or (f[0] == "swapped" and len(course.sites) == 2)]


def is_seen(course: Course, fault: Fault) -> bool:
    """Whether records can show a fault at all: walking alone shows no face, nor does a back alone. Then it is named."""
    faceless = course.asks == "walk" or course.sites == ("back",)
    return not (faceless and fault[0] in ("inside_out", "rotated"))


def look(seed: int, course: Course, faults: tuple[Fault, ...], minutes: int = 5) -> Donning:
    """Return what the check makes of the newest minutes that the nodes have recorded."""
    records = {site: score_stream(c, int(site == "back")) for site, c in worn(seed, course, faults).items()}
    epochs, end = minutes * EPOCHS_A_MINUTE, max(map(len, records.values()))
    thigh, back = (
        windows_of_records(Records(np.arange(len(records[site])), records[site]), end - epochs, epochs)
        if site in records
        else None
        for site in SITES
    )
    return check_donning(thigh, back, Plan(course.asks))


def worn(seed: int, course: Course, faults: tuple[Fault, ...]) -> dict[str, Counts]:
    """Return each worn node's counts, (n, 3), by the name it is called; whole epochs."""
    dice = np.random.default_rng([seed, 0xC11])
    person = _person(seed, course, dice)
    mounts = {"thigh": person.thigh_mount, "back": person.back_mount}
    for code, node in faults:
        if code in TURNS:
            mounts[node] = turned(mounts[node], code, dice)
    on = ("back", "thigh") if ("swapped", "") in faults else ("thigh", "back")  # what is called so is on thigh, back
    person = replace(person, thigh_mount=mounts[on[0]], back_mount=mounts[on[1]])
    made = simulate(_stretches(course.parts(dice)), person)
    sides = dict(zip(on, (made.thigh, made.back), strict=True))
    if course.lowers_s:
        sides = _slowed(sides, float(dice.uniform(*course.lowers_s)))
    for code, node in faults:
        if code == "not_moving":
            rest = dice.normal(size=3)
            sides[node] = rest / np.linalg.norm(rest) + 0.002 * dice.standard_normal(sides[node].shape)
    n = len(sides["thigh"]) // EPOCH_SAMPLES * EPOCH_SAMPLES
    return {site: np.rint(sides[site][:n] * COUNTS_PER_G).clip(-32768, 32767).astype(np.int16) for site in course.sites}


def _person(seed: int, course: Course, dice: Dice) -> Participant:
    person = Participant.random(seed)
    if course.vigour:
        person = replace(person, vigour=float(dice.uniform(*course.vigour)))
    if course.asymmetry:
        person = replace(person, asymmetry=float(dice.uniform(*course.asymmetry)))
    return person


def _stretches(parts: list[Part]) -> list[Stretch]:
    made: list[Stretch] = []
    for kind, long_s, spm in parts:
        made.append(Stretch(round(made[-1].end_s, 1) if made else 0.0, long_s, kind, spm))
    return made


def _slowed(sides: dict[str, NDArray[np.float32]], takes_s: float) -> dict[str, NDArray[np.float32]]:
    """Draw out the largest change of the thigh's posture over `takes_s`."""
    second = ODR_HZ
    thigh = sides["thigh"]
    means = thigh[: len(thigh) // second * second].reshape(-1, second, 3).mean(axis=1)
    at = (1 + int(np.linalg.norm(np.diff(means, axis=0), axis=1).argmax())) * second
    first, end = max(0, at - 2 * second), min(len(thigh), at + 2 * second)
    where = np.linspace(first, end - 1, round(takes_s * ODR_HZ))
    made: dict[str, NDArray[np.float32]] = {}
    for name, node in sides.items():
        drawn = np.stack([np.interp(where, np.arange(len(node)), node[:, k]) for k in range(3)], axis=1)
        made[name] = np.concatenate([node[:first], drawn.astype(np.float32), node[end:]])
    return made
