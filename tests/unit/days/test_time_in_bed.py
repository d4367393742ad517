"""Time in bed: which stretch, how long, and on which date, by night and by day."""

from datetime import date, datetime, timedelta
from itertools import pairwise
from math import isnan

import numpy as np
import pytest

from ambula.days.summary import DaySummary, summarise_days
from tests.support.made_days import LYING, OSLO, SITTING, STANDING, Run, epoch_at, table_of

AN_HOUR = 720


def night(*runs: Run) -> tuple[DaySummary, DaySummary]:
    """From 18:00 on: the evening's day, and the day whose night it is."""
    start = epoch_at(datetime(2026, 3, 3, 18))
    first, second = summarise_days(table_of(start, list(runs)), OSLO)
    return first, second


def test_the_night_belongs_to_the_date_on_which_it_ends() -> None:
    first, second = night((SITTING, 5 * AN_HOUR), (LYING, 8 * AN_HOUR), (STANDING, AN_HOUR))
    assert (second.bed_start, second.bed_end) == ("2026-03-03T23:00:00+01:00", "2026-03-04T07:00:00+01:00")
    assert (second.bed_min, second.bed_lying_min, second.bed_share) == (480, 480, 14 / 24)
    assert (first.bed_start, first.bed_end) == ("", "")
    assert isnan(first.bed_min)


def test_getting_up_for_half_an_hour_does_not_end_the_night() -> None:
    def up(epochs: int) -> DaySummary:
        return night((SITTING, 5 * AN_HOUR), (LYING, 3 * AN_HOUR), (STANDING, epochs), (LYING, 4 * AN_HOUR))[1]

    assert (up(360).bed_min, up(360).bed_lying_min) == (450, 420)
    assert (up(361).bed_min, up(361).bed_lying_min) == (240, 240)


def test_slots_that_are_missing_do_not_end_the_night_either() -> None:
    table = table_of(epoch_at(datetime(2026, 3, 3, 22)), [(LYING, 8 * AN_HOUR)])
    kept = table.rows(np.arange(len(table)) % 7 > 0)
    day = summarise_days(kept, OSLO)[1]
    assert day.bed_min == pytest.approx(480, abs=1)
    assert day.bed_lying_min == pytest.approx(480 * 6 / 7, abs=1)


def test_a_rest_is_no_night_and_neither_is_much_sitting_between_short_rests() -> None:
    assert isnan(night((SITTING, 7 * AN_HOUR), (LYING, 3 * AN_HOUR - 1), (SITTING, AN_HOUR))[1].bed_min)
    assert night((SITTING, 7 * AN_HOUR), (LYING, 3 * AN_HOUR), (SITTING, AN_HOUR))[1].bed_min == 180
    restless: list[Run] = [(SITTING, 300), (LYING, 200)] * 17
    assert isnan(night(*restless)[1].bed_min)


def hours(*runs: tuple[int, float]) -> list[Run]:
    return [(code, round(AN_HOUR * h)) for code, h in runs]


def in_bed(start: datetime, runs: list[Run]) -> dict[int, float]:
    """Return minutes in bed by day of the month, dates without left out."""
    days = summarise_days(table_of(epoch_at(start), runs), OSLO)
    return {d.date.day: d.bed_min for d in days if not isnan(d.bed_min)}


def test_who_works_at_night_sleeps_by_day() -> None:
    sleeps = hours((STANDING, 8), *[(LYING, 8), (STANDING, 16)] * 4, (LYING, 8), (STANDING, 8))
    assert in_bed(datetime(2026, 3, 2), sleeps) == dict.fromkeys(range(2, 7), 480)


def test_going_on_and_off_nights_counts_each_sleep_once() -> None:
    """Home at night, a first shift, two sleeps by day, and home again."""
    sleeps = hours((LYING, 7), (STANDING, 25), (LYING, 8), (STANDING, 16), (LYING, 6), (STANDING, 9), (LYING, 8))
    assert in_bed(datetime(2026, 3, 2), sleeps) == {2: 420, 3: 480, 4: 360, 5: 480}


@pytest.mark.parametrize("starts", [11, 13])
def test_a_recording_that_starts_or_ends_in_a_sleep_has_what_it_recorded_of_it(starts: int) -> None:
    before, after = 16 - starts, starts - 8
    runs = hours((LYING, before), (STANDING, 16), (LYING, 8), (STANDING, 16), (LYING, after))
    days = summarise_days(table_of(epoch_at(datetime(2026, 3, 2, starts)), runs), OSLO)
    assert [d.bed_min for d in days] == [60 * before, 480, 60 * after]
    assert days[1].bed_share == 1
    assert max(days[0].bed_share, days[2].bed_share) < 0.65  # which says that more may be missing


@pytest.mark.parametrize(
    ("night_of", "asleep_h"), [(date(2026, 3, 28), 7), (date(2026, 10, 24), 9), (date(2026, 3, 3), 8)]
)
def test_a_night_of_clock_change_is_as_long_as_it_was(night_of: date, asleep_h: int) -> None:
    start = datetime.combine(night_of, datetime.min.time())
    (_, day) = summarise_days(table_of(epoch_at(start), hours((STANDING, 23), (LYING, asleep_h), (STANDING, 9))), OSLO)
    assert (day.bed_min, day.bed_start[11:16], day.bed_end[11:16]) == (60 * asleep_h, "23:00", "07:00")
    assert day.date == night_of + timedelta(days=1)


def test_of_two_sleeps_that_end_on_one_date_the_longer_counts() -> None:
    assert in_bed(datetime(2026, 3, 2), hours((LYING, 6), (STANDING, 6), (LYING, 4), (STANDING, 8))) == {2: 360}


def test_a_sleep_that_ends_at_midnight_is_of_the_day_that_ends() -> None:
    assert in_bed(datetime(2026, 3, 2, 12), hours((STANDING, 4), (LYING, 8), (STANDING, 4))) == {2: 480}


def test_days_in_bed_are_one_stretch_on_the_date_on_which_it_ends() -> None:
    assert in_bed(datetime(2026, 3, 2, 22), hours((LYING, 60), (STANDING, 5))) == {5: 3600}


@pytest.mark.parametrize("seed", range(5))
def test_no_stretch_counts_twice(seed: int) -> None:
    dice = np.random.default_rng(seed)
    runs: list[Run] = [(int(dice.choice([LYING, STANDING])), int(dice.integers(360, 9 * AN_HOUR))) for _ in range(60)]
    days = [d for d in summarise_days(table_of(epoch_at(datetime(2026, 3, 20, 5)), runs), OSLO) if d.bed_start]
    for day, following in pairwise(days):
        assert datetime.fromisoformat(day.bed_end) < datetime.fromisoformat(following.bed_start)
    assert len(days) > 5


def test_an_epoch_that_was_misread_as_lying_does_not_make_the_night_longer() -> None:
    runs: list[Run] = [(SITTING, 4 * AN_HOUR), (LYING, 1), (SITTING, 300), (LYING, 8 * AN_HOUR), (STANDING, 300)]
    assert night(*runs)[1].bed_min == 480
    runs[1] = (LYING, 2)
    assert night(*runs)[1].bed_min == 480 + 302 / 12
