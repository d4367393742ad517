"""Score a whole recording at once: the numpy twin of `nodecore.score`, equal to it byte for byte."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nodecore import cadence, classify
from nodecore import features as nf
from nodecore import kernels as nk
from nodecore.record import SIZE
from nodecore.sampling import EPOCH_SAMPLES
from nodecore.score import Decision

Int = NDArray[np.int64]

_CHUNK = 1024  # epochs at a time: keeps the transforms in cache
_OLDEST = nf.END_LAG - 1  # samples of the previous epoch that a comparison reaches
_FFT = 216  # >= EPOCH_SAMPLES + _OLDEST, so that no wanted lag wraps round


@dataclass(frozen=True)
class Measured:
    """Features of E epochs: `values` (E, features.SIZE); `moving` (M,) row numbers; `vector`, `magnitude` (M, LAGS)."""

    values: Int
    moving: Int
    vector: Int
    magnitude: Int


def score_stream(samples: NDArray[np.int16], role: int) -> NDArray[np.uint8]:
    """Return the records of consecutive epochs, as `EpochScorer(role).score` would fill them.

    samples: (N, 3) int16, 4096 counts a g, 26 Hz, N a multiple of 130 (N = 0 gives none). role: 0 thigh, 1 back.
    Returns (N / 130, 12) uint8. Raises ValueError on any other shape, type or role.
    """
    measured = measure_stream(samples)
    decision = Decision(role)
    found = np.zeros(len(measured.values), np.int64)
    for row, vector, magnitude in zip(
        measured.moving, measured.vector.tolist(), measured.magnitude.tolist(), strict=True
    ):
        found[row] = cadence.pick(vector, magnitude, role)
    records = bytearray(len(found) * SIZE)
    view = memoryview(records)
    for row, (values, one) in enumerate(zip(measured.values.tolist(), found.tolist(), strict=True)):
        decision.fill(view[row * SIZE : (row + 1) * SIZE], values, one, EPOCH_SAMPLES, 0)
    return np.frombuffer(records, np.uint8).reshape(-1, SIZE)


def measure_stream(samples: NDArray[np.int16]) -> Measured:
    """Return the features of consecutive epochs; arguments and errors as in `score_stream`."""
    if samples.ndim != 2 or samples.shape[1] != 3 or samples.dtype != np.int16 or len(samples) % EPOCH_SAMPLES:
        raise ValueError("samples must be int16 of shape (N, 3), N a multiple of 130")
    epochs = samples.reshape(-1, EPOCH_SAMPLES, 3)
    parts = [_measure(epochs, at) for at in range(0, len(epochs), _CHUNK)]
    if not parts:
        parts = [_measure(epochs, 0)]
    values = np.concatenate([p[0] for p in parts])
    mags = np.concatenate([p[1] for p in parts])
    moving = np.flatnonzero(~still(values))
    compared = [_compare(epochs, mags, values, moving[at : at + _CHUNK]) for at in range(0, len(moving), _CHUNK)]
    empty = np.zeros((0, nf.LAGS), np.int64)
    vector = np.concatenate([c[0] for c in compared] or [empty])
    magnitude = np.concatenate([c[1] for c in compared] or [empty])
    return Measured(values, moving, vector, magnitude)


def still(values: Int) -> NDArray[np.bool_]:
    """Twin of `classify.is_still`, (E,)."""
    return values[:, nf.MAD_X : nf.MAD_Z + 1].max(axis=1) < classify.model.STILL_MAD


def _measure(epochs: NDArray[np.int16], at: int) -> tuple[Int, NDArray[np.int16]]:
    """Return values and half-scale magnitudes (E, 130) of one chunk."""
    x = epochs[at : at + _CHUNK].astype(np.int64)
    n = EPOCH_SAMPLES
    values = np.zeros((len(x), nf.SIZE), np.int64)
    means = x.sum(axis=1) // n
    values[:, nf.MEAN_X : nf.MEAN_Z + 1] = means
    values[:, nf.MAD_X : nf.MAD_Z + 1] = np.abs(x - means[:, None]).sum(axis=1) // n
    values[:, nf.JERK_X : nf.JERK_Z + 1] = np.abs(np.diff(x, axis=1)).sum(axis=1) // n
    half = x >> 1
    mag = np.sqrt((half * half).sum(axis=2)).astype(np.int64)
    values[:, nf.MAG] = mag.sum(axis=1) // n
    values[:, nf.MAD_MAG] = np.abs(mag - values[:, nf.MAG, None]).sum(axis=1) // n
    values[:, nf.UP : nf.FRONT + 1] = _directions(means)
    return values, mag.astype(np.int16)


def _directions(means: Int) -> Int:
    half = means >> 1
    length = 2 * np.sqrt((half * half).sum(axis=1)).astype(np.int64)
    known = length >= nf.SHORTEST
    return np.where(known[:, None], means * 1024 // np.maximum(length, 1)[:, None], 0)


def _compare(epochs: NDArray[np.int16], mags: NDArray[np.int16], values: Int, rows: Int) -> tuple[Int, Int]:
    """Return both similarity curves of the chosen epochs, each (M, LAGS)."""
    now = values[rows]
    before = values[rows - 1]
    mean = slice(nf.MEAN_X, nf.MEAN_Z + 1)
    mad = slice(nf.MAD_X, nf.MAD_Z + 1)
    follows = (rows > 0) & (np.abs(now[:, mean] - before[:, mean]) <= nf.MOVED).all(axis=1)
    spread = np.where(follows, np.maximum(now[:, mad].max(axis=1), before[:, mad].max(axis=1)), now[:, mad].max(axis=1))
    pulse = np.where(follows, np.maximum(now[:, nf.MAD_MAG], before[:, nf.MAD_MAG]), now[:, nf.MAD_MAG])
    vector = _similarity(_pairs(epochs, rows), follows, now[:, mean], spread)
    magnitude = _similarity(_pairs(mags[:, :, None], rows), follows, now[:, nf.MAG, None], pulse)
    return vector, magnitude


def _pairs(epochs: NDArray[np.int16], rows: Int) -> Int:
    """Return each chosen epoch behind the newest samples of the one before, (M, 1 + _OLDEST + 130, axes)."""
    before = epochs[rows - 1, -(_OLDEST + 1) :]
    return np.concatenate([before, epochs[rows]], axis=1).astype(np.int64)


def _similarity(pairs: Int, follows: NDArray[np.bool_], means: Int, spread: Int) -> Int:
    """Twin of `Features._compare`; `pairs` as from `_pairs`, `follows`: whether the older epoch is a reference."""
    split = _OLDEST + 1
    pairs[~follows, :split] = pairs[~follows, split, None]  # what `smooth` does at an open end
    after = np.concatenate([pairs[:, 2:], pairs[:, -1:]], axis=1)
    value = pairs[:, :-1] + 2 * pairs[:, 1:] + after - 4 * means[:, None]
    work = np.clip(value >> _gain(spread)[:, None, None], -nk.PEAK, nk.PEAK)
    work[~follows, : split - 1] = 0
    return _normalise(_correlate(work), work, follows)


def _gain(spread: Int) -> Int:
    """Twin of `features.gain`."""
    shift = np.zeros_like(spread)
    while ((4 * spread) >> shift > 255).any():
        shift += (4 * spread) >> shift > 255
    return shift


def _correlate(work: Int) -> Int:
    """Return the sum of products at each lag, (M, LAGS): exact, as every sum is below 2^29."""
    newest = work.copy()
    newest[:, :_OLDEST] = 0
    spectrum = np.fft.rfft(newest, _FFT, axis=1) * np.conj(np.fft.rfft(work, _FFT, axis=1))
    products = np.fft.irfft(spectrum.sum(axis=2), _FFT, axis=1)
    return np.rint(products[:, nf.FIRST_LAG : nf.END_LAG]).astype(np.int64)


def _normalise(products: Int, work: Int, follows: NDArray[np.bool_]) -> Int:
    energy = np.zeros((len(work), work.shape[1] + 1), np.int64)
    np.cumsum((work * work).sum(axis=2), axis=1, out=energy[:, 1:])
    lags = np.arange(nf.FIRST_LAG, nf.END_LAG)
    begin = np.where(follows[:, None], _OLDEST, _OLDEST + lags)  # an open end compares only what it has
    end = work.shape[1]
    newer = energy[:, -1:] - np.take_along_axis(energy, begin, axis=1)
    older = energy[:, end - lags] - np.take_along_axis(energy, begin - lags, axis=1)
    return 2 * products // (((newer + older) >> 10) + 1)
