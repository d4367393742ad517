"""Whether this machine can make a PDF: WeasyPrint, which the tests install, loads Pango, which is the system's."""

from functools import cache

from ambula.base.errors import AmbulaError
from ambula.report.pdf import pdf_of


@cache
def no_pango() -> str:
    """Return what is missing and what to install; empty where a PDF can be made."""
    try:
        pdf_of('<html lang="en"><title>t</title><p>here</p></html>')
    except AmbulaError as e:
        if "needs Pango" in str(e):
            return str(e)
        raise
    return ""
