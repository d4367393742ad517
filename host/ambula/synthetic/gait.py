"""How a walking, running, climbing or cycling body shakes its two nodes: step times, then acceleration by phase.

The numbers below are amplitudes, in mg, of the harmonics 1..8 of the stride at `reference_spm`. They were set so that
magnitude SD and harmonic content come near to those of public recordings of the thigh and of L5; `growth` of walking
lies between the 1.0 and 2.4 that those recordings show.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ambula.synthetic.body import Floats, Participant
from ambula.synthetic.plan import Kind, Stretch

_G_MPS2 = 9.80665
_MG = 1e-3
_NONE = (0.0,)


@dataclass(frozen=True)
class Style:
    """One gait. swing_deg: amplitude of the thigh's 1st and 2nd harmonic. back_*_mg, thigh_*_mg: harmonics of linear
    acceleration
    (thigh: beyond what swing and hip give). thigh_odd_mg: what separates the thigh's stance from its swing, along
    x and z. strike_mg: peak of the heel strike at the thigh along x, y, z. rough_mg: RMS of what no harmonic explains.
    growth: amplitude goes with cadence to this power. variability: coefficient of variation of step time."""

    reference_spm: float
    swing_deg: tuple[float, float]
    back_x_mg: tuple[float, ...]
    back_y_mg: tuple[float, ...]
    back_z_mg: tuple[float, ...]
    thigh_y_mg: tuple[float, ...]
    thigh_odd_mg: float
    strike_mg: tuple[float, float, float]
    trunk_deg: float
    rough_mg: float = 60.0
    growth: float = 1.7
    variability: float = 0.025


_WALK = Style(
    reference_spm=107,
    swing_deg=(20.0, 4.5),
    back_x_mg=(11, 180, 24, 60, 22, 84, 22, 84),
    back_y_mg=(52, 17, 42, 14, 66, 22, 62, 24),
    back_z_mg=(13, 158, 14, 78, 14, 54, 16, 44),
    thigh_y_mg=(80, 88, 56, 70, 56, 40, 40, 40),
    thigh_odd_mg=135,
    strike_mg=(900, 380, -640),
    trunk_deg=1.6,
)
_UP = Style(
    reference_spm=88,
    swing_deg=(25.0, 6.0),
    back_x_mg=(28, 200, 22, 52, 18, 34, 14, 26),
    back_y_mg=(78, 20, 36, 14, 30, 14, 22, 12),
    back_z_mg=(20, 90, 14, 34, 12, 20, 10, 14),
    thigh_y_mg=(80, 90, 80, 60, 50, 36, 36, 20),
    thigh_odd_mg=180,
    strike_mg=(800, 330, -480),
    rough_mg=50,
    trunk_deg=3.0,
    variability=0.035,
)
_DOWN = Style(
    reference_spm=100,
    swing_deg=(13.0, 6.0),
    back_x_mg=(24, 250, 36, 110, 30, 90, 24, 80),
    back_y_mg=(70, 26, 50, 20, 56, 24, 50, 24),
    back_z_mg=(18, 110, 18, 80, 16, 52, 16, 44),
    thigh_y_mg=(80, 90, 80, 80, 60, 46, 46, 40),
    thigh_odd_mg=120,
    strike_mg=(1050, 420, -640),
    rough_mg=90,
    trunk_deg=2.0,
    variability=0.035,
)
_RUN = Style(
    reference_spm=160,
    swing_deg=(27.0, 6.0),
    back_x_mg=(40, 880, 60, 260, 50, 120, 40, 70),
    back_y_mg=(150, 60, 170, 60, 120, 50, 70, 40),
    back_z_mg=(40, 260, 50, 170, 40, 90, 30, 50),
    thigh_y_mg=(130, 150, 200, 150, 140, 100, 80, 60),
    thigh_odd_mg=200,
    strike_mg=(1300, 450, -600),
    rough_mg=120,
    trunk_deg=3.0,
    growth=1.0,
    variability=0.018,
)
_CYCLE = Style(
    reference_spm=140,
    swing_deg=(20.0, 2.5),
    back_x_mg=(14, 36, 8, 14),
    back_y_mg=(44, 10, 12, 6),
    back_z_mg=(10, 22, 6, 10),
    thigh_y_mg=(90, 60, 20, 14),
    thigh_odd_mg=60,
    strike_mg=(0, 0, 0),
    rough_mg=25,
    trunk_deg=1.5,
    growth=0.6,
    variability=0.012,
)
_SHUFFLE = Style(
    reference_spm=60,
    swing_deg=(7.0, 2.0),
    back_x_mg=(10, 26, 6, 12, 4, 8),
    back_y_mg=(36, 8, 12, 6),
    back_z_mg=(10, 24, 6, 12),
    thigh_y_mg=(40, 24, 14, 10),
    thigh_odd_mg=20,
    strike_mg=(70, 30, -50),
    rough_mg=14,
    trunk_deg=1.5,
    growth=1.0,
    variability=0.35,
)
STYLES: dict[Kind, Style] = {
    Kind.WALKING: _WALK,
    Kind.STAIRS_UP: _UP,
    Kind.STAIRS_DOWN: _DOWN,
    Kind.RUNNING: _RUN,
    Kind.CYCLING: _CYCLE,
    Kind.SHUFFLING: _SHUFFLE,
}


@dataclass(frozen=True)
class Motion:
    """What gait adds in one stretch, per sample: pitch in degrees, linear acceleration in g on segment axes (n, 3)."""

    thigh_pitch_deg: Floats
    back_pitch_deg: Floats
    thigh_g: Floats
    back_g: Floats


def step_times_s(stretch: Stretch, person: Participant, dice: np.random.Generator, settle_s: float) -> Floats:
    """Return the times of foot strikes (cycling: of each pedal's lowest point), seconds since the plan began.

    The first, third, ... are of the right leg, which wears the node. None in the first `settle_s` of the stretch, while
    the posture changes, nor in the last 0.2 s. Edge case: empty where the stretch is too short for a step.
    """
    style, rate_spm = STYLES[stretch.kind], stretch.rate_spm
    if rate_spm is None:
        raise ValueError(f"{stretch.kind} has no steps")
    room_s = stretch.duration_s - settle_s - 0.2
    mean_s = 60.0 / rate_spm
    count = int(max(room_s, 0) / mean_s * 1.5) + 4
    slow_extra = 0.02 * max(0.0, (90.0 - rate_spm) / 40.0)
    jitter = (style.variability + slow_extra) * dice.standard_normal(count)
    drift = 0.03 * np.sin(2 * np.pi * (np.arange(count) / dice.uniform(40, 120) + dice.random()))
    intervals_s = mean_s * np.clip(1 + jitter + drift, 0.5, 2.2)
    late_s = 0.5 * person.asymmetry * mean_s
    intervals_s[0::2] += late_s
    intervals_s[1::2] -= late_s
    times_s = np.concatenate([[0.0], np.cumsum(intervals_s)])
    return stretch.start_s + settle_s + times_s[times_s < room_s]


def stride_phase(t_s: Floats, steps_s: Floats) -> tuple[Floats, Floats]:
    """Return the stride phase (radians, 0 at each right strike, pi at each left) and its rate (radians/s) at `t_s`."""
    phase = np.interp(t_s, steps_s, np.pi * np.arange(len(steps_s)))
    rates = np.pi / np.diff(steps_s)
    which = np.clip(np.searchsorted(steps_s, t_s, side="right") - 1, 0, len(rates) - 1)
    inside = (t_s >= steps_s[0]) & (t_s <= steps_s[-1])
    return phase, np.where(inside, rates[which], 0.0)


def motion(
    stretch: Stretch,
    t_s: Floats,
    steps_s: Floats,
    pitch_deg: Floats,
    person: Participant,
    dice: np.random.Generator,
) -> Motion:
    """Return what a stretch of gait adds at times `t_s`, given its steps (at least 2) and the thigh's mean pitch."""
    style = STYLES[stretch.kind]
    cadence_spm = 60.0 * (len(steps_s) - 1) / (steps_s[-1] - steps_s[0])
    phase, rate = stride_phase(t_s, steps_s)
    relative = cadence_spm / style.reference_spm
    gain = person.vigour * relative**style.growth * _envelope(t_s, steps_s)
    back_rough_g = (gain * _MG)[:, None] * style.rough_mg * dice.standard_normal((len(t_s), 3))
    side = 1 + person.asymmetry * np.cos(phase)  # the right half of the stride is the stronger
    back_g = gain[:, None] * side[:, None] * _MG * _shake(style, phase, person)
    swing, speed, acceleration = _swing(style, phase, rate, relative * person.vigour, _envelope(t_s, steps_s))
    total = np.radians(pitch_deg) + swing
    hip_up, hip_forward = back_g[:, 0], -back_g[:, 2]
    radius_g = person.sensor_below_hip_m / _G_MPS2
    strike_g = _strike(style, t_s, steps_s) * (gain * _MG)[:, None]
    odd = (gain * _MG)[:, None] * _odd(style, phase, person)
    thigh_g = strike_g + odd + (gain * _MG)[:, None] * style.rough_mg * dice.standard_normal((len(t_s), 3))
    thigh_g[:, 0] += np.cos(total) * hip_up - np.sin(total) * hip_forward + radius_g * speed**2
    thigh_g[:, 1] += gain * _MG * _series(style.thigh_y_mg, phase, _phases(person.seed, 7, 8))
    thigh_g[:, 2] += np.sin(total) * hip_up + np.cos(total) * hip_forward + radius_g * acceleration
    trunk = style.trunk_deg * _envelope(t_s, steps_s) * np.sin(2 * phase + 0.6)
    return Motion(np.degrees(swing), trunk, thigh_g, back_g + back_rough_g)


def _envelope(t_s: Floats, steps_s: Floats) -> Floats:
    """Rise and fall over half a second before the first and after the last step."""
    rise = np.clip((t_s - steps_s[0]) / 0.5 + 0.5, 0, 1)
    fall = np.clip((steps_s[-1] - t_s) / 0.5 + 0.5, 0, 1)
    return np.minimum(rise, fall)


def _swing(
    style: Style, phase: Floats, rate: Floats, strength: float, envelope: Floats
) -> tuple[Floats, Floats, Floats]:
    """Angle (rad), angular velocity and acceleration of the thigh about its mean; most flexed before the strike."""
    first, second = np.radians(style.swing_deg) * np.clip(strength, 0.4, 1.6) ** 0.5
    a, b = phase + 0.35, 2 * phase - 0.9
    angle = first * np.cos(a) + second * np.cos(b)
    velocity = -rate * (first * np.sin(a) + 2 * second * np.sin(b))
    acceleration = -(rate**2) * (first * np.cos(a) + 4 * second * np.cos(b))
    return angle * envelope, velocity * envelope, acceleration * envelope


def _shake(style: Style, phase: Floats, person: Participant) -> Floats:
    """Linear acceleration of the lower back, mg, (n, 3): up, left, backward."""
    up = _series(style.back_x_mg, phase, _with_first(_phases(person.seed, 1, 8), (0.2, 0.5, 1.0, 1.2)))
    left = _series(style.back_y_mg, phase, _with_first(_phases(person.seed, 2, 8), (np.pi / 2,)))
    backward = _series(style.back_z_mg, phase, _with_first(_phases(person.seed, 3, 8), (0.3, 0.9)))
    return np.stack([up, left, backward], axis=1)


def _odd(style: Style, phase: Floats, person: Participant) -> Floats:
    """Odd harmonics of the thigh, mg, (n, 3): along x and z, none sideways."""
    shares = (1.0, 0.0, 0.9, 0.3, 0.4)
    x, z = (_series(shares, phase, _phases(person.seed, axis, 5)) for axis in (8, 9))
    return style.thigh_odd_mg * np.stack([x, np.zeros_like(x), z], axis=1)


def _strike(style: Style, t_s: Floats, steps_s: Floats) -> Floats:
    """Ringing of the thigh after each own strike, and a third of it after the other leg's; (n, 3) in mg."""
    if not any(style.strike_mg):
        return np.zeros((len(t_s), 3))
    ring = _ringing(t_s, steps_s[0::2]) + 0.33 * _ringing(t_s, steps_s[1::2])
    return ring[:, None] * np.array(style.strike_mg)


def _ringing(t_s: Floats, strikes_s: Floats) -> Floats:
    """Unit-peak damped ringing at 5.5 Hz that dies within 0.3 s of each strike."""
    if not len(strikes_s):
        return np.zeros_like(t_s)
    last = np.searchsorted(strikes_s, t_s, side="right") - 1
    since_s = np.where(last >= 0, t_s - strikes_s[np.maximum(last, 0)], 9.0)
    return 1.6 * np.sin(2 * np.pi * 5.5 * since_s) * np.exp(-since_s / 0.07)


def _series(amplitudes_mg: Sequence[float], phase: Floats, delays: Floats) -> Floats:
    total = np.zeros_like(phase)
    for k, amplitude in enumerate(amplitudes_mg, start=1):
        total += amplitude * np.cos(k * phase - delays[k - 1])
    return total


def _phases(seed: int, axis: int, count: int) -> Floats:
    """Phase of each harmonic: a signature of the person, the same on every day."""
    return np.random.default_rng([seed, 0x6A17, axis]).uniform(0, 2 * np.pi, count)


def _with_first(phases: Floats, known: Sequence[float]) -> Floats:
    """Fix the low harmonics, whose phase mechanics dictates (even ones for `known` of 2 and more), leave the rest."""
    fixed = phases.copy()
    if len(known) == 1:
        fixed[0] = known[0]
    else:
        fixed[1], fixed[3] = known[0], known[-1]
    return fixed
