"""The report: one self-contained page for the person who wore the nodes, and for those who read it with them."""

from ambula.report.context import ReportContext
from ambula.report.page import render_report, write_report

__all__ = ["ReportContext", "render_report", "write_report"]
