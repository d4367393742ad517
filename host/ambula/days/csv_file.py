"""daily.csv: one row per day, the columns of the data dictionary; and the same for weeks."""

import csv
import io
from collections.abc import Iterable
from pathlib import Path

from ambula.base.atomic_files import write_whole
from ambula.days.dictionary import Kind, entries, in_file
from ambula.days.summary import DaySummary, WeekSummary


def write_daily_csv(days: Iterable[DaySummary], path: Path) -> None:
    """Write the days to `path`, UTF-8 with a header; the file appears whole or not at all.

    Minutes have four decimals, shares are 0..1, an empty cell means that there is nothing to take the figure from.
    Raises OSError where the place cannot be written. Edge case: no days, a header alone.
    """
    write_whole(path, daily_csv_text(days))


def daily_csv_text(days: Iterable[DaySummary]) -> str:
    """Return what daily.csv holds, lines ended by a newline."""
    return _text("day", days)


def weekly_csv_text(weeks: Iterable[WeekSummary]) -> str:
    """Return the same of weeks, one row per person."""
    return _text("week", weeks)


def _text(kind: Kind, rows: Iterable[DaySummary | WeekSummary]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    names = [e.name for e in entries(kind)]
    writer.writerow(names)
    writer.writerows([in_file(getattr(row, name)) for name in names] for row in rows)
    return text.getvalue()
