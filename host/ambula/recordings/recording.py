"""Reads an accelerometer file, checks it, and converts it to the int16 samples that a node's sensor would give."""

from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from ambula.base.errors import InputError
from ambula.base.sites import SITES
from ambula.recordings.axes import signed
from ambula.recordings.csv_file import line_of, read_table
from ambula.recordings.cwa import read_cwa
from nodecore.roles import THIGH
from nodecore.sampling import COUNTS_PER_G, EPOCH_S, EPOCH_SAMPLES, ODR_HZ, WHOLE_SAMPLES

Float = NDArray[np.float64]
Axes = tuple[int, int]

CWA = ".cwa"
AS_AMBULA = (1, 3)  # which axis points up and which out of the skin: x and z
_AS_HARTH = (-1, -3)  # its README: x down, z into the body
MIN_RATE_HZ, MAX_RATE_HZ = 20.0, 200.0
MIN_COVERED = WHOLE_SAMPLES / EPOCH_SAMPLES  # of an epoch at either end of the file
_SLACK = 1.01  # nominal 20 and 200 Hz clocks are off by up to a percent
_MAX_GAP_S = 0.5
_LOBES = 5  # of the windowed sinc, each side
_PHASES = 512  # positions between two samples at which the filter is tabulated
_ROUNDS = 1024  # filtered at once
_PASS = 0.45  # of the lower of both rates: the filter's half-amplitude frequency


@dataclass(frozen=True)
class Recording:
    """A file's samples: `t_s` (n,) rising seconds, `acc_g` (n, 3) in g, `rate_hz` from the median interval.

    said: in words, what of the file was not t,x,y,z in seconds and g, x up and z out.
    """

    path: Path
    t_s: Float
    acc_g: Float
    rate_hz: float
    said: tuple[str, ...] = ()

    @classmethod
    def even(cls, acc_g: Float, rate_hz: float, name: str = "recording") -> Self:
        """Return samples taken at exactly `rate_hz` from 0 s on; name: what errors call them."""
        return cls(Path(name), np.arange(len(acc_g)) / rate_hz, acc_g, rate_hz)


@dataclass(frozen=True)
class Samples:
    """Whole epochs at 26 Hz: `counts` (E * 130, 3) int16, 4096 a g; the first sample is at `first_epoch` * 5 s.

    said: as in Recording.
    """

    first_epoch: int
    counts: NDArray[np.int16]
    said: tuple[str, ...] = ()

    @property
    def epochs(self) -> int:
        """How many epochs there are."""
        return len(self.counts) // EPOCH_SAMPLES


def read_samples(path: Path, role: int = THIGH, axes: Axes | None = None) -> Samples:
    """Read a file and resample it: `resample(read_recording(...))`; errors as there."""
    return resample(read_recording(path, role, axes))


def read_recording(path: Path, role: int = THIGH, axes: Axes | None = None) -> Recording:
    """Read a recording at 20 to 200 Hz: a CSV (see `recording_csv.read_table`) or an Axivity .cwa.

    role: 0 thigh, 1 back; chooses the columns where a file holds both. axes: which of the file's axes points up the
    segment and which out of the skin, +-1, +-2, +-3 for +-x, +-y, +-z; by default x and z, in HARTH's layout -x and -z.
    Raises InputError, one line with file, line number, fault and remedy, for anything that is not such a file:
    columns, numbers, a clock that repeats or goes back, gaps over max(0.5 s, 3 sample periods), a rate or unit out of
    range, or less than an epoch.
    """
    whole = _read(path, role, axes)
    gaps = _gaps(whole.t_s)
    if len(gaps):
        at = int(gaps[0])
        t_s, step_s = whole.t_s[at], whole.t_s[at + 1] - whole.t_s[at]
        raise InputError(
            f"{path}: {_place(path, at + 1)}: a gap of {step_s:.2f} s after t={t_s:.10g}; split the file there"
        )
    return whole


def read_stretches(path: Path, role: int = THIGH, axes: Axes | None = None) -> list[Samples]:
    """Read and resample a file that may have gaps: what lies between them, in order, if it holds a whole epoch.

    Else as `read_samples`. Raises InputError too where no stretch holds an epoch.
    """
    whole = _read(path, role, axes)
    edges = [0, *(_gaps(whole.t_s) + 1).tolist(), len(whole.t_s)]
    parts = [(whole.t_s[a:b], whole.acc_g[a:b]) for a, b in pairwise(edges) if b - a > 1]
    stretches = [replace(whole, t_s=t_s, acc_g=acc_g, rate_hz=_rate_hz(t_s)) for t_s, acc_g in parts]
    held = [stretch for stretch in stretches if _epochs(stretch)]
    if not held:
        raise InputError(f"{path}: has no epoch of {EPOCH_S} s between its gaps; record for longer")
    said = whole.said if len(edges) == 2 else (*whole.said, f"{len(edges) - 2} gaps, split there")
    return [resample(replace(stretch, said=said)) for stretch in held]


def _read(path: Path, role: int, axes: Axes | None) -> Recording:
    """Return a file's samples, its clock rising but perhaps with gaps."""
    if path.suffix.lower() == CWA:
        t_s, acc_g = read_cwa(path)
        said, usual = ["Axivity's .cwa, its clock taken as UTC"], AS_AMBULA
    else:
        table = read_table(path, SITES[role])
        t_s, acc_g, said = table.t_s, table.acc_g, list(table.said)
        usual = _AS_HARTH if table.is_harth else AS_AMBULA
    _check_clock(path, t_s)
    up_out = axes or usual
    if up_out != AS_AMBULA:
        turn = signed(*up_out)
        acc_g, said = acc_g @ turn.matrix.T, [*said, turn.said]
    return Recording(path, t_s, acc_g, _rate_hz(t_s), tuple(said))


def resample(recording: Recording) -> Samples:
    """Return the recording on the grid of multiples of 1/26 s, low-passed, as int16 counts in whole epochs.

    The filter is a Hamming-windowed sinc of half amplitude at 0.45 of the lower rate. The first and last epoch stay if
    at least 90% of them is covered (the edge value is held over the rest). Values beyond +-8 g saturate. Raises
    InputError if no epoch remains.
    """
    epochs = _epochs(recording)
    if not epochs:
        raise InputError(f"{recording.path}: shorter than one epoch of {EPOCH_S} s; record for longer")
    grid = np.arange(epochs.start * EPOCH_SAMPLES, epochs.stop * EPOCH_SAMPLES)
    place = np.interp(grid / ODR_HZ, recording.t_s, np.arange(len(recording.t_s), dtype=np.float64))
    acc_g = _filtered(recording.acc_g, place, min(recording.rate_hz, ODR_HZ) / recording.rate_hz)
    counts = np.clip(np.rint(acc_g * COUNTS_PER_G), -32768, 32767).astype(np.int16)
    return Samples(epochs.start, counts, recording.said)


def _check_clock(path: Path, t_s: Float) -> None:
    """Raise InputError if the clock does not rise, or not at 20 to 200 Hz."""
    step_s = np.diff(t_s)
    back = step_s <= 0
    if back.any():
        at = int(back.argmax())
        fault = "repeats" if step_s[at] == 0 else "goes back"
        where = _place(path, at + 1)
        raise InputError(f"{path}: {where}: the clock {fault} at t={t_s[at + 1]:.10g}; sort or cut the file there")
    period_s = float(np.median(step_s))
    if not MIN_RATE_HZ / _SLACK <= 1 / period_s <= MAX_RATE_HZ * _SLACK:
        raise InputError(
            f"{path}: is sampled at {1 / period_s:.4g} Hz, if t is in seconds; give a recording of 20 to 200 Hz"
        )


def _gaps(t_s: Float) -> NDArray[np.int64]:
    """Return the samples after which there is a gap."""
    step_s = np.diff(t_s)
    return np.flatnonzero(step_s > max(_MAX_GAP_S, 3 * float(np.median(step_s)))).astype(np.int64)


def _rate_hz(t_s: Float) -> float:
    return (len(t_s) - 1) / float(t_s[-1] - t_s[0])


def _place(path: Path, row: int) -> str:
    return f"sample {row + 1}" if path.suffix.lower() == CWA else f"line {line_of(path, row)}"


def _epochs(recording: Recording) -> range:
    """Return the epochs of which enough is there; empty where there is none."""
    end_s = float(recording.t_s[-1]) + 1 / recording.rate_hz
    return range(_first_epoch(float(recording.t_s[0])), _end_epoch(end_s))


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
