"""Recordings as CSV: finds columns and units by the header, and by the values where the header has none."""

import itertools
import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ambula.base.errors import InputError
from ambula.base.sites import BACK_SITE, THIGH_SITE
from nodecore.sampling import EPOCH_S

Float = NDArray[np.float64]

_WANTED = "give a CSV with the header t,x,y,z"
_TIMES = ("t", "time", "timestamp", "datetime", "unixtime", "unixtimestamp")
_SENSORS = ("acc", "accel", "acceleration", "accelerometer", "a")
_SITES = {THIGH_SITE: ("thigh",), BACK_SITE: ("back", "lowback", "lowerback")}
_HARTH = {"timestamp", *(f"{site}{axis}" for site in _SITES for axis in "xyz")}
_TIME_S = {"s": 1.0, "sec": 1.0, "seconds": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}
_ACC_G = {"g": 1.0, "mg": 1e-3, "m/s2": 1 / 9.80665}
_SAME_UNIT = {"m/s^2": "m/s2", "m/s\N{SUPERSCRIPT TWO}": "m/s2", "ms2": "m/s2", "ms-2": "m/s2", "m s-2": "m/s2"}
_UNIT = re.compile(r"^(.*?)(?:\s*[(\[]\s*([^)\]]*?)\s*[)\]]|_(s|ms|us|ns|g|mg|ms2))$")
_MEDIAN_G = (0.5, 1.6)  # what a worn sensor's median magnitude may be
_ABSURD = 1e30  # in any unit
_STEP_S = (1 / 202, 1 / 19.8)


@dataclass(frozen=True)
class Layout:
    """Where time and x, y, z stand, with the units that the header gives ("" where it does not)."""

    delimiter: str
    time: int
    axes: tuple[int, int, int]
    time_name: str
    time_unit: str
    acc_unit: str
    is_harth: bool


@dataclass(frozen=True)
class Table:
    """A file's samples: seconds (n,), g (n, 3) on the file's axes, and in words what was not as in `t,x,y,z`."""

    t_s: Float
    acc_g: Float
    said: tuple[str, ...]
    is_harth: bool


def read_table(path: Path, site: str) -> Table:
    """Read a CSV; `site` ("thigh" or "back") chooses the columns where a file holds both.

    Time: a column t, time, timestamp or datetime, as seconds, ms, us, ns or ISO 8601 (without an offset, as if it were
    UTC). Acceleration: x, y, z, also as acc_x, accel x, thigh_x, ..., in g, mg or m/s2. A unit in the header (`x (mg)`,
    `time_ms`) counts; else the values decide, but a bare `t` is in seconds. Raises InputError for anything else.
    """
    layout = _layout(path, site)
    acc, t_s, said = _load_numbers(path, layout)
    acc_g, unit_notes = _in_g(path, acc, layout.acc_unit)
    columns = ["HARTH's columns"] if layout.is_harth else []
    return Table(t_s, acc_g, (*columns, *said, *unit_notes), layout.is_harth)


def line_of(path: Path, row: int) -> int:
    """Return the number of the line in the file, from 1, that holds a row of the table: empty lines hold none."""
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        full = (number for number, text in enumerate(file, 1) if number > 1 and text != "\n")
        return next(itertools.islice(full, max(row, 0), None), 1)


def _layout(path: Path, site: str) -> Layout:
    try:
        with path.open(encoding="utf-8-sig") as file:
            header = file.readline()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); check the path") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: line 1: is not text; {_WANTED}") from error
    if not header.strip():
        raise InputError(f"{path}: is empty; {_WANTED}")
    delimiter = max(",;\t", key=header.count)
    named = [_named(text) for text in header.split(delimiter)]
    names = [name for name, _ in named]
    time = _find(path, names, "t", [(name,) for name in _TIMES])
    before = [("",), _SITES[site], _SENSORS, *[(s + sensor,) for s in _SITES[site] for sensor in _SENSORS[:4]]]
    x, y, z = (
        _find(path, names, axis, [[b + axis for b in some] + [f"{axis}axis"] for some in before]) for axis in "xyz"
    )
    units = {named[at][1] for at in (x, y, z)}
    return Layout(
        delimiter=delimiter,
        time=time,
        axes=(x, y, z),
        time_name=names[time],
        time_unit=_known(path, {named[time][1]}, _TIME_S),
        acc_unit=_known(path, units, _ACC_G),
        is_harth=set(names) >= _HARTH,
    )


def _named(text: str) -> tuple[str, str]:
    """Return a column's name in lower-case letters and digits alone, and its unit."""
    plain = text.strip().strip('"').strip().lower()
    match = _UNIT.match(plain)
    name, unit = (match.group(1), match.group(2) or match.group(3) or "") if match else (plain, "")
    return re.sub(r"[^a-z0-9]", "", name), _SAME_UNIT.get(unit, unit)


def _find(path: Path, names: list[str], column: str, choices: Sequence[Sequence[str]]) -> int:
    """Return where the first of the choices that is there stands."""
    for choice in choices:
        places = [at for at, name in enumerate(names) if name in choice]
        if len(places) > 1:
            raise InputError(f"{path}: line 1: repeats column {column}; the header must be t,x,y,z")
        if places:
            return places[0]
    raise InputError(f"{path}: line 1: has no column {column}; the header must be t,x,y,z (others: docs/imports.md)")


def _known(path: Path, units: set[str], known: dict[str, float]) -> str:
    if len(units) > 1 or not units <= {*known, ""}:
        unknown = " and ".join(sorted(repr(unit) for unit in units))
        raise InputError(f"{path}: line 1: the unit {unknown} is not known; write {', '.join(known)} or none")
    return next(iter(units))


def _load_numbers(path: Path, layout: Layout) -> tuple[Float, Float, list[str]]:
    """Return acceleration as it stands, seconds, and what there is to say of the clock."""
    if _is_date(_first_value(path, layout)):
        acc = _load(path, layout, layout.axes)
        _check_finite(path, acc)
        return acc, _from_dates(path, layout), ["time as date and time; without an offset it counts as UTC"]
    table = _load(path, layout, (layout.time, *layout.axes))
    _check_finite(path, table)
    unit = layout.time_unit or ("s" if layout.time_name == "t" else _guessed_time_unit(table[:, 0]))
    return table[:, 1:], table[:, 0] * _TIME_S[unit], [] if unit == "s" else [f"time in {unit}"]


def _first_value(path: Path, layout: Layout) -> str:
    """Return the clock of the first row, empty where there is none to look at."""
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        cells = next(itertools.islice((line for line in file if line.strip()), 1, None), "").split(layout.delimiter)
    return cells[layout.time].strip().strip('"') if layout.time < len(cells) else ""


def _is_date(text: str) -> bool:
    """Tell a date from a number; 20260304 is a number of seconds."""
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return not text.isdigit()


def _guessed_time_unit(clock: Float) -> str:
    """Return the unit in which the median step is that of 20 to 200 Hz, "s" where there is none."""
    step = float(np.median(np.diff(clock)))
    return next((u for u in ("s", "ms", "us", "ns") if _STEP_S[0] <= step * _TIME_S[u] <= _STEP_S[1]), "s")


def _from_dates(path: Path, layout: Layout) -> Float:
    texts = _load(path, layout, (layout.time,), "U40")[:, 0]
    out = np.empty(len(texts))
    for row, text in enumerate(texts.tolist()):
        try:
            read = datetime.fromisoformat(text.strip().strip('"'))
        except ValueError as error:
            line = line_of(path, row)
            raise InputError(f"{path}: line {line}: {text!r} is not a number nor a date and time") from error
        out[row] = (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()
    return out


def _in_g(path: Path, acc: Float, unit: str) -> tuple[Float, list[str]]:
    """Return acceleration in g; a unit that is not given is the one in which the median magnitude is about 1 g."""
    median = float(np.median(np.sqrt((acc * acc).sum(axis=1))))
    fits = [u for u, in_g in _ACC_G.items() if _MEDIAN_G[0] <= median * in_g <= _MEDIAN_G[1]]
    if unit not in fits if unit else not fits:
        where = f"1 g was expected (unit {unit})" if unit else "1 g was expected"
        raise InputError(
            f"{path}: x, y, z have a median magnitude of {median:.3g} where {where};"
            " x, y, z must be in g, mg or m/s2 and include gravity"
        )
    chosen = unit or fits[0]
    return acc * _ACC_G[chosen], [] if chosen == "g" else [f"acceleration in {chosen}"]


def _load(path: Path, layout: Layout, columns: Sequence[int], kind: str = "f8") -> NDArray[Any]:
    try:
        with warnings.catch_warnings(category=UserWarning, action="ignore"):  # an empty table is reported below
            table = np.loadtxt(
                path,
                dtype=kind,
                delimiter=layout.delimiter,
                skiprows=1,
                usecols=columns,
                ndmin=2,
                comments=None,
                encoding="utf-8-sig",
            )
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: is not text; {_WANTED}") from error
    except ValueError as error:
        raise InputError(f"{path}: {_reason(path, str(error))}") from error
    if len(table) < 2:
        count = "1 sample" if len(table) else "a header and no samples"
        raise InputError(f"{path}: has {count}; an epoch needs {EPOCH_S} s of samples: record for longer")
    return table


def _reason(path: Path, message: str) -> str:
    """Turn numpy's complaint into a line number, a fault and a remedy."""
    match = re.search(r"at row (\d+)", message)
    row = int(match.group(1)) if match else 0
    value = re.search(r"could not convert string '(.*)' to", message)
    if value:
        return f"line {line_of(path, row)}: {value.group(1)[:40]!r} is not a number; correct or delete the line"
    return f"line {line_of(path, row - 1)}: has too few columns; every line needs t,x,y,z"


def _check_finite(path: Path, table: Float) -> None:
    bad = ~(np.abs(table) < _ABSURD).all(axis=1)
    if bad.any():
        line = line_of(path, int(bad.argmax()))
        raise InputError(f"{path}: line {line}: a value is missing (nan, inf or absurd); cut the file there")
