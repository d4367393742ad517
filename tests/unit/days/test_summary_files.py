"""daily.csv and the dictionary that it is made from."""

import csv
from dataclasses import fields
from datetime import date, datetime
from pathlib import Path

import pytest

from ambula.days.csv_file import daily_csv_text, write_daily_csv
from ambula.days.dictionary import entries, entry, in_file
from ambula.days.entry import EMPTY
from ambula.days.summary import DaySummary, WeekSummary, summarise_days
from tests.support.made_days import OSLO, SITTING, WALKING, epoch_at, table_of


def days() -> list[DaySummary]:
    return summarise_days(
        table_of(epoch_at(datetime(2026, 3, 4, 22)), [(SITTING, 997), (WALKING, 1000, 101.0, 4.2)]), OSLO
    )


def test_the_dictionary_defines_every_field_in_order_and_no_other() -> None:
    assert [e.name for e in entries("day")] == [f.name for f in fields(DaySummary)]
    assert [e.name for e in entries("week")] == [f.name for f in fields(WeekSummary)]
    for e in (*entries("day"), *entries("week")):
        assert e.label
        assert e.unit
        assert len(e.definition) > 15
        assert e.source


def test_the_csv_reads_back_as_the_summaries(tmp_path: Path) -> None:
    path = tmp_path / "daily.csv"
    write_daily_csv(days(), path)
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["date"] for row in rows] == ["2026-03-04", "2026-03-05"]
    for row, day in zip(rows, days(), strict=True):
        assert float(row["walking_min"]) == pytest.approx(day.walking_min, abs=5e-5)
        assert row["valid"] == ("true" if day.valid else "false")
        assert "placeholder" in row["met_table"]
        assert row["zone"] == "Europe/Oslo"
        assert int(row["recorded_epochs"]) == day.recorded_epochs
    assert rows[0]["cadence_peak30_spm"] != ""


def test_no_days_make_a_header_alone_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = tmp_path / "daily.csv"
    write_daily_csv([], path)
    assert path.read_text() == ",".join(e.name for e in entries("day")) + "\n"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_cannot_be_written_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "daily.csv"
    path.write_text("old")

    def refuse(_self: Path, _target: Path) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(OSError, match="disk full"):
        write_daily_csv(days(), path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_values_as_files_and_as_people_read_them() -> None:
    assert in_file(float("nan")) == ""
    assert in_file(100.0) == "100"
    assert in_file(1 / 12) == "0.0833"
    assert in_file(date(2026, 3, 4)) == "2026-03-04"
    assert entry("day", "worn_share").shown(0.954) == "95"
    assert entry("day", "worn_share").heading == "Worn share of the day (%)"
    assert entry("day", "walking_met").shown(3.146) == "3.15"
    assert entry("day", "steps").shown(11402) == "11,402"
    assert entry("day", "walking_met").shown(float("nan")) == EMPTY
    assert entry("day", "valid").shown(True) == "yes"
    with pytest.raises(KeyError):
        entry("day", "no_such_figure")


def test_the_same_days_give_the_same_bytes() -> None:
    assert daily_csv_text(days()) == daily_csv_text(days())
