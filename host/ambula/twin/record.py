"""The numpy twin of `nodecore.score.Decision.write`: all records at once, when the activities are known."""

import numpy as np
from numpy.typing import NDArray

from ambula.twin.classify import Gait
from nodecore import activity, record, thresholds
from nodecore import features as nf
from nodecore.roles import BACK
from nodecore.sampling import EPOCH_SAMPLES

Int = NDArray[np.int64]
Bool = NDArray[np.bool_]


def written(
    acts: Int, confidence: Int, dead: Bool, values: Int, gait: Gait, flags: Int, role: int
) -> NDArray[np.uint8]:
    """Return the records (E, 12); `values`: as mounted, (E, features.SIZE), the others (E,); dead: see `lifeless`."""
    out = np.zeros((len(values), record.SIZE), np.int64)
    acts = np.where(dead, activity.NOT_WORN, acts)
    out[:, record.ACTIVITY] = acts | np.where(dead, 8, confidence) << 4
    out[:, record.MEAN_X : record.MEAN_X + 3] = _mean_code(values[:, nf.MEAN_X : nf.MEAN_Z + 1])
    out[:, record.MAD_X : record.MAD_X + 3] = _log_code(values[:, nf.MAD_X : nf.MAD_Z + 1])
    out[:, record.MAD_MAG] = _log_code(2 * values[:, nf.MAD_MAG])
    walks = (gait.stride > 0) & (acts >= activity.WALKING) & (acts <= activity.RUNNING)
    whole = 2 * 12 * 16 * EPOCH_SAMPLES + gait.stride // 2
    out[:, record.CADENCE] = np.where(walks, np.minimum(255, whole // np.maximum(gait.stride, 1)), 0)
    out[:, record.STEPS] = np.minimum(255, (_steps(walks, gait, role) + 16) >> 5)
    out[:, record.REGULARITY] = np.minimum(gait.likeness >> 2, 255)
    out[:, record.FLAGS] = flags
    return out.astype(np.uint8)


def _steps(walks: Bool, gait: Gait, role: int) -> Int:
    """Return the steps that each epoch is given, in 256ths."""
    steps = np.where(walks | ((gait.known > 0) & (role == BACK)), gait.steps, 0)
    for row in np.flatnonzero(walks & (gait.earlier > 0)).tolist():
        if row == 0 or steps[row - 1] == 0:
            steps[row] += gait.earlier[row]
    return steps


def lifeless(values: Int) -> Bool:
    """Tell where neither movement nor turning was seen for long, (E,)."""
    mean = values[:, nf.MEAN_X : nf.MEAN_Z + 1]
    held = (np.abs(np.diff(mean, axis=0, prepend=0)) < thresholds.NOT_WORN_DRIFT).all(axis=1)
    quiet = held & (values[:, nf.MAD_X : nf.MAD_Z + 1].max(axis=1) < thresholds.NOT_WORN_MAD)
    row = np.arange(1, len(values) + 1)
    since = np.maximum.accumulate(np.where(quiet, 0, row))
    return row - since >= thresholds.NOT_WORN_EPOCHS


def _mean_code(counts: Int) -> Int:
    """Twin of `record.mean_code`."""
    return np.clip((counts * 25 + 512) >> 10, -127, 127) & 0xFF


def _log_code(counts: Int) -> Int:
    """Twin of `record.log_code`, at most 32767."""
    kept = np.minimum(counts, 32767)
    exponent = np.maximum(np.frexp(kept)[1].astype(np.int64) - 5, 0)
    return (exponent << 4) + (kept >> exponent)
