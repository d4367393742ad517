"""Posture over time: how each stretch is held, when the person shifts, and the small movements of holding still."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ambula.synthetic.body import Floats, Participant, Pose, draw_pose
from ambula.synthetic.plan import Kind, Stretch

# Mean seconds between shifts, and how large a shift is against the spread between occasions.
_SHIFTS: dict[Kind, tuple[float, float]] = {
    Kind.SLEEP: (300.0, 0.2),
    Kind.LYING_AWAKE: (150.0, 0.6),
    Kind.SITTING: (110.0, 0.5),
    Kind.RECLINED: (260.0, 0.5),
    Kind.CAR: (200.0, 0.3),
    Kind.STANDING: (14.0, 0.8),
}
_TURNS_OVER = 0.18  # share of movements in sleep that end on another side: some twenty a night
_SHORTEST_CHANGE_S, _LONGEST_CHANGE_S = 1.0, 2.8


@dataclass(frozen=True)
class Hold:
    """A pose taken up from `start_s` on within `change_s` seconds, then held."""

    start_s: float
    change_s: float
    pose: Pose


def holds(stretch: Stretch, person: Participant, dice: np.random.Generator) -> Iterator[Hold]:
    """Yield the holds of one worn stretch in order, the first at its start."""
    first = draw_pose(stretch.kind, person, dice)
    longest_s = max(0.5, min(_LONGEST_CHANGE_S, 0.3 * stretch.duration_s))
    yield Hold(stretch.start_s, float(dice.uniform(min(_SHORTEST_CHANGE_S, longest_s), longest_s)), first)
    if stretch.kind not in _SHIFTS:
        return
    every_s, size = _SHIFTS[stretch.kind]
    pose, now_s = first, stretch.start_s + 3.0 + dice.exponential(every_s)
    while now_s < stretch.end_s - 4.0:
        other = draw_pose(stretch.kind, person, dice)
        if stretch.kind is Kind.SLEEP:
            pose = other if dice.random() < _TURNS_OVER else _shifted(pose, other, size)
        else:
            pose = _shifted(first, other, size)
        yield Hold(float(now_s), float(dice.uniform(0.8, 2.5)), pose)
        now_s += 3.0 + dice.exponential(every_s)


def _shifted(pose: Pose, other: Pose, size: float) -> Pose:
    """Part of the way to another pose; one shifts, one does not roll over."""
    return Pose(
        pose.thigh_deg + size * (other.thigh_deg - pose.thigh_deg),
        pose.back_deg + size * (other.back_deg - pose.back_deg),
        pose.turn_deg + size * _near(other.turn_deg - pose.turn_deg),
    )


def _near(turn_deg: float) -> float:
    """A turn of at most 15 degrees, the short way round."""
    return float(np.clip((turn_deg + 180) % 360 - 180, -15, 15))


def pose_track(t_s: Floats, before: Pose, held: list[Hold]) -> tuple[Floats, Floats, Floats]:
    """Return thigh pitch, back pitch and turn, degrees, at `t_s`: smooth from `before` through every hold."""
    poses = [before, *(h.pose for h in held)]
    starts = np.array([h.start_s for h in held])
    lengths = np.array([h.change_s for h in held])
    which = np.clip(np.searchsorted(starts, t_s, side="right") - 1, 0, len(held) - 1)
    share = np.clip((t_s - starts[which]) / lengths[which], 0, 1)
    weight = share * share * share * (10 - 15 * share + 6 * share * share)  # minimum-jerk profile
    turns = np.degrees(np.unwrap(np.radians([p.turn_deg for p in poses])))
    thigh, back = np.array([p.thigh_deg for p in poses]), np.array([p.back_deg for p in poses])
    blended = [v[which] + (v[which + 1] - v[which]) * weight for v in (thigh, back, turns)]
    return blended[0], blended[1], blended[2]


def sway_deg(kind: Kind, t_s: Floats, dice: np.random.Generator) -> tuple[Floats, Floats]:
    """Return slow sway of thigh and back, degrees: breathing when lying or sitting, postural sway when standing."""
    standing = kind in (Kind.STANDING, Kind.BENDING, Kind.SHUFFLING)
    size_deg = 0.45 if standing else 0.12
    tracks: list[Floats] = []
    for _ in range(2):
        track = np.zeros_like(t_s)
        for rate_hz in dice.uniform(0.12, 0.6, 2):
            track += size_deg * np.sin(2 * np.pi * (rate_hz * t_s + dice.random()))
        tracks.append(track)
    return tracks[0], tracks[1]


def tremor_g(kind: Kind, n: int, dice: np.random.Generator) -> tuple[Floats, Floats]:
    """Return the unrest of living tissue at thigh and back, g, (n, 3) each: least in sleep, most on one's feet."""
    size_g = {Kind.SLEEP: 0.001, Kind.LYING_AWAKE: 0.002, Kind.BENDING: 0.03, Kind.STANDING: 0.004}.get(kind, 0.0025)
    return size_g * dice.standard_normal((n, 3)), size_g * dice.standard_normal((n, 3))


def road_g(t_s: Floats, dice: np.random.Generator) -> Floats:
    """Return the shaking of a car seat, g, (n, 3): body on springs at 1-2 Hz, road and engine above, some bumps."""
    shake = np.zeros((len(t_s), 3))
    for axis, size_g in enumerate((0.024, 0.014, 0.02)):
        for low_hz, high_hz, share in ((1.0, 2.2, 1.0), (3.5, 6.0, 0.5), (8.0, 12.0, 0.5)):
            rate_hz = dice.uniform(low_hz, high_hz)
            swell = 0.6 + 0.4 * np.sin(2 * np.pi * (t_s / dice.uniform(7, 31) + dice.random()))
            shake[:, axis] += size_g * share * swell * np.sin(2 * np.pi * (rate_hz * t_s + dice.random()))
    for bump_s in dice.uniform(t_s[0], t_s[-1], int((t_s[-1] - t_s[0]) / 25)):
        first, last = np.searchsorted(t_s, (bump_s, bump_s + 1.0))
        since_s = t_s[first:last] - bump_s
        shake[first:last, 0] += 0.12 * np.sin(2 * np.pi * 2.2 * since_s) * np.exp(-since_s / 0.25)
    return shake
