"""The Parquet files, opened by readers that are not ours: every cell is the CSV's, and every field says what it is."""

import csv
import io
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as parquet
import pytest

from ambula.account.ledger import Ledger, Run, State
from ambula.days.csv_file import daily_csv_text, weekly_csv_text
from ambula.days.dictionary import entries, in_file
from ambula.days.origin import NodeLog, Origin
from ambula.days.parquet_file import schema_of, write_parquet
from ambula.days.summary import DaySummary, WeekSummary, summarise_days, summarise_week
from tests.support.made_days import LYING, OSLO, SITTING, STANDING, WALKING, epoch_at, joined, table_of

START = epoch_at(datetime(2026, 3, 4, 20))


def week() -> list[DaySummary]:
    """Four days: full, of one node, empty, and one that does not count."""
    first = table_of(START, [(SITTING, 3000), (LYING, 5000), (STANDING, 12), (WALKING, 1000, 101.0, 4.2)])
    second = table_of(epoch_at(datetime(2026, 3, 7, 9)), [(WALKING, 700, 131.3, 5.9)], nodes=1)
    first.back_mad_mg[:] = 33.25
    first.back_inclination_deg[8000:8005] = 71
    ledger = Ledger((Run(START - 9, START, State.REBOOTING), Run(START, START + 9012, State.RECORDED)))
    logs = (NodeLog("thigh", "aa", ledger), NodeLog("back", "bb", ledger))
    return summarise_days(joined(first, second), OSLO, origin=Origin("P01, the first", logs))


def cells(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


def as_csv(value: Any) -> str:
    """A value as an outside reader gives it, in the form of the CSV."""
    if isinstance(value, datetime):
        value = value.date()
    return in_file(value)


def by_duckdb(path: Path) -> list[list[Any]]:
    duckdb = pytest.importorskip("duckdb")
    with duckdb.connect() as db:
        found = db.execute("SELECT * FROM read_parquet(?)", [str(path)])
        return [[c[0] for c in found.description], *map(list, found.fetchall())]


def by_polars(path: Path) -> list[list[Any]]:
    polars = pytest.importorskip("polars")
    table = polars.read_parquet(path)
    return [table.columns, *map(list, table.rows())]


def by_pandas(path: Path) -> list[list[Any]]:
    pandas = pytest.importorskip("pandas")
    table = pandas.read_parquet(path, dtype_backend="pyarrow")
    rows = [[None if value is pandas.NA else value for value in row] for row in table.itertuples(index=False)]
    return [list(table.columns), *rows]


@pytest.mark.parametrize("read", [by_duckdb, by_polars, by_pandas])
def test_an_outside_reader_finds_the_cells_of_the_csv(tmp_path: Path, read: Any) -> None:
    days = week()
    assert len(days) == 4
    for kind, rows, text in (
        (DaySummary, days, daily_csv_text(days)),
        (
            WeekSummary,
            [summarise_week(days), summarise_week([])],
            weekly_csv_text([summarise_week(days), summarise_week([])]),
        ),
    ):
        write_parquet(kind, rows, tmp_path / "figures.parquet")
        header, *body = read(tmp_path / "figures.parquet")
        expected_header, *expected = cells(text)
        assert header == expected_header
        assert [[as_csv(value) for value in row] for row in body] == expected


def test_every_field_says_what_it_is(tmp_path: Path) -> None:
    write_parquet(DaySummary, week(), tmp_path / "days.parquet")
    schema = parquet.read_schema(tmp_path / "days.parquet")
    for e in entries("day"):
        told = schema.field(e.name).metadata
        assert told[b"unit"].decode() == e.unit
        assert told[b"definition"].decode() == e.definition
        assert told[b"formula"].decode() == e.formula
        assert told[b"rests_on"].decode() == e.rests_on
    assert schema.metadata[b"software"].startswith(b"ambula ")
    assert str(schema.field("date").type) == "date32[day]"
    assert str(schema_of(WeekSummary).field("first_date").type) == "date32[day]"


def test_an_unwritable_place_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "days.parquet").mkdir()
    with pytest.raises(OSError, match="director"):
        write_parquet(DaySummary, week(), tmp_path / "days.parquet")
    assert [p.name for p in tmp_path.iterdir()] == ["days.parquet"]


def test_dates_are_dates() -> None:
    assert [d.date for d in week()] == [date(2026, 3, day) for day in (4, 5, 6, 7)]
