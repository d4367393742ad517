"""Data sets of one `.npz` file per person: acc_thigh, acc_back or acc_waist (n, 3) in g, fs, label, seg, true steps."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from ambula.base.errors import InputError
from ambula.base.sites import BACK_SITE, THIGH_SITE
from ambula.evaluation import axes
from ambula.evaluation.known_sets import Axes, known
from ambula.evaluation.parts import DataSet, Float, Part, Request, Text

# A belt is the nearest thing to a lower back.
_KEYS = {THIGH_SITE: ("acc_thigh",), BACK_SITE: ("acc_back", "acc_waist")}
_CLOSEST_S = 0.12  # two steps nearer than this are one
_LONGEST_HZ = 1000.0

Arrays = dict[str, NDArray[Any]]
Turner = Callable[[Float, Text], axes.Turn]


def open_npz_set(folder: Path, request: Request) -> DataSet:
    """Open a folder of `.npz` files; nothing but the first is read until the people are asked for.

    Raises InputError for a person or site that is not there, and, while reading, for a file that is not such a file.
    """
    files = {path.stem: path for path in sorted(folder.glob("*.npz")) if _is_person(path)}
    if not files:
        raise InputError(f"{folder}: no .npz file in it has acc_thigh, acc_back or acc_waist with fs, label and seg")
    has = _sites(next(iter(files.values())))
    sites = request.sites or has
    for site in sites:
        if site not in has:
            raise InputError(f"{folder}: has no {site} recordings, only {' and '.join(has)}: choose another --site")
    flagged = _flagged(folder, sites) if request.skip_flagged else set[str]()
    subjects = tuple(s for s in chosen(folder, files, request) if s not in flagged)
    data = DataSet(folder.name, sites, subjects, iter(()))
    if request.skip_flagged:
        data.notes.append(f"Left out as worn or labelled wrongly: {len(flagged & set(files))} people")
    data.people = (_person(files[s], data) for s in subjects)
    return data


def chosen(folder: Path, files: dict[str, Path], request: Request) -> list[str]:
    """Return the people asked for, all if none were; InputError for one that is not there."""
    for subject in request.subjects:
        if subject not in files:
            raise InputError(f"{folder}: has no subject {subject!r}; it has {', '.join(list(files)[:6])} ...")
    return [s for s in files if not request.subjects or s in request.subjects]


def _is_person(path: Path) -> bool:
    return bool(_sites(path))


def _sites(path: Path) -> tuple[str, ...]:
    try:
        with zipfile.ZipFile(path) as archive:
            names = {Path(name).stem for name in archive.namelist()}
    except (OSError, ValueError, NotImplementedError, zipfile.BadZipFile) as e:
        raise InputError(f"{path}: is not an .npz file ({e}); fetch it again") from e
    if not {"fs", "label", "seg"} <= names:
        return ()
    return tuple(site for site, keys in _KEYS.items() if names.intersection(keys))


def _flagged(folder: Path, sites: tuple[str, ...]) -> set[str]:
    """Return who wore a sensor of these sites wrongly, as meta.json says."""
    path = folder / "meta.json"
    try:
        meta = cast("dict[str, Any]", json.loads(path.read_text("utf-8")))
        flags = cast("dict[str, list[str]]", meta.get("quality_flags", {}))
        return {subject for subject, said in flags.items() if any(flag.startswith(sites) for flag in said)}
    except (OSError, ValueError, AttributeError, TypeError) as e:
        raise InputError(
            f"{path}: cannot be read, so it is unknown who is flagged ({e}). Leave out --skip-flagged"
        ) from e


def _person(path: Path, data: DataSet) -> list[Part]:
    arrays = _arrays(path)
    rate_hz, label, seg = _checked(path, arrays)
    acc = {site: _acc(path, arrays, site, len(label), data) for site in data.sites}
    turners = {site: _turner(data, site, acc[site], label) for site in data.sites}
    parts: list[Part] = []
    for number in np.unique(seg).tolist():
        rows = np.flatnonzero(seg == number)
        turned: dict[str, Float] = {}
        for site in data.sites:
            turn = turners[site](acc[site][rows], label[rows])
            turned[site] = acc[site][rows] @ turn.matrix.T
            if not parts or known(data.name).one_by_one:
                data.turned(f"{site}: {turn.said}", "recordings" if known(data.name).one_by_one else "people")
        steps_s = _steps_s(path, arrays, number, int(rows[0]), rate_hz)
        parts.append(Part(path.stem, _name(arrays, number), rate_hz, turned, label[rows], steps_s))
    return parts


def _arrays(path: Path) -> Arrays:
    try:
        with np.load(path) as file:
            return {key: file[key] for key in file.files}
    except Exception as e:  # numpy and zipfile raise whatever a damaged header leads them into, MemoryError too
        if "allow_pickle" in str(e):
            raise InputError(f"{path}: has texts as Python objects: save them with .astype(str)") from e
        raise InputError(f"{path}: is damaged ({type(e).__name__}: {e}); fetch it again") from e


def _checked(path: Path, arrays: Arrays) -> tuple[float, Text, NDArray[np.int64]]:
    try:
        rate_hz = float(arrays["fs"])
        label, seg = arrays["label"].astype(np.str_), arrays["seg"].astype(np.int64)
    except (TypeError, ValueError) as e:
        raise InputError(f"{path}: fs, label or seg is not what it should be ({e})") from e
    if not 0 < rate_hz < _LONGEST_HZ:
        raise InputError(f"{path}: fs is {rate_hz:g}; it must be the rate in Hz")
    if label.ndim != 1 or seg.shape != label.shape or not len(label):
        raise InputError(f"{path}: label {label.shape} and seg {seg.shape} must have one value per sample each")
    return rate_hz, label, seg


def _acc(path: Path, arrays: Arrays, site: str, samples: int, data: DataSet) -> Float:
    key = next((k for k in _KEYS[site] if k in arrays), None)
    if key is None or arrays[key].shape != (samples, 3):
        raise InputError(f"{path}: needs {' or '.join(_KEYS[site])} of shape ({samples}, 3), one row per label")
    acc = arrays[key].astype(np.float64)
    missing = int((~np.isfinite(acc)).any(axis=1).sum())
    if missing:
        data.notes.append(f"{path.stem}, {site}: {missing} samples are missing and count as 0 g")
    return np.where(np.isfinite(acc), acc, 0.0)


def _turner(data: DataSet, site: str, acc: Float, label: Text) -> Turner:
    """Return what finds the turn of one recording; sets whose sensors stay put get one turn a person."""
    how = known(data.name).axes
    if how is Axes.SNAPPED:
        return lambda rows, _: axes.snapped(rows)
    if how is Axes.LEVELLED:
        return axes.levelled
    fixed = {Axes.X_DOWN: lambda: axes.signed(-1, 3), Axes.AS_RECORDED: axes.as_recorded}
    turn = fixed[how]() if how in fixed else axes.by_gravity(acc, label, site, out=3)

    def stays(_acc: Float, _label: Text) -> axes.Turn:
        return turn

    return stays


def _steps_s(path: Path, arrays: Arrays, seg: int, first: int, rate_hz: float) -> Float | None:
    """Return the true steps of one recording: step_events (index, side, seg) or foot_events (start, end, side, seg)."""
    try:
        if "foot_events" in arrays:
            events = arrays["foot_events"]
            at = events[events[:, 3] == seg][:, 1]
        elif "step_events" in arrays:
            events = arrays["step_events"]
            at = events[events[:, 2] == seg][:, 0]
        else:
            return None
    except IndexError as e:
        raise InputError(f"{path}: step_events or foot_events has too few columns") from e
    times_s: Float = np.unique(at - first) / rate_hz
    return times_s[np.diff(times_s, prepend=-np.inf) > _CLOSEST_S]


def _name(arrays: Arrays, seg: int) -> str:
    names = arrays.get("seg_names", arrays.get("trial"))
    return str(names[seg]) if names is not None and 0 <= seg < len(names) else str(seg)
