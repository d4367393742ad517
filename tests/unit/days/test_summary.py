"""Hand-made days with known answers."""

from datetime import date, datetime
from math import isnan

import numpy as np
import pytest

from ambula.days.rules import SETS, MetTable, Rules
from ambula.days.study import intensity_category, volume_category
from ambula.days.summary import DaySummary, summarise_days, summarise_week
from nodecore import activity
from tests.support.made_days import LYING, OSLO, SITTING, STANDING, WALKING, Run, epoch_at, joined, nothing, table_of

POSTURES = ("lying", "sitting", "sedentary", "standing", "walking", "stairs", "running", "cycling", "other", "not_worn")
NOON = epoch_at(datetime(2026, 3, 4, 12, 0))
SHORT_DAYS = SETS["hunt4"]  # any day with some sitting and some walking counts
A_MIN, AN_HOUR = 12, 720


def one_day(runs: list[Run], nodes: int = 3, rules: Rules | None = None) -> DaySummary:
    days = summarise_days(table_of(NOON, runs, nodes), OSLO, rules or SHORT_DAYS)
    assert len(days) == 1
    return days[0]


def test_a_day_made_by_hand_gives_the_minutes_it_was_made_of() -> None:
    day = one_day(
        [
            (SITTING, 45 * A_MIN),
            (WALKING, 6 * A_MIN, 96.0, 3.6),
            (STANDING, 9),
            (WALKING, 12 * A_MIN, 114.0, 4.9),
            (WALKING, 4 * A_MIN, 132.0, 5.9),
            (activity.STAIRS, 6, 90.0),
            (activity.RUNNING, 10 * A_MIN, 160.0),
            (SITTING, 31 * A_MIN),
            (LYING, AN_HOUR),
            (activity.CYCLING, 60),
            (activity.OTHER, 3),
            (activity.NOT_WORN, 120),
        ]
    )
    assert day.date == date(2026, 3, 4)
    assert (day.sitting_min, day.lying_min, day.standing_min) == (76, 60, 0.75)
    assert (day.walking_min, day.stairs_min, day.running_min, day.cycling_min) == (22, 0.5, 10, 5)
    assert (day.other_min, day.not_worn_min) == (0.25, 10)
    assert (day.walking_slow_min, day.walking_moderate_min, day.walking_brisk_min) == (6, 12, 4)
    assert day.walking_unknown_pace_min == 0
    assert day.walking_met == pytest.approx((6 * 2.8 + 12 * 3.5 + 4 * 4.3) / 22)
    assert day.steps == 6 * 96 + 12 * 114 + 4 * 132 + 45 + 1600
    assert day.cadence_mean_spm == pytest.approx((6 * 96 + 12 * 114 + 4 * 132) / 22)
    assert day.cadence_median_spm == 114
    assert day.cadence_p95_spm == 132
    assert day.cadence_peak1_spm == 160
    assert (day.cadence_100_min, day.cadence_130_min) == (26, 14)
    assert (day.walking_bouts_10s, day.walking_bouts_60s) == (2, 2)
    assert (day.walks_10min, day.walks_10min_min) == (1, 16)  # the 45-s halt parts the two
    assert day.sitting_longest_min == 45
    assert day.sitting_bouts_30min == 2
    assert day.sitting_breaks == 1  # the second sitting ends in lying
    assert day.valid


def test_every_recorded_epoch_is_in_exactly_one_activity() -> None:
    dice = np.random.default_rng(4)
    runs: list[Run] = [(int(dice.integers(10)), int(dice.integers(1, 200))) for _ in range(90)]
    table = table_of(epoch_at(datetime(2026, 3, 4)), runs)
    kept = table.rows(dice.random(len(table)) < 0.8)
    days = summarise_days(kept, OSLO)
    for day in days:
        total = sum(getattr(day, f"{name}_min") for name in POSTURES)
        assert total == pytest.approx(day.recorded_min, abs=1e-9)
        assert day.recorded_min + day.unrecorded_min == pytest.approx(day.day_epochs / 12, abs=1e-9)
        assert day.recorded_epochs + round(day.lost_min * 12) == day.span_epochs
        paces = day.walking_slow_min + day.walking_moderate_min + day.walking_brisk_min
        assert paces + day.walking_unknown_pace_min == pytest.approx(day.walking_min)
        assert day.both_min == day.thigh_min == day.back_min == day.recorded_min
    assert sum(day.recorded_epochs for day in days) == len(kept)


@pytest.mark.parametrize(
    ("speed_kmh", "pace"), [(4.0, "slow"), (4.01, "moderate"), (5.49, "moderate"), (5.5, "brisk"), (0.5, "slow")]
)
def test_pace_limits_are_the_studys(speed_kmh: float, pace: str) -> None:
    day = one_day([(SITTING, 12), (WALKING, 24, 100.0, speed_kmh)])
    assert getattr(day, f"walking_{pace}_min") == 2


def test_walking_without_speed_counts_as_walking_but_not_in_the_intensity() -> None:
    day = one_day([(WALKING, 12, 100.0), (WALKING, 12, 110.0, 4.5)])
    assert (day.walking_min, day.walking_unknown_pace_min, day.walking_met) == (2, 1, 3.5)
    assert isnan(one_day([(WALKING, 12, 100.0)]).walking_met)


@pytest.mark.parametrize(("epochs", "bouts"), [(2, (0, 0, 0)), (3, (1, 0, 0)), (7, (1, 1, 0)), (13, (1, 1, 1))])
def test_bouts_are_longer_than_10_30_60_seconds(epochs: int, bouts: tuple[int, int, int]) -> None:
    day = one_day([(STANDING, 5), (WALKING, epochs, 100.0), (STANDING, 5)])
    assert (day.walking_bouts_10s, day.walking_bouts_30s, day.walking_bouts_60s) == bouts


def test_a_long_walk_may_halt_for_30_seconds_but_not_for_35() -> None:
    def walks(halt: int) -> tuple[int, float]:
        day = one_day([(WALKING, 84, 100.0), (STANDING, halt), (WALKING, 84, 100.0)])
        return day.walks_10min, day.walks_10min_min

    assert walks(6) == (1, 14.5)
    assert walks(7) == (0, 0)


def test_a_slot_that_was_lost_breaks_a_bout() -> None:
    table = table_of(NOON, [(SITTING, 40 * A_MIN)])
    whole = summarise_days(table, OSLO)[0]
    holed = summarise_days(table.rows(np.arange(len(table)) != 240), OSLO)[0]
    assert (whole.sitting_longest_min, whole.sitting_bouts_30min) == (40, 1)
    assert (holed.sitting_longest_min, holed.sitting_bouts_30min) == (20, 0)
    assert holed.lost_min == pytest.approx(1 / 12)


def test_peak_cadences_are_of_clock_minutes() -> None:
    day = one_day([(STANDING, 6), (WALKING, 12, 120.0), (STANDING, 6), (STANDING, 40 * A_MIN)])
    assert day.cadence_peak1_spm == 60  # a minute's walk over two clock minutes
    assert day.cadence_peak30_spm == pytest.approx(120 / 30)
    assert isnan(one_day([(WALKING, 12, 120.0)]).cadence_peak30_spm)


def test_an_epoch_that_was_not_worn_counts_as_not_worn_whatever_its_class() -> None:
    table = table_of(NOON, [(WALKING, 24, 100.0)])
    table.worn[:12] = False
    day = summarise_days(table, OSLO)[0]
    assert (day.not_worn_min, day.walking_min, day.worn_min, day.steps) == (1, 1, 1, 100)


def test_thigh_alone_keeps_sitting_and_lying_apart_from_neither() -> None:
    day = one_day([(activity.SEDENTARY, 40 * A_MIN), (WALKING, 60, 100.0, 4.5)], nodes=1)
    assert (day.sedentary_min, day.sitting_or_lying_min, day.walking_min) == (40, 40, 5)
    assert isnan(day.sitting_min)
    assert isnan(day.lying_min)
    assert (day.thigh_min, day.back_min, day.both_min) == (45, 0, 0)
    assert (day.sitting_bouts, day.sitting_bouts_30min, day.sitting_breaks) == (None, None, None)
    assert isnan(day.sitting_longest_min)
    assert (day.valid, day.valid_thigh, day.valid_back, day.valid_both) == (True, True, False, False)


@pytest.mark.parametrize(
    ("runs", "rules", "valid"),
    [
        ([(SITTING, 1), (WALKING, 1, 100.0)], SHORT_DAYS, True),
        ([(SITTING, 100)], SHORT_DAYS, False),
        ([(WALKING, 100, 100.0)], SHORT_DAYS, False),
        ([(LYING, 100), (WALKING, 1, 100.0)], SHORT_DAYS, False),
        ([(SITTING, 719), (WALKING, 1, 100.0)], Rules(valid_worn_h=1.0), True),
        ([(SITTING, 718), (WALKING, 1, 100.0)], Rules(valid_worn_h=1.0), False),
    ],
)
def test_a_valid_day_has_some_sitting_and_some_walking(runs: list[Run], rules: Rules, valid: bool) -> None:
    assert one_day(runs, rules=rules).valid is valid


def test_another_met_table_changes_the_figure_and_its_name() -> None:
    rules = Rules(name="mine", met=MetTable("mine", 2.0, 3.0, 4.0, is_placeholder=False))
    day = one_day([(WALKING, 12, 90.0, 3.0), (WALKING, 12, 110.0, 5.0)], rules=rules)
    assert (day.walking_met, day.met_table) == (2.5, "mine")
    assert "placeholder" in one_day([(WALKING, 12)]).met_table
    with pytest.raises(ValueError, match="MET table"):
        MetTable("wrong", 3.0, 2.0, 4.0)


def test_no_epochs_no_days_and_a_week_of_nothing() -> None:
    assert summarise_days(nothing(), OSLO) == []
    week = summarise_week([])
    assert (week.days, week.valid_days, week.volume_category, week.first_date) == (0, 0, "", None)
    assert isnan(week.walking_min)


def test_epochs_out_of_order_are_refused() -> None:
    table = table_of(NOON, [(SITTING, 12)])
    with pytest.raises(ValueError, match="increasing"):
        summarise_days(joined(table, table), OSLO)


@pytest.mark.parametrize(
    ("minutes", "band"),
    [(77, "<78"), (78, "78-100"), (100, "78-100"), (101, "101-124"), (124, "101-124"), (125, ">=125"), (180, ">=125")],
)
def test_the_weeks_band_is_that_of_the_mean_over_valid_days(minutes: int, band: str) -> None:
    low = table_of(epoch_at(datetime(2026, 3, 4, 8)), [(SITTING, 60), (WALKING, (minutes - 20) * A_MIN, 100.0, 3.0)])
    high = table_of(epoch_at(datetime(2026, 3, 5, 8)), [(SITTING, 60), (WALKING, (minutes + 20) * A_MIN, 100.0, 3.0)])
    invalid = table_of(epoch_at(datetime(2026, 3, 6, 8)), [(LYING, 600)])
    week = summarise_week(summarise_days(joined(low, high, invalid), OSLO, SHORT_DAYS), rules=SHORT_DAYS)
    assert (week.days, week.valid_days, week.walking_min, week.volume_category) == (3, 2, minutes, band)
    assert week.walking_met == pytest.approx(2.8)
    assert week.intensity_category == "<3.00"


def test_the_weeks_intensity_is_weighted_by_minutes() -> None:
    short = table_of(epoch_at(datetime(2026, 3, 4, 8)), [(SITTING, 60), (WALKING, 10 * A_MIN, 130.0, 6.0)])
    long = table_of(epoch_at(datetime(2026, 3, 5, 8)), [(SITTING, 60), (WALKING, 90 * A_MIN, 90.0, 3.0)])
    week = summarise_week(summarise_days(joined(short, long), OSLO, SHORT_DAYS), rules=SHORT_DAYS)
    assert week.walking_met == pytest.approx((10 * 4.3 + 90 * 2.8) / 100)


def test_the_edge_of_a_band_is_not_lost_to_rounding() -> None:
    seconds = [78 * 720 + d for d in (-240, 0, 240)]  # three days whose mean is 78 minutes, not 77.99999
    tables = [
        table_of(epoch_at(datetime(2026, 3, 4 + i, 1)), [(SITTING, 60), (WALKING, s // 60, 100.0, 4.2)])
        for i, s in enumerate(seconds)
    ]
    week = summarise_week(summarise_days(joined(*tables), OSLO, SHORT_DAYS), rules=SHORT_DAYS)
    assert week.volume_category == "78-100"
    assert volume_category(77.99999999999999) == volume_category(78)
    assert intensity_category(2.9999999999999996) == intensity_category(3)
    assert volume_category(77.99) != volume_category(78)
