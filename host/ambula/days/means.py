"""Means over what is known, and the days that they are taken over."""

from collections.abc import Iterable, Sequence
from datetime import date
from math import isnan, nan
from typing import Protocol, TypeVar

_SATURDAY = 5


class _Dated(Protocol):
    @property
    def date(self) -> date: ...


D = TypeVar("D", bound=_Dated)


def mean(values: Iterable[float | None]) -> float:
    """Return the mean of those that are known; NaN where none is."""
    known = [v for v in values if v is not None and not isnan(v)]
    return sum(known) / len(known) if known else nan


def weighted_mean(values: Sequence[float], weights: Sequence[float]) -> float:
    """Return the mean of `values` by `weights`; a value without weight does not count; NaN where none has any."""
    total = sum(w for w in weights if w > 0)
    return sum(v * w for v, w in zip(values, weights, strict=True) if w > 0) / total if total > 0 else nan


def weekdays(days: Iterable[D]) -> list[D]:
    """Return the days from Monday to Friday."""
    return [day for day in days if day.date.weekday() < _SATURDAY]


def weekend(days: Iterable[D]) -> list[D]:
    """Return the Saturdays and Sundays."""
    return [day for day in days if day.date.weekday() >= _SATURDAY]
