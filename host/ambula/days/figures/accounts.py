"""What became of each of a node's slots on one day: the ledger, cut to the day."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from math import nan
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from ambula.account.ledger import Ledger, State
from ambula.base.sites import SITES
from ambula.days.entry import EachNode
from ambula.days.local_days import LocalDay
from ambula.days.origin import Origin
from ambula.days.units import Unit
from nodecore.sampling import EPOCHS_A_MINUTE

# If two logs of one role have a slot, the state that is later in this order counts.
_PAINTED = (
    State.LOST,
    State.CLOCK_UNKNOWN,
    State.STORAGE_FULL,
    State.SENSOR_FAULT,
    State.REBOOTING,
    State.STOOD_IN,
    State.NOT_WORN,
    State.RECORDED,
)
_WRITTEN_STATES = (State.RECORDED, State.NOT_WORN)


_account = partial(EachNode.of, group="Data quality")

# Each of the thigh node and of the back node.
_LEDGER = _account(
    "{Node} node, accounted for",
    Unit.MIN,
    "Minutes of the day between the node's first start and its last contact. The minutes by state add up to them.",
    formula="slots of the day in any state / 12",
)
_WRITTEN = _account(
    "{Node} node, logged",
    Unit.MIN,
    "Minutes with a record in the node's log, worn or not.",
    formula="slots recorded or not worn / 12",
)
_STOOD_IN = _account(
    "{Node} node, stood in",
    Unit.MIN,
    "Minutes that the node's clock skipped: the record before each stands for it too, without steps. A clock within "
    "100 ppm skips no more than 0.15 min a day.",
    formula="slots stood in / 12",
)
_DROPPED = _account(
    "{Node} node, dropped",
    Unit.MIN,
    "Minutes of records that fell on a time which has one already, because the node's clock ran fast or was set. They "
    "count nowhere, and are no part of the node's minutes.",
    formula="records dropped / 12",
)
_REBOOTING = _account(
    "{Node} node, rebooting", Unit.MIN, "Minutes without power, or starting up.", formula="slots rebooting / 12"
)
_SENSOR_FAULT = _account(
    "{Node} node, sensor fault",
    Unit.MIN,
    "Minutes in which the motion sensor gave no data.",
    formula="slots with sensor fault / 12",
)
_STORAGE_FULL = _account(
    "{Node} node, memory full",
    Unit.MIN,
    "Minutes that were not recorded because the node's memory was full.",
    formula="slots with storage full / 12",
)
_CLOCK_UNKNOWN = _account(
    "{Node} node, clock unknown",
    Unit.MIN,
    "Minutes that were recorded at an unknown time.",
    formula="slots with clock unknown / 12",
)
_LOST = _account(
    "{Node} node, lost", Unit.MIN, "Minutes that are missing for an unknown reason.", formula="slots lost / 12"
)
_ACCOUNTED_SHARE = _account(
    "{Node} node, share accounted for",
    Unit.SHARE,
    "Share of the node's minutes of the day with a known state: all except the lost ones.",
    formula="1 - {node}_lost_min / {node}_ledger_min",
)


@dataclass(frozen=True, kw_only=True)
class Accounts:
    """Minutes of each state by node; NaN where no ledger was given or it has no slot of the day."""

    thigh_ledger_min: Annotated[float, _LEDGER.thigh]
    thigh_written_min: Annotated[float, _WRITTEN.thigh]
    thigh_stood_in_min: Annotated[float, _STOOD_IN.thigh]
    thigh_dropped_min: Annotated[float, _DROPPED.thigh]
    thigh_rebooting_min: Annotated[float, _REBOOTING.thigh]
    thigh_sensor_fault_min: Annotated[float, _SENSOR_FAULT.thigh]
    thigh_storage_full_min: Annotated[float, _STORAGE_FULL.thigh]
    thigh_clock_unknown_min: Annotated[float, _CLOCK_UNKNOWN.thigh]
    thigh_lost_min: Annotated[float, _LOST.thigh]
    thigh_accounted_share: Annotated[float, _ACCOUNTED_SHARE.thigh]
    back_ledger_min: Annotated[float, _LEDGER.back]
    back_written_min: Annotated[float, _WRITTEN.back]
    back_stood_in_min: Annotated[float, _STOOD_IN.back]
    back_dropped_min: Annotated[float, _DROPPED.back]
    back_rebooting_min: Annotated[float, _REBOOTING.back]
    back_sensor_fault_min: Annotated[float, _SENSOR_FAULT.back]
    back_storage_full_min: Annotated[float, _STORAGE_FULL.back]
    back_clock_unknown_min: Annotated[float, _CLOCK_UNKNOWN.back]
    back_lost_min: Annotated[float, _LOST.back]
    back_accounted_share: Annotated[float, _ACCOUNTED_SHARE.back]


def accounts(day: LocalDay, origin: Origin) -> Accounts:
    """Return the minutes of each state: written and the others add up to `*_ledger_min`."""
    parts: dict[str, float] = {}
    for role in SITES:
        ledgers = [log.ledger for log in origin.logs if log.role == role]
        minutes = _minutes(day_slots(day, ledgers), sum(_dropped(day, ledger) for ledger in ledgers))
        parts |= {f"{role}_{name}": value for name, value in minutes.items()}
    return Accounts(**parts)


def day_slots(day: LocalDay, ledgers: Sequence[Ledger]) -> dict[State, int]:
    """Return how many slots of the day each state has; a slot counts once, however many logs have it."""
    painted: NDArray[np.int8] = np.full(day.epochs, -1, np.int8)
    runs = [run for ledger in ledgers for run in ledger.runs if run.end > day.start and run.start < day.end]
    for run in sorted(runs, key=lambda run: _PAINTED.index(run.state)):
        painted[max(run.start - day.start, 0) : max(run.end - day.start, 0)] = _PAINTED.index(run.state)
    counts = np.bincount(painted[painted >= 0], minlength=len(_PAINTED)).tolist()
    return dict(zip(_PAINTED, counts, strict=True))


def _dropped(day: LocalDay, ledger: Ledger) -> int:
    return bisect_left(ledger.dropped, day.end) - bisect_left(ledger.dropped, day.start)


def _minutes(slots: dict[State, int], dropped: int) -> dict[str, float]:
    accounted = sum(slots.values())
    if not accounted:
        return dict.fromkeys(_NAMES, nan)
    written = sum(slots[state] for state in _WRITTEN_STATES)
    counts = [accounted, written, slots[State.STOOD_IN], dropped, *(slots[state] for state in _OTHERS)]
    values = [*(n / EPOCHS_A_MINUTE for n in counts), 1 - slots[State.LOST] / accounted]
    return dict(zip(_NAMES, values, strict=True))


_OTHERS = (State.REBOOTING, State.SENSOR_FAULT, State.STORAGE_FULL, State.CLOCK_UNKNOWN, State.LOST)
_FIRST_NAMES = ("ledger_min", "written_min", "stood_in_min", "dropped_min")
_NAMES = (*_FIRST_NAMES, *(f"{s.value.replace(' ', '_')}_min" for s in _OTHERS), "accounted_share")
