"""Fused epochs as a CSV file that R, pandas and DuckDB open."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ambula.epochs import EpochTable
from ambula.errors import InputError
from nodecore.activity import NAMES
from nodecore.sampling import EPOCH_S

HEADER = (
    "epoch_start_s,activity,cadence_spm,steps,worn,thigh_inclination_deg,back_inclination_deg,confidence"
    ",nodes,speed_kmh"
)


def write_epochs_csv(table: EpochTable, path: Path, first_epoch: int = 0) -> None:
    """Write one line an epoch; `epoch_start_s` counts from `first_epoch`, absent values are empty, `worn` is 0 or 1.

    `nodes`: 1 thigh, 2 back, 3 both. The file appears whole or not at all. Raises InputError if it cannot be written.
    """
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
                file.write(HEADER + "\n")
                file.writelines(_lines(table, first_epoch))
            Path(name).chmod(0o644)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror}); choose another place") from error


def _lines(table: EpochTable, first_epoch: int) -> Iterator[str]:
    columns: tuple[list[object], ...] = (
        ((table.epoch - first_epoch) * EPOCH_S).tolist(),
        [NAMES[int(code)] for code in table.activity],
        _numbers(table.cadence_spm, "%.0f"),
        _numbers(table.steps, "%.3f"),
        table.worn.astype(np.int64).tolist(),
        _numbers(table.thigh_inclination_deg, "%.1f"),
        _numbers(table.back_inclination_deg, "%.1f"),
        _numbers(table.confidence, "%.2f"),
        table.nodes.tolist(),
        _numbers(table.speed_kmh, "%.2f"),
    )
    for row in zip(*columns, strict=True):
        yield ",".join(map(str, row)) + "\n"


def _numbers(values: NDArray[np.float64], form: str) -> list[object]:
    return ["" if value != value else form % value for value in values.tolist()]
