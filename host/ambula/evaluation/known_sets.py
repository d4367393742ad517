"""What is known of some public data sets: their axes, and how best to join their recordings."""

from dataclasses import dataclass
from enum import Enum


class Order(Enum):
    """How a person's recordings reach the classifier; epochs never cross two of them."""

    APART = "apart"  # each for itself
    SHUFFLED = "shuffled"  # end to end, in a random order
    GROUPED = "grouped"  # as shuffled, but all of one class together


class Axes(Enum):
    """How a set's axes become Ambula's."""

    X_DOWN = "x down, z out of the skin"
    AS_RECORDED = "as recorded"
    SNAPPED = "nearest axis to gravity, recording by recording"
    LEVELLED = "levelled while standing, recording by recording"
    BY_GRAVITY = "by gravity, person by person"


@dataclass(frozen=True)
class Known:
    """axes, order: see there. learnt_from: the committed classifier was trained on these people."""

    axes: Axes = Axes.BY_GRAVITY
    order: Order = Order.APART
    learnt_from: bool = False

    @property
    def one_by_one(self) -> bool:
        """Return whether each recording is turned for itself."""
        return self.axes in (Axes.SNAPPED, Axes.LEVELLED)


# The recordings of the first two last 5 to 30 s: alone they are too short for anything that looks around.
_KNOWN = {
    "hugadb_v1": Known(Axes.X_DOWN, Order.SHUFFLED, learnt_from=True),
    "pdiot_2023": Known(Axes.X_DOWN, Order.GROUPED, learnt_from=True),
    "oxford_pocket_steps": Known(Axes.SNAPPED),
    "ipol_lowback_steps": Known(Axes.LEVELLED),
    "hapt_waist": Known(Axes.AS_RECORDED),
    "cmu_dual": Known(Axes.AS_RECORDED),
}


def known(name: str) -> Known:
    """Return what is known of the set whose folder is called `name`; for any other, gravity decides."""
    return _KNOWN.get(name, Known())
