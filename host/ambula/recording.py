"""A recorded accelerometer file, checked, as the int16 samples that a node's sensor would have given."""

import itertools
import re
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from ambula.errors import InputError
from nodecore.sampling import COUNTS_PER_G, EPOCH_S, EPOCH_SAMPLES, ODR_HZ

Float = NDArray[np.float64]

COLUMNS = ("t", "x", "y", "z")
MIN_RATE_HZ, MAX_RATE_HZ = 20.0, 200.0
MIN_COVERED = 0.9  # of an epoch at either end of the file
_SLACK = 1.01  # nominal 20 and 200 Hz clocks are off by up to a percent
_MAX_GAP_S = 0.5
_MEDIAN_G = (0.5, 1.6)  # what a worn sensor's median magnitude may be
_LOBES = 5  # of the windowed sinc, each side
_PHASES = 512  # positions between two samples at which the filter is tabulated
_ROUNDS = 1024  # filtered at once
_PASS = 0.45  # of the lower of both rates: the filter's half-amplitude frequency


@dataclass(frozen=True)
class Recording:
    """A file's samples: `t_s` (n,) rising seconds, `acc_g` (n, 3) in g, `rate_hz` from the median interval."""

    path: Path
    t_s: Float
    acc_g: Float
    rate_hz: float

    @classmethod
    def even(cls, acc_g: Float, rate_hz: float, name: str = "recording") -> Self:
        """Return samples taken at exactly `rate_hz` from 0 s on; name: what errors call them."""
        return cls(Path(name), np.arange(len(acc_g)) / rate_hz, acc_g, rate_hz)


@dataclass(frozen=True)
class Samples:
    """Whole epochs at 26 Hz: `counts` (E * 130, 3) int16, 4096 a g; the first sample is at `first_epoch` * 5 s."""

    first_epoch: int
    counts: NDArray[np.int16]

    @property
    def epochs(self) -> int:
        """How many epochs there are."""
        return len(self.counts) // EPOCH_SAMPLES


def read_samples(path: Path) -> Samples:
    """Read a CSV and resample it: `resample(read_recording(path))`; errors as there."""
    return resample(read_recording(path))


def read_recording(path: Path) -> Recording:
    """Read a CSV with the columns t, x, y, z (seconds, g; others are ignored) at 20 to 200 Hz.

    Raises InputError, one line with file, line number, fault and remedy, for anything that is not such a file:
    columns, numbers, a clock that repeats or goes back, gaps over max(0.5 s, 3 sample periods), a rate or unit out of
    range, or less than an epoch.
    """
    table = _load(path, _columns(path))
    _check_finite(path, table)
    t_s = table[:, 0].copy()
    rate_hz = _check_clock(path, t_s)
    acc_g = table[:, 1:]
    _check_unit(path, acc_g)
    return Recording(path, t_s, acc_g, rate_hz)


def resample(recording: Recording) -> Samples:
    """Return the recording on the grid of multiples of 1/26 s, low-passed, as int16 counts in whole epochs.

    The filter is a Hamming-windowed sinc of half amplitude at 0.45 of the lower rate. The first and last epoch stay if
    at least 90 % of them is covered (the edge value is held over the rest). Values beyond +-8 g saturate. Raises
    InputError if no epoch remains.
    """
    period_s = 1 / recording.rate_hz
    first = _first_epoch(float(recording.t_s[0]))
    end = _end_epoch(float(recording.t_s[-1]) + period_s)
    if end <= first:
        raise InputError(f"{recording.path}: shorter than one epoch of {EPOCH_S} s; record for longer")
    grid = np.arange(first * EPOCH_SAMPLES, end * EPOCH_SAMPLES)
    place = np.interp(grid / ODR_HZ, recording.t_s, np.arange(len(recording.t_s), dtype=np.float64))
    acc_g = _filtered(recording.acc_g, place, min(recording.rate_hz, ODR_HZ) / recording.rate_hz)
    counts = np.clip(np.rint(acc_g * COUNTS_PER_G), -32768, 32767).astype(np.int16)
    return Samples(first, counts)


def _columns(path: Path) -> list[int]:
    """Return where t, x, y and z stand in the header line."""
    try:
        with path.open(encoding="utf-8-sig") as file:
            header = file.readline()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); check the path") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: line 1: is not text; give a CSV with the header t,x,y,z") from error
    if not header.strip():
        raise InputError(f"{path}: is empty; give a CSV with the header t,x,y,z")
    names = [name.strip().strip('"').lower() for name in header.split(",")]
    for column in COLUMNS:
        if names.count(column) != 1:
            fault = "has no" if column not in names else "repeats"
            raise InputError(f"{path}: line 1: {fault} column {column}; the header must be t,x,y,z")
    return [names.index(column) for column in COLUMNS]


def _load(path: Path, columns: list[int]) -> Float:
    try:
        with warnings.catch_warnings(category=UserWarning, action="ignore"):  # an empty table is told below
            table = np.loadtxt(
                path, delimiter=",", skiprows=1, usecols=columns, ndmin=2, comments=None, encoding="utf-8-sig"
            )
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: is not text; give a CSV with the header t,x,y,z") from error
    except ValueError as error:
        raise InputError(f"{path}: {_reason(path, str(error))}") from error
    if len(table) < 2:
        count = "1 sample" if len(table) else "a header and no samples"
        raise InputError(f"{path}: holds {count}; an epoch needs {EPOCH_S} s of them: record for longer")
    return table


def _reason(path: Path, message: str) -> str:
    """Turn numpy's complaint into a line number, a fault and a remedy."""
    found = re.search(r"at row (\d+)", message)
    row = int(found.group(1)) if found else 0
    value = re.search(r"could not convert string '(.*)' to", message)
    if value:
        return f"line {line_of(path, row)}: {value.group(1)[:40]!r} is not a number; mend or delete the line"
    return f"line {line_of(path, row - 1)}: has too few columns; every line needs t,x,y,z"


def line_of(path: Path, row: int) -> int:
    """Return the number of the line in the file, from 1, that holds a row of the table: empty lines hold none."""
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        full = (number for number, text in enumerate(file, 1) if number > 1 and text != "\n")
        return next(itertools.islice(full, max(row, 0), None), 1)


def _check_finite(path: Path, table: Float) -> None:
    bad = ~np.isfinite(table).all(axis=1)
    if bad.any():
        line = line_of(path, int(bad.argmax()))
        raise InputError(f"{path}: line {line}: a value is missing (nan or inf); cut the file there")


def _check_clock(path: Path, t_s: Float) -> float:
    """Return the sampling rate in Hz."""
    step_s = np.diff(t_s)
    back = step_s <= 0
    if back.any():
        at = int(back.argmax())
        fault = "repeats" if step_s[at] == 0 else "goes back"
        line = line_of(path, at + 1)
        raise InputError(f"{path}: line {line}: the clock {fault} at t={t_s[at + 1]:.10g}; sort or cut the file there")
    period_s = float(np.median(step_s))
    gap = step_s > max(_MAX_GAP_S, 3 * period_s)
    if not MIN_RATE_HZ / _SLACK <= 1 / period_s <= MAX_RATE_HZ * _SLACK:
        raise InputError(
            f"{path}: is sampled at {1 / period_s:.4g} Hz, if t is in seconds; give a recording of 20 to 200 Hz"
        )
    if gap.any():
        at = int(gap.argmax())
        raise InputError(
            f"{path}: line {line_of(path, at + 1)}: a gap of {step_s[at]:.2f} s after t={t_s[at]:.10g};"
            " split the file there"
        )
    return (len(t_s) - 1) / float(t_s[-1] - t_s[0])


def _check_unit(path: Path, acc_g: Float) -> None:
    median = float(np.median(np.sqrt((acc_g * acc_g).sum(axis=1))))
    if _MEDIAN_G[0] <= median <= _MEDIAN_G[1]:
        return
    guess = "m/s2: divide by 9.80665" if 7 < median < 13 else "mg: divide by 1000" if 500 < median < 1600 else ""
    likely = f"this looks like {guess}" if guess else "x, y, z must be in g and include gravity"
    raise InputError(f"{path}: x, y, z have a median magnitude of {median:.3g} where 1 g was expected; {likely}")


def _first_epoch(start_s: float) -> int:
    return int(np.ceil(start_s / EPOCH_S - (1 - MIN_COVERED) - 1e-9))


def _end_epoch(end_s: float) -> int:
    return int(np.floor(end_s / EPOCH_S + (1 - MIN_COVERED) + 1e-9))


def _filtered(acc_g: Float, place: Float, ratio: float) -> Float:
    """Return `acc_g` low-passed at the fractional sample numbers `place`; `ratio`: lower rate over file's rate."""
    cut = _PASS * ratio
    reach = int(np.ceil(_LOBES / (2 * cut)))
    taps = _taps(cut, reach)
    base = np.floor(place).astype(np.int64)
    phase = np.rint((place - base) * _PHASES).astype(np.int64)
    round_of = _round_of(base, phase)
    if round_of:
        return _in_rounds(acc_g, base[: round_of + 1], taps[phase[:round_of]], len(place))
    last = len(acc_g) - 1
    out = np.zeros((len(place), 3))
    for tap in range(-reach + 1, reach + 1):
        rows = np.clip(base + tap, 0, last)
        out += acc_g[rows] * taps[phase, tap + reach - 1, None]
    return out


def _round_of(base: NDArray[np.int64], phase: NDArray[np.int64]) -> int:
    """Return after how many places they repeat, all moved by as many samples, at most an epoch; 0 if they do not."""
    for size in (np.flatnonzero(phase[1 : EPOCH_SAMPLES + 1] == phase[0]) + 1).tolist():
        if (phase[size:] == phase[:-size]).all() and (base[size:] - base[:-size] == base[size] - base[0]).all():
            return size
    return 0


def _in_rounds(acc_g: Float, base: NDArray[np.int64], taps: Float, count: int) -> Float:
    """Filter at `count` places that repeat: one matrix product a stretch of whole rounds.

    base: where one round and the next start, in samples. taps: (places a round, 2 * reach).
    """
    size, width = taps.shape
    hop = int(base[size] - base[0])
    before = int(base[0]) - width // 2 + 1
    reach = int(base[size - 1] - base[0]) + width
    matrix = np.zeros((reach, size))
    for place in range(size):
        at = int(base[place] - base[0])
        matrix[at : at + width, place] = taps[place]
    rounds = -(-count // size)
    out = np.empty((rounds, size, 3))
    for at in range(0, rounds, _ROUNDS):
        many = min(_ROUNDS, rounds - at)
        near = _stretch(acc_g, before + at * hop, before + (at + many - 1) * hop + reach)
        for axis in range(3):
            windows = np.lib.stride_tricks.sliding_window_view(near[axis], reach)[::hop]
            out[at : at + many, :, axis] = np.ascontiguousarray(windows) @ matrix
    return out.reshape(-1, 3)[:count]


def _stretch(acc_g: Float, start: int, end: int) -> Float:
    """Return the samples `start..end - 1`, (3, n), the outermost ones held beyond either end."""
    if start >= 0 and end <= len(acc_g):
        return np.ascontiguousarray(acc_g[start:end].T)
    return np.ascontiguousarray(acc_g[np.clip(np.arange(start, end), 0, len(acc_g) - 1)].T)


def _taps(cut: float, reach: int) -> Float:
    """Return the filter at each phase, (_PHASES + 1, 2 * reach), each row summing to 1; `cut` in cycles a sample."""
    away = np.arange(-reach + 1, reach + 1) - np.arange(_PHASES + 1)[:, None] / _PHASES
    window = 0.54 + 0.46 * np.cos(np.pi * np.clip(away / reach, -1, 1))
    taps = np.sinc(2 * cut * away) * window
    return taps / taps.sum(axis=1, keepdims=True)
