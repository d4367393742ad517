"""The person's page in words: each sentence where it must stand, and not where it must not."""

import re
from dataclasses import replace
from datetime import date, timedelta

import pypdfium2
import pytest

from ambula.account.ledger import Ledger, Run, State
from ambula.days.summary import DaySummary
from ambula.epochs.table import EpochTable
from ambula.report import ReportContext
from ambula.report.clinician_page import FIGURES, render_clinician
from ambula.report.language import Language
from ambula.report.pdf import pdf_of
from ambula.report.person_page import render_person
from ambula.report.person_week import latest_week
from ambula.report.person_words import against
from nodecore import activity
from tests.support.made_days import joined
from tests.support.person_cases import (
    CASES,
    MIN,
    MONDAY,
    Case,
    case,
    in_bed,
    pain_on,
    taken_off,
    week_of,
    with_hour_of,
)
from tests.support.report_page import Page

CODES = ("en", "nb")
LONG_WORD = 6


def text_of(case: Case, code: str = "en") -> str:
    return Page(render_person(case.table, case.days, replace(case.context, language=code))).text


def text(name: str, code: str = "en") -> str:
    return text_of(CASES[name](), code)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("normal week", "You walked 72 minutes a day."),
        ("fortnight", "That is 7 minutes a day more than in the 7 days before (69 minutes)."),
        ("partial first day", "There is no week before to compare with."),
        ("one day", "You walked 66 minutes on Monday."),
        ("two days", "You walked 66 minutes on Monday, 68 minutes on Tuesday."),
        ("back alone", "You walked 72 minutes a day."),
        ("thigh alone", "You walked 72 minutes a day."),
        ("nobody worn", "The sensors were not worn."),
        ("two hours a day", "We saw 0 minutes of walking in 14 h of wear."),
        ("nothing", "Nothing was recorded."),
    ],
)
def test_the_first_sentence_says_no_more_than_was_seen(name: str, said: str) -> None:
    assert said in text(name)


@pytest.mark.parametrize("name", ["one day", "two days", "no goal", "nobody worn", "two hours a day", "nothing"])
def test_a_day_is_not_spoken_of_where_few_days_count(name: str) -> None:
    assert not re.search(r"\ba day\b", text(name).replace("a day keeps", ""))


@pytest.mark.parametrize("name", CASES)
def test_the_study_s_groups_and_pace_are_not_on_the_page(name: str) -> None:
    """They are of people without back pain, and pace rests on a height."""
    said = text(name)
    for word in ("risk", "study", "MET", "km/h", "brisk", "group"):
        assert word not in said, word


def test_against_last_week_means_more_than_a_few_minutes() -> None:
    shown = latest_week(case(week_of(days=14, walk_min=25, more_min=0)).days)
    assert "about the same as in the 7 days before" in against(Language(), shown)
    less = latest_week(case(week_of(days=14, walk_min=60, more_min=-2)).days)
    assert "a day less than in the 7 days before" in against(Language(), less)


def test_a_last_date_that_hardly_began_is_not_shown() -> None:
    days = case(week_of(days=8).rows(slice(0, 7 * 17280 + 100 * MIN))).days
    assert [day.date for day in latest_week(days).days] == [MONDAY + timedelta(days=i) for i in range(7)]


def test_pain_stands_under_the_walking_of_its_day() -> None:
    made = case(week_of(), pain_on(8, 8, 7, 8))
    html = render_person(made.table, made.days, made.context)
    rows = re.findall(r"<li>\s*<span class=\"label\">(.*?)</span>.*?</li>", html, flags=re.DOTALL)
    assert rows[0] == "Mon 2 Mar"
    assert len(re.findall(r"class=\"hurt\"", html)) == 4
    assert re.findall(r"pain (\d+) of 10</small>", html) == ["8", "8", "7", "8"]
    assert "You noted your pain on 4 days: at most 8 out of 10." in Page(html).text
    assert "No pain score was noted in these days." in text("fortnight")


@pytest.mark.parametrize(
    ("pain", "said"),
    [
        (pain_on(2, 5, 2), "You noted your pain on 3 days: at most 5 out of 10, on Tuesday."),
        (pain_on(4), "You noted your pain on 1 day: 4 out of 10, on Monday."),
        (pain_on(0, 0), "You noted no pain on 2 days."),
        (((MONDAY + timedelta(days=9), 9),), "Later, on Wed 11 Mar, you noted 9 out of 10."),
        ((), "No pain score was noted in these days."),
    ],
)
def test_pain_is_said_as_it_was_noted(pain: tuple[tuple[date, int], ...], said: str) -> None:
    text = text_of(case(week_of(), pain))
    assert said in text
    assert ("No pain score" in text) is (not pain)


def test_a_day_in_bed_is_one_of_the_days() -> None:
    """After a flare-up: three days that were worn and not walked."""
    bed = joined(*(in_bed(MONDAY + timedelta(days=i)) for i in range(4, 7)))
    made = case(joined(week_of(days=4, more_min=0), bed), pain_on(0, 0, 0, 0, 9, 9, 8))
    shown = latest_week(made.days)
    assert shown.week.walking_min == pytest.approx(66 * 4 / 7)
    said = text_of(made)
    assert "You walked 38 minutes a day." in said
    assert "All 7 days count." in said
    last = case(joined(week_of(days=7), in_bed(MONDAY + timedelta(days=7))), ((MONDAY + timedelta(days=7), 10),))
    assert "You noted your pain on 1 day: 10 out of 10, on Monday." in text_of(last)


def test_a_week_of_much_pain_is_not_praised_for_walking() -> None:
    much = case(week_of(days=14, more_min=4), pain_on(*[2] * 7, *[8] * 7))
    assert "Well done" not in text_of(much)
    assert "You noted your pain on 7 days. That helps to plan your walking." in text_of(much)
    more = case(week_of(days=14, more_min=4), pain_on(*[2] * 7, *[4] * 7))
    assert "You noted your pain on 7 days. That helps" in text_of(more)
    same = case(week_of(days=14, more_min=4), pain_on(*[3] * 14))
    assert "You walked more than in the week before. Well done." in text_of(same)


def test_other_movement_is_named_where_there_is_little_walking() -> None:
    still = joined(*(in_bed(MONDAY + timedelta(days=i)) for i in range(7)))
    assert "No walking was seen in these days." in text_of(case(still))
    assert "You also" not in text_of(case(still))
    cycled, ran = (with_hour_of(still, kind) for kind in (activity.CYCLING, activity.RUNNING))
    assert "You also cycled for 60 minutes a day." in text_of(case(cycled))
    assert "You also ran for 60 minutes a day." in text_of(case(ran))
    assert text_of(case(ran)).count("0 min 60 running") == 7  # a bar has both, and says which is which
    assert "running" not in text("normal week")


def test_weeks_of_other_wear_are_not_compared() -> None:
    week, thin = week_of(), taken_off(week_of(first=MONDAY + timedelta(days=7)), range(5, 23))
    said = text_of(case(joined(week, thin)))
    assert "The 7 days before cannot be compared" in said
    assert "less than in the 7 days before" not in said


def test_little_time_with_both_sensors_is_said_beside_long_sitting() -> None:
    assert "In the 119 h with both sensors you sat for 30 minutes or more" in text("back off at night")
    assert "with both sensors" not in text("normal week")


def test_an_old_loss_is_not_of_these_days() -> None:
    made = CASES["fortnight"]()
    start = int(made.table.epoch[0])
    lost = Ledger((Run(start, start + 600 * MIN, State.LOST),))
    assert "has no record" not in text_of(replace(made, context=replace(made.context, ledgers={"back": lost})))
    off = Ledger((Run(start + 8 * 17280, start + 8 * 17280 + 60 * MIN, State.REBOOTING),))
    said = text_of(replace(made, context=replace(made.context, ledgers={"back": off})))
    assert "The back sensor was off for 1 h, for example with an empty battery." in said


def test_pain_of_other_weeks_is_not_of_this_one() -> None:
    made = case(week_of(days=14), pain_on(9, 9))
    assert "No pain score was noted in these days." in text_of(made)


@pytest.mark.parametrize("name", CASES)
def test_the_praise_is_true(name: str) -> None:
    made = CASES[name]()
    shown = latest_week(made.days, made.context.rules)
    said = text_of(made)
    if "every day" in said:
        assert all(day.walks_10min for day in shown.worn)
    if "more than in the week before" in said:
        assert shown.before is not None
        assert shown.week.walking_min > shown.before.walking_min
    if not sum(day.walking_min for day in shown.days):
        assert "praise" not in render_person(made.table, made.days, made.context).split("</style>")[1]


def test_long_sitting_has_its_hours() -> None:
    said = text("normal week")
    assert "The longest: Monday, 18:45 to 22:40" in said
    assert "You never sat for 30 minutes" not in said


def test_one_sensor_is_named_with_what_it_cannot_see() -> None:
    thigh, back = text("thigh alone"), text("back alone")
    assert "only the thigh sensor was worn. Alone it cannot separate sitting from lying." in thigh
    assert "only the back sensor was worn. Alone it sees walking and lying, but no sitting." in back
    for said in (thigh, back):
        assert "You sat for" not in said
        assert "The longest:" not in said
    assert "only the" not in text("normal week")


def test_nothing_is_said_of_sitting_where_nothing_was_worn() -> None:
    assert "Your sitting" not in text("nobody worn")
    assert "Your sitting" in text("back alone")


def test_a_full_memory_is_said() -> None:
    said = text("full flash")
    assert "The memory of the thigh sensor was full for 10 h. Nothing was recorded then." in said
    assert "memory of the" not in text("normal week")


def test_what_the_clocks_leave_open_is_said() -> None:
    made = CASES["normal week"]()

    def said(**clock: object) -> str:
        days = [made.days[0], replace(made.days[1], **clock), *made.days[2:]]
        return Page(render_person(made.table, days, made.context)).text

    assert "The times may be wrong by up to 2 min." in said(clock_doubt_s=61.0)
    assert "The times may be wrong" not in said(clock_doubt_s=59.0)
    assert "Nothing confirms the times on Tue 3 Mar: they may be wrong." in said(clock_doubtful=True)
    assert "Nothing confirms" not in said(clock_doubtful=False)


def test_what_was_lost_is_said_from_a_quarter_of_an_hour_on() -> None:
    made = CASES["normal week"]()
    start = int(made.table.epoch[0])
    lost = Ledger((Run(start, start + 16 * MIN, State.LOST),))
    some = replace(made, context=replace(made.context, ledgers={"back": lost}))
    assert "The back sensor has no record of 16 min." in text_of(some)
    few = Ledger((Run(start, start + 14 * MIN, State.LOST),))
    assert "has no record" not in text_of(replace(made, context=replace(made.context, ledgers={"back": few})))


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("name", ["normal week", "much pain", "full flash", "thigh alone"])
def test_the_words_are_for_a_reader_of_twelve(name: str, code: str) -> None:
    """LIX (Björnsson 1968), made for Nordic languages: under 30 is a children's book, under 40 a novel."""
    html = render_person(*_parts(name, code)).split("</style>")[1]
    sentences = re.findall(
        r"<(?:p|h1|h2)(?: [^>]*)?>(.*?)</", html.replace("<strong>", "").replace("</strong>", ""), re.S
    )
    prose = " ".join(s.strip() if s.strip().endswith((".", "?")) else s.strip() + "." for s in sentences)
    words = re.findall(r"[^\W\d_]+", prose)
    stops = len(re.findall(r"[.?:;](?=\s|$)", prose))
    lix = len(words) / stops + 100 * sum(len(word) > LONG_WORD for word in words) / len(words)
    assert lix < 32, lix


def quoted(html: str) -> str:
    """What the clinician's page quotes of the person's."""
    found = re.search(r"<q>(.*?)</q>", html, re.DOTALL)
    return found[1] if found else "-"


def _parts(name: str, code: str) -> tuple[EpochTable, list[DaySummary], ReportContext]:
    made = CASES[name]()
    return made.table, made.days, replace(made.context, language=code)


@pytest.mark.usefixtures("_prints")
@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("name", ["normal week", "much pain", "full flash"])
def test_the_person_s_page_is_two_printed_sides_and_the_clinician_s_one(name: str, code: str) -> None:
    assert len(pypdfium2.PdfDocument(pdf_of(render_person(*_parts(name, code))))) <= 2
    assert len(pypdfium2.PdfDocument(pdf_of(render_clinician(*_parts(name, code))))) == 1


@pytest.mark.parametrize("name", CASES)
def test_the_clinician_s_table_is_the_days(name: str) -> None:
    made = CASES[name]()
    html = render_clinician(made.table, made.days, made.context)
    said = Page(html).text
    assert "you" not in said.replace(quoted(html), "").lower().split()
    rows = re.findall(r"<tr(?: class=\"out\")?><th scope=\"row\">(.*?)</th>(.*?)</tr>", html)
    shown = [(name, re.findall(r"<td>(.*?)</td>", cells)) for name, cells in rows]
    days = {Language().day_name(day.date): day for day in made.days[-14:]}
    steps = 1 + [heading for heading, _ in FIGURES].index("steps")  # behind pain
    for label, cells in shown:
        day = days.get(label.removesuffix(" *"))
        if day is not None and len(cells) == len(FIGURES) + 1:
            assert cells[steps] == ("\N{EN DASH}" if day.steps is None else f"{day.steps:,}")
            assert label.endswith("*") is (not day.valid)


@pytest.mark.parametrize("name", CASES)
def test_no_page_says_nan(name: str) -> None:
    made = CASES[name]()
    for render in (render_person, render_clinician):
        assert not re.search(r"\bnan\b", Page(render(made.table, made.days, made.context)).text.lower())


def test_pages_need_nothing_from_elsewhere() -> None:
    made = CASES["normal week"]()
    for render in (render_person, render_clinician):
        html = render(made.table, made.days, made.context)
        assert not re.search(r"(src|href)=|@import|url\(|<script|https?://", html)
