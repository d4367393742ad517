"""The epochs as CSV."""

from pathlib import Path

from ambula.epochs.csv_file import write_epochs_csv
from ambula.exports.place import whole
from ambula.exports.source import Source, Written


def export_csv(source: Source, folder: Path) -> Written:
    """Write CODE_epochs.csv, one row per epoch; `epoch_start_s` is UTC."""
    path = folder / f"{source.code}_epochs.csv"
    with whole(path) as made:
        write_epochs_csv(source.table, made)
    lacks = ["units and time zone: only the column names give units (--to parquet has all of it)"]
    return Written([path], f"{len(source.table)} epochs of 5 s, in UTC seconds", lacks)
