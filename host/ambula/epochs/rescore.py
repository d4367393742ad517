"""Other rules on the records that a node kept: what its class would have been, and where the record cannot say.

Notes
-----
Steps, for one node's records on a copy, before both are fused:

1. Off the body: where those rules differ, epochs that the node called not worn get a posture. `nonwear` marks anew.
2. Gait: an epoch that moves less than the new limit and does not repeat itself becomes a posture.
3. Thigh: standing or sedentary by the angle that the node itself had. A record's confidence tells that angle's cosine
   within 1/32 (`nodecore.classify.clarity`), its mean tells the sensor's; the second is kept within the first.
4. Back: lying or standing by `trunk`.

Sources: SPEC.md, "Record"; `nodecore.classify`.

Measured: `python -m training.rescored`, docs/reference/rescore.md.

Known failures:

- The thigh's angle is the body's once the node has learnt how its wearer walks, and the record's mean is the sensor's.
  So within a step of the confidence the answer may be wrong. Those epochs are `unsure`.
- What was gait has no step of confidence: a posture in its place rests on the mean.
"""

from math import cos, radians

import numpy as np
from numpy.typing import NDArray

from ambula.epochs.rules import EpochRules
from nodecore import activity, record, thresholds
from nodecore.cadence import SURE
from nodecore.roles import BACK, THIGH
from nodecore.sampling import COUNTS_PER_G

Bytes = NDArray[np.uint8]
Bool = NDArray[np.bool_]
Int = NDArray[np.int64]

_ONE = 1024  # of a cosine, as in `nodecore.features`
_LEAST, _MOST, _STEP = 4, 15, 32  # of `classify.clarity`
_REMEMBERED = 5  # epochs for which a sure stride counts, itself included (`nodecore.cadence.Tracker`)
_GAIT = (activity.WALKING, activity.STAIRS, activity.RUNNING, activity.CYCLING)


def rescore(epoch: Int, data: Bytes, has: Bool, role: int, rules: EpochRules) -> Bool:
    """Apply other rules to one node's records, in place; return where the records cannot decide, (n,).

    epoch: (n,) rising. data: (n, 12); has: where there is a record. role: 0 thigh, 1 back. Time off the body and the
    trunk's posture are not decided here: `nonwear` and `trunk` do that for any rules.
    """
    unsure = np.zeros(len(epoch), np.bool_)
    changed = set(rules.changed())
    says = (data[:, record.ACTIVITY] & 15).astype(np.int64)
    if role == THIGH and "upright_deg" in changed:
        unsure |= _postures(data, has, rules, says)
    if changed & {"not_worn_min", "not_worn_mg"}:
        unsure |= _to_posture(data, has & (says == activity.NOT_WORN), role, rules)
    if "gait_from_mg" in changed:
        still, doubt = _no_gait(epoch, data, has, says, rules)
        unsure |= doubt | _to_posture(data, still, role, rules)
    return unsure


def border(degrees: float) -> int:
    """Return the cosine of an angle in 1024ths, as the node holds its borders."""
    return round(_ONE * cos(radians(degrees)))


def _cosine(data: Bytes) -> Int:
    """Return the cosine between a record's mean and up, (n,) 1024ths; 0 without a direction."""
    mean = data[:, record.MEAN_X : record.MEAN_Z + 1].view(np.int8).astype(np.float64)
    length = np.sqrt((mean * mean).sum(axis=1))
    return np.rint(_ONE * mean[:, 0] / np.maximum(length, 1)).astype(np.int64)


def _postures(data: Bytes, has: Bool, rules: EpochRules, says: Int) -> Bool:
    """Decide a thigh's postures by another border; return where the border lies within the step that is known."""
    limit = border(rules.upright_deg)
    steps = (data[:, record.ACTIVITY] >> 4).astype(np.int64) - _LEAST
    near, far = _STEP * steps, np.where(steps == _MOST - _LEAST, _ONE, _STEP * steps + _STEP - 1)
    stands = says == activity.STANDING
    least = np.where(stands, thresholds.UPRIGHT + np.maximum(near, 1), thresholds.UPRIGHT - far)
    most = np.where(stands, thresholds.UPRIGHT + far, thresholds.UPRIGHT - near)
    posture = has & (steps >= 0) & ((says == activity.SEDENTARY) | stands & ~_moves(data))
    up = np.clip(_cosine(data), least, most)
    _say(data, posture, np.where(up > limit, activity.STANDING, activity.SEDENTARY), _clarity(up, limit))
    return posture & (least <= limit) & ((limit < most) | stands & _hardly_moves(data))


def _moves(data: Bytes) -> Bool:
    """Tell where the magnitude beats so hard that an upright thigh which stands was moving on the spot."""
    return data[:, record.MAD_MAG] > record.log_code(thresholds.BEAT)


def _hardly_moves(data: Bytes) -> Bool:
    """Tell where a record does not say whether an epoch moved like gait."""
    beats = data[:, record.MAD_MAG]
    soft = (beats >= record.log_code(thresholds.SOFT_BEAT)) & (data[:, record.REGULARITY] >= thresholds.FAINT >> 2)
    return (beats == record.log_code(thresholds.BEAT)) | soft & ~_moves(data)


def _no_gait(epoch: Int, data: Bytes, has: Bool, says: Int, rules: EpochRules) -> tuple[Bool, Bool]:
    """Return where an epoch of gait is none by another limit, and where the record cannot say."""
    limit = record.log_code(round(rules.gait_from_mg * COUNTS_PER_G / 1000))
    beats, likeness = data[:, record.MAD_MAG], data[:, record.REGULARITY].astype(np.int64) << 2
    known = _recently(epoch, has & (likeness >= SURE))
    regular = (beats > record.log_code(thresholds.SOFT_BEAT)) & (
        likeness > np.where(known, thresholds.FAINT, thresholds.REGULAR)
    )
    gait = has & np.isin(says, _GAIT)
    edge = gait & (beats == limit) & ~regular
    rides = gait & (says == activity.CYCLING) & (beats <= limit) & ~regular
    return gait & (beats < limit) & ~regular, edge | rides


def _recently(epoch: Int, sure: Bool) -> Bool:
    """Tell where a sure epoch is less than `_REMEMBERED` epochs ago."""
    rows = np.arange(len(epoch))
    newest = np.maximum.accumulate(np.where(sure, rows, -1))
    return (newest >= 0) & (epoch - epoch[newest] < _REMEMBERED)


def _to_posture(data: Bytes, rows: Bool, role: int, rules: EpochRules) -> Bool:
    """Give rows a posture by their mean, without cadence and steps; return where that is a guess.

    A back's is exact: `trunk` settles it by the byte that the node goes by.
    """
    up, limit = _cosine(data), border(rules.upright_deg) if role == THIGH else thresholds.BACK_LYING
    level = activity.LYING if role == BACK else activity.SEDENTARY
    _say(data, rows, np.where(up > limit, activity.STANDING, level), _clarity(up, limit))
    data[rows, record.CADENCE] = 0
    data[rows, record.STEPS] = 0
    return rows if role == THIGH else np.zeros(len(rows), np.bool_)


def _clarity(up: Int, limit: int) -> Int:
    """Twin of `nodecore.classify.clarity`."""
    return np.minimum(_MOST, _LEAST + (np.abs(up - limit) >> 5))


def _say(data: Bytes, rows: Bool, says: Int, confidence: Int) -> None:
    np.copyto(data[:, record.ACTIVITY], says | confidence << 4, "unsafe", rows)
