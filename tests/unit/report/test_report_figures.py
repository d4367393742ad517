"""What the report's figures draw is what the table holds."""

import re
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from ambula.days.entry import EMPTY
from ambula.days.local_days import local_day
from ambula.days.rules import Rules
from ambula.days.summary import summarise_days
from ambula.report.cadences import cadence_bars
from ambula.report.colours import FILL
from ambula.report.language import Language
from ambula.report.strips import (
    ACTIVITIES,
    SITTING_BANDS_MIN,
    Strip,
    pace_bars,
    raster,
    sitting_bars,
    sitting_minutes_by_band,
    trunk_bars,
    wear_strips,
)
from nodecore import activity
from tests.support.made_days import LYING, OSLO, SITTING, STANDING, WALKING, joined, table_of

ENGLISH = Language()
DAY = local_day(date(2026, 3, 4), OSLO)
TABLE = table_of(
    DAY.start,
    [
        (LYING, 5040),
        (SITTING, 8 * 12),
        (STANDING, 12),
        (SITTING, 20 * 12),
        (WALKING, 40 * 12, 97.0, 3.5),
        (SITTING, 45 * 12),
        (WALKING, 30 * 12, 118.0, 5.0),
        (SITTING, 75 * 12),
        (activity.NOT_WORN, 1200),
    ],
)
SHOWN = [(DAY, summarise_days(TABLE, OSLO)[0])]


def blocks(strip: Strip, kind: str) -> list[tuple[float, float]]:
    """Start and drawn length of each block of a colour."""
    found = [re.findall(r"M([\d.]+) 0h([\d.]+)v", layer.path) for layer in strip.layers if layer.kind == kind]
    return [(float(a), float(b)) for part in found for a, b in part]


def test_the_raster_draws_each_run_where_it_was() -> None:
    (strip,) = raster(ENGLISH, TABLE, SHOWN)
    assert strip.width == 17280
    assert [start for start, _ in blocks(strip, "walking")] == [5040 + 348, 5040 + 348 + 480 + 540]
    assert blocks(strip, "lying")[0][1] == pytest.approx(5040, abs=10)
    assert blocks(strip, "running") == []
    assert "walking 1\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}10\N{NO-BREAK SPACE}min" in strip.said


def test_pace_blocks_are_as_long_as_their_minutes() -> None:
    (strip,) = pace_bars(ENGLISH, [d for _, d in SHOWN], 150)
    assert blocks(strip, "slow") == [(0, 40)]
    assert blocks(strip, "moderate") == [(40, 30)]
    assert strip.value == "70 min"


def test_sitting_is_parted_by_the_length_of_its_bouts() -> None:
    assert sitting_minutes_by_band(TABLE) == [8, 20, 45, 75]
    (strip,) = sitting_bars(ENGLISH, TABLE, SHOWN, 480)
    assert blocks(strip, "sat-60") == [(73, 75)]
    assert strip.value == "2 times"
    assert sum(sitting_minutes_by_band(TABLE)) == SHOWN[0][1].sitting_min


def test_a_sitting_is_as_long_as_the_days_figures_say() -> None:
    table = table_of(DAY.start, [(SITTING, 240), (STANDING, 1), (SITTING, 240), (STANDING, 60), (SITTING, 1)])
    assert sitting_minutes_by_band(table) == pytest.approx([1 / 12, 0, 40, 0])
    assert sitting_minutes_by_band(table, Rules("none", sitting_pause_s=0)) == pytest.approx([1 / 12, 40, 0, 0])


def test_wear_shows_what_was_not_worn_and_leaves_the_rest_bare() -> None:
    (strip,) = wear_strips(ENGLISH, TABLE, SHOWN)
    worn = len(TABLE) - 1200
    assert blocks(strip, "not_worn")[0][0] == worn
    assert blocks(strip, "both")[0][1] == pytest.approx(worn, abs=10)
    assert blocks(strip, "one-node") == []


def test_cadence_bars_add_up_to_the_walking_of_the_valid_days() -> None:
    bars = cadence_bars(ENGLISH, TABLE, [DAY])
    minutes = {bar.from_spm: bar.minutes for bar in bars}
    assert (minutes[90], minutes[110]) == (40, 30)
    assert sum(minutes.values()) == 70
    assert max(bar.height for bar in bars) == 100
    assert cadence_bars(ENGLISH, TABLE, []) == []


def test_cadences_beyond_the_axis_are_in_the_outer_bars() -> None:
    table = table_of(DAY.start, [(WALKING, 12, 22.0), (WALKING, 24, 188.0)])
    bars = cadence_bars(ENGLISH, table, [DAY])
    assert (bars[0].minutes, bars[-1].minutes) == (1, 2)


@pytest.mark.parametrize(
    ("minutes", "words"), [(0.2, "0 min"), (8.4, "8 min"), (60, "1 h"), (689.1, "11 h 29 min"), (np.nan, "unknown")]
)
def test_durations_in_words(minutes: float, words: str) -> None:
    assert ENGLISH.duration(minutes).replace("\N{NO-BREAK SPACE}", " ") == words


@pytest.mark.parametrize(("share", "words"), [(0, "0%"), (0.001, "1%"), (0.5, "50%"), (0.9999, "99%"), (1, "100%")])
def test_percent_never_hides_that_something_is_missing(share: float, words: str) -> None:
    assert ENGLISH.percent(share) == words


def test_every_block_has_a_colour() -> None:
    figures = [raster(ENGLISH, TABLE, SHOWN), sitting_bars(ENGLISH, TABLE, SHOWN, 480)]
    figures += [wear_strips(ENGLISH, TABLE, SHOWN), trunk_bars(ENGLISH, [SHOWN[0][1]], 8)]
    kinds = {layer.kind for strips in figures for strip in strips for layer in strip.layers}
    kinds |= {"slow", "moderate", "brisk", "unknown-pace", *(f"sat-{low}" for low in SITTING_BANDS_MIN)}
    assert set(activity.NAMES) <= kinds
    assert kinds <= set(FILL)
    assert set(ACTIVITIES) == set(activity.NAMES)


def test_bends_are_drawn_as_minutes_and_told_as_times() -> None:
    table = replace(TABLE, back_inclination_deg=np.where(TABLE.epoch // 24 == TABLE.epoch[5500] // 24, 70.0, 0.0))
    (day,) = summarise_days(table, OSLO)
    assert (day.bends, day.bent_min) == (1, 2.0)
    (strip,) = trunk_bars(ENGLISH, [day], 8)
    assert blocks(strip, "bent") == [(0, 2)]
    assert (strip.value, strip.said) == ("1 time", "Wed 4 Mar: 1 time, 2.0 minutes")


def test_what_one_node_cannot_tell_is_a_dash_and_not_a_nought() -> None:
    table = table_of(DAY.start, [(LYING, 5040), (activity.OTHER, 240), (WALKING, 480, 97.0, 3.5)], nodes=2)
    (day,) = summarise_days(table, OSLO)
    assert trunk_bars(ENGLISH, [day], 8)[0].value == EMPTY
    assert sitting_bars(ENGLISH, table, [(DAY, day)], 480)[0].value == EMPTY
    assert sitting_bars(ENGLISH, table, [(DAY, day)], 480)[0].said == f"{ENGLISH.day_name(day.date)}: unknown"


def test_of_a_day_without_a_record_nothing_is_said() -> None:
    table = joined(table_of(DAY.start - 12, [(LYING, 12)]), table_of(DAY.end, [(LYING, 12)]))
    day = summarise_days(table, OSLO)[1]
    said = f"{ENGLISH.day_name(day.date)}: unknown"
    assert (pace_bars(ENGLISH, [day], 150)[0].said, pace_bars(ENGLISH, [day], 150)[0].value) == (said, "no data")
    assert sitting_bars(ENGLISH, table, [(DAY, day)], 480)[0].said == said
