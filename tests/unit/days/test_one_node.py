"""One node worn alone: no figure that needs the other is 0 anywhere, and each means the same by whichever nodes."""

from math import isnan
from typing import Any

import pytest

from ambula.days.csv_file import daily_csv_text, weekly_csv_text
from ambula.days.entry import entries_of
from ambula.days.parquet_file import arrow_table
from ambula.days.summary import DaySummary, WeekSummary, summarise_days, summarise_week
from ambula.epochs.table import EpochTable
from nodecore import activity
from nodecore.roles import BACK_BIT, BOTH_BITS, THIGH_BIT
from tests.support.made_days import OSLO
from tests.support.made_people import made_table
from tests.support.worn_hours import NOON_TO_NOON, taken_off, worn_from

ALONE = {"thigh": THIGH_BIT, "back": BACK_BIT}
# What the node's record alone gives `nodecore.fuse` no way to say.
NEVER = {
    "thigh": {"lying_min", "sitting_min"},
    "back": {"sitting_min", "sedentary_min", "standing_min", "stairs_min", "cycling_min", "sitting_or_lying_min"},
}
BOTH = {"sitting_bouts", "sitting_longest_min", "sitting_bouts_30min", "sitting_30min_min", "sitting_breaks"}
BOTH |= {"bends", "bent_min"}
OF_BACK = {"movement_low_min", "movement_moderate_min", "movement_vigorous_min", "movement_mean_mg"}
OF_BACK |= {"bed_start", "bed_end", "bed_min", "bed_lying_min"}
EMPTY = {"thigh": NEVER["thigh"] | BOTH | OF_BACK, "back": NEVER["back"] | BOTH}
GROUPS = {"Day", "Data quality", "Rules"}


def nothing(value: Any) -> bool:
    return value is None or value == "" or (isinstance(value, float) and isnan(value))


def minutes_of(table: EpochTable) -> set[str]:
    """The classes that the fused epochs have at all."""
    return {f"{activity.NAMES[code]}_min" for code in set(table.activity[table.worn].tolist())}


@pytest.mark.parametrize("node", ALONE)
def test_what_one_node_cannot_show_is_empty_and_the_rest_is_not(node: str) -> None:
    table = worn_from(1, NOON_TO_NOON, ALONE[node])
    assert not minutes_of(table) & NEVER[node]
    for day in summarise_days(table, OSLO):
        for e in entries_of(DaySummary):
            if e.name in EMPTY[node]:
                assert nothing(getattr(day, e.name)), e.name
            elif e.group not in GROUPS and not e.name.startswith(("bed_", "walking_", "cadence_")):
                assert not nothing(getattr(day, e.name)), e.name
        assert day.walking_min > 0


@pytest.mark.parametrize("node", ALONE)
def test_it_is_empty_in_every_table_of_days_and_of_people(node: str) -> None:
    days = summarise_days(worn_from(1, NOON_TO_NOON, ALONE[node]), OSLO)
    week = summarise_week(days)
    weekly = EMPTY[node] & {e.name for e in entries_of(WeekSummary)}
    assert len(weekly) > 5
    for kind, rows, text, names in (
        (DaySummary, days, daily_csv_text(days), EMPTY[node]),
        (WeekSummary, [week], weekly_csv_text([week]), weekly),
    ):
        header, *lines = (line.split(",") for line in text.splitlines())
        for name in names:
            assert {line[header.index(name)] for line in lines} == {""}, name
            assert set(arrow_table(kind, rows).column(name).to_pylist()) <= {None, ""}, name


@pytest.mark.parametrize("nodes", [THIGH_BIT, BACK_BIT, BOTH_BITS])
def test_the_ten_minutes_add_up_with_an_empty_one_as_nothing(nodes: int) -> None:
    for day in summarise_days(taken_off(worn_from(4, (5, 50), nodes), (2, 7)), OSLO):
        parts = [getattr(day, f"{name}_min") for name in activity.NAMES]
        assert sum(part for part in parts if not isnan(part)) == pytest.approx(day.recorded_min)


def test_a_day_on_which_nothing_was_worn_has_no_figures() -> None:
    table = made_table(1, 3)
    second = (table.epoch - table.epoch[0]) // 17_280 == 1
    table.worn[second], table.worn_nodes[second] = False, 0
    first, off, third = summarise_days(table, OSLO)
    assert off.not_worn_min == 1440
    known = {e.name for e in entries_of(DaySummary) if e.group not in GROUPS and not nothing(getattr(off, e.name))}
    assert known <= {"not_worn_min", "bed_start", "bed_end", "bed_min", "bed_lying_min", "bed_share"}
    assert summarise_week([first, off, third]).walking_min == (first.walking_min + third.walking_min) / 2


def test_sitting_means_the_same_by_whichever_nodes() -> None:
    """Not 643 min with both nodes, 1,115 with the thigh node and a night's sleep as the longest time sitting."""
    both, thigh, back = (
        summarise_week(summarise_days(worn_from(1, NOON_TO_NOON, n), OSLO)) for n in (BOTH_BITS, THIGH_BIT, BACK_BIT)
    )
    assert both.sitting_min == pytest.approx(643, rel=0.05)
    assert both.sitting_longest_min < 120
    for alone in (thigh, back):
        assert isnan(alone.sitting_min)
        assert isnan(alone.sitting_longest_min)
    assert thigh.sitting_or_lying_min == both.sitting_or_lying_min
    assert back.lying_min == pytest.approx(both.lying_min, rel=0.02)
    assert thigh.standing_min == pytest.approx(both.standing_min)
    assert (both.valid_both_days, thigh.valid_both_days, back.valid_both_days) == (6, 0, 0)


def test_a_mean_of_both_nodes_is_over_their_days() -> None:
    """The back node was worn on the first three of seven days."""
    table = worn_from(1, (0, 7 * 24))
    by_both = summarise_days(table, OSLO)
    thigh = worn_from(1, (0, 7 * 24), THIGH_BIT)
    later = (table.epoch - table.epoch[0]) >= 3 * 17_280
    for name in ("activity", "worn_nodes", "nodes", "back_mad_mg", "back_inclination_deg"):
        getattr(table, name)[later] = getattr(thigh, name)[later]
    week = summarise_week(summarise_days(table, OSLO))
    assert (week.valid_days, week.valid_thigh_days, week.valid_both_days) == (7, 7, 3)
    assert week.sitting_min == pytest.approx(sum(d.sitting_min for d in by_both[:3]) / 3)
    assert week.sitting_or_lying_min == pytest.approx(sum(d.sitting_or_lying_min for d in by_both) / 7)
    assert week.both_worn_share == pytest.approx(sum(d.both_worn_share for d in by_both[:3]) / 3)
