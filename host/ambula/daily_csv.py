"""daily.csv: one row a day, the columns of the data dictionary."""

import csv
import io
import os
from collections.abc import Iterable
from pathlib import Path

from ambula.dictionary import entries, in_file
from ambula.summary import DaySummary


def write_daily_csv(days: Iterable[DaySummary], path: Path) -> None:
    """Write the days to `path`, UTF-8 with a header; the file appears whole or not at all.

    Minutes have four decimals, shares are 0..1, an empty cell means that there is nothing to take the figure from.
    Raises OSError where the place cannot be written. Edge case: no days, a header alone.
    """
    write_whole(path, daily_csv_text(days))


def daily_csv_text(days: Iterable[DaySummary]) -> str:
    """Return what daily.csv holds, lines ended by a newline."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    names = [e.name for e in entries("day")]
    writer.writerow(names)
    writer.writerows([in_file(getattr(day, name)) for name in names] for day in days)
    return text.getvalue()


def write_whole(path: Path, text: str) -> None:
    """Write a text file in one step: a reader sees the old file or the new one, never half."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_text(text, "utf-8", newline="\n")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
