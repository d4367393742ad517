"""`ambula report` as users meet it: languages, PDF, and what it says where one cannot be made."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pypdf import PdfReader

from ambula.store import Store
from tests.support.command import Ambula
from tests.support.made_log import A_DAY, add_log, sitting_but_for

MIDNIGHT_S = int(datetime(2026, 3, 2, tzinfo=UTC).timestamp())
pytestmark = pytest.mark.usefixtures("_as_new")
prints = pytest.mark.usefixtures("_prints")


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A store of P01, whose thigh node saw a day of sitting with an hour's walk at nine."""
    path = tmp_path / "s.db"
    with Store(path) as kept:
        kept.set("zone", "UTC")
        add_log(kept, "P01", MIDNIGHT_S, A_DAY, sitting_but_for(lambda part: part // 12 == 9))
    return path


@prints
def test_the_report_in_norwegian_and_as_pdf(store: Path, ambula: Ambula, tmp_path: Path) -> None:
    page, printed = tmp_path / "r.html", tmp_path / "r.pdf"
    ran = ambula("report", "--store", store, "--out", page, "--pdf", printed, "--language", "nb")
    assert (ran.code, ran.err) == (0, "")
    assert " ".join(ran.out.split()).count("1 day(s)") == 2
    assert '<html lang="nb">' in page.read_text("utf-8")
    assert "Ditt neste steg" in PdfReader(printed).pages[0].extract_text()
    assert sorted(p.name for p in tmp_path.glob("*r.*")) == ["r.html", "r.pdf"]


def test_a_language_that_is_none(store: Path, ambula: Ambula) -> None:
    ran = ambula("report", "--store", store, "--language", "sv")
    assert ran.code == 2
    assert "'en', 'nb'" in ran.err


def test_a_pdf_that_cannot_be_made_leaves_nothing_half_done(
    store: Path, ambula: Ambula, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [each for each in sys.modules if each.partition(".")[0] == "weasyprint"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    ran = ambula("report", "--store", store, "--out", tmp_path / "r.html", "--pdf", tmp_path / "r.pdf")
    assert ran.failed_with(10).startswith("a PDF needs weasyprint, not installed here")
    assert list(tmp_path.glob("*r.*")) == []


@prints
def test_a_pdf_where_nothing_can_be_written(store: Path, ambula: Ambula, tmp_path: Path) -> None:
    ran = ambula("report", "--store", store, "--out", tmp_path / "r.html", "--pdf", tmp_path / "no" / "r.pdf")
    assert "r.pdf cannot be written" in ran.failed_with(3)


def test_a_folder_or_one_file_for_both_is_told_before_the_work(store: Path, ambula: Ambula, tmp_path: Path) -> None:
    both = tmp_path / "r"
    assert (
        ambula("report", "--store", store, "--out", tmp_path).failed_with(3)
        == f"{tmp_path}: is a folder; name a file in it"
    )
    assert ".: is a folder" in ambula("report", "--store", store, "--out", ".").failed_with(3)
    assert "cannot take two results" in ambula("report", "--store", store, "--out", both, "--pdf", both).failed_with(3)
    assert not both.exists()
