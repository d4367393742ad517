"""Epochs that a classifier would have misread: single ones at random, each given another class."""

from dataclasses import replace

import numpy as np

from ambula.epochs.table import EpochTable
from nodecore import activity

_CLASSES = np.array(
    [
        activity.LYING,
        activity.SITTING,
        activity.STANDING,
        activity.WALKING,
        activity.STAIRS,
        activity.RUNNING,
        activity.CYCLING,
        activity.OTHER,
    ],
    np.uint8,
)


def misread(table: EpochTable, share: float, seed: int) -> EpochTable:
    """Return the table with this share of the worn epochs in another class, each as likely; all else as it was."""
    dice = np.random.default_rng(seed)
    code = table.activity.copy()
    for at in np.flatnonzero((dice.random(len(table)) < share) & table.worn):
        code[at] = dice.choice(np.setdiff1d(_CLASSES, code[at]))
    return replace(table, activity=code)
