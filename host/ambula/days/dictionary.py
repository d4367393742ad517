"""The data dictionary: every figure of a day and of a week, every column of an epoch, every rule, in order."""

from math import isnan
from typing import Literal

from ambula.days.day_summary import DaySummary
from ambula.days.entry import Entry, Value, entries_of
from ambula.days.epoch_columns import EPOCH_COLUMNS
from ambula.days.rules import Rules
from ambula.days.week_summary import WeekSummary

Kind = Literal["day", "week", "epoch", "rule"]
_FILE_DIGITS = 4  # minutes are multiples of 1/12: what files hold must add up to less than an epoch


def in_file(value: Value) -> str:
    """Return a value as files hold it: four decimals at most, true/false, ISO dates, empty for nothing."""
    if value is None or (isinstance(value, float) and isnan(value)):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.{_FILE_DIGITS}f}".rstrip("0").rstrip(".") or "0"
    return str(value)


def entries(kind: Kind) -> tuple[Entry, ...]:
    """Return the entries of a day, a week, an epoch or the rules, in the order of the columns."""
    if kind == "epoch":
        return EPOCH_COLUMNS
    return entries_of({"day": DaySummary, "week": WeekSummary, "rule": Rules}[kind])


def entry(kind: Kind, name: str) -> Entry:
    """Return one entry; KeyError for a name that the dictionary lacks."""
    return {e.name: e for e in entries(kind)}[name]
