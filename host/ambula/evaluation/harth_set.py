"""HARTH and HAR70+: one CSV per person, thigh and lower back at 50 Hz, one label code per sample, x down."""

import csv
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np

from ambula.base.errors import InputError
from ambula.base.sites import BACK_SITE, THIGH_SITE
from ambula.evaluation import axes
from ambula.evaluation.npz_set import chosen
from ambula.evaluation.parts import DataSet, Float, Part, Request, Text
from ambula.recordings.csv_file import line_of

COLUMNS = ("timestamp", "back_x", "back_y", "back_z", "thigh_x", "thigh_y", "thigh_z", "label")
_AT = {BACK_SITE: slice(0, 3), THIGH_SITE: slice(3, 6)}
_OUT = -3  # documents: thigh_z points backward, back_z forward: both into the body; where one sits, gravity decides
_GAP_S = 0.5
_LABELS = {
    1: "walking",
    2: "running",
    3: "shuffling",
    4: "stairs_up",
    5: "stairs_down",
    6: "standing",
    7: "sitting",
    8: "lying",
    13: "cycling",
    14: "cycling",
    130: "cycling",
    140: "cycling",
}


def is_harth_set(folder: Path) -> bool:
    """Return whether a folder holds a CSV with these columns."""
    return any(_missing(path) == [] for path in sorted(folder.glob("*.csv"))[:3])


def open_harth_set(folder: Path, request: Request) -> DataSet:
    """Open a folder of HARTH or HAR70+ files; raises InputError for a person who is not there, and while reading."""
    files = {path.stem: path for path in sorted(folder.glob("*.csv"))}
    subjects = tuple(chosen(folder, files, request))
    data = DataSet(folder.name, request.sites or (THIGH_SITE, BACK_SITE), subjects, iter(()))
    data.people = (_person(files[s], data) for s in subjects)
    return data


def _person(path: Path, data: DataSet) -> list[Part]:
    time_s, acc_g, label = _read(path)
    rate_hz = _rate_hz(path, time_s)
    turned: dict[str, Float] = {}
    for site in data.sites:
        raw = acc_g[:, _AT[site]]
        turn = axes.by_gravity(raw, label, site, _OUT)
        data.turned(f"{site}: {turn.said}", "people")
        turned[site] = raw @ turn.matrix.T
    step_s = np.diff(time_s)
    cuts = np.flatnonzero((step_s > _GAP_S) | (step_s < 0)) + 1
    if len(cuts):
        data.notes.append(f"{path.stem}: {len(cuts)} gaps or jumps of the clock; split there")
    edges = [0, *cuts.tolist(), len(time_s)]
    return [
        Part(path.stem, f"{path.stem}-{k}", rate_hz, {s: a[first:end] for s, a in turned.items()}, label[first:end])
        for k, (first, end) in enumerate(pairwise(edges))
    ]


def _read(path: Path) -> tuple[Float, Float, Text]:
    """Return seconds (n,), back and thigh in g (n, 6), and label words (n,)."""
    missing = _missing(path)
    if missing:
        raise InputError(f"{path}: line 1: has no column {missing[0]}; the header must be {','.join(COLUMNS)}")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file)
        header = [name.strip().lower() for name in next(rows)]
        at = [header.index(name) for name in COLUMNS]
        try:
            table = [[row[i] for i in at] for row in rows if row]
        except IndexError as e:
            raise InputError(f"{path}: line {rows.line_num}: has too few columns; correct or delete it") from e
        except (UnicodeDecodeError, csv.Error) as e:
            raise InputError(f"{path}: line {rows.line_num}: is not text; fetch the file again") from e
    if len(table) < 2:
        raise InputError(f"{path}: has {len(table)} samples; fetch the file again")
    columns = [[row[i] for row in table] for i in range(len(COLUMNS))]
    acc_g = np.stack([_numbers(path, column) for column in columns[1:7]], axis=1)
    return _times_s(path, columns[0]), acc_g, _words(path, columns[7])


def _times_s(path: Path, texts: list[str]) -> Float:
    try:
        instants = np.array(texts, "datetime64[us]")
    except ValueError as e:
        raise InputError(_first_bad(path, texts, np.datetime64, "a date and time")) from e
    return (instants - instants[0]) / np.timedelta64(1, "s")


def _numbers(path: Path, texts: list[str]) -> Float:
    try:
        values = np.array(texts).astype(np.float64)
    except ValueError as e:
        raise InputError(_first_bad(path, texts, float, "a number")) from e
    bad = ~np.isfinite(values)
    if bad.any():
        raise InputError(
            f"{path}: line {line_of(path, int(bad.argmax()))}: a value is missing; correct or delete the line"
        )
    return values


def _words(path: Path, texts: list[str]) -> Text:
    """Return the label words; an unknown code keeps its number, and is counted separately."""
    codes, back = np.unique(np.array(texts), return_inverse=True)
    try:
        words = [_LABELS.get(int(float(code)), f"code {int(float(code))}") for code in codes.tolist()]
    except (ValueError, OverflowError) as e:
        raise InputError(_first_bad(path, texts, lambda text: int(float(text)), "a label's number")) from e
    return np.array(words)[back]


def _first_bad(path: Path, texts: list[str], read: Callable[[str], object], wanted: str) -> str:
    """Return what to say of the first text that `read` refuses."""
    for row, text in enumerate(texts):
        try:
            read(text)
        except (ValueError, OverflowError):
            return f"{path}: line {line_of(path, row)}: {text[:40]!r} is not {wanted}; correct or delete the line"
    return f"{path}: a value is not {wanted}; fetch the file again"


def _rate_hz(path: Path, time_s: Float) -> float:
    """Return the nominal rate; a real clock's jitter of a millisecond makes no difference in five seconds."""
    step_s = float(np.median(np.diff(time_s)))
    if not 1 / 210 < step_s < 1 / 19:
        raise InputError(f"{path}: timestamps are {step_s:.4g} s apart; expected 20 to 200 Hz, as the sets' 50 Hz")
    return float(round(1 / step_s))


def _missing(path: Path) -> list[str]:
    try:
        with path.open(encoding="utf-8-sig") as file:
            header = [name.strip().lower() for name in file.readline().split(",")]
    except (OSError, UnicodeDecodeError) as e:
        raise InputError(f"{path}: cannot be read ({e}); check the path") from e
    return [name for name in COLUMNS if name not in header]
