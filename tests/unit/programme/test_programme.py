"""The walking programme: it builds up slowly, waits when it should, and asks for nothing beyond the plan."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ambula.base.errors import InputError
from ambula.days.local_days import ZoneHistory
from ambula.programme import Goal, Programme, Stage, Verdict, WalkingDay, follow, load_plan, open_date, walking_days
from ambula.programme.pain import Pain, judge
from ambula.programme.participant import pain_by_date
from ambula.programme.words import next_words, reason_words, tomorrow_words
from ambula.store import Note
from nodecore.activity import RUNNING
from tests.support.made_days import OSLO, SITTING, WALKING, epoch_at, nothing, table_of
from tests.support.walked_weeks import FIRST, PLAN, after, until, walked, week_of


def verdicts(programme: Programme) -> list[Verdict]:
    return [week.verdict for week in programme.weeks]


def test_the_first_week_only_looks_and_the_plan_starts_low() -> None:
    found = after([week_of(0, 0, 3, 0, 0, 0, 0)])
    assert (found.weeks[0].verdict, found.weeks[0].goal) == (Verdict.LOOKING, None)
    assert found.goal == Goal(10, 3)


def test_who_walks_more_already_starts_there() -> None:
    assert after([week_of(22, 0, 24, 18, 25, 0, 21)]).goal == Goal(22, 3)
    assert after([week_of(60, 70, 80, 60, 0, 0, 0)]).goal == Goal(30, 4)


def test_who_walks_all_that_the_plan_ever_asks_gets_no_goal_until_it_is_less() -> None:
    weeks = [week_of(30, 30, 30, 30, 30, 0, 0)]
    assert (verdicts(after(weeks)), after(weeks).stage, after(weeks).has_goal) == (
        [Verdict.BEYOND],
        Stage.BEYOND,
        False,
    )
    weeks += [week_of(*[60] * 7, number=1), week_of(60, 60, number=2), week_of(60, 60, 60, 60, 20, 20, 20, number=3)]
    found = after(weeks)
    assert verdicts(found) == [Verdict.BEYOND, Verdict.BEYOND, Verdict.UNSEEN, Verdict.LESS]
    assert [week.goal for week in found.weeks] == [None] * 4
    assert (found.stage, found.goal) == (Stage.GOAL, Goal(30, 5))


def test_one_day_short_of_the_ceiling_is_a_goal() -> None:
    found = after([week_of(30, 30, 30, 30, 29.9, 29.9, 29.9)])
    assert (verdicts(found), found.has_goal) == ([Verdict.LOOKING], True)


def test_pain_and_gaps_give_no_goal_to_who_needs_none() -> None:
    weeks = [week_of(*[60] * 7), week_of(*[60] * 7, number=1)]
    painful = after(weeks, [(FIRST + timedelta(days=9), 8)])
    assert (verdicts(painful), painful.stage) == ([Verdict.BEYOND, Verdict.PAIN], Stage.BEYOND)
    unseen = after([weeks[0], [], []])
    assert verdicts(unseen) == [Verdict.BEYOND, Verdict.UNSEEN, Verdict.UNSEEN_AGAIN]
    assert (after([weeks[0], []]).stage, unseen.stage) == (Stage.BEYOND, Stage.LOOKING)


@pytest.mark.parametrize(
    ("pain", "is_low"),
    [
        ([(0, 8), (2, 8), (3, 8), (5, 8)], True),
        ([(0, 6)], True),
        ([(6, 6)], True),
        ([(0, 5), (3, 5)], False),
        ([(0, 0), (1, 0), (2, 0), (3, 4), (4, 4), (5, 4)], False),  # a rise within the week
        ([(-3, 8), (-2, 8), (-1, 8), (0, 8)], True),  # much, though it was so before
    ],
)
def test_after_a_painful_first_week_the_plan_starts_low(pain: list[tuple[int, int]], is_low: bool) -> None:
    found = after([week_of(22, 0, 24, 18, 25, 0, 21)], [(FIRST + timedelta(days=d), p) for d, p in pain])
    assert verdicts(found) == [Verdict.LOOKING_PAIN if is_low else Verdict.LOOKING]
    assert found.goal == (Goal(10, 3) if is_low else Goal(22, 3))


@pytest.mark.parametrize(
    ("walked_min", "goal"),
    [
        ((0, 0, 0, 0, 0, 0, 0), Goal(5, 3)),
        ((7, 0, 7, 0, 8, 0, 0), Goal(7, 3)),
        ((7, 0, 7, 0, 0, 0, 0), Goal(5, 3)),
        ((10, 10, 10, 0, 0, 0, 0), Goal(10, 3)),
    ],
)
def test_a_low_start_asks_for_no_more_than_what_is_usual(walked_min: tuple[float, ...], goal: Goal) -> None:
    assert after([week_of(*walked_min)], [(FIRST, 8)]).goal == goal
    assert after([week_of(*walked_min)]).goal == Goal(10, 3)


def test_a_week_without_any_walking_sets_no_goal_until_walks_are_seen() -> None:
    unwalked = week_of(*[0] * 7, short_min=0)
    for found in (after([unwalked]), after([unwalked], [(FIRST, 9)]), after([unwalked, []])):
        assert (found.stage, found.has_no_walks, found.weeks[0].verdict) == (Stage.LOOKING, True, Verdict.NO_WALKS)
    found = after([unwalked, week_of(22, 0, 24, 18, 25, 0, 21, number=1)])
    assert (found.has_no_walks, found.goal) == (False, Goal(22, 3))
    assert not after([week_of(*[0] * 7, short_min=1)]).has_no_walks
    few = after([week_of(*[0] * 3, short_min=0)])  # three days tell too little
    assert (verdicts(few), few.stage) == ([Verdict.LOOKING], Stage.LOOKING)
    assert verdicts(after([week_of(*[20] * 7), week_of(*[0] * 7, number=1, short_min=0)]))[1] is Verdict.LOW


def test_even_who_walks_much_starts_low_after_a_painful_first_week() -> None:
    found = after([week_of(*[60] * 7)], [(FIRST, 8)])
    assert (found.stage, found.goal) == (Stage.GOAL, Goal(10, 3))


def test_what_was_walked_in_an_unseen_week_is_no_start_after_a_painful_one() -> None:
    found = after([week_of(*[25] * 7, worn_h=9), week_of(*[25] * 7, number=1)], [(FIRST + timedelta(days=8), 8)])
    assert (verdicts(found), found.goal) == ([Verdict.LOOKING, Verdict.LOOKING_PAIN], Goal(10, 3))


def test_a_painful_week_of_which_nothing_was_seen_is_not_the_first() -> None:
    found = after([[], week_of(22, 0, 24, 18, 25, 0, 21, number=1)], [(FIRST, 8)])
    assert (verdicts(found), found.goal) == ([Verdict.LOOKING_PAIN, Verdict.LOOKING], Goal(22, 3))


def test_a_week_that_has_hardly_begun_is_no_row() -> None:
    weeks = [week_of(*[20] * 7)]
    begun = [
        (week_of(0, number=1, worn_h=5 / 3600), False),
        (week_of(0, number=1, worn_h=9.9), False),
        (week_of(0, number=1, worn_h=10), True),
        (week_of(6, number=1, worn_h=1), True),
    ]
    for monday, is_row in begun:
        found = until(7, [*weeks, monday])
        assert (len(found.weeks), found.running is not None) == (1 + is_row, is_row)
        assert (found.goal_first, found.goal_last) == (date(2026, 3, 9), date(2026, 3, 15))
        assert found.tomorrow == date(2026, 3, 9 + is_row)
    assert len(until(7, weeks, [(FIRST + timedelta(days=7), 0)]).weeks) == 2  # pain noted is a row
    assert len(until(8, weeks).weeks) == 2  # and so is a date that is over, though nothing was recorded


def test_the_worst_pain_of_each_date_is_kept() -> None:
    (week,) = after([week_of(*[0] * 7)], [(FIRST, 3), (FIRST, 5), (FIRST + timedelta(days=6), 0)]).weeks
    assert (week.pain_by_day, week.worst_pain) == ((5, None, None, None, None, None, 0), 5)
    assert after([week_of(*[0] * 7)]).weeks[0].worst_pain is None


def test_a_date_inside_the_recording_without_wear_is_a_gap_and_not_a_day_of_no_walking() -> None:
    days = [*week_of(22, 0, 24), walked(FIRST + timedelta(days=3), 0.0, 0.0)]
    assert after([days]).weeks[0].walked_min == (22, 0, 24, None, None, None, None)


def test_a_week_of_which_nothing_was_seen_does_not_count_as_looked_at() -> None:
    found = after([[], week_of(22, 0, 24, 18, 25, 0, 21, number=1)])
    assert ([w.goal for w in found.weeks], found.goal) == ([None, None], Goal(22, 3))
    assert after([[]]).stage is Stage.LOOKING


def test_two_long_walks_are_not_what_is_usual() -> None:
    assert after([week_of(40, 0, 0, 45, 0, 0, 0)]).goal == Goal(10, 3)


def test_a_week_that_goes_well_adds_minutes_and_every_fourth_a_day() -> None:
    weeks = [week_of(0, 0, 0, 0, 0, 0, 0)]
    goals = []
    for number in range(1, 6):
        weeks.append(week_of(30, 30, 30, 30, 30, 0, 0, number=number))
        goals.append(after(weeks).goal)
    assert goals == [Goal(12, 3), Goal(14, 3), Goal(16, 3), Goal(16, 4), Goal(18, 4)]


def test_it_ends_at_the_ceiling() -> None:
    weeks = [week_of(30, 30, 30, 30, 0, 0, 0), *(week_of(*[60] * 7, number=n) for n in range(1, 6))]
    assert (after(weeks).goal, verdicts(after(weeks))[-1]) == (Goal(30, 5), Verdict.WELL)


def test_from_the_start_to_the_ceiling_takes_less_than_half_a_year() -> None:
    weeks = [week_of(*[0] * 7)]
    while after(weeks).goal != Goal(30, 5):
        weeks.append(week_of(*[30] * 7, number=len(weeks)))
    assert len(weeks) == 13


def test_a_week_goes_well_on_nearly_all_its_days_a_poorer_one_repeats() -> None:
    begun = week_of(*[20] * 7)
    nearly = after([begun, week_of(20, 20, 20, 20, 0, 0, 0, number=1)])
    assert (verdicts(nearly)[1], nearly.goal) == (Verdict.WELL, Goal(22, 5))
    partly = after([begun, week_of(20, 20, 20, 19.9, 19.9, 0, 0, number=1)])
    assert (verdicts(partly)[1], partly.goal) == (Verdict.PARTLY, Goal(20, 5))


def test_one_long_walk_does_not_stand_for_three() -> None:
    found = after([week_of(*[0] * 7), week_of(90, 0, 0, 0, 0, 0, 0, number=1)])
    assert found.weeks[1].share == pytest.approx(1 / 3)
    assert found.weeks[1].verdict is Verdict.LOW


def test_two_low_weeks_are_a_step_back_but_not_below_the_start() -> None:
    begun = [week_of(*[20] * 7)]
    assert after(begun).goal == Goal(20, 5)
    low = [*begun, week_of(*[0] * 7, number=1)]
    assert after(low).goal == Goal(20, 5)
    low.append(week_of(*[0] * 7, number=2))
    assert (verdicts(after(low))[-1], after(low).goal) == (Verdict.LOW_AGAIN, Goal(18, 5))
    while len(low) < 12:
        low.append(week_of(*[0] * 7, number=len(low)))
    assert after(low).goal == Goal(10, 5)


def test_much_pain_pauses_whatever_was_walked() -> None:
    weeks = [week_of(*[0] * 7), week_of(*[30] * 7, number=1)]
    during = FIRST + timedelta(days=9)
    strong = after(weeks, [(during, 6)])
    assert (verdicts(strong)[1], strong.goal) == (Verdict.PAIN, Goal(10, 3))
    assert after(weeks, [(during, 5)]).goal == Goal(12, 3)


def noted(*weeks: Sequence[int]) -> list[tuple[date, int]]:
    """Pain of weeks, noted from each Monday on."""
    return [(FIRST + timedelta(days=7 * w + d), p) for w, week in enumerate(weeks) for d, p in enumerate(week)]


@pytest.mark.parametrize(
    ("before", "now", "pauses"),
    [
        ([0, 0, 0, 0, 2, 0, 0], [0, 0, 0, 0, 2, 0, 0], False),  # the same week again
        ([3, 2, 3, 4, 3, 3, 3], [4, 5, 3, 4, 2, 3, 3], False),  # one day of more
        ([3, 2, 3, 4, 3, 3, 3], [5, 5, 4, 5, 5, 3, 5], True),  # more on most days
        ([3, 3, 3], [5, 5, 5], True),
        ([3, 3], [5, 5, 5], False),  # too few to tell what is usual
        ([3, 3, 3], [5, 5], False),
        ([5, 5, 5, 5, 5, 5, 5], [3, 3, 3, 3, 3, 3, 3], False),  # a fall
        ([3] * 7, [3, 3, 3, 6, 3, 3, 3], True),  # one day of much is a flare
        ([3] * 7, [3, 3, 3, 5, 3, 3, 3], False),
        ([7] * 7, [7] * 7, False),  # as it always is
        ([7] * 7, [7, 7, 7, 9, 7, 7, 7], True),
        ([5, 4, 5, 6, 5, 5, 5], [6, 4, 5, 7, 5, 5, 5], False),  # 6 is the worst of an ordinary week
    ],
)
def test_pain_pauses_where_it_is_more_than_is_usual(before: list[int], now: list[int], pauses: bool) -> None:
    found = after([week_of(*[0] * 7), week_of(*[30] * 7, number=1)], noted(before, now))
    assert (verdicts(found)[1] is Verdict.PAIN) is pauses


def test_only_the_four_weeks_before_tell_what_is_usual() -> None:
    rows = [week_of(*[30] * 7, number=n) for n in range(8)]
    found = after(rows, noted(*([[1] * 7] * 4), *([[4] * 7] * 4)))
    assert [v is Verdict.PAIN for v in verdicts(found)[1:]] == [False] * 3 + [True, True, False, False]


def test_unchanged_pain_rarely_pauses_the_plan_and_a_rise_soon_does() -> None:
    """Levels that vary by a normal spread, 300 people: what DESIGN says of the rule."""
    drawn = Random(1)

    def weeks(level: float, spread: float, count: int) -> list[list[int]]:
        return [[min(10, max(0, round(drawn.gauss(level, spread)))) for _ in range(7)] for _ in range(count)]

    def paused(pain: list[list[int]]) -> list[bool]:
        worst = dict(noted(*pain))
        dates = [FIRST + timedelta(days=7 * w) for w in range(1, len(pain))]
        return [judge(PLAN, worst, first) in (Pain.STRONG, Pain.RISEN) for first in dates]

    for spread, most_false, least_found in ((1, 0.06, 0.85), (1.5, 0.13, 0.75)):
        false = [hit for _ in range(300) for hit in paused(weeks(3, spread, 6))]
        found = [paused(weeks(3, spread, 4) + weeks(5, spread, 1))[-1] for _ in range(300)]
        assert sum(false) < most_false * len(false)
        assert sum(found) > least_found * len(found)


def test_who_always_has_much_pain_goes_up_after_each_second_week_that_went_well() -> None:
    begun = [week_of(14, 0, 14, 0, 14, 0, 0, number=n) for n in range(6)]
    found = after(begun, noted(*[[7] * 7] * 6))
    two = [Verdict.WELL_PAIN, Verdict.WELL_PAIN_AGAIN]
    assert verdicts(found) == [Verdict.LOOKING_PAIN, *two, *two, Verdict.WELL_PAIN]
    assert [w.goal and w.goal.minutes for w in found.weeks] == [None, 10, 10, 12, 12, 14]
    flare = after(begun[:4], noted([7] * 7, [7] * 7, [7, 9, 7], [7] * 7))
    assert verdicts(flare)[1:] == [Verdict.WELL_PAIN, Verdict.PAIN, Verdict.WELL_PAIN]
    partly = after([*begun[:2], week_of(14, *[0] * 6, number=2)], noted(*[[7] * 7] * 3))
    assert (verdicts(partly)[-1], partly.goal) == (Verdict.LOW, Goal(10, 3))


@pytest.mark.parametrize("weeks_before", [0, 2])
def test_pain_in_the_week_under_way_makes_it_wait_at_once(weeks_before: int) -> None:
    before = [week_of(*[25] * 7, number=i) for i in range(weeks_before)]
    today = FIRST + timedelta(days=7 * weeks_before)
    calm, strong = after(before, [(today, 2)]), after(before, [(today, 6)])
    assert (calm.is_waiting, strong.is_waiting, strong.goal) == (False, True, calm.goal)
    assert not strong.has_goal
    assert not after([*before, week_of(*[25] * 7, number=weeks_before)], [(today, 6)]).is_waiting


def test_pain_of_the_week_before_is_over() -> None:
    weeks = [week_of(*[25] * 7, number=n) for n in range(3)]
    found = after(weeks, [(FIRST + timedelta(days=13), 9)])
    assert verdicts(found) == [Verdict.LOOKING, Verdict.PAIN, Verdict.WELL]


def test_too_little_recorded_pauses_and_then_the_plan_looks_again() -> None:
    weeks = [week_of(*[20] * 7), week_of(5, 5, number=1)]
    assert (verdicts(after(weeks))[1], after(weeks).goal) == (Verdict.UNSEEN, Goal(20, 5))
    weeks.append([])
    found = after(weeks)
    assert (verdicts(found)[2], found.stage, found.goal) == (Verdict.UNSEEN_AGAIN, Stage.LOOKING, Goal(20, 5))
    unworn = [week_of(*[20] * 7), week_of(*[5] * 7, number=1, worn_h=9.9)]
    assert verdicts(after(unworn))[1] is Verdict.UNSEEN


def test_no_goal_is_set_nor_moved_in_weeks_that_nobody_saw() -> None:
    for minutes, verdict, stage in ((50, Verdict.BEYOND, Stage.BEYOND), (20, Verdict.LOOKING, Stage.GOAL)):
        found = after([week_of(*[minutes] * 7), [], [], [], [], week_of(*[minutes] * 7, number=5)])
        assert [w.goal is None for w in found.weeks] == [True, minutes == 50, minutes == 50, True, True, True]
        assert (verdicts(found)[-1], found.stage, found.goal) == (verdict, stage, Goal(min(minutes, 30), 5))
        assert not found.looks_again


def test_a_goal_reached_in_few_recorded_days_is_reached() -> None:
    assert verdicts(after([week_of(*[0] * 7), week_of(12, 12, 12, number=1)]))[1] is Verdict.WELL


def test_a_week_under_way_is_not_judged() -> None:
    days = [*week_of(*[0] * 7), *week_of(10, 10, 10, number=1)]
    found = follow(PLAN, FIRST, days, [], FIRST + timedelta(days=13))
    assert found.weeks[1].verdict is Verdict.RUNNING
    assert (found.weeks[1].reached_days, found.goal) == (3, Goal(10, 3))


def test_before_the_first_day_there_is_nothing() -> None:
    found = follow(PLAN, FIRST, [], [], FIRST - timedelta(days=1))
    assert (found.weeks, found.goal, found.reason, found.goal_first) == ((), Goal(10, 3), None, FIRST)


minutes = st.one_of(st.none(), st.floats(0, 200))
pains = st.lists(st.tuples(st.integers(0, 150), st.integers(0, 10)), max_size=30)


@given(st.lists(minutes, max_size=140), pains)
def test_the_goal_never_jumps_never_leaves_the_plan_and_never_rises_with_pain(minutes, pain) -> None:
    days = [walked(FIRST + timedelta(days=i), m) for i, m in enumerate(minutes) if m is not None]
    noted = [(FIRST + timedelta(days=d), p) for d, p in pain]
    goals = []
    for weeks in range(1, 21):
        found = follow(PLAN, FIRST, days, noted, FIRST + timedelta(days=7 * weeks))
        goals.append(found.goal)
        assert bool(reason_words(found)) == (found.stage is not Stage.LOOKING or found.is_waiting or found.looks_again)
        assert next_words(found)
        assert tomorrow_words(found)
        assert found.goal_first == FIRST + timedelta(days=7 * weeks)
        assert PLAN.walk_from_min <= found.goal.minutes <= PLAN.ceiling_min
        assert PLAN.start_days <= found.goal.days <= PLAN.ceiling_days
        if len(goals) > 1 and found.weeks[weeks - 1].goal is not None:
            before, now = goals[-2:]
            assert abs(now.minutes - before.minutes) <= PLAN.step_min
            assert 0 <= now.days - before.days <= 1
            assert now.days == before.days or now.minutes == before.minutes
            if found.weeks[weeks - 1].verdict in (Verdict.PAIN, Verdict.WELL_PAIN):
                assert now == before


def test_only_walks_that_are_long_enough_count_with_short_halts() -> None:
    noon = epoch_at(datetime(2026, 3, 2, 12))
    runs = [
        (WALKING, 59),  # one epoch short of five minutes
        (SITTING, 60),
        (WALKING, 30),
        (SITTING, 6),  # 30 s at the kerb
        (WALKING, 24),  # with it five minutes
        (SITTING, 7),
        (WALKING, 120),
    ]
    (day,) = walking_days(table_of(noon, runs), OSLO, 5)
    assert day == WalkingDay(date(2026, 3, 2), 15.0, pytest.approx(306 * 5 / 3600), pytest.approx(233 / 12), 0.0)
    assert walking_days(nothing(), OSLO, 5) == []


def test_running_counts_as_walking_and_swapped_nodes_as_no_wear() -> None:
    day = epoch_at(datetime(2026, 3, 2, 12))
    table = table_of(day, [(WALKING, 24), (RUNNING, 600), (SITTING, 60)])
    assert walking_days(table, OSLO, 5) == [WalkingDay(date(2026, 3, 2), 52.0, pytest.approx(684 / 720), 52.0, 50.0)]
    shake = np.where(table.activity == WALKING, 0.5, np.nan)
    for ratio, is_left_out in ((shake, True), (1 / shake, False)):
        (found,) = walking_days(replace(table, shake_ratio=ratio), OSLO, 5)
        assert (found == WalkingDay(date(2026, 3, 2), 0.0, 0.0, 0.0, 0.0)) is is_left_out
    assert after([[replace(d, worn_h=0.0) for d in week_of(*[50] * 7)]]).stage is Stage.LOOKING


def test_a_date_is_open_until_it_was_recorded_into_its_evening() -> None:
    noon = epoch_at(datetime(2026, 3, 2, 12))
    six_hours = 6 * 720
    assert open_date(table_of(noon, [(SITTING, six_hours - 1)]), OSLO) == date(2026, 3, 2)
    assert open_date(table_of(noon, [(SITTING, six_hours)]), OSLO) == date(2026, 3, 3)
    assert open_date(table_of(noon, [(SITTING, 2 * six_hours)]), OSLO) == date(2026, 3, 3)
    assert open_date(table_of(noon, [(SITTING, 2 * six_hours + 1)]), OSLO) == date(2026, 3, 3)
    assert open_date(nothing(), OSLO) is None


def test_the_evening_is_that_of_where_the_participant_is() -> None:
    noon = epoch_at(datetime(2026, 3, 2, 12))
    east = ZoneHistory(((0, OSLO), (noon * 5, ZoneInfo("Asia/Tokyo"))))  # 20:00 there
    assert open_date(table_of(noon, [(SITTING, 1)]), east) == date(2026, 3, 3)
    assert open_date(table_of(noon, [(SITTING, 1)]), OSLO) == date(2026, 3, 2)


def test_pain_belongs_to_the_local_date() -> None:
    late = int(datetime(2026, 3, 2, 23, 30, tzinfo=OSLO).timestamp())
    notes = [Note(late, 4, ""), Note(late + 3600, 5, ""), Note(late, None, "rain")]
    assert pain_by_date(notes, ZoneHistory.of(OSLO)) == [(date(2026, 3, 2), 4), (date(2026, 3, 3), 5)]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("start_min = ", "not TOML"),
        ("pace = 5", "unknown key 'pace'"),
        ("start_min = 0", "start_min must be a whole number from 1 to 120, not 0"),
        ("start_min = 12.5", "start_min must be a whole number"),
        ("step_min = true", "step_min must be a whole number"),
        ("well_share = 'much'", "well_share must be a number"),
        ("name = ''", "name must be a text"),
        ("start_min = 40", "start_min is above ceiling_min"),
        ("ceiling_days = 7", "ceiling_days and rest_days together"),
    ],
)
def test_a_bad_plan_is_told_in_one_line(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(text)
    with pytest.raises(InputError) as told:
        load_plan(path)
    assert says in str(told.value)
    assert str(path) in str(told.value)
    assert "\n" not in str(told.value).strip() or says == "not TOML"
