"""`ambula report` as users meet it: languages, PDF, and what it says where one cannot be made."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from command import Ambula
from pypdf import PdfReader

from ambula.assemble import assemble
from ambula.store import Store
from nodecore import activity, record, segment

MIDNIGHT_S = int(datetime(2026, 3, 2, tzinfo=UTC).timestamp())
pytestmark = pytest.mark.usefixtures("_as_new")


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A store of P01, whose thigh node saw a day of sitting with an hour's walk at nine."""
    path = tmp_path / "s.db"
    with Store(path) as kept:
        kept.set("zone", "UTC")
        node = kept.ensure_node("00" * 8, 1, 0, "P01", "0.1.0")
        writer, log, rec = segment.SegmentWriter(0), bytearray(), bytearray(record.SIZE)
        for part in range(288):
            rec[record.ACTIVITY] = activity.WALKING if part // 12 == 9 else activity.SITTING
            rec[record.MEAN_Z], rec[record.MAD_X] = 100 - part % 3, 20  # one who sits is never quite still
            for i in range(60):
                writer.add(MIDNIGHT_S // 5 + part * 60 + i, rec)
            log += writer.seal(part, 0, 1, 30, 200, 1)
        kept.add_log(node.node_id, assemble(0, bytes(log), at_log_end=True).segments, [], len(log))
    return path


def test_the_report_in_norwegian_and_as_pdf(store: Path, ambula: Ambula, tmp_path: Path) -> None:
    page, printed = tmp_path / "r.html", tmp_path / "r.pdf"
    ran = ambula("report", "--store", store, "--out", page, "--pdf", printed, "--language", "nb")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.count("1 day(s)") == 2
    assert '<html lang="nb">' in page.read_text("utf-8")
    assert "Hva du kan gjøre nå" in PdfReader(printed).pages[0].extract_text()
    assert sorted(p.name for p in tmp_path.glob("*r.*")) == ["r.html", "r.pdf"]


def test_a_language_that_is_none(store: Path, ambula: Ambula) -> None:
    ran = ambula("report", "--store", store, "--language", "sv")
    assert ran.code == 2
    assert "'en', 'nb'" in ran.err


def test_a_pdf_that_cannot_be_made_leaves_nothing_half_done(
    store: Path, ambula: Ambula, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "ambula.report.pdf", raising=False)
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    ran = ambula("report", "--store", store, "--out", tmp_path / "r.html", "--pdf", tmp_path / "r.pdf")
    assert ran.failed_with(3).startswith("a PDF needs weasyprint: pip install 'ambula[pdf]'")
    assert list(tmp_path.glob("*r.*")) == []


def test_a_pdf_where_nothing_can_be_written(store: Path, ambula: Ambula, tmp_path: Path) -> None:
    ran = ambula("report", "--store", store, "--out", tmp_path / "r.html", "--pdf", tmp_path / "no" / "r.pdf")
    assert "r.pdf cannot be written" in ran.failed_with(3)
