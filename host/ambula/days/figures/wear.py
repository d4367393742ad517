"""Wear, validity and how the nodes were mounted: what a day's figures rest on."""

from math import nan
from typing import TypedDict

from ambula.days.figures.day_rows import BACK, BOTH, EPOCHS_A_MIN, THIGH, DayRows, minutes
from ambula.days.local_days import LocalDay
from ambula.days.rules import Rules
from nodecore import record
from nodecore.sampling import EPOCH_S


class Wear(TypedDict):
    """How much of the day the figures rest on."""

    day_epochs: int
    span_epochs: int
    recorded_epochs: int
    recorded_min: float
    unrecorded_min: float
    lost_min: float
    recorded_share: float
    worn_min: float
    worn_share: float
    thigh_min: float
    back_min: float
    both_min: float
    thigh_worn_min: float
    back_worn_min: float
    both_worn_min: float
    thigh_worn_share: float
    back_worn_share: float
    both_worn_share: float


class Mounting(TypedDict):
    """How the nodes sat on the body, and how good their epochs are."""

    thigh_mounting_known_share: float
    thigh_upside_down_epochs: int
    thigh_inside_out_epochs: int
    thigh_oddly_mounted_epochs: int
    thigh_partial_epochs: int
    back_mounting_known_share: float
    back_upside_down_epochs: int
    back_oddly_mounted_epochs: int
    back_partial_epochs: int


def wear(rows: DayRows, day: LocalDay, span: tuple[int, int]) -> Wear:
    """Account for every slot of the day; `span` is the whole recording, [first, last) in epochs."""
    recorded = len(rows.table)
    span_epochs = min(day.end, span[1]) - max(day.start, span[0])
    nodes = rows.table.nodes
    thigh, back, both = (rows.worn_by(node) for node in (THIGH, BACK, BOTH))
    return Wear(
        day_epochs=day.epochs,
        span_epochs=span_epochs,
        recorded_epochs=recorded,
        recorded_min=recorded / EPOCHS_A_MIN,
        unrecorded_min=(day.epochs - recorded) / EPOCHS_A_MIN,
        lost_min=(span_epochs - recorded) / EPOCHS_A_MIN,
        recorded_share=recorded / day.epochs,
        worn_min=minutes(rows.worn),
        worn_share=int(rows.worn.sum()) / day.epochs,
        thigh_min=minutes((nodes & THIGH) != 0),
        back_min=minutes((nodes & BACK) != 0),
        both_min=minutes(nodes == BOTH),
        thigh_worn_min=minutes(thigh),
        back_worn_min=minutes(back),
        both_worn_min=minutes(both),
        thigh_worn_share=int(thigh.sum()) / day.epochs,
        back_worn_share=int(back.sum()) / day.epochs,
        both_worn_share=int(both.sum()) / day.epochs,
    )


def failed_rules(rows: DayRows, rules: Rules) -> list[str]:
    """Return the names of the validity rules that the day does not meet; none: the day counts."""
    had_s = {
        "valid_worn_h": int(rows.worn.sum()) * EPOCH_S,
        "valid_sitting_s": int(rows.sitting.sum()) * EPOCH_S,
        "valid_walking_s": int(rows.walking.sum()) * EPOCH_S,
    }
    asked_s = {
        "valid_worn_h": rules.valid_worn_h * 3600,
        "valid_sitting_s": rules.valid_sitting_s,
        "valid_walking_s": rules.valid_walking_s,
    }
    return [name for name, least_s in asked_s.items() if had_s[name] < least_s]


def mounting(rows: DayRows) -> Mounting:
    """Return how the nodes sat while they were worn, and their epochs that lack samples.

    Edge case: a table without the records' flags knows of no mounting, and of no flip.
    """
    thigh, back = (_flag_counts(rows, node) for node in (THIGH, BACK))
    return Mounting(
        thigh_mounting_known_share=_known_share(rows, THIGH, thigh),
        thigh_upside_down_epochs=thigh[record.UPSIDE_DOWN],
        thigh_inside_out_epochs=thigh[record.INSIDE_OUT],
        thigh_oddly_mounted_epochs=thigh[record.ODDLY_MOUNTED],
        thigh_partial_epochs=thigh[record.PARTIAL],
        back_mounting_known_share=_known_share(rows, BACK, back),
        back_upside_down_epochs=back[record.UPSIDE_DOWN],
        back_oddly_mounted_epochs=back[record.ODDLY_MOUNTED],
        back_partial_epochs=back[record.PARTIAL],
    )


def _flag_counts(rows: DayRows, node: int) -> dict[int, int]:
    """Return how many of a node's worn epochs have each flag; PARTIAL also of those not worn."""
    flags = rows.table.thigh_flags if node == THIGH else rows.table.back_flags
    worn = flags[rows.worn_by(node)]
    mounted = (record.MOUNTING_KNOWN, record.UPSIDE_DOWN, record.INSIDE_OUT, record.ODDLY_MOUNTED)
    counts = {flag: int(((worn & flag) != 0).sum()) for flag in mounted}
    return {**counts, record.PARTIAL: int(((flags & record.PARTIAL) != 0).sum())}


def _known_share(rows: DayRows, node: int, counts: dict[int, int]) -> float:
    worn = int(rows.worn_by(node).sum())
    return counts[record.MOUNTING_KNOWN] / worn if worn else nan
