"""The PDF holds the page's words and numbers, fetches nothing, and says what to install where it cannot be made."""

import os
import re
import sys
from dataclasses import replace
from functools import cache
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import pytest
from pypdf import PdfReader

from ambula.base.errors import MissingPart
from ambula.base.translation import CODES
from ambula.days.summary import summarise_days, summarise_week
from ambula.report import render_report
from ambula.report.pdf import pdf_of
from tests.support.report_page import BACK, CONTEXT, TABLES, THIGH, WEEK, Page, programme_of

prints = pytest.mark.usefixtures("_prints")
A4_PT = (595, 842)


def page_in(code: str, name: str = "a week") -> str:
    table = WEEK if name == "a week" else TABLES[name]()
    days = summarise_days(table, CONTEXT.zone)
    context = replace(CONTEXT, ledgers={"thigh": THIGH, "back": BACK}, programme=programme_of(), language=code)
    return render_report(table, days, summarise_week(days), context)


@cache
def pdf_in(code: str) -> bytes:
    """A week's page as a PDF, which takes seconds to make."""
    return pdf_of(page_in(code))


def words_of(written: bytes) -> str:
    read = PdfReader(BytesIO(written))
    title = read.metadata.title if read.metadata else None
    return "\n".join([title or "", *(page.extract_text() for page in read.pages)])


def without_spaces(text: str) -> str:
    """A reader of PDF puts spaces and line ends where it likes."""
    return re.sub(r"\s+", "", text)


@prints
@pytest.mark.parametrize("code", CODES)
def test_every_text_with_a_number_is_in_the_pdf(code: str) -> None:
    told = {without_spaces(words) for words in Page(page_in(code)).words if re.search(r"\d", words)}
    text = without_spaces(words_of(pdf_in(code)))
    assert len(told) > 250
    assert {words for words in told if words not in text} == set()
    headline = "You walked 96 minutes on a typical day." if code == "en" else "Du gikk 96 minutter på en vanlig dag."
    assert without_spaces(headline) in text


@prints
def test_the_pdf_is_a4_tagged_titled_and_the_same_each_time(caplog: pytest.LogCaptureFixture) -> None:
    written = pdf_of(page_in("en"))
    assert caplog.messages == []  # nothing that WeasyPrint could not draw or tag
    read = PdfReader(BytesIO(written))
    assert {tuple(round(float(x)) for x in page.mediabox[2:]) for page in read.pages} == {A4_PT}
    assert read.metadata is not None
    assert read.metadata.title == "Walking and sitting: P-17, 2 March to 8 March 2026"
    root = read.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]  # type: ignore[index]
    assert root["/Lang"] == "en"  # type: ignore[index]
    assert pdf_in("en") == written


@prints
def test_a_page_of_nothing_makes_a_pdf_too() -> None:
    assert "Nothing was recorded." in words_of(pdf_of(page_in("en", "nothing")))


@prints
def test_nothing_is_fetched(caplog: pytest.LogCaptureFixture) -> None:
    outside = '<img src="http://127.0.0.1:9/x.png" alt="x"><link rel="stylesheet" href="file:///x.css">'
    written = pdf_of(f'<html lang="en"><title>t</title><p>here</p>{outside}</html>')
    assert "here" in words_of(written)
    assert len([r for r in caplog.records if "disallowed protocol" in r.getMessage()]) == 2


@prints
@pytest.mark.parametrize("set_by_user", [True, False])
def test_the_time_of_writing_is_not_in_it(monkeypatch: pytest.MonkeyPatch, set_by_user: bool) -> None:
    """Where HarfBuzz-Subset is missing, fontTools cuts the fonts, and dates them."""
    small = '<html lang="en"><title>t</title><p>here</p></html>'
    pdf_of(small)
    from fontTools.misc import timeTools
    from weasyprint.pdf import fonts

    monkeypatch.setattr(fonts, "harfbuzz_subset", None)
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    if set_by_user:
        monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    before = dict(os.environ)
    written: list[bytes] = []
    for now_s in (1_780_000_000, 1_790_000_000):
        monkeypatch.setattr(timeTools, "time", SimpleNamespace(time=lambda now_s=now_s: now_s))
        written.append(pdf_of(small))
    assert written[0] == written[1]
    assert dict(os.environ) == before


def test_without_weasyprint_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in loaded():
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(MissingPart, match=r"^a PDF needs weasyprint, not installed here; without: print.* 'weasy"):
        pdf_of("<p>")


def test_without_pango_one_line_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "weasyprint.py").write_text(
        "print('-----')\nraise OSError(\"cannot load library 'pango-1.0-0': no such file.  Additionally, more\\nmore\")"
    )
    for name in loaded():
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.syspath_prepend(tmp_path)
    line = r"^a PDF needs Pango, which is not on this machine \(cannot load library 'pango-1.0-0'\).*: apt install libp"
    with pytest.raises(MissingPart, match=line):
        pdf_of("<p>")
    assert capsys.readouterr() == ("", "")


def loaded() -> list[str]:
    """WeasyPrint's modules that were loaded already."""
    return [name for name in sys.modules if name.partition(".")[0] == "weasyprint"]
