"""Midnight, summer time, and days on which nothing was recorded."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from ambula.days.local_days import local_day
from ambula.days.summary import summarise_days
from tests.support.made_days import LYING, OSLO, SITTING, WALKING, epoch_at, joined, table_of


def test_midnight_parts_epochs_to_the_epoch_and_loses_none() -> None:
    start = epoch_at(datetime(2026, 3, 4, 23, 59, 0))
    days = summarise_days(table_of(start, [(WALKING, 24, 120.0, 5.0)]), OSLO)
    assert [d.date for d in days] == [date(2026, 3, 4), date(2026, 3, 5)]
    assert [d.walking_min for d in days] == [1, 1]
    assert [d.steps for d in days] == [120, 120]
    assert [d.span_epochs for d in days] == [12, 12]


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 28), 24), (date(2026, 3, 29), 23), (date(2026, 10, 25), 25)])
def test_a_day_is_as_long_as_the_clock_makes_it(day: date, hours: int) -> None:
    whole = local_day(day, OSLO)
    assert whole.epochs == hours * 720
    (summary,) = summarise_days(table_of(whole.start, [(LYING, whole.epochs)]), OSLO)
    assert (summary.date, summary.lying_min) == (day, hours * 60)
    assert (summary.recorded_share, summary.unrecorded_min, summary.lost_min) == (1, 0, 0)


def test_a_week_over_the_change_of_the_clock_has_every_date_once() -> None:
    first = local_day(date(2026, 10, 22), OSLO)
    last = local_day(date(2026, 10, 28), OSLO)
    days = summarise_days(table_of(first.start, [(SITTING, last.end - first.start)]), OSLO)
    assert [d.date.day for d in days] == [22, 23, 24, 25, 26, 27, 28]
    assert sum(d.recorded_epochs for d in days) == 7 * 17280 + 720


def test_the_zone_decides_the_date() -> None:
    table = table_of(epoch_at(datetime(2026, 3, 4, 12), ZoneInfo("UTC")), [(SITTING, 12)])
    assert summarise_days(table, ZoneInfo("Pacific/Kiritimati"))[0].date == date(2026, 3, 5)
    assert summarise_days(table, ZoneInfo("Pacific/Honolulu"))[0].date == date(2026, 3, 4)
    assert summarise_days(table, ZoneInfo("Asia/Kathmandu"))[0].zone == "Asia/Kathmandu"


def test_a_day_without_any_epoch_is_a_row_of_its_own() -> None:
    table = joined(
        table_of(epoch_at(datetime(2026, 3, 4, 12)), [(SITTING, 12)]),
        table_of(epoch_at(datetime(2026, 3, 6, 12)), [(SITTING, 12)]),
    )
    days = summarise_days(table, OSLO)
    assert [d.date.day for d in days] == [4, 5, 6]
    empty = days[1]
    assert (empty.recorded_min, empty.lost_min, empty.unrecorded_min) == (0, 1440, 1440)
    assert (empty.valid, empty.steps, empty.worn_share) == (False, None, 0)
    assert days[0].lost_min == 12 * 60 - 1


def test_a_sitting_over_midnight_is_cut_there() -> None:
    start = epoch_at(datetime(2026, 3, 4, 23, 30))
    days = summarise_days(table_of(start, [(SITTING, 720)]), OSLO)
    assert [d.sitting_longest_min for d in days] == [30, 30]
