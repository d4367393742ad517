"""The page as a PDF, by WeasyPrint, which follows the same style sheet as a browser that prints."""

import contextlib
import logging
import os
import warnings
from collections.abc import Generator
from io import BytesIO, StringIO
from typing import Any

from ambula.base.errors import MissingPart
from ambula.base.optional_imports import needs

_LOG = logging.getLogger("weasyprint")
_PRINT = "print the HTML from a browser"
_PANGO = "apt install libpango-1.0-0 libpangoft2-1.0-0 (Debian, Ubuntu), brew install pango (macOS)"


def pdf_of(page: str) -> bytes:
    """Return a report as A4 PDF; the same page gives the same bytes on one machine. Nothing is fetched.

    Raises MissingPart that says what to install, where WeasyPrint or a library that it loads is missing.
    """
    weasyprint, urls = _weasyprint()
    written = BytesIO()
    with _hushed(), _no_time_of_day():
        weasyprint.HTML(string=page, url_fetcher=urls.URLFetcher(allowed_protocols=())).write_pdf(
            written, pdf_identifier=b"ambula", pdf_tags=True
        )
    return written.getvalue()


def _weasyprint() -> tuple[Any, Any]:
    """Load WeasyPrint, which prints a banner where a library is missing and warns where an optional one is."""
    try:
        with (
            needs("a PDF", "weasyprint", instead=_PRINT),
            warnings.catch_warnings(),
            contextlib.redirect_stdout(StringIO()),
        ):
            warnings.filterwarnings("ignore", "HarfBuzz-Subset", DeprecationWarning)
            import weasyprint
            import weasyprint.urls
    except OSError as e:  # WeasyPrint is there, but a library of the system that it loads is not
        why = str(e).partition("\n")[0].partition(": ")[0]
        here = f"which is not on this machine ({why}); without: {_PRINT}"
        raise MissingPart(f"a PDF needs Pango, {here}. To install: {_PANGO}") from e
    return weasyprint, weasyprint.urls


@contextlib.contextmanager
def _hushed() -> Generator[None]:
    """Let WeasyPrint log errors only: it warns of each rule for screens."""
    before = _LOG.level
    _LOG.setLevel(logging.ERROR)
    try:
        yield
    finally:
        _LOG.setLevel(before)


@contextlib.contextmanager
def _no_time_of_day() -> Generator[None]:
    """Keep the time of writing out of the embedded fonts, where fontTools cuts them to size.

    HarfBuzz-Subset leaves a font's date alone. WeasyPrint takes fontTools where that library is missing, and for
    variable fonts; fontTools puts the present second there, unless SOURCE_DATE_EPOCH names another.
    """
    name = "SOURCE_DATE_EPOCH"
    if name in os.environ:
        yield
        return
    os.environ[name] = "0"
    try:
        yield
    finally:
        del os.environ[name]
