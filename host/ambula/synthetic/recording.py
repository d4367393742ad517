"""Render a plan as what two nodes would measure, stretch by stretch, with the truth beside it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ambula.synthetic import gait, posture
from ambula.synthetic.body import Floats, Participant, Pose, draw_pose, up_in_segment
from ambula.synthetic.plan import Kind, Stretch, check_plan
from ambula.synthetic.truth import Steps, Truth, truth_of

_BLOCK = 1 << 16  # samples: bounds the memory of a night's sleep, which is one stretch
_HANDLING_S = 6.0  # taking the nodes off, and putting them on again
_SETTLE_SHARE = 0.8  # people step off before the change of posture has quite ended


@dataclass(frozen=True)
class Synthetic:
    """A made-up recording: `thigh`, `back` (n, 3) float32 in g, sample i at i / `fs_hz` seconds since the plan began.

    Axes of both nodes: x up along the segment when standing, z out of the skin, y = z cross x. Both share every step.
    """

    thigh: NDArray[np.float32]
    back: NDArray[np.float32]
    fs_hz: float
    truth: Truth


def simulate(plan: Sequence[Stretch], participant: Participant, fs_hz: float = 26.0, day_index: int = 0) -> Synthetic:
    """Return both nodes' acceleration for a plan, and the truth per 5-s epoch; the same arguments give the same bytes.

    plan: stretches end to end from 0 s (`default_day`). fs_hz: 20..200. day_index: >= 0, gives the same person another
    throw of the dice, so that a week is rendered one day at a time. Raises ValueError for a plan with gaps or a rate
    outside its range. A day at 26 Hz holds 54 MB. Edge case: a last epoch that is not whole has no truth.
    """
    check_plan(plan)
    if not 20 <= fs_hz <= 200:
        raise ValueError(f"rate {fs_hz} Hz: outside 20..200")
    n = round(plan[-1].end_s * fs_hz)
    nodes = np.zeros((2, n, 3), np.float32)
    steps: list[Steps] = []
    pose = _first_pose(plan[0], participant)
    for number, stretch in enumerate(plan):
        dice = np.random.default_rng([participant.seed, day_index, number])
        first, last = (min(int(np.ceil(s * fs_hz - 1e-6)), n) for s in (stretch.start_s, stretch.end_s))
        if stretch.kind is Kind.NOT_WORN:
            _lay_down(nodes[:, first:last], fs_hz, dice)
            continue
        held = list(posture.holds(stretch, participant, dice))
        strikes_s = _strikes(stretch, participant, dice, held[0].change_s)
        if len(strikes_s):
            steps.append(Steps(stretch, strikes_s))
        for start in range(first, last, _BLOCK):
            end = min(start + _BLOCK, last)
            t_s = np.arange(start, end) / fs_hz
            nodes[:, start:end] = _worn(stretch, t_s, pose, held, strikes_s, participant, dice)
        pose = held[-1].pose
    _measure(nodes, participant, day_index)
    return Synthetic(nodes[0], nodes[1], fs_hz, truth_of(plan, steps, participant))


def _first_pose(stretch: Stretch, person: Participant) -> Pose:
    kind = Kind.STANDING if stretch.kind is Kind.NOT_WORN else stretch.kind
    return draw_pose(kind, person, np.random.default_rng([person.seed, 0xF1]))


def _strikes(stretch: Stretch, person: Participant, dice: np.random.Generator, change_s: float) -> Floats:
    if stretch.kind not in gait.STYLES:
        return np.empty(0)
    strikes_s = gait.step_times_s(stretch, person, dice, _SETTLE_SHARE * change_s)
    return strikes_s if len(strikes_s) >= 2 else np.empty(0)


def _worn(
    stretch: Stretch,
    t_s: Floats,
    before: Pose,
    held: list[posture.Hold],
    strikes_s: Floats,
    person: Participant,
    dice: np.random.Generator,
) -> Floats:
    """Return (2, n, 3), g on segment axes: gravity in the posture, plus what moves it."""
    thigh_deg, back_deg, turn_deg = posture.pose_track(t_s, before, held)
    thigh_g, back_g = np.zeros((len(t_s), 3)), np.zeros((len(t_s), 3))
    if len(strikes_s):
        move = gait.motion(stretch, t_s, strikes_s, thigh_deg, person, dice)
        thigh_deg, back_deg = thigh_deg + move.thigh_pitch_deg, back_deg + move.back_pitch_deg
        thigh_g, back_g = move.thigh_g, move.back_g
    else:
        thigh_sway, back_sway = posture.sway_deg(stretch.kind, t_s, dice)
        thigh_deg, back_deg = thigh_deg + thigh_sway, back_deg + back_sway
        thigh_g, back_g = posture.tremor_g(stretch.kind, len(t_s), dice)
    if stretch.kind in (Kind.CAR, Kind.CYCLING):
        shake = posture.road_g(t_s, dice)
        thigh_g, back_g = thigh_g + 0.7 * shake, back_g + shake
    return np.stack([up_in_segment(thigh_deg, turn_deg) + thigh_g, up_in_segment(back_deg, turn_deg) + back_g])


def _lay_down(nodes: NDArray[np.float32], fs_hz: float, dice: np.random.Generator) -> None:
    """Both nodes lie on a table, either way up, after and before being handled."""
    n = nodes.shape[1]
    handling = min(int(_HANDLING_S * fs_hz), n // 3)
    for node in nodes:
        rest = np.array([*dice.normal(0, 0.03, 2), dice.choice((-1.0, 1.0))])
        node[:] = rest / np.linalg.norm(rest)
        for part in (slice(0, handling), slice(n - handling, n)):
            node[part] = _tumble(handling, fs_hz, dice)


def _tumble(n: int, fs_hz: float, dice: np.random.Generator) -> Floats:
    """A node turned about in the hand, without preferred direction, and jerked a little."""
    t_s = np.arange(n) / fs_hz
    waves = [np.cos(2 * np.pi * (dice.uniform(0.2, 0.9) * t_s + dice.random())) for _ in range(3)]
    up = np.stack(waves, axis=1)
    up /= np.maximum(np.linalg.norm(up, axis=1, keepdims=True), 1e-6)
    return up + 0.15 * dice.standard_normal((n, 3))


def _measure(nodes: NDArray[np.float32], person: Participant, day_index: int) -> None:
    """Turn segment axes into the sensor's own, add its constant error and its noise; in place."""
    fixed = np.random.default_rng([person.seed, 0xB1A5])
    noise = np.random.default_rng([person.seed, 0x2015E, day_index])
    for number, mount in enumerate((person.thigh_mount, person.back_mount)):
        node: NDArray[np.float32] = nodes[number]
        turn = mount.matrix().astype(np.float32)
        bias = (fixed.uniform(-1, 1, 3) * person.bias_mg * 1e-3).astype(np.float32)
        for start in range(0, len(node), _BLOCK):
            part = node[start : start + _BLOCK]
            white: NDArray[np.float32] = noise.standard_normal((len(part), 3), dtype=np.float32)
            part[:] = part @ turn.T + bias + white * np.float32(person.noise_mg * 1e-3)
