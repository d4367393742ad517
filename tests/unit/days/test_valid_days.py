"""Which days count, by which set of rules, and what that does to the week of people who wore the nodes differently."""

from dataclasses import asdict, replace
from datetime import datetime
from math import isnan, nan

import pytest

from ambula.days.rules import DEFAULT, SETS, Rules
from ambula.days.study import volume_category
from ambula.days.summary import DaySummary, WeekSummary, summarise_days, summarise_week
from ambula.epochs.table import EpochTable
from nodecore.roles import BACK_BIT, BOTH_BITS, THIGH_BIT
from tests.support.made_days import OSLO, SITTING, WALKING, epoch_at, table_of
from tests.support.made_people import made_table
from tests.support.worn_hours import NOON_TO_NOON, taken_off, worn_each_day, worn_from

PEOPLE = range(1, 17)
HUNT4, WAKING = SETS["hunt4"], SETS["waking"]


def days_of(table: EpochTable, rules: Rules = DEFAULT) -> list[DaySummary]:
    return summarise_days(table, OSLO, rules)


def week_of(table: EpochTable, rules: Rules = DEFAULT) -> WeekSummary:
    return summarise_week(days_of(table, rules), rules=rules)


def test_noon_to_noon_the_walking_and_the_group_are_right() -> None:
    """Seven times 24 hours on eight dates. The truth: all that was walked, over seven."""
    right = {"hunt4": 0, "ambula": 0}
    ratios: dict[str, list[float]] = {"hunt4": [], "ambula": []}
    for seed in PEOPLE:
        table = worn_from(seed, NOON_TO_NOON)
        truth_min = sum(d.walking_min for d in days_of(table)) / 7
        truth = volume_category(truth_min)
        assert truth
        for name in right:
            week = week_of(table, SETS[name])
            assert week.valid_days == {"hunt4": 8, "ambula": 6}[name]
            ratios[name].append(week.walking_min / truth_min)
            right[name] += week.volume_category == truth.label
    assert right == {"hunt4": 11, "ambula": 16}
    assert ratios["hunt4"] == pytest.approx([7 / 8] * 16)
    assert min(ratios["ambula"]) > 0.97
    assert max(ratios["ambula"]) < 1.04


def test_two_hours_a_day_are_no_day_and_no_group() -> None:
    for seed in PEOPLE:
        table = worn_each_day(seed, 7, (22, 24))
        week = week_of(table)
        assert (week.valid_days, week.volume_category, week.intensity_category, week.who_category) == (0, "", "", "")
        assert isnan(week.walking_min)
        assert week_of(table, HUNT4).volume_category == "<78"  # as the study's own rules have it
    assert {d.valid_fails.split()[0] for d in days_of(worn_each_day(1, 7, (22, 24)))} == {"valid_worn_h"}


def test_nodes_off_at_night_count_by_the_rules_for_waking_hours() -> None:
    """From Monday 15:00 to Monday 15:00, off from 22:00 to 7:00: Monday has 7 h and the last day 8 h, others 15 h."""
    table = taken_off(worn_from(3, (15, 7 * 24 + 15)), (22, 7))
    assert week_of(table).valid_days == 0
    days = days_of(table, WAKING)
    assert [d.valid for d in days] == [False, *[True] * 6, False]
    week = summarise_week(days, rules=WAKING)
    assert (week.valid_days, week.valid_both_days) == (6, 6)
    assert week.volume_category
    assert week.walking_min == pytest.approx(week_of(worn_from(3, (0, 7 * 24))).walking_min, rel=0.1)


def test_a_day_of_beginning_has_its_hours_and_is_not_whole() -> None:
    from_ten = days_of(taken_off(worn_from(3, (10, 48)), (22, 7)), WAKING)
    assert [(d.worn_min >= 600, d.valid, d.valid_fails) for d in from_ten] == [
        (True, False, "valid_span_share"),
        (True, True, ""),
    ]


@pytest.mark.parametrize("day", [28, 29])
def test_a_day_of_23_hours_is_whole_too(day: int) -> None:
    start, end = epoch_at(datetime(2026, 3, day)), epoch_at(datetime(2026, 3, day + 1))
    (found,) = days_of(table_of(start, [(SITTING, 7200), (WALKING, end - start - 7200)]), WAKING)
    assert (found.day_epochs, found.valid) == (17_280 - 720 * (day == 29), True)


@pytest.mark.parametrize(("days", "has_bands"), [(3, False), (4, True)])
def test_a_band_takes_four_days(days: int, has_bands: bool) -> None:
    week = week_of(made_table(2, days))
    assert week.valid_days == days
    bands = {week.volume_category, week.who_category}
    assert ("" not in bands) is has_bands
    assert not isnan(week.walking_min)


def test_a_band_takes_days_of_ten_hours() -> None:
    short = replace(DEFAULT, name="short", valid_worn_h=5.0)
    nine, ten = (week_of(worn_each_day(2, 5, (10, end)), short) for end in (19, 20))
    assert (nine.valid_days, nine.volume_category, nine.who_category) == (5, "", "")
    assert (ten.valid_days, ten.volume_category != "", ten.who_category != "") == (5, True, True)


def test_a_weeks_rules_are_those_of_its_days() -> None:
    with pytest.raises(ValueError, match="HUNT4"):
        summarise_week(days_of(made_table(2, 1), HUNT4))


def test_the_studys_rules_and_the_default_agree_on_whole_days_of_both_nodes() -> None:
    table = made_table(1, 7)
    for one, other in zip(days_of(table, HUNT4), days_of(table), strict=True):
        assert same(one) == same(other)
    assert same(week_of(table, HUNT4)) == same(week_of(table))


def same(row: DaySummary | WeekSummary) -> dict[str, object]:
    """All but the name of the rules; NaN as None, which equals itself."""
    return {k: None if v != v else v for k, v in asdict(row).items() if k != "rules"}


def test_the_sets_have_names_of_their_own() -> None:
    assert len({rules.name for rules in SETS.values()}) == len(SETS)
    assert (DEFAULT.name, DEFAULT.valid_worn_h) == ("Ambula", 16)
    assert (HUNT4.name, HUNT4.valid_worn_h, HUNT4.band_days) == ("HUNT4", 0, 1)
    with pytest.raises(ValueError, match="valid_span_share is 24: it is a share"):
        Rules(valid_span_share=24)
    with pytest.raises(ValueError, match="band_days is nan"):
        Rules(band_days=nan)  # type: ignore[arg-type]


# ---- nodes


@pytest.mark.parametrize(
    ("thigh_h", "back_h", "counts"),
    [
        (24, 24, (True, True, True, True)),
        (24, 0, (True, True, False, False)),
        (0, 24, (True, False, True, False)),
        (24, 10, (True, True, False, False)),
        (10, 24, (True, False, True, False)),
        (10, 10, (False, False, False, False)),
    ],
)
def test_a_day_counts_by_either_node_and_a_figure_by_the_nodes_that_it_needs(
    thigh_h: int, back_h: int, counts: tuple[bool, bool, bool, bool]
) -> None:
    thigh, back = ((0, thigh_h), (0, back_h))
    table = worn_from(5, (0, 24))
    hour = (table.epoch - table.epoch[0]) // 720
    for bit, (_, end) in ((THIGH_BIT, thigh), (BACK_BIT, back)):
        table.worn_nodes[hour >= end] &= BOTH_BITS ^ bit
    table.worn[:] = table.worn_nodes > 0
    (day,) = days_of(table)
    assert (day.valid, day.valid_thigh, day.valid_back, day.valid_both) == counts


def test_the_back_node_alone_lacks_no_sitting() -> None:
    for seed in (1, 9):
        week, both = (week_of(worn_from(seed, NOON_TO_NOON, nodes)) for nodes in (BACK_BIT, BOTH_BITS))
        assert (week.valid_days, week.valid_back_days, week.valid_thigh_days, week.valid_both_days) == (6, 6, 0, 0)
        assert week.walking_min == pytest.approx(both.walking_min, rel=0.1)
        assert week.volume_category == both.volume_category


def test_only_the_study_asks_for_some_sitting_and_some_walking() -> None:
    start = epoch_at(datetime(2026, 3, 4))
    for kind, fails in ((WALKING, "valid_sitting_s"), (SITTING, "valid_walking_s")):
        table = table_of(start, [(kind, 17_280)])
        assert summarise_days(table, OSLO, SETS["hunt4"])[0].valid_fails == fails
        for rules in (SETS["ambula"], SETS["waking"]):
            assert summarise_days(table, OSLO, rules)[0].valid
