"""A day says by how much its times may be off, and which minutes that puts in doubt."""

from dataclasses import replace
from datetime import datetime

import numpy as np
import pytest

from ambula.days.summary import DaySummary, summarise_days, summarise_week
from ambula.epochs.table import EpochTable
from ambula.participant.doubt_words import doubt_words
from ambula.report.clock_note import clock_note
from ambula.report.language import Language
from tests.support.made_days import LYING, OSLO, SITTING, WALKING, epoch_at, table_of

DAY = 17_280


def a_day(doubt_s: float, apart_s: float = 0.0) -> EpochTable:
    start = epoch_at(datetime(2026, 3, 2))
    table = table_of(start, [(LYING, 5_000), (WALKING, 1_000), (SITTING, DAY - 6_000)])
    return replace(table, clock_doubt_s=np.full(DAY, doubt_s), nodes_apart_s=np.full(DAY, apart_s))


def summed(table: EpochTable) -> DaySummary:
    (day,) = summarise_days(table, OSLO)
    return day


@pytest.mark.parametrize(("doubt_s", "minutes", "doubtful"), [(3, 0, False), (300, 10, False), (600, 20, True)])
def test_minutes_near_the_ends_of_the_day_are_in_doubt(doubt_s: float, minutes: float, doubtful: bool) -> None:
    day = summed(a_day(doubt_s))
    assert day.clock_doubt_s == doubt_s
    assert day.clock_doubt_min == pytest.approx(minutes, abs=0.3)
    assert day.clock_doubtful is doubtful
    assert bool(doubt_words([day])) is doubtful


def test_without_anything_that_vouches_the_whole_day_is_in_doubt() -> None:
    day = summed(a_day(np.inf))
    assert np.isnan(day.clock_doubt_s)
    assert (day.clock_doubt_min, day.clock_doubtful) == (1440, True)
    assert doubt_words([day]) == [
        "The clocks leave up to 1440 min a day in doubt, on 2026-03-02: nothing shows by how much times are off there."
    ]
    assert summarise_week([day]).clock_doubtful_days == day.valid


@pytest.mark.parametrize(("apart_s", "minutes"), [(59, 0), (61, 1440)])
def test_two_nodes_that_may_be_apart_are_in_doubt(apart_s: float, minutes: float) -> None:
    assert summed(a_day(3, apart_s)).clock_doubt_min == pytest.approx(minutes, abs=0.3)


def test_a_table_without_clocks_says_nothing() -> None:
    table = a_day(3)
    day = summed(replace(table, clock_doubt_s=np.empty(0), nodes_apart_s=np.empty(0)))
    assert np.isnan(day.clock_doubt_s)
    assert not day.clock_doubtful


def test_the_report_says_how_right_the_times_are() -> None:
    said = clock_note(Language("en"), [summed(a_day(2.6)), summed(a_day(1))])
    assert said == "By the readings of the nodes' clocks, all times are right to within 3 s."
    assert clock_note(Language("en"), [summed(a_day(600))]) == ""
    assert clock_note(Language("en"), [summed(a_day(np.inf))]) == ""
