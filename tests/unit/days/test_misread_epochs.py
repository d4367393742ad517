"""A few misread epochs leave the figures of a day about as they were: no bout is parted, or made, by one epoch."""

from collections.abc import Sequence

import pytest

from ambula.days.summary import DaySummary, summarise_days
from ambula.epochs.table import EpochTable
from tests.support.made_days import OSLO
from tests.support.made_people import made_table
from tests.support.misread import misread

SHARES = (0.001, 0.003, 0.01)
# How far the mean of three weeks may move by: a part of it, at 0.1, 0.3 and 1% of epochs misread.
HOLDS = {
    "sitting_bouts": (0.01, 0.02, 0.05),
    "sitting_longest_min": (0.01, 0.02, 0.07),
    "sitting_bouts_30min": (0.01, 0.02, 0.05),
    "sitting_30min_min": (0.01, 0.02, 0.07),
    "sitting_breaks": (0.01, 0.02, 0.05),
    "walking_bouts_10s": (0.01, 0.02, 0.05),
    "walking_bouts_30s": (0.01, 0.02, 0.05),
    "walking_bouts_60s": (0.01, 0.02, 0.05),
    "walking_bouts_longest_min": (0.01, 0.02, 0.05),
    "walks_longest_min": (0.01, 0.02, 0.05),
    "walks_10min": (0.01, 0.02, 0.05),
    "walks_10min_min": (0.01, 0.02, 0.05),
    "bed_min": (0.01, 0.01, 0.01),
    "bed_lying_min": (0.01, 0.01, 0.02),
    "moderate_min": (0.01, 0.01, 0.02),
    "vigorous_min": (0.01, 0.01, 0.02),
    "active_10min_min": (0.01, 0.01, 0.01),
    "bends": (0.01, 0.02, 0.05),
}


@pytest.fixture(scope="module")
def weeks() -> list[EpochTable]:
    return [made_table(seed, 7) for seed in (1, 2, 3)]


@pytest.fixture(scope="module")
def as_made(weeks: list[EpochTable]) -> list[DaySummary]:
    return [day for week in weeks for day in summarise_days(week, OSLO)]


def mean(days: Sequence[DaySummary], name: str) -> float:
    known = [value for value in (getattr(day, name) for day in days) if value == value]
    return sum(known) / len(known)


@pytest.mark.parametrize(("share", "which"), [(share, i) for i, share in enumerate(SHARES)])
def test_figures_hold_when_epochs_are_misread(
    weeks: list[EpochTable], as_made: list[DaySummary], share: float, which: int
) -> None:
    days = [day for seed, week in enumerate(weeks) for day in summarise_days(misread(week, share, seed), OSLO)]
    moved = {name: mean(days, name) / mean(as_made, name) - 1 for name in HOLDS}
    assert {name: by for name, by in moved.items() if abs(by) > HOLDS[name][which]} == {}
