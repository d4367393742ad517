"""What became of each of a node's slots on one day: the ledger, cut to the day."""

from collections.abc import Sequence
from math import nan
from typing import TypedDict, cast

import numpy as np
from numpy.typing import NDArray

from ambula.account.ledger import Ledger, State
from ambula.days.figures.day_rows import EPOCHS_A_MIN
from ambula.days.local_days import LocalDay
from ambula.days.origin import Origin

# Where two logs of one role tell of a slot, what stands later here counts.
_PAINTED = (
    State.LOST,
    State.CLOCK_UNKNOWN,
    State.STORAGE_FULL,
    State.SENSOR_FAULT,
    State.REBOOTING,
    State.NOT_WORN,
    State.RECORDED,
)
_WRITTEN = (State.RECORDED, State.NOT_WORN)


class Accounts(TypedDict):
    """Minutes of each state by node; NaN where no ledger was given or it has no slot of the day."""

    thigh_ledger_min: float
    thigh_written_min: float
    thigh_rebooting_min: float
    thigh_sensor_fault_min: float
    thigh_storage_full_min: float
    thigh_clock_unknown_min: float
    thigh_lost_min: float
    thigh_accounted_share: float
    back_ledger_min: float
    back_written_min: float
    back_rebooting_min: float
    back_sensor_fault_min: float
    back_storage_full_min: float
    back_clock_unknown_min: float
    back_lost_min: float
    back_accounted_share: float


def accounts(day: LocalDay, origin: Origin) -> Accounts:
    """Return the minutes of each state: written and the others add up to `*_ledger_min`."""
    parts: dict[str, float] = {}
    for role in ("thigh", "back"):
        slots = day_slots(day, [log.ledger for log in origin.logs if log.role == role])
        parts |= {f"{role}_{name}": value for name, value in _minutes(slots).items()}
    return cast("Accounts", parts)


def day_slots(day: LocalDay, ledgers: Sequence[Ledger]) -> dict[State, int]:
    """Return how many slots of the day each state has; a slot counts once, however many logs tell of it."""
    painted: NDArray[np.int8] = np.full(day.epochs, -1, np.int8)
    runs = [run for ledger in ledgers for run in ledger.runs if run.end > day.start and run.start < day.end]
    for run in sorted(runs, key=lambda run: _PAINTED.index(run.state)):
        painted[max(run.start - day.start, 0) : max(run.end - day.start, 0)] = _PAINTED.index(run.state)
    counts = np.bincount(painted[painted >= 0], minlength=len(_PAINTED)).tolist()
    return dict(zip(_PAINTED, counts, strict=True))


def _minutes(slots: dict[State, int]) -> dict[str, float]:
    told = sum(slots.values())
    if not told:
        return dict.fromkeys(_NAMES, nan)
    counts = [told, sum(slots[state] for state in _WRITTEN), *(slots[state] for state in _OTHERS)]
    values = [*(n / EPOCHS_A_MIN for n in counts), 1 - slots[State.LOST] / told]
    return dict(zip(_NAMES, values, strict=True))


_OTHERS = (State.REBOOTING, State.SENSOR_FAULT, State.STORAGE_FULL, State.CLOCK_UNKNOWN, State.LOST)
_NAMES = ("ledger_min", "written_min", *(f"{s.value.replace(' ', '_')}_min" for s in _OTHERS), "accounted_share")
