"""The page: whole, self-contained, equal to the table, and honest about what is missing."""

import csv
import io
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ambula.days.csv_file import daily_csv_text
from ambula.days.dictionary import entries, in_file
from ambula.days.local_days import local_day
from ambula.days.rules import SETS, MetTable, Rules
from ambula.days.summary import summarise_days, summarise_week
from ambula.report import render_report, words, write_report
from ambula.report.language import Language
from ambula.report.page import ABOVE
from ambula.synthetic import Participant, default_day, simulate, truth_table
from nodecore import activity
from tests.support.made_days import OSLO, SITTING, joined, nothing
from tests.support.report_page import CONTEXT, MONDAY, TABLES, WEEK, Page, a_day, half_missing, page_of


@pytest.mark.parametrize("name", TABLES)
def test_every_number_of_the_table_is_that_of_daily_csv(name: str) -> None:
    table = TABLES[name]()
    days = summarise_days(table, OSLO)
    page = page_of(table)
    rows = list(csv.DictReader(io.StringIO(daily_csv_text(days))))
    expected = {(row["date"], key): value for row in rows for key, value in row.items() if key not in ABOVE}
    assert page.days == expected
    week = summarise_week(days)
    assert page.week == ({e.name: in_file(getattr(week, e.name)) for e in entries("week")} if days else {})


@pytest.mark.parametrize("name", TABLES)
def test_a_page_needs_nothing_from_elsewhere_and_says_what_it_is(name: str) -> None:
    table = TABLES[name]()
    days = summarise_days(table, OSLO)
    html = render_report(table, days, summarise_week(days), CONTEXT)
    assert not re.search(r"(src|href)=|@import|url\(|<script|https?://", html)
    text = Page(html).text
    for said in ("not diagnosis", "P-17", "Europe/Oslo", "1.2.3", "9.9.9", "placeholder 2.8/3.5/4.3", "Ambula"):
        assert said in text
    assert "SYNTHETIC" not in text
    assert "nan" not in re.sub(r"[a-z]+", lambda m: "" if m[0] != "nan" else "nan", text.lower())


def test_plain_words_come_first_and_their_numbers_are_the_tables() -> None:
    days = summarise_days(WEEK, OSLO)
    week = summarise_week(days)
    text = page_of(WEEK).text
    assert text.index("You walked 96 minutes on a typical day.") < text.index("All numbers")
    assert week.walking_min == pytest.approx(96)
    assert "About 52 of these minutes were slow, 26 moderate and 18 brisk." in text
    assert "Your minutes would lie in its group: 78\N{EN DASH}100 a day." in text
    assert "0.87 (0.77 to 0.98)" in text
    assert text.index("None of them had long-lasting low back pain") < text.index("Your minutes would lie")
    assert text.count("yours:") == 1  # of minutes: intensity rests on a table that is assumed
    assert "predict nothing for one person" in text


def test_a_height_that_is_assumed_stands_beside_pace() -> None:
    said = "Pace is estimated for a height of 1.70 m, which is assumed, because none was set."
    days = [replace(day, height_m=1.70) for day in summarise_days(WEEK, OSLO)]
    assert Page(render_report(WEEK, days, summarise_week(days), CONTEXT)).text.count(said) == 2
    own = [replace(day, height_m=1.85, height_known=True) for day in days]
    assert "height of" not in Page(render_report(WEEK, own, summarise_week(own), CONTEXT)).text


def test_one_day_is_called_by_its_date_and_not_typical() -> None:
    text = page_of(a_day(0)).text
    assert "You walked 84 minutes on Monday 2 March." in text
    assert "too few days to show what is typical" in text


def test_a_week_with_half_missing_claims_no_more_than_was_seen() -> None:
    text = page_of(half_missing(WEEK), replace(CONTEXT, rules=SETS["hunt4"])).text
    assert "but much is missing" in text
    assert "Parts of Mon 2 Mar (44% worn)" in text
    assert "You walked" not in text
    assert "your true group may be higher" in text


def test_days_that_do_not_count_are_named_with_why() -> None:
    told = page_of(TABLES["a day without any epoch"]()).text
    assert "These figures rest on 2 of 3 days" in told
    assert "Tue 3 Mar is left out: too little was worn or seen." in told
    table = joined(a_day(0), a_day(1).rows(slice(0, 15_000)), a_day(2).rows(slice(0, 16_000)))
    rules = Rules(name="long", valid_worn_h=23.0)
    days = summarise_days(table, OSLO, rules)
    assert words.rests_on(Language(), days, summarise_week(days, rules=rules))[1] == (
        "Tue 3 Mar, Wed 4 Mar are left out: too little was worn or seen."
    )


def test_a_dash_in_a_figure_is_explained() -> None:
    assert "Sitting is known only when both are worn." in page_of(TABLES["thigh alone"]()).text
    assert "A dash" not in page_of(WEEK).text
    one_alone = page_of(joined(a_day(0), a_day(1, nodes=2))).text
    assert "Bends are seen only when both are worn." in one_alone


def test_noon_to_noon_is_no_reason_to_doubt_a_week() -> None:
    table = WEEK.rows(slice(8640, len(WEEK) - 8640))
    text = page_of(table).text
    assert "on a typical day" in text
    assert "Mon 2 Mar, Sun 8 Mar are left out: too little was worn or seen." in text
    assert "(49% worn)" not in text


def test_thigh_alone_says_that_sitting_and_lying_are_one() -> None:
    text = page_of(TABLES["thigh alone"]()).text
    assert "You sat or lay for" in text
    assert "only one node recorded. It cannot distinguish sitting from lying." in text


def test_what_may_have_been_lying_is_not_called_sitting() -> None:
    """The back node was off at night: no minute of it is in the figures of sitting."""
    week = joined(*(a_day(i) for i in range(2)))
    at_night = (week.epoch - week.epoch[0]) % 17280 < 7 * 720
    week = replace(
        week,
        activity=np.where(at_night, activity.SEDENTARY, week.activity).astype(np.uint8),
        nodes=np.where(at_night, 1, week.nodes).astype(np.uint8),
    )
    page, by_both = page_of(week), page_of(joined(*(a_day(i) for i in range(2))))
    assert "You sat for" in page.text
    assert "sitting or lying" in page.text  # the legend of the nights
    for name in ("sitting_min", "sitting_longest_min"):
        assert page.week[name] == by_both.week[name]


def test_a_stray_epoch_of_one_node_is_no_news() -> None:
    table = joined(a_day(0))
    table.activity[:3] = activity.SEDENTARY
    page = page_of(table)
    assert "It cannot distinguish sitting from lying." not in page.text
    assert page.days["2026-03-02", "sedentary_min"] == "0.25"


def test_without_a_valid_day_nothing_typical_is_claimed() -> None:
    text = page_of(TABLES["asleep only"]()).text
    assert "No day counts by the rules" in text
    assert "We don't have a full enough day yet to describe your walking." in text
    assert "What a large study found" not in text
    assert "Nothing was recorded." in page_of(nothing()).text


def test_no_reason_is_given_that_is_not_the_day_s() -> None:
    """The back node alone saw walking; a rule of one's own asks for more wear than there was."""
    back = a_day(0, nodes=2)
    back = replace(back, activity=np.where(back.activity == SITTING, activity.OTHER, back.activity).astype(np.uint8))
    assert "No walking with a known number of steps per minute" not in page_of(back).text
    short = page_of(a_day(0), replace(CONTEXT, rules=Rules(name="ours", valid_worn_h=24.0))).text
    assert "No day counts yet, so we cannot describe a typical day." in short
    assert "No day counts by the rules" in short
    assert "No day has" not in short


def test_synthetic_data_are_called_so_at_the_top_the_title_and_the_end() -> None:
    table = a_day(0)
    days = summarise_days(table, OSLO)
    html = render_report(table, days, summarise_week(days), replace(CONTEXT, synthetic=True))
    assert Page(html).text.count("SYNTHETIC") >= 3
    assert "<title>SYNTHETIC" in html


def test_every_figure_speaks_to_a_screen_reader() -> None:
    page = page_of(WEEK)
    said = [d["aria-label"] for d in page.drawn if d.get("role") == "img"]
    assert len(said) == 5 * 7
    assert all(said)
    assert all(d.get("aria-hidden") == "true" for d in page.drawn if d.get("role") != "img")
    assert "Mon 2 Mar: walked 60 minutes (slow 16, moderate 26, brisk 18, unknown pace 0)" in said


def test_a_day_of_23_hours_says_so() -> None:
    assert "23-hour day: the clock changed" in page_of(TABLES["over the change of the clock"]()).text


def test_rules_and_met_table_of_the_context_are_named() -> None:
    rules = Rules(name="mine", met=MetTable("my table", 2, 3, 4, is_placeholder=False), slow_max_kmh=3.5)
    text = page_of(a_day(0), replace(CONTEXT, rules=rules)).text
    assert "my table" in text
    assert "slow up to 3.5 km/h" in text
    assert "stands in for it" not in text


def test_a_code_with_markup_in_it_stays_text() -> None:
    table = a_day(0)
    days = summarise_days(table, OSLO)
    html = render_report(table, days, summarise_week(days), replace(CONTEXT, participant="<b>x</b>"))
    assert "<b>x</b>" not in html


def test_days_of_another_zone_are_refused() -> None:
    table = a_day(0)
    days = summarise_days(table, OSLO)
    elsewhere = type(OSLO)("Asia/Tokyo")
    with pytest.raises(ValueError, match="Asia/Tokyo"):
        render_report(table, days, summarise_week(days), replace(CONTEXT, zone=elsewhere))


def test_the_same_week_gives_the_same_bytes_and_one_file(tmp_path: Path) -> None:
    days = summarise_days(WEEK, OSLO)
    for name in ("a.html", "b.html"):
        write_report(WEEK, days, summarise_week(days), tmp_path / name, CONTEXT)
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()
    assert len(list(tmp_path.iterdir())) == 2


def test_a_synthetic_day_makes_a_page() -> None:
    made = simulate(default_day(4, 1), Participant.random(4), day_index=1)
    table = truth_table(made.truth, local_day(MONDAY, OSLO).start)
    page = page_of(table, replace(CONTEXT, synthetic=True))
    walked = (made.truth.names == "walking").sum() / 12
    assert float(page.week["walking_min"]) == pytest.approx(walked, abs=1e-3)
