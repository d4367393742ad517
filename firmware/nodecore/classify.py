"""From features to an activity: rules of posture and movement, one site at a time."""

from nodecore import activity, model
from nodecore.features import FRONT, MAD_MAG, MAD_X, MAD_Y, MAD_Z, UP

THIGH = 0
BACK = 1


def is_still(v):
    """Tell whether nothing moved enough to look for a rhythm."""
    return max(v[MAD_X], v[MAD_Y], v[MAD_Z]) < model.STILL_MAD


def posture(v, role):
    """Return the activity of an epoch without gait."""
    if role == THIGH:
        return activity.STANDING if v[UP] > model.UPRIGHT else activity.SEDENTARY
    return activity.STANDING if v[UP] > model.BACK_LYING else activity.LYING


def classify(v, regularity, role):
    """Return the activity of one epoch from its features and regularity (1024ths, 0 if it was not looked for)."""
    if regularity < model.GAIT_REGULARITY or v[UP] < model.GAIT_UPRIGHT:
        return posture(v, role)
    if v[MAD_MAG] > model.RUN_MAD_MAG:
        return activity.RUNNING
    if role == BACK:
        return activity.WALKING
    if v[FRONT] > model.CYCLE_FRONT:
        return activity.CYCLING
    if v[FRONT] > model.STAIRS_FRONT:
        return activity.STAIRS
    return activity.WALKING
