"""The epochs file: its columns, empty where there is nothing, and whole or not at all."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ambula.base.errors import InputError
from ambula.base.version import SOFTWARE
from ambula.epochs.csv_file import write_epochs_csv
from ambula.epochs.table import EpochTable
from nodecore import activity


def table() -> EpochTable:
    return EpochTable(
        epoch=np.array([4, 6], np.int64),
        activity=np.array([activity.WALKING, activity.NOT_WORN], np.uint8),
        cadence_spm=np.array([104.0, np.nan]),
        steps=np.array([8.625, 0.0]),
        worn=np.array([True, False]),
        thigh_inclination_deg=np.array([3.25, 90.0]),
        back_inclination_deg=np.array([np.nan, np.nan]),
        confidence=np.array([0.8, 0.5]),
        nodes=np.array([1, 1], np.uint8),
        speed_kmh=np.array([4.218, np.nan]),
        thigh_firmware=np.array(["0.1.0", "unknown"], np.object_),
        clock_doubt_s=np.array([0.53, np.inf]),
    )


def test_lines_are_exact(tmp_path: Path) -> None:
    write_epochs_csv(table(), tmp_path / "epochs.csv")
    assert (tmp_path / "epochs.csv").read_text().splitlines() == [
        "epoch_start_s,activity,cadence_spm,steps,worn,thigh_inclination_deg,back_inclination_deg,confidence"
        ",nodes,speed_kmh,clock_doubt_s,thigh_firmware,back_firmware,software",
        f"20,walking,104,8.625,1,3.2,,0.80,1,4.22,0.5,0.1.0,,{SOFTWARE}",
        f"30,not_worn,,0.000,0,90.0,,0.50,1,,inf,unknown,,{SOFTWARE}",
    ]


def test_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "epochs.csv"
    path.write_text("old")
    broken = replace(table(), activity=np.array([5, 99], np.uint8))
    with pytest.raises(IndexError):
        write_epochs_csv(broken, path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_unwritable_place_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written"):
        write_epochs_csv(table(), tmp_path / "none" / "epochs.csv")
