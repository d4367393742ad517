"""How fast a person walks, estimated from cadence, and what the study calls that pace."""

from enum import Enum

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]

SLOW_UP_TO_KMH = 4.0  # Haddadj et al. 2025: slow up to 4.0, moderate 4.1-5.4, brisk from 5.5 km/h
BRISK_FROM_KMH = 5.5
WALK_RATIO_M_PER_SPM = 0.0061  # step length over cadence at 1.70 m: 35 people on a treadmill (training.walkratio)
REFERENCE_HEIGHT_M = 1.70


class Pace(Enum):
    """The study's three paces of walking."""

    SLOW = "slow"
    MODERATE = "moderate"
    BRISK = "brisk"


def height_used_m(height_m: float | None) -> float:
    """Return the height that speed is estimated by: the reference where none is set (None)."""
    return REFERENCE_HEIGHT_M if height_m is None else height_m


def speed_kmh(cadence_spm: Float, height_m: float | None = None) -> Float:
    """Return the walking speed for each cadence: step length = walk ratio x cadence, so speed grows with its square.

    cadence_spm: any shape, steps/min, NaN or 0 where there is none (gives NaN). height_m: 1.2-2.2, scales the step;
    1.70 m if None. Right to 0.4 km/h on a treadmill (0.5 without height or on the ground; up to 1 km/h for a person).
    Raises ValueError for a height out of range. Sources: Sekiya & Nagasaki 1998, Gait & Posture 7:225 (the form);
    Slade et al. 2021, Nat Commun 12:4312 (the value).
    """
    height = height_used_m(height_m)
    if not 1.2 <= height <= 2.2:
        raise ValueError("height must be 1.2 to 2.2 m")
    cadence = np.where(cadence_spm > 0, cadence_spm, np.nan)
    return WALK_RATIO_M_PER_SPM * height / REFERENCE_HEIGHT_M * cadence * cadence * 0.06


def paces(
    speed: Float, slow_max_kmh: float = SLOW_UP_TO_KMH, brisk_min_kmh: float = BRISK_FROM_KMH
) -> dict[Pace, NDArray[np.bool_]]:
    """Return where a speed, km/h, is of each pace: slow up to and including the first limit, brisk from the second on.

    speed: any shape; NaN is of no pace. Speeds are not rounded first: 4.04 km/h is moderate, 5.46 too.
    """
    slow, brisk = speed <= slow_max_kmh, speed >= brisk_min_kmh
    return {Pace.SLOW: slow, Pace.MODERATE: ~(slow | brisk | np.isnan(speed)), Pace.BRISK: brisk}


def pace_of(speed: float) -> Pace | None:
    """Return the pace of one speed in km/h by `paces`; None for NaN."""
    return next((pace for pace, here in paces(np.array(speed)).items() if here), None)
