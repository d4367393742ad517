"""The report in another language: all messages translated, numbers the same, dates and signs as it has them."""

import ast
import re
import string
from collections import Counter
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from babel import Locale
from babel.messages.pofile import read_po
from babel.numbers import get_decimal_symbol, get_group_symbol

import ambula
from ambula.base.translation import CODES, SOURCE
from ambula.cli.report_command import LanguageCode
from ambula.days.dictionary import entries, entry
from ambula.days.summary import summarise_days, summarise_week
from ambula.epochs.table import EpochTable
from ambula.programme import words
from ambula.report import render_report
from ambula.report.language import Language, _catalogue, catalogue_path
from ambula.report.messages import messages, untranslated, updated
from tests.support.report_page import CONTEXT, TABLES, WEEK, Page, half_missing, html_of, programme_of

NBSP = "\N{NO-BREAK SPACE}"
OTHERS = [code for code in CODES if code != SOURCE]
ENGLISH, BOKMAL = Language(), Language("nb")
NUMBER = re.compile(r"\d+(?:[.,\u00a0 ]\d+)*")


@pytest.mark.parametrize("code", CODES)
def test_names_and_signs_are_those_of_the_cldr(code: str) -> None:
    language, cldr = Language(code), Locale.parse(code)
    for i in range(12):
        day = date(2026, 1 + i, 5 + i)  # all months, all days of the week
        assert language.weekday(day) == cldr.days["format"]["wide"][day.weekday()]
        short = cldr.days["format"]["abbreviated"][day.weekday()].removesuffix(".")
        assert language.day_name(day).startswith(f"{short} {day.day}")
        for width in ("wide", "abbreviated"):
            assert language.month(day, width) == cldr.months["format"][width][day.month]
    signs = f"1{get_group_symbol(cldr)}234{get_decimal_symbol(cldr)}5"
    assert language.number(1234.5, 1) == signs


def forms(message: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (message,) if isinstance(message, str) else tuple(message)


def pairs(code: str) -> list[tuple[str, str]]:
    """Each form of each message that has a translation, with it."""
    catalogue = read_po(BytesIO(catalogue_path(code).read_bytes()), locale=code)
    return [
        (one, other)
        for each in catalogue
        if each.id and each.string
        for one, other in _side_by_side(forms(each.id), forms(each.string))
        if other
    ]


def _side_by_side(ours: tuple[str, ...], theirs: tuple[str, ...]) -> list[tuple[str, str]]:
    """Each of a language's plural forms, of which it may have one to six, with the English one that it stands for."""
    return [(ours[min(i, len(ours) - 1)], form) for i, form in enumerate(theirs)]


def fields(message: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(message) if name is not None}


def numbers(text: str) -> Counter[str]:
    """The digits of each number, whatever its signs."""
    return Counter(re.sub(r"\D", "", found) for found in NUMBER.findall(text))


def a_page(table: EpochTable, code: str) -> Page:
    return Page(html_of(table, code))


@pytest.mark.parametrize("code", OTHERS)
def test_a_new_text_is_listed_and_said_in_english(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A text that nobody has translated yet stops no one but a release: `make release` asks for none of them."""
    text = catalogue_path(code).read_bytes()
    before = untranslated(text, code)
    new = "A text that is new today."
    monkeypatch.setattr("ambula.report.messages.messages", lambda: [*messages(), new])
    assert untranslated(text, code) == [*before, new]
    renewed = updated(text, code)
    assert untranslated(renewed, code) == [*before, new]
    assert read_po(BytesIO(renewed), locale=code).get(new) is not None
    assert Language(code).say(new) == new


def test_no_message_stands_in_an_f_string() -> None:
    """Babel sees it there from Python 3.12 on only: the catalogue would lack it, as long as an older one makes it."""
    sources = sorted((Path(ambula.__file__).parent).rglob("*.py"))
    assert len(sources) > 200
    for path in sources:
        for text in (n for n in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(n, ast.JoinedStr)):
            for call in (n for n in ast.walk(text) if isinstance(n, ast.Call) and n.args):
                said = call.func.attr if isinstance(call.func, ast.Attribute) else ""
                assert not (said in ("say", "say_n") and isinstance(call.args[0], ast.Constant)), (
                    f"{path}:{call.lineno}"
                )


def test_a_translation_that_an_editor_guessed_is_none() -> None:
    """gettext leaves out what is marked fuzzy, and so must the list: the page says it in English."""
    text = catalogue_path("nb").read_bytes()
    guessed = text.replace(b'msgid "Monday"', b'#, fuzzy\nmsgid "Monday"', 1)
    assert guessed != text
    assert untranslated(guessed, "nb") == ["Monday"]


@pytest.mark.parametrize("code", OTHERS)
def test_an_empty_translation_is_said_in_english(code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "few.po").write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "Monday"\nmsgstr ""\n'
    )
    monkeypatch.setattr("ambula.report.language.catalogue_path", lambda _: tmp_path / "few.po")
    _catalogue.cache_clear()
    try:
        assert Language(code).weekday(date(2026, 3, 2)) == "Monday"
    finally:
        _catalogue.cache_clear()


@pytest.mark.parametrize("code", OTHERS)
def test_a_translation_fills_in_the_same_values_and_tells_the_same_numbers(code: str) -> None:
    for one, other in pairs(code):
        if "{" in one:
            assert fields(one) == fields(other), one
        assert numbers(one) == numbers(other), one
        assert one[-1:] != "." or other[-1:] == ".", one


def test_no_text_of_the_page_is_left_out_of_the_catalogue() -> None:
    """Every message that is said while pages are made is one that the catalogues have."""
    known = {form for message in messages() for form in forms(message)}
    said: set[str] = set()

    class Listening(Language):
        def say(self, message: str, **values: object) -> str:
            said.add(message)
            return super().say(message, **values)

        def say_n(self, one: str, many: str, n: int, **values: object) -> str:
            said.update((one, many))
            return super().say_n(one, many, n, **values)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ambula.report.page.Language", Listening)
        for make in TABLES.values():
            a_page(make(), SOURCE)
    assert len(said) > 300
    assert said - known == set()


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("code", OTHERS)
def test_every_number_of_the_page_is_the_same(name: str, code: str) -> None:
    table = TABLES[name]()
    one, other = a_page(table, SOURCE), a_page(table, code)
    assert other.days == one.days
    assert other.week == one.week
    assert numbers(other.text) == numbers(one.text)
    told = [numbers(str(d.get("aria-label", ""))) for d in one.drawn]
    assert [numbers(str(d.get("aria-label", ""))) for d in other.drawn] == told


@pytest.mark.parametrize("code", OTHERS)
def test_hardly_any_english_is_left(code: str) -> None:
    text = a_page(half_missing(WEEK), code).text
    for entry_ in (*entries("day"), *entries("week")):
        text = text.replace(entry_.source, "")
    left = re.findall(r"\b(?:the|and|with|which|walking|sitting time|minutes|days|worn)\b", text)
    assert len(left) <= 2, left  # of a citation


def test_numbers_and_dates_are_written_the_norwegian_way() -> None:
    assert BOKMAL.number(10925.4) == f"10{NBSP}925"
    assert BOKMAL.number(3.25, 2) == "3,25"
    assert BOKMAL.shortest(5.5) == "5,5"
    assert BOKMAL.duration(689.1) == f"11{NBSP}t{NBSP}29{NBSP}min"
    assert BOKMAL.day_name(date(2026, 3, 2)) == "man 2. mars"
    assert BOKMAL.long_day_name(date(2026, 3, 2)) == "mandag 2. mars"
    assert BOKMAL.period(date(2025, 12, 29), date(2026, 1, 4)) == "29. desember 2025 til 4. januar 2026"
    assert BOKMAL.band(">=3.27") == "minst 3,27"
    assert BOKMAL.shown(entry("day", "valid"), True) == "ja"
    assert BOKMAL.shown(entry("week", "intensity_category"), "3.12-3.26") == "3,12-3,26"
    assert BOKMAL.heading(entry("day", "cadence_mean_spm")) == "Gjennomsnittlig skrittfrekvens (skritt/min)"


def test_plurals_follow_the_number() -> None:
    assert [BOKMAL.minutes(n).replace(NBSP, " ") for n in (0, 1, 2)] == ["0 minutter", "1 minutt", "2 minutter"]
    goal = replace(programme_of().goal, days=1, minutes=12)
    assert words.goal_words(goal, BOKMAL) == "1 dag med 12 min"
    assert words.goal_words(goal) == "1 day of 12 min"


def test_english_shows_what_the_dictionary_shows() -> None:
    days = summarise_days(WEEK, CONTEXT.zone)
    for kind, rows in (("day", days), ("week", [summarise_week(days)])):
        for each in entries(kind):  # type: ignore[arg-type]
            assert ENGLISH.heading(each) == each.heading
            if each.unit != "local time":
                assert [ENGLISH.shown(each, getattr(r, each.name)) for r in rows] == [
                    each.shown(getattr(r, each.name)) for r in rows
                ]


def test_the_page_says_which_language_it_is_in_and_of_what_is_not() -> None:
    days = summarise_days(WEEK, CONTEXT.zone)
    html = render_report(WEEK, days, summarise_week(days), replace(CONTEXT, language="nb", clocks=("It was late.",)))
    assert '<html lang="nb">' in html
    assert '<span lang="en">It was late.</span>' in html


def test_only_languages_with_a_catalogue_are_offered() -> None:
    assert tuple(LanguageCode) == CODES
    with pytest.raises(ValueError, match="'xx'"):
        Language("xx")


def test_percent_has_a_space_in_norwegian_and_none_in_english() -> None:
    assert (ENGLISH.percent(0.5), BOKMAL.percent(0.5)) == ("50%", f"50{NBSP}%")
