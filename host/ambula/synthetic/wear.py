"""The wear that the demonstrations show: whose, from when on, each day as the sensors count it, and what was true."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ambula.epochs.table import EpochTable
from ambula.synthetic.body import Participant
from ambula.synthetic.days import default_day
from ambula.synthetic.recording import simulate
from ambula.synthetic.truth import Truth
from nodecore.sampling import COUNTS_PER_G

PARTICIPANT = "SYNTHETIC-1"
FIRST_DAY = datetime(2026, 3, 2)  # a Monday: any date would do
_FULL_SCALE = 32767


class CountedDay(NamedTuple):
    """A day of both nodes in counts of the sensor, (n, 3) int16 at 26 Hz, thigh first, and its truth."""

    counts: tuple[NDArray[np.int16], NDArray[np.int16]]
    truth: Truth


def counted_day(seed: int, day: int) -> CountedDay:
    """Return day 0, 1, ... of the participant of a seed; the same arguments give the same bytes."""
    made = simulate(default_day(seed, day), Participant(seed), day_index=day)
    return CountedDay((_counts(made.thigh), _counts(made.back)), made.truth)


def height_m(seed: int) -> float:
    """Return how tall the participant of a seed is."""
    return Participant(seed).height_m


def _counts(acc_g: NDArray[np.float32]) -> NDArray[np.int16]:
    return np.clip(np.rint(acc_g * COUNTS_PER_G), -_FULL_SCALE, _FULL_SCALE).astype(np.int16)


def agreement(table: EpochTable, truth: Sequence[Truth], first_epoch: int) -> float:
    """Return the share of epochs, filled by one worn activity, in which the epochs and the plan agree."""
    planned = np.concatenate([t.activity for t in truth])
    clear = np.concatenate([(t.share > 0.99) & t.worn for t in truth])
    at = table.epoch - first_epoch
    inside = (at >= 0) & (at < len(planned))
    seen, wanted = table.activity[inside], planned[at[inside]]
    return float((seen == wanted)[clear[at[inside]]].mean())
