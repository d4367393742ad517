"""The page as a PDF, by WeasyPrint, which follows the same style sheet as a browser that prints."""

import logging
from io import BytesIO

from weasyprint import HTML
from weasyprint.urls import URLFetcher

_LOG = logging.getLogger("weasyprint")


def pdf_of(page: str) -> bytes:
    """Return a report as A4 PDF; the same page gives the same bytes on one machine. Nothing is fetched."""
    before = _LOG.level
    _LOG.setLevel(logging.ERROR)  # it warns of each rule for screens
    try:
        written = BytesIO()
        HTML(string=page, url_fetcher=URLFetcher(allowed_protocols=())).write_pdf(
            written, pdf_identifier=b"ambula", pdf_tags=True
        )
        return written.getvalue()
    finally:
        _LOG.setLevel(before)
