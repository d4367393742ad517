"""From fused epochs to days, in the study's terms; from days to a week: `week_summary`."""

from math import nan
from typing import Any

import numpy as np

from ambula.days.day_summary import DaySummary
from ambula.days.entry import entries_of
from ambula.days.figures import DayRows, by_local_day
from ambula.days.figures.accounts import accounts
from ambula.days.figures.bed import Bed, beds
from ambula.days.figures.cadence import cadence
from ambula.days.figures.clock import clock
from ambula.days.figures.effort import effort, movement
from ambula.days.figures.mounting import mounting
from ambula.days.figures.postures import postures, sitting
from ambula.days.figures.rules_used import rules_used
from ambula.days.figures.sites import sites
from ambula.days.figures.trunk import bends
from ambula.days.figures.walking import pace, walks
from ambula.days.figures.wear import validity, wear
from ambula.days.local_days import LocalDay, ZoneHistory, Zones
from ambula.days.origin import Origin, identity
from ambula.days.rules import DEFAULT, Rules
from ambula.days.week_summary import WeekSummary, summarise_week
from ambula.epochs.table import EpochTable

__all__ = ["DaySummary", "WeekSummary", "summarise_days", "summarise_week"]

_NOBODY = Origin()


def summarise_days(
    table: EpochTable, zones: Zones, rules: Rules = DEFAULT, origin: Origin = _NOBODY
) -> list[DaySummary]:
    """Return one summary a local date from the first epoch to the last, dates without any epoch included.

    table: epochs in strictly increasing order. zones: one IANA zone, or a history of them; an epoch belongs to the
    local date of its start, and a day is as long as the zones make it. origin: who wore what, with each log's ledger;
    without it the figures that need it are empty. Raises ValueError where the order is broken. Edge case: no epochs, no
    days.

    Example:
        >>> from pathlib import Path
        >>> from zoneinfo import ZoneInfo
        >>> import ambula
        >>> with ambula.Store(Path("ambula.db")) as store:
        ...     epochs = ambula.load_epochs(store, "P01")
        >>> days = ambula.summarise_days(epochs, ZoneInfo("Europe/Oslo"))
        >>> [round(day.walking_min) for day in days]
        [97, 86, 101, 90, 92, 119, 146]
    """
    if not len(table):
        return []
    if np.any(np.diff(table.epoch) <= 0):
        raise ValueError("epochs must be strictly increasing")
    span = int(table.epoch[0]), int(table.epoch[-1]) + 1
    days = by_local_day(table, zones)
    nights = beds(table, [day for day, _ in days], ZoneHistory.of(zones), rules)
    return [_day(day, rows, span, rules, night, origin) for (day, rows), night in zip(days, nights, strict=True)]


def _day(
    day: LocalDay, table: EpochTable, span: tuple[int, int], rules: Rules, night: Bed, origin: Origin
) -> DaySummary:
    rows = DayRows.of(table)
    where, worn = sites(rows, rules), wear(rows, day, span)
    groups = (
        identity(day, table, origin),
        worn,
        validity(rows, worn, rules, where.nodes_swapped),
        accounts(day, origin),
        clock(table, day),
        where,
        mounting(rows),
        postures(rows),
        pace(rows, rules),
        movement(rows, rules),
        effort(rows, rules),
        cadence(rows),
        walks(rows, rules),
        sitting(rows, rules),
        bends(rows, rules),
        night,
        rules_used(rules),
    )
    return DaySummary(**_known({name: value for group in groups for name, value in vars(group).items()}))


def _known(figures: dict[str, Any]) -> dict[str, Any]:
    """Return a day's figures, with nothing in the place of each that rests on a share of 0: a node that was off."""
    unknown = {e.name for e in entries_of(DaySummary) if e.rests_on and not figures[e.rests_on]}
    return {name: _nothing_like(value) if name in unknown else value for name, value in figures.items()}


def _nothing_like(value: Any) -> Any:
    if isinstance(value, str):
        return ""
    return nan if isinstance(value, float) else None
