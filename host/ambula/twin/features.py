"""The numpy twin of `nodecore.features`: the same integers for every epoch of a stream at once."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nodecore import features as nf
from nodecore import kernels as nk
from nodecore import thresholds
from nodecore.sampling import EPOCH_SAMPLES

Int = NDArray[np.int64]

_CHUNK = 256  # epochs at a time: keeps what is computed with in cache
_PART = 4096  # epochs compared at a time: bounds the memory
_REACH = EPOCH_SAMPLES + nf.END_LAG  # samples that a comparison looks at
_FFT = 216  # >= _REACH, so that no wanted lag wraps round


@dataclass(frozen=True)
class Compared:
    """M epochs seen against the past: `rows` (M,), `vector` and `magnitude` (M, LAGS), and what was compared.

    work: (M, total, 3), pulse: (M, total, 1), scaled down by `shift` (M,); from `start` on they are the newest epoch.
    """

    rows: Int
    start: int
    shift: Int
    work: NDArray[np.int16]
    pulse: NDArray[np.int16]
    vector: Int
    magnitude: Int


@dataclass(frozen=True)
class Measured:
    """Features of E epochs: `values` (E, features.SIZE); `moving` (M,) row numbers in order, and their comparisons."""

    values: Int
    moving: Int
    compared: list[Compared]

    def curve(self, name: str) -> Int:
        """Return `vector` or `magnitude` of the moving epochs in order, (M, LAGS)."""
        out = np.zeros((len(self.moving), nf.LAGS), np.int64)
        for part in self.compared:
            out[np.searchsorted(self.moving, part.rows)] = getattr(part, name)
        return out

    @property
    def vector(self) -> Int:
        """Twin of `Features.vector`, (M, LAGS)."""
        return self.curve("vector")

    @property
    def magnitude(self) -> Int:
        """Twin of `Features.magnitude`, (M, LAGS)."""
        return self.curve("magnitude")


def measure_stream(samples: NDArray[np.int16]) -> Measured:
    """Return the features of consecutive epochs of `samples` (E * 130, 3); ValueError if it is not such int16."""
    if samples.ndim != 2 or samples.shape[1] != 3 or samples.dtype != np.int16 or len(samples) % EPOCH_SAMPLES:
        raise ValueError("samples must be int16 of shape (N, 3), N a multiple of 130")
    epochs = samples.reshape(-1, EPOCH_SAMPLES, 3)
    parts = [_measure(epochs[at : at + _CHUNK]) for at in range(0, max(len(epochs), 1), _CHUNK)]
    values = np.concatenate([p[0] for p in parts])
    mags = np.concatenate([p[1] for p in parts])[:, :, None]
    moving = np.flatnonzero(~still(values))
    follows = _follows(values, moving)
    compared = [
        _compare(epochs, mags, values, rows[at : at + _PART], start)
        for rows, start in ((moving[follows], EPOCH_SAMPLES), (moving[~follows], 0))
        for at in range(0, len(rows), _PART)
    ]
    return Measured(values, moving, compared)


def still(values: Int) -> NDArray[np.bool_]:
    """Twin of `classify.is_still`, (E,)."""
    return values[:, nf.MAD_X : nf.MAD_Z + 1].max(axis=1) < thresholds.STILL_MAD


def _measure(epochs: NDArray[np.int16]) -> tuple[Int, NDArray[np.int16]]:
    """Return values and half-scale magnitudes (E, 130) of one chunk."""
    raw = np.ascontiguousarray(epochs.transpose(2, 0, 1))
    values = _measure_axes(raw)
    half = (raw >> 1).astype(np.int32)
    mag = np.sqrt((half * half).sum(axis=0)).astype(np.int16)
    beat = mag.astype(np.float32)
    values[:, nf.MAG] = _total(beat) // EPOCH_SAMPLES
    spread = np.abs(beat - values[:, nf.MAG, None].astype(np.float32))
    values[:, nf.MAD_MAG] = _total(spread) // EPOCH_SAMPLES
    return values, mag


def _measure_axes(raw: NDArray[np.int16]) -> Int:
    """Return all values of (3, E, 130) but those of the magnitude."""
    n = EPOCH_SAMPLES
    values = np.zeros((raw.shape[1], nf.SIZE), np.int64)
    x = raw.astype(np.float32)  # whole numbers stay exact below 2^24, as every sum here does
    means = _total(x) // n
    mean = means[:, :, None].astype(np.float32)
    values[:, nf.MEAN_X : nf.MEAN_Z + 1] = means.T
    values[:, nf.MAD_X : nf.MAD_Z + 1] = (_total(np.abs(x - mean)) // n).T
    values[:, nf.JERK_X : nf.JERK_Z + 1] = (_total(np.abs(x[:, :, 1:] - x[:, :, :-1])) // n).T
    two = x[:, :, 1:] + x[:, :, :-1]
    five = np.abs(two[:, :, :-3] + two[:, :, 2:-1] + x[:, :, 4:] - 5 * mean)
    thirds = _total(five.reshape(3, -1, 3, (n - 4) // 3)).sum(axis=2)
    values[:, nf.LOW_X : nf.LOW_Z + 1] = (thirds // (5 * (n - 4))).T
    values[:, nf.UP : nf.FRONT + 1] = directions(means.T)
    return values


def _total(series: NDArray[np.float32]) -> Int:
    """Return the sums along the last axis of whole numbers, each below 2^24."""
    return (series @ np.ones(series.shape[-1], np.float32)).astype(np.int64)


def turned(epochs: NDArray[np.int16], values: Int, rows: Int, frames: Int) -> Int:
    """Twin of `Features.turn` for some rows of epochs (E, 130, 3) and their values; frames (len(rows), 3, 3)."""
    out = values[rows]
    for at in range(0, len(rows), _CHUNK):
        some = slice(at, at + _CHUNK)
        now = turn(epochs[rows[some]].astype(np.int64), frames[some]).astype(np.int16)
        axes = _measure_axes(np.ascontiguousarray(now.transpose(2, 0, 1)))
        axes[:, [nf.MAG, nf.MAD_MAG]] = out[some][:, [nf.MAG, nf.MAD_MAG]]
        out[some] = axes
    return out


def turn(vectors: Int, frames: Int) -> Int:
    """Twin of `kernels.turn`: (M, n, 3) by one frame (3, 3) each."""
    products = vectors.astype(np.float64) @ frames.transpose(0, 2, 1).astype(np.float64)  # exact: below 2^28
    return np.clip(np.floor(products / 1024), -32768, 32767).astype(np.int64)


def leads(measured: Measured, rows: Int) -> Int:
    """Twin of `Features.lead` for some moving epochs, (len(rows), 5)."""
    out = np.zeros((len(rows), 5), np.int64)
    for part in measured.compared:
        here = np.isin(part.rows, rows)
        work = part.work[here, part.start :].astype(np.int64)
        up = measured.values[part.rows[here], nf.UP : nf.FRONT + 1]
        before = work[:, : -nf.LEAD_LAG]
        rise = (before @ up[:, :, None]) >> 10
        sums = (rise * work[:, nf.LEAD_LAG :], rise * rise, before * before)
        later, rises, moves = (each.sum(axis=1) for each in sums)
        lead = np.concatenate([later, rises, moves.sum(axis=1, keepdims=True)], axis=1)
        out[np.searchsorted(rows, part.rows[here])] = lead
    return out


def directions(means: Int) -> Int:
    """Twin of `features.direction`, (E, 3)."""
    half = means >> 1
    length = 2 * np.sqrt((half * half).sum(axis=1)).astype(np.int64)
    known = length >= nf.SHORTEST
    return np.where(known[:, None], means * 1024 // np.maximum(length, 1)[:, None], 0)


def _follows(values: Int, rows: Int) -> NDArray[np.bool_]:
    """Tell which epochs lie close enough to the one before to be compared with it."""
    mean = slice(nf.MEAN_X, nf.MEAN_Z + 1)
    return (rows > 0) & (np.abs(values[rows, mean] - values[rows - 1, mean]) <= nf.MOVED).all(axis=1)


def _compare(epochs: NDArray[np.int16], mags: NDArray[np.int16], values: Int, rows: Int, start: int) -> Compared:
    pieces = [_piece(epochs, mags, values, rows[at : at + _CHUNK], start) for at in range(0, len(rows), _CHUNK)]
    shift, work, pulse, vector, magnitude = (np.concatenate(column) for column in zip(*pieces, strict=True))
    return Compared(rows, start, shift, work, pulse, vector, magnitude)


def _piece(
    epochs: NDArray[np.int16], mags: NDArray[np.int16], values: Int, rows: Int, start: int
) -> tuple[Int, NDArray[np.int16], NDArray[np.int16], Int, Int]:
    """Return shift, work, pulse, vector and magnitude of `Compared` for some epochs."""
    now = values[rows]
    spread, pulse = _spreads(now)
    if start:
        before = _spreads(values[rows - 1])
        spread, pulse = np.maximum(spread, before[0]), np.maximum(pulse, before[1])
    work = _smoothed(_windows(epochs, rows, start), now[:, nf.MEAN_X : nf.MEAN_Z + 1], spread)
    beat = _smoothed(_windows(mags, rows, start), now[:, nf.MAG, None], pulse)
    return _gain(pulse), work, beat, _similarity(work, start), _similarity(beat, start)


def _spreads(values: Int) -> tuple[Int, Int]:
    return values[:, nf.MAD_X : nf.MAD_Z + 1].max(axis=1), values[:, nf.MAD_MAG]


def _windows(epochs: NDArray[np.int16], rows: Int, start: int) -> NDArray[np.int32]:
    """Return each chosen epoch behind the one before (or alone), (M, start + 130, axes)."""
    if not start:
        return epochs[rows].astype(np.int32)
    return np.concatenate([epochs[rows - 1], epochs[rows]], axis=1).astype(np.int32)


def _smoothed(window: NDArray[np.int32], means: Int, spread: Int) -> NDArray[np.int16]:
    """Twin of `kernels.smooth` at the shift that `features.gain` gives."""
    out = 2 * window
    out[:, 1:] += window[:, :-1]
    out[:, 0] += window[:, 0]
    out[:, :-1] += window[:, 1:]
    out[:, -1] += window[:, -1]
    out -= (4 * means[:, None]).astype(np.int32)
    out >>= _gain(spread)[:, None, None].astype(np.int32)
    return np.clip(out, -nk.PEAK, nk.PEAK).astype(np.int16)


def _gain(spread: Int) -> Int:
    """Twin of `features.gain`."""
    shift = np.zeros_like(spread)
    while ((4 * spread) >> shift > 255).any():
        shift += (4 * spread) >> shift > 255
    return shift


def _similarity(work: NDArray[np.int16], start: int) -> Int:
    """Twin of `kernels.similarity`, (M, LAGS); every sum is below 2^30, so the rounded transforms are exact."""
    recent = np.ascontiguousarray(work[:, -_REACH:].transpose(0, 2, 1)).astype(np.float64)
    newest = recent.copy()
    newest[:, :, : recent.shape[2] - EPOCH_SAMPLES] = 0
    spectrum = np.fft.rfft(newest, _FFT) * np.conj(np.fft.rfft(recent, _FFT))
    products = np.fft.irfft(spectrum.sum(axis=1), _FFT)[:, nf.FIRST_LAG : nf.END_LAG]
    energy = np.zeros((len(recent), recent.shape[2] + 1))
    np.cumsum((recent * recent).sum(axis=1), axis=1, out=energy[:, 1:])
    lags = np.arange(nf.FIRST_LAG, nf.END_LAG)
    end = recent.shape[2]
    begin = np.full_like(lags, end - EPOCH_SAMPLES) if start else lags  # an open end compares only what it has
    both = energy[:, -1:] - energy[:, begin] + energy[:, end - lags] - energy[:, begin - lags]
    return np.floor(2 * np.rint(products) / (np.floor(both / 1024) + 1)).astype(np.int64)  # exact: all below 2^31
