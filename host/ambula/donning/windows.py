"""One node's movement during the check, in short windows: from samples (2 s each) or from records (5 s each)."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ambula.epochs.sensor_axes import is_turned, sensor_mean_g, spread_g
from ambula.epochs.table import Records
from nodecore import activity, record
from nodecore.sampling import COUNTS_PER_G, EPOCH_S, ODR_HZ

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_SAMPLES = 2 * ODR_HZ
_GAITS = (activity.WALKING, activity.STAIRS, activity.RUNNING)


@dataclass(frozen=True)
class Windows:
    """One node in consecutive windows of `length_s` seconds, on the sensor's own axes.

    mean_g: (n, 3). spread_g: (n, 3), each axis' mean absolute deviation. beat_g: (n,), that of the magnitude. All three
    NaN where the node recorded nothing. samples_g: (n, m, 3), None where only records are known. strides: (n,), where
    the node itself found walking, stairs or running, with a cadence; nowhere if only samples are known. odd: whether it
    says that it is oddly mounted; its means are then unknown (NaN) from there on, or, where it said so all the time, on
    axes of its own finding.
    """

    length_s: float
    mean_g: Floats
    spread_g: Floats
    beat_g: Floats
    samples_g: Floats | None
    strides: Bools
    odd: bool = False

    def __len__(self) -> int:
        return len(self.mean_g)

    def since(self, at: int) -> "Windows":
        """Return the same windows with all before `at` unknown."""
        mean_g, spread_g, beat_g, strides = (a.copy() for a in (self.mean_g, self.spread_g, self.beat_g, self.strides))
        mean_g[:at] = spread_g[:at] = beat_g[:at] = np.nan
        strides[:at] = False
        return replace(self, mean_g=mean_g, spread_g=spread_g, beat_g=beat_g, strides=strides)

    @property
    def unrest_g(self) -> Floats:
        """The largest deviation of an axis, (n,); NaN where the node recorded nothing."""
        return self.spread_g.max(axis=1)

    @property
    def shake_g(self) -> Floats:
        """The length of the three axes' deviations, (n,), which no turn of the node changes much; NaN where unknown."""
        shake: Floats = np.linalg.norm(self.spread_g, axis=1)
        return shake

    @property
    def known(self) -> Bools:
        """Where the node's direction is known."""
        return ~np.isnan(self.mean_g[:, 0])

    def direction(self, which: Bools) -> Floats:
        """Return the unit vector that points up in the chosen windows, on the sensor's axes; there must be some."""
        mean: Floats = np.median(self.mean_g[which & self.known], axis=0)
        return mean / max(float(np.linalg.norm(mean)), 1e-6)


def windows_of_counts(counts: NDArray[np.int16]) -> Windows:
    """Cut (N, 3) samples of 26 Hz, 4096 counts a g, into windows of 2 s; a rest shorter than that is left out."""
    n = len(counts) // _SAMPLES
    samples_g = counts[: n * _SAMPLES].reshape(n, _SAMPLES, 3) / float(COUNTS_PER_G)
    mean_g = samples_g.mean(axis=1)
    size_g = np.linalg.norm(samples_g, axis=2)
    spread = np.abs(samples_g - mean_g[:, None]).mean(axis=1)
    beat_g = np.abs(size_g - size_g.mean(axis=1, keepdims=True)).mean(axis=1)
    return Windows(_SAMPLES / ODR_HZ, mean_g, spread, beat_g, samples_g, np.zeros(n, np.bool_))


def windows_of_records(records: Records, first_epoch: int, epochs: int) -> Windows:
    """Place a node's records on `epochs` windows of 5 s from `first_epoch` on; records elsewhere are left out."""
    at = records.epoch - first_epoch
    inside = (at >= 0) & (at < epochs)
    at, data = at[inside], np.ascontiguousarray(records.data[inside])
    mean_g, spread = np.full((epochs, 3), np.nan), np.full((epochs, 4), np.nan)
    strides = np.zeros(epochs, np.bool_)
    mean_g[at], spread[at] = sensor_mean_g(data), spread_g(data)
    strides[at] = np.isin(data[:, record.ACTIVITY] & 15, _GAITS) & (data[:, record.CADENCE] > 0)
    odd = is_turned(data)
    if not odd.all():
        mean_g[at[odd]] = np.nan
    return Windows(float(EPOCH_S), mean_g, spread[:, :3], spread[:, 3], None, strides, bool(odd.any()))
