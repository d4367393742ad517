"""The body: who the participant is, how the nodes sit on the skin, and how segments are held in each posture."""

from dataclasses import dataclass, field
from typing import Self

import numpy as np
from numpy.typing import NDArray

from ambula.synthetic.plan import Kind

Floats = NDArray[np.float64]

# Winter's segment proportions (Biomechanics and Motor Control, 4th ed., figure 4.1): thigh 0.245 of height.
_THIGH_LENGTH_SHARE = 0.245
# Walk ratio, step length over cadence, is nearly constant in a person (Sekiya 1996): m per step/min, 1.72 m tall.
_WALK_RATIO = 0.0061
_REFERENCE_HEIGHT_M = 1.72


@dataclass(frozen=True)
class Mount:
    """How far a node is turned on the skin, degrees: `pitch` tips its top towards the body, `roll` turns it in the
    skin's plane, `twist` turns it about the segment's long axis. Zero is perfect; 180 of `roll` is upside down."""

    pitch_deg: float = 0.0
    roll_deg: float = 0.0
    twist_deg: float = 0.0

    def matrix(self) -> Floats:
        """Return the (3, 3) rotation from segment axes to sensor axes."""
        (cp, cr, ct), (sp, sr, st) = (f(np.radians([self.pitch_deg, self.roll_deg, self.twist_deg])) for f in _COS_SIN)
        about_y = np.array([[cp, 0, -sp], [0, 1, 0], [sp, 0, cp]])
        about_z = np.array([[cr, -sr, 0], [sr, cr, 0], [0, 0, 1]])
        about_x = np.array([[1, 0, 0], [0, ct, -st], [0, st, ct]])
        return about_x @ about_z @ about_y


_COS_SIN = (np.cos, np.sin)


@dataclass(frozen=True)
class Participant:
    """A made-up person with two nodes on.

    seed: >= 0, decides every random choice. height_m: 1.3..2.1. asymmetry: 0..0.3, share by which the left step is
    weaker and later than the right. vigour: 0.5..2, how strongly the body is shaken at a given cadence. lordosis_deg:
    how far L5 tips the back node forward when standing. bias_mg: largest constant error of an axis. noise_mg: RMS of
    the sensor's white noise (LSM6DS3TR-C: 90 ug/sqrt(Hz) at 13 Hz bandwidth is 0.3 mg; low-power mode about 2 mg).
    """

    seed: int
    height_m: float = 1.72
    asymmetry: float = 0.03
    vigour: float = 1.0
    lordosis_deg: float = 9.0
    thigh_mount: Mount = field(default_factory=Mount)
    back_mount: Mount = field(default_factory=Mount)
    noise_mg: float = 2.0
    bias_mg: float = 8.0

    def __post_init__(self) -> None:
        if not 1.3 <= self.height_m <= 2.1:
            raise ValueError(f"height {self.height_m} m: outside 1.3..2.1")
        if not 0 <= self.asymmetry <= 0.3:
            raise ValueError(f"asymmetry {self.asymmetry}: outside 0..0.3")

    @classmethod
    def random(cls, seed: int) -> Self:
        """Draw a person whose height, vigour and careless taping come from the seed."""
        dice = np.random.default_rng([seed, 0xB0D])
        thigh, back = (Mount(*(float(v) for v in dice.normal(0, [4, 3, 7]))) for _ in range(2))
        return cls(
            seed=seed,
            height_m=float(np.clip(dice.normal(1.72, 0.09), 1.5, 1.98)),
            asymmetry=float(dice.uniform(0, 0.08)),
            vigour=float(np.clip(dice.normal(1.0, 0.15), 0.7, 1.4)),
            lordosis_deg=float(dice.normal(9, 5)),
            thigh_mount=thigh,
            back_mount=back,
        )

    @property
    def sensor_below_hip_m(self) -> float:
        """Metres from the hip joint to the thigh node, taped to the middle of the thigh."""
        return self.height_m * _THIGH_LENGTH_SHARE * 0.55

    def walking_kmh(self, cadence_spm: float) -> float:
        """Return the speed, km/h, of level walking at a cadence; constant walk ratio, longer steps for the tall."""
        step_m = _WALK_RATIO * cadence_spm * self.height_m / _REFERENCE_HEIGHT_M
        return step_m * cadence_spm * 0.06


@dataclass(frozen=True)
class Pose:
    """How the segments are held, degrees: pitch from upright towards the node's outer side, turn about the long axis.

    Thigh pitch 90 is a horizontal thigh, front up; back pitch -90 is supine, +70 a forward bend. `turn` +90 lies on
    the left side, -90 on the right, 180 prone.
    """

    thigh_deg: float
    back_deg: float
    turn_deg: float = 0.0


# Mean and spread between occasions of each way of holding oneself.
_POSES: dict[Kind, tuple[Pose, Pose]] = {
    Kind.SLEEP: (Pose(88, -90), Pose(7, 6, 9)),
    Kind.LYING_AWAKE: (Pose(86, -88), Pose(8, 6, 9)),
    Kind.SITTING: (Pose(86, -11), Pose(5, 6, 5)),
    Kind.RECLINED: (Pose(82, -42), Pose(7, 7, 6)),
    Kind.CAR: (Pose(78, -24), Pose(3, 3, 2)),
    Kind.STANDING: (Pose(1, 0), Pose(3, 3, 3)),
    Kind.BENDING: (Pose(9, 64), Pose(5, 12, 4)),
    Kind.SHUFFLING: (Pose(3, 2), Pose(2, 3, 3)),
    Kind.WALKING: (Pose(7, 2), Pose(1, 2, 2)),
    Kind.STAIRS_UP: (Pose(22, 9), Pose(2, 3, 2)),
    Kind.STAIRS_DOWN: (Pose(16, 1), Pose(2, 2, 2)),
    Kind.RUNNING: (Pose(10, 7), Pose(2, 2, 2)),
    Kind.CYCLING: (Pose(41, 24), Pose(2, 5, 2)),
}
_LYING = (Kind.SLEEP, Kind.LYING_AWAKE)
_LYING_TURNS_DEG = (0.0, 88.0, -88.0, 178.0)
_LYING_TURN_SHARES = (0.38, 0.27, 0.27, 0.08)


def draw_pose(kind: Kind, person: Participant, dice: np.random.Generator) -> Pose:
    """Return one way of holding oneself in a stretch of this kind; `kind` must be worn."""
    mean, spread = _POSES[kind]
    z = np.clip(dice.standard_normal(3), -2, 2)
    lying = kind in _LYING
    turn_deg = float(dice.choice(_LYING_TURNS_DEG, p=_LYING_TURN_SHARES)) if lying else 0.0
    return Pose(
        mean.thigh_deg + spread.thigh_deg * z[0],
        mean.back_deg + spread.back_deg * z[1] + (0.0 if lying else person.lordosis_deg),
        turn_deg + spread.turn_deg * z[2],
    )


def up_in_segment(pitch_deg: Floats, turn_deg: Floats) -> Floats:
    """Return the (n, 3) unit vector up, which is what a resting accelerometer reads in g, in segment axes x, y, z."""
    pitch, turn = np.radians(pitch_deg), np.radians(turn_deg)
    sine = np.sin(pitch)
    return np.stack([np.cos(pitch), sine * np.sin(turn), sine * np.cos(turn)], axis=1)
