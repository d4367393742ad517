"""Hand-made days with known answers: wear by node, mounting, bends, intensity, bouts, the week."""

from dataclasses import replace
from datetime import date, datetime
from math import isnan

import numpy as np
import pytest

from ambula.days.local_days import local_day
from ambula.days.rules import SETS
from ambula.days.study import who_category
from ambula.days.summary import DaySummary, summarise_days, summarise_week
from ambula.epochs.table import EpochTable
from nodecore import activity, record
from tests.support.made_days import LYING, OSLO, SITTING, STANDING, WALKING, Run, epoch_at, joined, table_of

NOON = epoch_at(datetime(2026, 3, 4, 12))
AN_HOUR = 720


def one(table: EpochTable, **rules: float) -> DaySummary:
    (day,) = summarise_days(table, OSLO, replace(SETS["hunt4"], name="mine", **rules))  # type: ignore[arg-type]
    return day


# ---- wear and mounting


def test_wear_is_told_for_each_node() -> None:
    table = table_of(NOON, [(SITTING, 120), (WALKING, 60), (activity.NOT_WORN, 60)])
    table.worn_nodes[:24] = 1  # two minutes with the back node in a pocket
    table.worn_nodes[24:36] = 2
    day = one(table)
    assert (day.thigh_worn_min, day.back_worn_min, day.both_worn_min) == (14, 13, 12)
    assert (day.thigh_min, day.back_min, day.both_min, day.worn_min) == (20, 20, 20, 15)
    assert day.both_worn_share == 12 / 1440
    assert day.back_worn_share == 13 / 1440


def test_flips_are_counted_on_the_body_and_only_where_they_are_known() -> None:
    table = table_of(NOON, [(SITTING, 100), (activity.NOT_WORN, 50)])
    known = record.MOUNTING_KNOWN
    table.thigh_flags[40:] = known | record.UPSIDE_DOWN | record.INSIDE_OUT
    table.back_flags[75:] = known | record.ODDLY_MOUNTED
    table.back_flags[0] = record.PARTIAL
    day = one(table)
    assert (day.thigh_upside_down_epochs, day.thigh_inside_out_epochs, day.thigh_oddly_mounted_epochs) == (60, 60, 0)
    assert (day.back_upside_down_epochs, day.back_oddly_mounted_epochs) == (0, 25)
    assert (day.thigh_mounting_known_share, day.back_mounting_known_share) == (0.6, 0.25)
    assert (day.thigh_partial_epochs, day.back_partial_epochs) == (0, 1)


def test_a_day_says_which_rules_it_fails() -> None:
    sat, walked = table_of(NOON, [(SITTING, 100)]), table_of(NOON, [(SITTING, 1), (WALKING, 1)])
    assert (one(sat).valid, one(sat).valid_fails) == (False, "valid_walking_s")
    assert (one(walked).valid, one(walked).valid_fails) == (True, "")
    assert one(walked, valid_worn_h=1, valid_sitting_s=10).valid_fails == "valid_worn_h valid_sitting_s"


# ---- bends


def bent(angles: list[float], thigh_deg: float = 5.0) -> EpochTable:
    table = table_of(NOON, [(STANDING, len(angles))])
    return replace(
        table,
        back_inclination_deg=np.array(angles),
        thigh_inclination_deg=np.full(len(angles), thigh_deg),
    )


@pytest.mark.parametrize(
    ("angles", "bends", "epochs"),
    [
        ([5, 61, 5], 1, 1),
        ([5, 60, 5], 0, 0),  # more than 60
        ([5, 70, 55, 70, 5], 1, 3),  # it never came back under 50
        ([5, 70, 50, 70, 5], 2, 2),
        ([55, 55, 70, 55, 5], 1, 2),  # from where it passes 60
        ([70, 70, 70], 1, 3),
        ([5, 55, 5], 0, 0),
        ([120, np.nan, 120], 2, 2),
    ],
)
def test_a_bend_begins_above_60_degrees_and_ends_below_50(angles: list[float], bends: int, epochs: int) -> None:
    day = one(bent(angles))
    assert (day.bends, day.bent_min) == (bends, epochs / 12)


def test_bends_need_an_upright_thigh_both_nodes_and_their_least_length() -> None:
    angles = [5.0, 80, 80, 5, 80, 80, 80, 5]
    assert one(bent(angles)).bends == 2
    assert one(bent(angles, thigh_deg=45)).bends == 0
    assert one(bent(angles), bend_least_s=15).bends == 1
    assert one(bent(angles), bend_from_deg=85).bends == 0
    half = bent(angles)
    half.worn_nodes[4:] = 2
    assert (one(half).bends, one(half).bent_min) == (1, 2 / 12)
    half.worn_nodes[:] = 2
    assert one(half).bends is None
    assert isnan(one(half).bent_min)


def test_a_bend_ends_where_a_slot_is_missing() -> None:
    table = bent([80.0] * 5)
    assert one(table.rows(np.array([True, True, False, True, True]))).bends == 2


# ---- intensity


def test_movement_bands_add_up_to_the_time_the_back_node_was_worn() -> None:
    table = table_of(NOON, [(STANDING, 100)])
    table.back_mad_mg[:] = np.repeat([20, 91, 413.9, 414], 25)
    table.worn_nodes[:12] = 1
    day = one(table)
    assert (day.movement_low_min, day.movement_moderate_min, day.movement_vigorous_min) == (13 / 12, 50 / 12, 25 / 12)
    assert day.movement_mean_mg == pytest.approx((13 * 20 + 25 * (91 + 413.9 + 414)) / 88)
    table.worn_nodes[:] = 1
    assert isnan(one(table).movement_low_min)


def test_moderate_is_by_cadence_and_by_what_was_done() -> None:
    runs: list[Run] = [
        (WALKING, 12, 99.0),
        (WALKING, 24, 100.0),
        (WALKING, 36, 130.0),
        (WALKING, 12),
        (activity.STAIRS, 48, 80.0),
        (activity.CYCLING, 60),
        (activity.RUNNING, 72, 165.0),
        (STANDING, 12, 120.0),
    ]
    day = one(table_of(NOON, runs))
    assert (day.moderate_min, day.vigorous_min) == (2 + 4 + 5, 3 + 6)
    assert one(table_of(NOON, runs), moderate_from_spm=99).moderate_min == 12
    assert one(table_of(NOON, runs), vigorous_from_spm=131).vigorous_min == 6


@pytest.mark.parametrize("kind", [activity.STAIRS, activity.CYCLING, activity.RUNNING])
def test_a_single_epoch_of_stairs_cycling_or_running_is_no_effort(kind: int) -> None:
    def effort(epochs: int) -> float:
        day = one(table_of(NOON, [(SITTING, 60), (kind, epochs), (WALKING, 60, 80.0), (kind, epochs), (STANDING, 60)]))
        return day.moderate_min + day.vigorous_min

    assert effort(1) == 0
    assert effort(2) == 4 / 12


def test_cadence_by_epochs_and_by_clock_minutes_are_two_figures() -> None:
    day = one(table_of(NOON, [(STANDING, 6), (WALKING, 24, 120.0), (STANDING, 6), (WALKING, 12, 132.0)]))
    assert (day.cadence_100_min, day.cadence_100_clock_min) == (3, 2)  # the halves of a minute have 60 steps each
    assert (day.cadence_130_min, day.cadence_130_clock_min) == (1, 1)


@pytest.mark.parametrize(("pause", "bouts", "length_min"), [(12, 1, 11), (13, 0, 0)])
def test_an_active_bout_may_pause_for_a_minute(pause: int, bouts: int, length_min: float) -> None:
    day = one(table_of(NOON, [(WALKING, 60, 110.0), (STANDING, pause), (WALKING, 60, 110.0)]))
    assert (day.active_bouts_10min, day.active_10min_min) == (bouts, length_min)


def test_met_minutes_and_the_longest_walk() -> None:
    day = one(table_of(NOON, [(WALKING, 120, 90.0, 3.0), (STANDING, 2), (WALKING, 60, 130.0, 6.0), (WALKING, 12)]))
    assert day.walking_met_min == pytest.approx(10 * 2.8 + 5 * 4.3)
    assert (day.walking_bouts_longest_min, day.cadence_known_min, day.walking_unknown_pace_min) == (10, 15, 1)


def test_sitting_bouts_and_the_minutes_in_long_ones() -> None:
    day = one(table_of(NOON, [(SITTING, 360), (STANDING, 2), (SITTING, 359), (STANDING, 2), (SITTING, 480)]))
    assert (day.sitting_bouts, day.sitting_bouts_30min, day.sitting_30min_min) == (3, 2, 70)
    assert (day.sitting_breaks, day.sitting_longest_min) == (2, 40)


@pytest.mark.parametrize(("halt", "bout", "walk"), [(1, 145, 145), (2, 84, 146), (6, 84, 150), (7, 84, 84)])
def test_a_walking_bout_and_a_walk_differ_by_the_halt_that_ends_them(halt: int, bout: int, walk: int) -> None:
    day = one(table_of(NOON, [(WALKING, 84), (STANDING, halt), (WALKING, 60)]))
    assert (round(12 * day.walking_bouts_longest_min), round(12 * day.walks_longest_min)) == (bout, walk)


@pytest.mark.parametrize("seed", range(6))
def test_the_longest_walk_agrees_with_the_walks_of_10_min(seed: int) -> None:
    dice = np.random.default_rng(seed)
    runs: list[Run] = [(int(dice.choice([WALKING, WALKING, STANDING])), int(dice.integers(1, 60))) for _ in range(60)]
    day = one(table_of(NOON, runs))
    assert (day.walks_longest_min >= 10) == (day.walks_10min > 0)
    assert day.walks_longest_min >= day.walking_bouts_longest_min
    assert day.walks_10min_min >= 10 * day.walks_10min


def test_10_s_upright_end_a_sitting_bout_and_5_s_do_not() -> None:
    def sat(upright: int, **rules: float) -> tuple[int, float, int]:
        day = one(table_of(NOON, [(SITTING, 240), (STANDING, upright), (SITTING, 240), (WALKING, 12)]), **rules)
        return day.sitting_bouts, round(12 * day.sitting_longest_min), day.sitting_breaks

    assert sat(1) == (1, 481, 1)
    assert sat(2) == (2, 240, 2)
    assert sat(2, sitting_pause_s=10) == (1, 482, 1)


def test_a_single_epoch_of_sitting_is_no_bout_and_no_break_but_counts_as_sitting() -> None:
    def sat(epochs: int) -> tuple[int, int, float, float]:
        day = one(table_of(NOON, [(STANDING, 60), (SITTING, epochs), (STANDING, 60)]))
        return day.sitting_bouts, day.sitting_breaks, day.sitting_longest_min, day.sitting_min

    assert sat(1) == (0, 0, 0, 1 / 12)
    assert sat(2) == (1, 1, 2 / 12, 2 / 12)


# ---- the week


def test_the_week_parts_weekdays_from_the_weekend_and_counts_against_who() -> None:
    minutes = {4: 30, 5: 20, 6: 10, 7: 60, 8: 0}  # March 2026: the 7th is a Saturday
    tables = [
        table_of(
            epoch_at(datetime(2026, 3, day, 9)),
            [(SITTING, 12), (WALKING, 12 * m, 110.0, 5.0), (activity.RUNNING, 12), (WALKING, 1, 90.0, 3.0)],
        )
        for day, m in minutes.items()
        if m
    ]
    rules = SETS["hunt4"]
    week = summarise_week(summarise_days(joined(*tables), OSLO, rules), rules=rules)
    assert (week.valid_days, week.valid_weekdays, week.valid_weekend_days) == (4, 3, 1)
    assert week.walking_weekday_min == pytest.approx(20 + 1 / 12)
    assert week.walking_weekend_min == pytest.approx(60 + 1 / 12)
    assert week.who_min == pytest.approx(7 * (30 + 2 * 1))
    assert week.who_bouts_min == pytest.approx(7 * (30 + 20 + 10 + 60 + 4) / 4)
    assert week.who_category == "150-300"


@pytest.mark.parametrize(
    ("minutes", "band"),
    [(0, "<150"), (149.9, "<150"), (150, "150-300"), (300, "150-300"), (300.1, ">300"), (float("nan"), "")],
)
def test_whos_range_includes_both_ends(minutes: float, band: str) -> None:
    assert who_category(minutes) == band


def test_a_mean_leaves_out_the_days_that_have_none() -> None:
    one_day = local_day(date(2026, 3, 4), OSLO)
    table = table_of(one_day.start, [(LYING, 5 * AN_HOUR), (SITTING, 20 * AN_HOUR), (WALKING, 12, 100.0)])
    table.worn_nodes[24 * AN_HOUR :] = 1  # no back node on the second day
    rules = replace(SETS["hunt4"], name="any", valid_walking_s=0)
    week = summarise_week(summarise_days(table, OSLO, rules), rules=rules)
    assert (week.valid_days, week.bends, week.bed_min) == (2, 0, 300)
