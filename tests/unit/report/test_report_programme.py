"""The programme on the page is what `ambula programme` tells."""

from dataclasses import replace
from datetime import timedelta

from ambula.programme import Programme
from ambula.report.language import Language
from ambula.report.plan_view import plan_view
from tests.support.made_days import nothing
from tests.support.report_page import CONTEXT, MONDAY, WEEK, Page, page_of, programme_of

ENGLISH = Language()


def page(programme: Programme | None) -> Page:
    return page_of(WEEK, replace(CONTEXT, programme=programme))


def test_the_next_goal_stands_before_every_figure_with_its_reason_and_when_to_ask_for_help() -> None:
    text = page(programme_of()).text
    told = text[text.index("What to do next") : text.index("Walking each day")]
    assert "This week: walk on 5 days, 60 minutes each." in told
    assert "as much as the plan asks" in told
    assert "Get medical help at once" in told


def test_each_day_of_the_latest_week_is_drawn_against_the_goal() -> None:
    programme = programme_of()
    view = plan_view(ENGLISH, programme)
    week = programme.weeks[1]
    assert week.goal is not None
    assert [strip.value for strip in view.strips[:3]] == [f"{m:.1f} min" for m in week.walked_min[:3] if m is not None]
    assert [strip.value for strip in view.strips[3:]] == ["no data"] * 4
    assert [bool(strip.note) for strip in view.strips[:3]] == [m >= 60 for m in week.walked_min[:3] if m is not None]
    (line,) = view.lines
    assert line == ("goal: 60 min", 100 * 60 / view.strips[0].width)


def test_minutes_just_short_of_the_goal_do_not_look_reached() -> None:
    programme = programme_of()
    week = replace(programme.weeks[1], walked_min=(59.6, 60.0, None, None, None, None, None))
    strips = plan_view(ENGLISH, replace(programme, weeks=(week,))).strips
    assert [(s.value, s.note) for s in strips[:2]] == [("59.6 min", ""), ("60.0 min", "goal reached")]


def test_the_table_has_every_week_as_the_command_prints_it() -> None:
    programme = programme_of(pain=((MONDAY + timedelta(days=8), 4),))
    rows = plan_view(ENGLISH, programme).rows
    assert [(row.number, row.first) for row in rows] == [(w.number, w.first) for w in programme.weeks]
    assert (rows[0].goal, rows[0].pain, rows[0].verdict) == ("\N{EN DASH}", "\N{EN DASH}", "first look")
    assert (rows[1].goal, rows[1].pain, rows[1].verdict) == ("5 days of 60 min", "4", "under way")
    assert rows[1].reached == f"{programme.weeks[1].reached_days} days"


def test_without_recordings_the_plan_is_told_and_nothing_is_drawn() -> None:
    view = plan_view(ENGLISH, programme_of(nothing()))
    assert (view.week, view.strips, view.lines) == (None, [], [])
    assert "What to do next" not in page(None).text
