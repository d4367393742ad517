"""The Parquet data set of epochs: reads back as it was written, and one clear line for what is wrong in it."""

import json
from dataclasses import fields, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as arrow
import pyarrow.parquet as parquet
import pytest

from ambula.base.errors import InputError
from ambula.cohort import read_epoch_set, write_epoch_set
from ambula.cohort.epoch_set import read_height_m
from ambula.cohort.people import Ask, Person, people_of
from ambula.days.local_days import ZoneHistory
from ambula.days.rules import DEFAULT
from ambula.days.summary import summarise_days
from ambula.epochs.table import EpochTable
from tests.support.made_days import OSLO
from tests.support.made_people import made_table

TABLE = made_table(3, 1)


def rewritten(folder: Path, **columns: Any) -> Path:
    """A person's folder whose file has other columns; None: left out."""
    path = write_epoch_set(folder, "P01", TABLE, OSLO)
    table = parquet.read_table(path, partitioning=None)
    for name, values in columns.items():
        at = table.column_names.index(name)
        table = table.remove_column(at) if values is None else table.set_column(at, name, values)
    parquet.write_table(table, path)
    return path.parent


def test_it_reads_back_as_it_was_written(tmp_path: Path) -> None:
    zones = ZoneHistory(((0, OSLO), (1_772_500_000, ZoneInfo("Asia/Tokyo"))))
    path = write_epoch_set(tmp_path, "P/01 å", TABLE, zones)
    assert path.relative_to(tmp_path).as_posix() == "participant=P%2F01%20%C3%A5/part-0.parquet"
    table, read = read_epoch_set(path.parent)
    assert read == zones
    for f in fields(EpochTable):
        np.testing.assert_array_equal(getattr(table, f.name), getattr(TABLE, f.name), f.name)
        assert getattr(table, f.name).dtype == getattr(TABLE, f.name).dtype


def test_the_firmware_of_the_records_is_kept_and_may_be_missing(tmp_path: Path) -> None:
    versions = np.where(np.arange(len(TABLE)) < 9000, "0.1.0", "0.2.0").astype(np.object_)
    path = write_epoch_set(tmp_path, "P01", replace(TABLE, thigh_firmware=versions), OSLO)
    (day,) = summarise_days(*read_epoch_set(path.parent))
    assert (day.thigh_firmware, day.back_firmware) == ("0.1.0+0.2.0", "")
    bare = rewritten(tmp_path / "b", thigh_firmware=None, back_firmware=None, software=None)
    assert {d.thigh_firmware for d in summarise_days(*read_epoch_set(bare))} == {""}
    with pytest.raises(InputError, match="column thigh_firmware: has what is no text"):
        read_epoch_set(rewritten(tmp_path / "c", thigh_firmware=arrow.array(range(len(TABLE)))))


@pytest.mark.parametrize(
    ("height_m", "told"), [(1.82, (1.82, True)), (None, (pytest.approx(np.nan, nan_ok=True), False))]
)
def test_the_height_is_kept_or_said_to_be_unknown(
    tmp_path: Path, height_m: float | None, told: tuple[Any, bool]
) -> None:
    folder = write_epoch_set(tmp_path, "P01", TABLE, OSLO, height_m).parent
    (person,) = people_of(folder, Ask(DEFAULT, None, "UTC"))
    assert isinstance(person, Person)
    for row in (*person.days, person.week):
        assert (row.height_m, row.height_known) == told


def test_a_height_that_is_none_is_refused(tmp_path: Path) -> None:
    path = write_epoch_set(tmp_path, "P01", TABLE, OSLO)
    table = parquet.read_table(path, partitioning=None)
    for words in ("tall", "182"):
        parquet.write_table(table.replace_schema_metadata({"height_m": words}), path)
        with pytest.raises(InputError, match="height_m in the metadata"):
            read_height_m(path.parent)


def test_parts_are_joined_in_order(tmp_path: Path) -> None:
    path = write_epoch_set(tmp_path, "P01", TABLE.rows(slice(0, 9000)), OSLO)
    other = write_epoch_set(tmp_path / "b", "P01", TABLE.rows(slice(9000, None)), OSLO)
    other.rename(path.with_name("part-1.parquet"))
    assert len(read_epoch_set(path.parent)[0]) == len(TABLE)


def test_what_epochs_csv_does_not_have_may_be_missing(tmp_path: Path) -> None:
    bare = dict.fromkeys(("worn_nodes", "thigh_flags", "back_flags", "back_mad_mg"))
    table, zones = read_epoch_set(rewritten(tmp_path, **bare))
    (day,), (whole,) = summarise_days(table, zones), summarise_days(TABLE, zones)
    assert (day.walking_min, day.bends, day.bed_min) == (whole.walking_min, whole.bends, whole.bed_min)
    assert (day.thigh_mounting_known_share, np.isnan(day.movement_mean_mg)) == (0, True)


def test_the_zone_may_be_one_name_or_missing(tmp_path: Path) -> None:
    path = write_epoch_set(tmp_path, "P01", TABLE, OSLO)
    table = parquet.read_table(path, partitioning=None)
    parquet.write_table(table.replace_schema_metadata({"zone": "Asia/Tokyo"}), path)
    assert read_epoch_set(path.parent)[1].words == "Asia/Tokyo"
    parquet.write_table(table.replace_schema_metadata(None), path)
    assert read_epoch_set(path.parent, "Europe/Paris")[1].words == "Europe/Paris"
    parquet.write_table(table.replace_schema_metadata({"zones": json.dumps([[0, "Mars"]])}), path)
    with pytest.raises(InputError, match="no time zone 'Mars'"):
        read_epoch_set(path.parent)


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({"steps": None, "worn": None}, r"lacks the column\(s\) steps, worn"),
        ({"activity": arrow.array(["flying"] * len(TABLE))}, "column activity: unknown activity 'flying'"),
        ({"activity": arrow.array([None] * len(TABLE), "string")}, "column activity: has empty cells"),
        ({"worn": arrow.array([None] * len(TABLE), "bool")}, "column worn: has empty cells"),
        ({"steps": arrow.array(["many"] * len(TABLE))}, "column steps: could not convert"),
        ({"epoch_start_s": arrow.array(TABLE.start_s[::-1])}, "must rise in multiples of 5 s"),
        ({"epoch_start_s": arrow.array(TABLE.start_s + 1)}, "must rise in multiples of 5 s"),
        ({"epoch_start_s": arrow.array(TABLE.start_s * 1000)}, "from 0 on, up to the year 2106"),
        ({"epoch_start_s": arrow.array(TABLE.start_s - 2**32)}, "epoch_start_s: has a negative or an infinite value"),
        ({"cadence_spm": arrow.array(TABLE.steps + np.inf)}, "cadence_spm: has a negative or an infinite value"),
        ({"steps": arrow.array(TABLE.steps - 1000)}, "column steps: has a negative or an infinite value"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, columns: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError, match=told) as raised:
        read_epoch_set(rewritten(tmp_path, **columns))
    assert "\n" not in str(raised.value)
    assert "participant=P01" in str(raised.value)


def test_a_file_that_is_no_parquet_and_an_empty_folder(tmp_path: Path) -> None:
    (tmp_path / "part-0.parquet").write_bytes(b"PAR1 not really")
    with pytest.raises(InputError, match="cannot be read as Parquet"):
        read_epoch_set(tmp_path)
    (tmp_path / "part-0.parquet").unlink()
    with pytest.raises(InputError, match="has no Parquet file"):
        read_epoch_set(tmp_path)
