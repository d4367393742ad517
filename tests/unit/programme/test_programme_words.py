"""Each sentence of the programme is said where it fits, and not where it does not."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from ambula.base.translation import ENGLISH
from ambula.programme import Programme, Verdict
from ambula.programme.reasons import ASK, SHORT_WALKS
from ambula.programme.words import (
    how_words,
    next_words,
    reason_words,
    tomorrow_words,
    verdict_words,
    walks_words,
)
from ambula.report.language import Language
from tests.support.walked_weeks import FIRST, PLAN, after, until, week_of

NOTHING, SOME, MUCH = week_of(*[0] * 7), week_of(*[20] * 7), week_of(60, 60, 60, 60, 60, 60, 0)
NO_LESS = "You already walked more than this goal. There is no need to walk less."
RIGHT = f"Walk as far as feels right. {SHORT_WALKS}"
WORSE = "If the pain gets worse, talk to a health professional before you do more."
CAREFUL = "Stop before it hurts more."


def on(day: int) -> date:
    """A date of the programme, counted from 0."""
    return FIRST + timedelta(days=day)


def second_week(*walked_min: float) -> Programme:
    """The programme while its second week is under way, with a goal of 5 days of 20 minutes."""
    return until(7 + len(walked_min), [SOME, week_of(*walked_min, number=1)])


def test_a_day_has_the_same_name_in_the_terminal_and_on_the_english_page() -> None:
    english = Language()
    assert ENGLISH.day_name(FIRST) == "Mon 2 Mar"
    for i in range(366):
        assert ENGLISH.day_name(on(i)) == english.day_name(on(i))


def test_the_first_week_asks_for_nothing_and_says_until_when() -> None:
    says = "Until Sun 8 Mar: walk as you always do. This shows what is usual for you. Your first goal comes after that."
    for found in (until(2, [week_of(20, 20)]), until(-3, [])):
        assert (next_words(found), reason_words(found)) == (says, "")
    assert tomorrow_words(until(2, [week_of(20, 20)])) == "On Wed 4 Mar: walk as you always do."
    assert "Until Sun 15 Mar: walk as you always do." in next_words(after([[]]))


def test_the_coming_goal_says_from_when_and_one_under_way_until_when() -> None:
    assert next_words(after([NOTHING])) == "From Mon 9 Mar: walk on 3 days, 10 minutes each."
    assert next_words(second_week(20)) == "Until Sun 15 Mar: walk on 5 days, 20 minutes each."
    one = replace(after([NOTHING]), goal=replace(after([NOTHING]).goal, days=1))
    assert next_words(one) == "From Mon 9 Mar: walk on 1 day, 10 minutes."


def test_a_week_that_has_hardly_begun_is_spoken_of_as_coming() -> None:
    found = until(7, [NOTHING, week_of(0, number=1, worn_h=5 / 3600)])
    assert next_words(found) == "From Mon 9 Mar: walk on 3 days, 10 minutes each."
    assert tomorrow_words(found) == "On Mon 9 Mar: a walk of 10 minutes, or two of 5."


def test_after_a_painful_first_week_it_says_that_the_plan_starts_low_and_why() -> None:
    much = [(on(d), p) for d, p in ((0, 8), (1, 7), (3, 8), (5, 8))]
    found = after([MUCH], much)
    low = "You noted pain of 8 out of 10. That is why the plan starts low."
    assert next_words(found) == "From Mon 9 Mar: walk on 3 days, 10 minutes each."
    assert reason_words(found) == f"{low} There is no need to walk less than feels right. {ASK}"
    assert tomorrow_words(found) == f"On Mon 9 Mar: a walk of 10 minutes, or two of 5. {CAREFUL}"
    assert verdict_words(found.weeks[0].verdict) == "no goal yet: pain"
    little = after([NOTHING], much)
    assert next_words(little) == "From Mon 9 Mar: walk on 3 days, 5 minutes each."
    assert reason_words(little) == f"{low} {RIGHT} {ASK}"
    assert tomorrow_words(little) == f"On Mon 9 Mar: a walk of 5 minutes. {CAREFUL}"
    calm = after([SOME], [(on(0), 3)])
    assert "pain" not in reason_words(calm)
    assert CAREFUL not in tomorrow_words(calm)


def test_where_no_walks_were_seen_nothing_is_asked_for() -> None:
    unwalked = week_of(*[0] * 7, short_min=0)
    none = "No walks were seen, so this plan sets no goal."
    for found in (after([unwalked]), until(8, [unwalked, week_of(0, number=1, short_min=0)])):
        assert next_words(found) == none
        assert reason_words(found) == (
            "If walking is something you want to build up, plan it with a health professional."
        )
        assert (tomorrow_words(found), how_words(found)) == ("", "")
    painful = until(8, [unwalked, week_of(0, number=1, short_min=0)], [(on(7), 8)])
    assert (next_words(painful), reason_words(painful)) == (none, f"You noted pain of 8 out of 10. {ASK}")
    for found in (after([NOTHING]), until(8, [unwalked, week_of(6, number=1)])):
        assert none not in next_words(found)
        assert tomorrow_words(found)


def test_pain_that_is_usual_holds_no_goal_back_for_ever_and_it_says_so() -> None:
    weeks = [NOTHING, *(week_of(*[14] * 7, number=n) for n in (1, 2))]
    usual = [(on(d), 7) for d in range(21)]
    assert reason_words(after(weeks[:2], usual)) == (
        "You reached your goal on 3 of 3 days, and your pain was as before. After two such weeks in a row the goal "
        f"goes up. {NO_LESS} {WORSE}"
    )
    again = after(weeks, usual)
    assert next_words(again) == "From Mon 23 Mar: walk on 3 days, 7 minutes each."
    assert reason_words(again) == (
        "Your pain was as before for two weeks. You reached your goal on 3 of 3 days, so the walks get 2 minutes "
        f"longer. {NO_LESS} {WORSE}"
    )
    assert tomorrow_words(again).endswith(CAREFUL)
    enough = [week_of(10, 10, 10, 0, 0, 0, 0, number=n) for n in (0, 1)]
    assert reason_words(after(enough, usual, replace(PLAN, ceiling_min=10, ceiling_days=3))) == (
        "Your pain was as before. You reached your goal on 3 of 3 days in the week to Sun 15 Mar. The plan goes no "
        f"further. Keep it up. {WORSE}"
    )
    assert "as before" not in reason_words(after(weeks, [(on(d), 5) for d in range(21)]))


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (until(2, [week_of(20, 20)], [(on(1), 8)]), "Until Sun 8 Mar: no goal yet. Walk as far as feels right."),
        (
            until(8, [SOME, week_of(20, number=1)], [(on(7), 8)]),
            "The plan is paused until Sun 15 Mar. Walk as far as feels right.",
        ),
        (
            until(8, [MUCH, week_of(60, number=1)], [(on(7), 8)]),
            "The plan is paused until Sun 15 Mar. Walk as far as feels right.",
        ),
    ],
)
def test_pain_in_the_week_under_way_is_answered_at_once(found: Programme, says: str) -> None:
    assert (next_words(found), reason_words(found)) == (says, f"You noted pain of 8 out of 10. {ASK}")
    day = ENGLISH.day_name(found.tomorrow)
    assert tomorrow_words(found) == f"On {day}: walk as far as feels right. {CAREFUL}"


def test_after_a_painful_week_the_goal_stays_and_the_next_day_is_careful() -> None:
    found = after([SOME, week_of(*[20] * 7, number=1)], [(on(8), 6)])
    assert next_words(found) == "From Mon 16 Mar: walk on 5 days, 20 minutes each."
    did_more = "There is no need to walk less than feels right."
    why = "You noted pain of 6 out of 10. That is why the goal does not go up."
    assert reason_words(found) == f"{why} {did_more} {ASK}"
    assert reason_words(after([SOME, week_of(20, number=1)], [(on(8), 6)])) == f"{why} {RIGHT} {ASK}"
    assert tomorrow_words(found) == f"On Mon 16 Mar: a walk of 20 minutes, or two of 10. {CAREFUL}"


def test_who_walks_more_than_the_plan_ever_asks_is_asked_for_no_less() -> None:
    found = after([MUCH])
    assert next_words(found) == (
        "From Mon 9 Mar: keep on as you do, about 60 minutes on 6 days a week, in walks of 5 minutes or more."
    )
    assert reason_words(found) == "That is more than this plan ever asks for, so your own walking is the goal."
    assert tomorrow_words(found) == "On Mon 9 Mar: about 60 minutes of walking, as you do now, or a day off."
    assert verdict_words(found.weeks[0].verdict) == "no goal needed"
    as_much = after([week_of(30, 30, 30, 30, 30, 0, 0)])
    assert reason_words(as_much) == "That is as much as this plan ever asks for, so your own walking is the goal."
    short = after([week_of(30, 30, 30, 30, 29, 0, 0)])
    assert next_words(short) == "From Mon 9 Mar: walk on 4 days, 30 minutes each."


def test_who_needs_no_goal_hears_why_when_that_changes() -> None:
    less = after([MUCH, week_of(60, 60, 60, 60, 0, 0, 0, number=1)])
    assert next_words(less) == "From Mon 16 Mar: walk on 5 days, 30 minutes each."
    assert reason_words(less) == "You walked less than in the weeks before, so from now on the plan gives you a goal."
    unseen = after([MUCH, week_of(60, number=1)])
    assert next_words(unseen).startswith("From Mon 16 Mar: keep on as you do, about 60 minutes on 6 days a week")
    assert reason_words(unseen) == (
        "Only 1 day of the week was recorded well enough to judge, so there is still no goal."
    )
    painful = after([MUCH, week_of(*[60] * 7, number=1)], [(on(9), 7)])
    assert next_words(painful) == f"From Mon 16 Mar: walk as far as feels right. {SHORT_WALKS}"
    assert SHORT_WALKS not in next_words(after([MUCH, MUCH]))
    assert reason_words(painful) == f"You noted pain of 7 out of 10. {ASK}"
    assert tomorrow_words(painful) == f"On Mon 16 Mar: walk as far as feels right. {CAREFUL}"


def test_a_rise_in_pain_is_said_to_be_one() -> None:
    before, more = [(on(d), 2) for d in range(7)], [(on(d), 5) for d in range(7, 12)]
    risen = after([SOME, SOME], before + more)
    assert reason_words(risen).startswith(
        "You noted pain of about 5 out of 10, which is more than before. That is why the goal does not go up."
    )
    much = reason_words(after([SOME, SOME], [*before, (on(8), 6)]))
    assert much.startswith("You noted pain of 6 out of 10. That is why")
    same = after([SOME, week_of(*[20] * 7, number=1)], before + [(on(d), 2) for d in range(7, 14)])
    assert "pain" not in reason_words(same)
    waits = until(10, [SOME, week_of(20, 20, 20, number=1)], before + more[:3])
    assert reason_words(waits) == f"You noted pain of about 5 out of 10, which is more than before. {ASK}"


def test_a_week_under_way_of_one_s_own_walking_ends_and_a_coming_one_begins() -> None:
    running = [week_of(*[60] * 3, number=1)]
    assert next_words(until(10, [MUCH, *running])).startswith("Until Sun 15 Mar: keep on as you do, about 60 minutes")
    assert next_words(after([MUCH])).startswith("From Mon 9 Mar: keep on as you do, about 60 minutes")
    flare = until(17, [MUCH, MUCH, week_of(*[20] * 3, number=2)], [(on(9), 8)])
    assert next_words(flare) == f"Until Sun 22 Mar: walk as far as feels right. {SHORT_WALKS}"


def test_who_runs_is_not_called_a_walker() -> None:
    runs = [replace(day, running_min=58.0) for day in MUCH]
    said = "keep on as you do, about 60 minutes of walking or running on 6 days a week."
    assert next_words(after([runs])) == f"From Mon 9 Mar: {said}"
    assert next_words(until(10, [runs, week_of(*[60] * 3, number=1)])) == f"Until Sun 15 Mar: {said}"
    assert tomorrow_words(after([runs])) == (
        "On Mon 9 Mar: about 60 minutes of walking or running, as you do now, or a day off."
    )
    catches_a_bus = [replace(day, running_min=1.0) for day in MUCH]
    assert "running" not in next_words(after([catches_a_bus])) + tomorrow_words(after([catches_a_bus]))


def test_after_weeks_that_nobody_saw_it_says_that_it_looks_again() -> None:
    says = "Until Sun 29 Mar: walk as you always do. This shows what is usual for you now. Your next goal comes after "
    for weeks in ([SOME, [], []], [MUCH, week_of(60, number=1), []]):
        found = after(weeks)
        assert next_words(found) == f"{says}that."
        assert reason_words(found) == (
            "Little was recorded for two weeks or more, so the plan looks again before it sets a goal."
        )
        assert tomorrow_words(found) == "On Mon 23 Mar: walk as you always do."
    back = after([SOME, [], [], week_of(*[20] * 7, number=3)])
    assert reason_words(back).startswith("The plan starts at what was usual for you in the week to Sun 29 Mar.")
    assert "looks again" not in reason_words(after([SOME, []]))


def test_a_goal_below_what_was_walked_says_that_nobody_must_walk_less() -> None:
    usual = after([week_of(22, 0, 24, 18, 25, 0, 21)])
    assert reason_words(usual) == f"The plan starts at what was usual for you in the week to Sun 8 Mar. {NO_LESS}"
    begun = after([NOTHING, week_of(*[30] * 7, number=1)])
    assert reason_words(begun) == f"You reached your goal on 3 of 3 days, so the walks get 2 minutes longer. {NO_LESS}"
    assert reason_words(after([NOTHING])) == "The plan starts low, so that the first weeks are easy."
    barely = after([SOME, week_of(22, 22, 22, 22, 22, 0, 0, number=1)])
    assert reason_words(barely) == "You reached your goal on 5 of 5 days, so the walks get 2 minutes longer."
    one_long_walk = after([week_of(90, 0, 0, 0, 0, 0, 0)])
    assert NO_LESS not in reason_words(one_long_walk)


def test_the_plan_s_end_has_a_date() -> None:
    weeks = [week_of(30, 30, 30, 30, 0, 0, 0), *(week_of(30, 30, 30, 30, 30, 0, 0, number=n) for n in range(1, 6))]
    found = after(weeks)
    assert next_words(found) == "From Mon 13 Apr: walk on 5 days, 30 minutes each."
    assert reason_words(found) == (
        "You reached your goal on 5 of 5 days in the week to Sun 12 Apr. The plan goes no further. Keep it up."
    )
    assert "no further" not in reason_words(after(weeks[:2]))


def test_each_other_week_has_its_own_reason() -> None:
    nearly = after([SOME, week_of(20, 20, 20, 20, 0, 0, 0, number=1)])
    assert reason_words(nearly) == "You reached your goal on 4 of 5 days, so the walks get 2 minutes longer."
    partly = after([SOME, week_of(20, 20, 20, 19, 0, 0, 0, number=1)])
    assert reason_words(partly) == "You reached your goal on 3 of 5 days, so it stays the same for one more week."
    weeks = [NOTHING, *(week_of(*[14] * 7, number=n) for n in range(1, 5))]
    more_days = reason_words(after([*weeks[:4], week_of(16, 16, 16, 0, 0, 0, 0, number=4)]))
    assert more_days == "You reached your goal on 3 of 3 days, so now walk on one day more, for as long as before."
    low = [SOME, week_of(*[5] * 7, number=1), week_of(*[5] * 7, number=2)]
    assert reason_words(after(low[:2])).startswith("You had a week with little walking.")
    assert "the goal goes down one step" in reason_words(after(low))
    lowest = after([NOTHING, week_of(*[0] * 7, number=1), week_of(*[0] * 7, number=2)])
    assert "already the plan's lowest" in reason_words(lowest)
    assert reason_words(after([SOME, week_of(5, 5, number=1)])).startswith("Only 2 days of the week were recorded")


@pytest.mark.parametrize(
    ("minutes", "walk_from_min", "says"),
    [
        (12, 5, "a walk of 12 minutes, or two of 6."),
        (11, 5, "a walk of 11 minutes, or two of 6."),
        (9, 5, "a walk of 9 minutes, or two of 5."),
        (8, 5, "a walk of 8 minutes."),  # two of 4 would not count
        (3, 5, "a walk of 5 minutes."),
        (1, 1, "a walk of 1 minute."),
    ],
)
def test_a_day_is_one_walk_or_two_that_count(minutes: int, walk_from_min: int, says: str) -> None:
    plan = replace(PLAN, start_min=minutes, walk_from_min=walk_from_min)
    assert tomorrow_words(after([NOTHING], plan=plan)) == f"On Mon 9 Mar: {says}"


def test_the_next_day_knows_what_the_week_has_reached() -> None:
    walk = "a walk of 20 minutes, or two of 10."
    assert tomorrow_words(second_week(0)) == f"On Tue 10 Mar: {walk}"
    assert tomorrow_words(second_week(20, 20)) == (
        f"On Wed 11 Mar: {walk} So far you have reached your goal on 2 of 5 days, so a day off is fine too."
    )
    assert tomorrow_words(second_week(20, 20, 0, 0)) == f"On Fri 13 Mar: {walk}"  # three days for three walks
    reached = tomorrow_words(second_week(20, 20, 20, 20, 20))
    assert reached == "You have reached this week's goal. On Sat 14 Mar: walk or rest, as you like."
    sunday = until(13, [SOME, week_of(20, 20, 0, 0, 0, 0, 20, number=1)])
    assert tomorrow_words(sunday) == "Your next goal starts on Mon 16 Mar."


def test_how_it_counts_is_always_named_alike() -> None:
    assert walks_words(PLAN) == "in walks of 5 minutes or more"
    assert walks_words(replace(PLAN, walk_from_min=1)) == "in walks of 1 minute or more"
    assert how_words(after([NOTHING])) == (
        "Walk at your own pace. Minutes in walks of 5 minutes or more count, and they add up over the day. "
        "Running counts as walking. Keep 1 day a week free. When you sit for long, take a break every 30 to 40 minutes."
    )
    assert "week free" not in how_words(after([NOTHING], plan=replace(PLAN, rest_days=0)))
    assert "week free" not in how_words(after([MUCH]))  # who is to go on as always need not rest on a day more
    assert "week free" not in how_words(until(2, [SOME]))


def test_every_verdict_has_words_that_fit_the_terminal() -> None:
    for verdict in Verdict:
        assert 0 < len(verdict_words(verdict)) <= len("pause: little recorded")


def test_the_page_says_the_same_days_in_its_language() -> None:
    norwegian = Language("nb")
    assert next_words(after([NOTHING]), norwegian).startswith("Fra man 9. mars: ")
    assert tomorrow_words(after([MUCH]), norwegian).startswith("Neste dag, man 9. mars: ")
