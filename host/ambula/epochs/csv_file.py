"""Fused epochs as a CSV file that R, pandas and DuckDB open."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ambula.base.errors import InputError
from ambula.base.version import SOFTWARE
from ambula.epochs.table import EpochTable
from nodecore.activity import NAMES
from nodecore.sampling import EPOCH_S

HEADER = (
    "epoch_start_s,activity,cadence_spm,steps,worn,thigh_inclination_deg,back_inclination_deg,confidence"
    ",nodes,speed_kmh,clock_doubt_s,thigh_firmware,back_firmware,software"
)


def check_place(path: Path) -> None:
    """Raise InputError if a file could not be written at `path`: to be asked before the work, not after it."""
    if path.is_dir():
        raise InputError(f"{path}: is a folder; name a file in it")
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        os.close(handle)
        Path(name).unlink()
    except OSError as error:
        raise InputError(_cannot(path, error)) from error


def write_epochs_csv(table: EpochTable, path: Path) -> None:
    """Write one line per epoch; `epoch_start_s` counts from epoch 0, absent values are empty, `worn` is 0 or 1.

    `nodes`: 1 thigh, 2 back, 3 both. The file appears whole or not at all. Raises InputError if it cannot be written.
    """
    check_place(path)
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
                file.write(HEADER + "\n")
                file.writelines(_lines(table))
            Path(name).chmod(0o644)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise InputError(_cannot(path, error)) from error


def _cannot(path: Path, error: OSError) -> str:
    return f"{path}: cannot be written ({error.strerror}); choose another place"


def _lines(table: EpochTable) -> Iterator[str]:
    columns: tuple[list[object], ...] = (
        (table.epoch * EPOCH_S).tolist(),
        [NAMES[int(code)] for code in table.activity],
        _numbers(table.cadence_spm, "%.0f"),
        _numbers(table.steps, "%.3f"),
        table.worn.astype(np.int64).tolist(),
        _numbers(table.thigh_inclination_deg, "%.1f"),
        _numbers(table.back_inclination_deg, "%.1f"),
        _numbers(table.confidence, "%.2f"),
        table.nodes.tolist(),
        _numbers(table.speed_kmh, "%.2f"),
        _numbers(table.clock_doubt_s, "%.1f"),
        table.thigh_firmware.tolist(),
        table.back_firmware.tolist(),
        [SOFTWARE] * len(table),
    )
    for row in zip(*columns, strict=True):
        yield ",".join(map(str, row)) + "\n"


def _numbers(values: NDArray[np.float64], form: str) -> list[object]:
    return ["" if value != value else form % value for value in values.tolist()]
