"""The programme on the page is what `ambula programme` tells."""

from dataclasses import replace
from datetime import timedelta

from ambula.programme import Programme, follow, read_plan
from ambula.report.language import Language
from ambula.report.plan_view import plan_view
from tests.support.made_days import nothing
from tests.support.report_page import CONTEXT, MONDAY, WEEK, Page, page_of, programme_of
from tests.support.walked_weeks import walked

ENGLISH = Language()


def page(programme: Programme | None) -> Page:
    return page_of(WEEK, replace(CONTEXT, programme=programme))


def test_the_next_goal_stands_before_every_figure_with_its_reason_and_when_to_ask_for_help() -> None:
    text = page(programme_of()).text
    told = text[text.index("What to do next") : text.index("Walking each day")]
    assert "Until Sun 15 Mar: walk on 4 days, 78 minutes each." in told
    assert "There is no need to walk less." in told
    assert "On Thu 12 Mar: a walk of 78 minutes, or two of 39." in told
    assert "Get medical help at once" in told


def test_each_day_of_the_latest_week_is_drawn_against_the_goal() -> None:
    programme = programme_of()
    view = plan_view(ENGLISH, programme)
    week = programme.weeks[1]
    assert week.goal is not None
    assert [strip.value for strip in view.strips[:3]] == [f"{m:.1f} min" for m in week.walked_min[:3] if m is not None]
    assert [strip.value for strip in view.strips[3:]] == ["no data"] * 4
    assert [bool(strip.note) for strip in view.strips[:3]] == [m >= 78 for m in week.walked_min[:3] if m is not None]
    (line,) = view.lines
    assert line == ("goal: 78 min", 100 * 78 / view.strips[0].width)


def test_minutes_just_short_of_the_goal_do_not_look_reached() -> None:
    programme = programme_of()
    week = replace(programme.weeks[1], walked_min=(77.6, 78.0, None, None, None, None, None))
    strips = plan_view(ENGLISH, replace(programme, weeks=(week,))).strips
    assert [(s.value, s.note) for s in strips[:2]] == [("77.6 min", ""), ("78.0 min", "goal reached")]


def test_the_table_has_every_week_as_the_command_prints_it() -> None:
    programme = programme_of(pain=((MONDAY + timedelta(days=8), 4),))
    rows = plan_view(ENGLISH, programme).rows
    assert [(row.number, row.first) for row in rows] == [(w.number, w.first) for w in programme.weeks]
    assert (rows[0].goal, rows[0].pain, rows[0].verdict) == ("\N{EN DASH}", "\N{EN DASH}", "no goal yet")
    assert (rows[1].goal, rows[1].pain, rows[1].verdict) == ("4 days of 78 min", "4", "under way")
    assert rows[1].reached == f"{programme.weeks[1].reached_days} days"


def test_without_recordings_the_plan_is_told_and_nothing_is_drawn() -> None:
    view = plan_view(ENGLISH, programme_of(nothing()))
    assert (view.week, view.strips, view.lines) == (None, [], [])
    assert "What to do next" not in page(None).text


def test_who_walks_more_than_the_plan_ever_asks_sees_no_goal() -> None:
    days = [walked(MONDAY + timedelta(days=i), 60.0) for i in range(14)]
    programme = follow(read_plan(""), MONDAY, days, [], MONDAY + timedelta(days=14))
    view = plan_view(ENGLISH, programme)
    assert view.next_words.startswith("From Mon 16 Mar: keep on as you do, about 60 minutes on 7 days a week")
    assert (view.lines, {row.goal for row in view.rows}) == ([], {"\N{EN DASH}"})
    assert {strip.note for strip in view.strips} == {""}
