"""What the report's figures draw is what the table holds."""

import re
from datetime import date
from importlib.resources import files

import numpy as np
import pytest
from made_days import LYING, OSLO, SITTING, STANDING, WALKING, table_of

from ambula.localdays import local_day
from ambula.report.cadences import cadence_bars
from ambula.report.strips import (
    SITTING_BANDS_MIN,
    Strip,
    pace_bars,
    raster,
    sitting_bars,
    sitting_minutes_by_band,
    wear_strips,
)
from ambula.report.words import duration, percent
from ambula.summary import summarise_days
from nodecore import activity

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
    (strip,) = raster(TABLE, SHOWN)
    assert strip.width == 17280
    assert [start for start, _ in blocks(strip, "walking")] == [5040 + 348, 5040 + 348 + 480 + 540]
    assert blocks(strip, "lying")[0][1] == pytest.approx(5040, abs=10)
    assert blocks(strip, "running") == []
    assert "walking 1\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}10\N{NO-BREAK SPACE}min" in strip.said


def test_pace_blocks_are_as_long_as_their_minutes() -> None:
    (strip,) = pace_bars([d for _, d in SHOWN], 150)
    assert blocks(strip, "slow") == [(0, 40)]
    assert blocks(strip, "moderate") == [(40, 30)]
    assert strip.value == "70 min"


def test_sitting_is_parted_by_the_length_of_its_bouts() -> None:
    assert sitting_minutes_by_band(TABLE) == [8, 20, 45, 75]
    (strip,) = sitting_bars(TABLE, SHOWN, 480)
    assert blocks(strip, "sat-60") == [(73, 75)]
    assert strip.value == "2 times"
    assert sum(sitting_minutes_by_band(TABLE)) == SHOWN[0][1].sitting_min


def test_wear_shows_what_was_not_worn_and_leaves_the_rest_bare() -> None:
    (strip,) = wear_strips(TABLE, SHOWN)
    worn = len(TABLE) - 1200
    assert blocks(strip, "not_worn")[0][0] == worn
    assert blocks(strip, "both")[0][1] == pytest.approx(worn, abs=10)
    assert blocks(strip, "one-node") == []


def test_cadence_bars_add_up_to_the_walking_of_the_valid_days() -> None:
    bars = cadence_bars(TABLE, [DAY])
    minutes = {bar.from_spm: bar.minutes for bar in bars}
    assert (minutes[90], minutes[110]) == (40, 30)
    assert sum(minutes.values()) == 70
    assert max(bar.height for bar in bars) == 100
    assert cadence_bars(TABLE, []) == []


def test_cadences_beyond_the_axis_are_in_the_outer_bars() -> None:
    table = table_of(DAY.start, [(WALKING, 12, 22.0), (WALKING, 24, 188.0)])
    bars = cadence_bars(table, [DAY])
    assert (bars[0].minutes, bars[-1].minutes) == (1, 2)


@pytest.mark.parametrize(
    ("minutes", "words"), [(0.2, "0 min"), (8.4, "8 min"), (60, "1 h"), (689.1, "11 h 29 min"), (np.nan, "unknown")]
)
def test_durations_in_words(minutes: float, words: str) -> None:
    assert duration(minutes).replace("\N{NO-BREAK SPACE}", " ") == words


@pytest.mark.parametrize(
    ("share", "words"), [(0, "0 %"), (0.001, "1 %"), (0.5, "50 %"), (0.9999, "99 %"), (1, "100 %")]
)
def test_percent_never_hides_that_something_is_missing(share: float, words: str) -> None:
    assert percent(share).replace("\N{NO-BREAK SPACE}", " ") == words


def test_every_block_has_a_colour_in_the_style_sheet() -> None:
    style = files("ambula.report").joinpath("report.css").read_text("utf-8")
    figures = [raster(TABLE, SHOWN), sitting_bars(TABLE, SHOWN, 480), wear_strips(TABLE, SHOWN)]
    kinds = {layer.kind for strips in figures for strip in strips for layer in strip.layers}
    kinds |= {"slow", "moderate", "brisk", "unknown-pace", *(f"sat-{low}" for low in SITTING_BANDS_MIN)}
    assert set(activity.NAMES) <= kinds
    for kind in kinds:
        assert f".{kind} {{ fill: #" in style, kind
