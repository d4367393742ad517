"""Fuses two records of one epoch into one answer; from one record, gives what that node alone can decide."""

from nodecore import activity, classify, record
from nodecore.compat import const
from nodecore.roles import BACK_BIT, BOTH_BITS, THIGH_BIT

# Byte offsets of a fused epoch.
ACTIVITY = const(0)
CONFIDENCE = const(1)  # 0..15
CADENCE = const(2)  # steps/min, 0 = none
STEPS = const(3)  # eighths
WORN = const(4)  # which nodes are worn: bits of `roles`
SIZE = const(5)

MIDDLE_CG = const(57)  # 0.01 g: a trunk leans 55 degrees; the further from it, the surer is sitting or lying
UNSURE = const(3)  # confidence where one node cannot decide


def fuse(thigh, back, out):
    """Write the fused epoch to `out` (at least SIZE bytes); `thigh`, `back`: a record, or None where there is none.

    The thigh decides what moves and whether one stands; the back decides sitting or lying, by `classify.lies` after
    its own word. A node that is not worn or has no say (OTHER) leaves the answer to the other. The thigh alone says
    SEDENTARY; the back alone cannot tell sitting from standing and says OTHER. Raises ValueError if both are None.
    """
    if thigh is None and back is None:
        raise ValueError("an epoch needs at least one record")
    thigh_says = activity.NOT_WORN if thigh is None else thigh[record.ACTIVITY] & 15
    back_says = activity.NOT_WORN if back is None else back[record.ACTIVITY] & 15
    worn = 0
    if thigh_says != activity.NOT_WORN:
        worn |= THIGH_BIT
    if back_says != activity.NOT_WORN:
        worn |= BACK_BIT
    out[WORN] = worn
    if worn == BOTH_BITS and thigh_says == activity.OTHER:
        worn = BACK_BIT
    elif worn == BOTH_BITS and back_says == activity.OTHER:
        worn = THIGH_BIT
    if worn == BOTH_BITS:
        _both(thigh, back, out)
    elif worn == BACK_BIT:
        _back_alone(back, out)
    else:
        _copy(thigh if thigh is not None else back, out)


def _copy(rec, out):
    out[ACTIVITY] = rec[record.ACTIVITY] & 15
    out[CONFIDENCE] = rec[record.ACTIVITY] >> 4
    out[CADENCE] = rec[record.CADENCE]
    out[STEPS] = rec[record.STEPS]


def _back_alone(back, out):
    _copy(back, out)
    if out[ACTIVITY] == activity.STANDING:
        out[ACTIVITY] = activity.OTHER
        out[CONFIDENCE] = UNSURE


def _both(thigh, back, out):
    _copy(thigh, out)
    if out[ACTIVITY] == activity.SEDENTARY:
        x_cg = record.mean_cg(back[record.MEAN_X])
        lay = back[record.ACTIVITY] & 15 == activity.LYING
        out[ACTIVITY] = activity.LYING if classify.lies(x_cg, lay) else activity.SITTING
        out[CONFIDENCE] = min(out[CONFIDENCE], 4 + (abs(x_cg - MIDDLE_CG) >> 2))
    elif out[CADENCE] == 0 and out[ACTIVITY] == back[record.ACTIVITY] & 15:
        out[CADENCE] = back[record.CADENCE]
        out[STEPS] = back[record.STEPS]
