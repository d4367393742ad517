"""A Parquet data set of epochs, one folder per person: `participant=P01/part-0.parquet`.

Columns: those of epochs.csv, of which the versions and the clock's doubt may be missing; then worn_nodes, thigh_flags,
back_flags, back_mad_mg, shake_ratio and nodes_apart_s, which may be missing too (see `EpochTable`). File metadata
`zones`: since when (UTC s) the person lived by which IANA zone, as JSON; or `zone`: one. `height_m`: the person's
height, by which speed_kmh was estimated; it may be missing.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote, unquote

import numpy as np
from numpy.typing import NDArray

from ambula.base.config import zone_info
from ambula.base.errors import InputError
from ambula.base.optional_imports import library
from ambula.days.dictionary import entries
from ambula.days.local_days import ZoneHistory, Zones
from ambula.epochs.table import EpochTable
from ambula.exports.epochs_table import WORDS, epoch_columns
from ambula.exports.place import whole
from nodecore.activity import NAMES
from nodecore.sampling import EPOCH_S

KEY = "participant="
_MAY_MISS: dict[str, Any] = {
    "worn_nodes": np.uint8,
    "thigh_flags": np.uint8,
    "back_flags": np.uint8,
    "back_mad_mg": np.float64,
    "nodes_apart_s": np.float64,
    "clock_doubt_s": np.float64,
    "shake_ratio": np.float64,
}
_MAY_BE_INFINITE = ("nodes_apart_s", "clock_doubt_s")
_FIRMWARE = ("thigh_firmware", "back_firmware")
_UNKNOWN = "unknown activity {!r}: if a newer Ambula wrote it, update Ambula; else it must be one of " + ", ".join(
    NAMES
)
_LATEST_S = (1 << 32) - 1  # beyond it the values are not in seconds
_TYPES: dict[str, Any] = {"steps": np.float64, "worn": np.bool_, "nodes": np.uint8, "epoch_start_s": np.int64}


def write_epoch_set(
    root: Path, participant: str, table: EpochTable, zones: Zones, height_m: float | None = None
) -> Path:
    """Write one person's epochs below `root`, in place of what was there; return the file.

    height_m: the person's, by which the table's speed was estimated; None where it was assumed or is not known. Raises
    InputError where it cannot be written or pyarrow is missing.
    """
    arrow, parquet = library("pyarrow", "pyarrow"), library("pyarrow.parquet", "pyarrow")
    columns = epoch_columns(table)
    values = {**columns, **{name: getattr(table, name) for name in _MAY_MISS if name not in columns}}
    columns = {name: arrow.array(column, from_pandas=True) for name, column in values.items()}
    columns.update({name: columns[name].dictionary_encode() for name in WORDS})
    changes = [[moment, zone.key] for moment, zone in ZoneHistory.of(zones).changes]
    path = root / f"{KEY}{quote(participant, safe='')}" / "part-0.parquet"
    facts = {"zones": json.dumps(changes)} | ({} if height_m is None else {"height_m": str(height_m)})
    made = arrow.table(columns).replace_schema_metadata(facts)
    with whole(path) as place:
        parquet.write_table(made, place)
    return path


def participant_of(folder: Path) -> str:
    """Return whose a folder of a data set is."""
    return unquote(folder.name.removeprefix(KEY))


def programs_of(folder: Path) -> tuple[str, ...]:
    """Return which programs joined a person's epochs, in their order; none where the set does not say it."""
    columns = [_read(part) for part in sorted(folder.glob("*.parquet"))]
    said = [_names(folder, c, "software") for c in columns if "software" in c.column_names]
    return tuple(name for name in dict.fromkeys(np.concatenate(said).tolist()) if name) if said else ()


def read_epoch_set(folder: Path, default_zone: str = "UTC") -> tuple[EpochTable, ZoneHistory]:
    """Return one person's epochs and zones; `folder`: `.../participant=P01`.

    Several files are joined in the order of their names; a column that is not known, or not in all of them, is passed
    over. Raises InputError for what is no such file, lacks a column or holds impossible values.
    """
    parts = sorted(folder.glob("*.parquet"))
    if not parts:
        raise InputError(f"{folder}: has no Parquet file")
    files = [_read(part) for part in parts]
    metadata: dict[bytes, bytes] = files[0].schema.metadata or {}
    zones = _zones(folder, metadata, default_zone)
    table = _joined(folder, files)
    wanted = [e.name for e in entries("epoch") if e.name not in (*_FIRMWARE, *_MAY_MISS, "software")]
    missing = [name for name in wanted if name not in table.column_names]
    if missing:
        raise InputError(f"{folder}: lacks the column(s) {', '.join(missing)}")
    columns = {name: _column(folder, table, name) for name in wanted}
    more = {n: _column(folder, table, n).astype(kind) for n, kind in _MAY_MISS.items() if n in table.column_names}
    more |= {name: _names(folder, table, name) for name in _FIRMWARE if name in table.column_names}
    start_s = columns.pop("epoch_start_s")
    if len(start_s) and ((start_s % EPOCH_S).any() or (np.diff(start_s) <= 0).any() or start_s[-1] > _LATEST_S):
        raise InputError(
            f"{folder}: epoch_start_s must rise in multiples of {EPOCH_S} s from 0 on, up to the year 2106"
        )
    return EpochTable(epoch=start_s // EPOCH_S, **cast("Mapping[str, Any]", columns), **more), zones


def read_height_m(folder: Path) -> float | None:
    """Return the height that a person's folder names, None where it names none; InputError for what is none."""
    arrow, parquet = library("pyarrow", "pyarrow"), library("pyarrow.parquet", "pyarrow")
    try:
        metadata: dict[bytes, bytes] = parquet.read_schema(min(folder.glob("*.parquet"))).metadata or {}
        if b"height_m" not in metadata:
            return None
        height_m = float(metadata[b"height_m"])
        if not 1.2 <= height_m <= 2.2:
            raise ValueError("must be 1.2 to 2.2")
    except (ValueError, OSError, arrow.ArrowException) as e:
        raise InputError(f"{folder}: height_m in the metadata: {e}") from e
    return height_m


def _read(path: Path) -> Any:
    arrow, parquet = library("pyarrow", "pyarrow"), library("pyarrow.parquet", "pyarrow")
    try:
        with parquet.ParquetFile(path) as file:
            return file.read(use_threads=False)
    except (arrow.ArrowException, OSError) as e:
        raise InputError(f"{path}: cannot be read as Parquet ({str(e).splitlines()[0]})") from e


def _joined(folder: Path, files: list[Any]) -> Any:
    """Return the rows of all files, in the columns that each has: a newer Ambula's may have more."""
    arrow = library("pyarrow", "pyarrow")
    shared = [name for name in files[0].column_names if all(name in file.column_names for file in files)]
    try:
        return arrow.concat_tables([file.select(shared) for file in files])
    except arrow.ArrowException as e:
        raise InputError(f"{folder}: its files differ in what a column holds: {str(e).splitlines()[0]}") from e


def _column(folder: Path, table: Any, name: str) -> NDArray[Any]:
    try:
        if name == "activity":
            return _codes(table.column(name).combine_chunks())
        values = table.column(name).to_numpy()
        if name in _TYPES:
            if table.column(name).null_count:
                raise ValueError("has empty cells")
            return _possible(values.astype(_TYPES[name]))
        return _possible(values.astype(np.float64), name in _MAY_BE_INFINITE)
    except (ValueError, TypeError, KeyError) as e:
        raise InputError(f"{folder}: column {name}: {e}") from e


def _names(folder: Path, table: Any, name: str) -> NDArray[np.object_]:
    """Return a column of names, as str; empty cells as ""."""
    column = table.column(name).combine_chunks()
    coded = column if hasattr(column, "indices") else column.dictionary_encode()
    names = [*coded.dictionary.to_pylist(), ""]
    if not all(isinstance(word, str) for word in names):
        raise InputError(f"{folder}: column {name}: has what is no text")
    return np.array(names, np.object_)[coded.indices.fill_null(len(names) - 1).to_numpy(zero_copy_only=False)]


def _possible(values: NDArray[Any], may_be_infinite: bool = False) -> NDArray[Any]:
    """Return the values of a column; none is negative, and only a doubt is infinite. Raises ValueError."""
    if (not may_be_infinite and np.isinf(values).any()) or (values < 0).any():
        raise ValueError("has a negative or an infinite value")
    return values


def _codes(words: Any) -> NDArray[np.uint8]:
    """Return the activity codes of an Arrow array of words."""
    coded = words if hasattr(words, "indices") else words.dictionary_encode()
    known = {word: code for code, word in enumerate(NAMES)}
    unknown = [word for word in coded.dictionary.to_pylist() if word not in known]
    if unknown or coded.null_count:
        raise ValueError(_UNKNOWN.format(unknown[0]) if unknown else "has empty cells")
    codes = np.array([known[word] for word in coded.dictionary.to_pylist()], np.uint8)
    return codes[coded.indices.to_numpy()] if len(codes) else np.empty(0, np.uint8)


def _zones(folder: Path, metadata: Mapping[bytes, bytes], default_zone: str) -> ZoneHistory:
    try:
        if b"zones" in metadata:
            changes = json.loads(metadata[b"zones"])
            return ZoneHistory(tuple((int(moment), zone_info(str(name))) for moment, name in changes))
        return ZoneHistory.of(zone_info(metadata.get(b"zone", default_zone.encode()).decode()))
    except (ValueError, TypeError, InputError) as e:
        raise InputError(f"{folder}: zones in the metadata: {e}") from e
