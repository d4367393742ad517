"""The host's feature path at 52 Hz: what the node would compute if it sampled twice as fast, for comparison only.

Everything that counts samples is doubled, so that each feature spans the same time as at 26 Hz; only the low-pass of
the resampling lets through twice the band. The node's own code stays at 26 Hz.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from types import ModuleType
from typing import Any
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

from ambula.recordings import recording
from ambula.twin import cadence as fastcadence
from ambula.twin import features as fastfeatures
from ambula.twin import mounting as fastmounting
from ambula.twin import record as fastrecord
from ambula.twin.features import Int
from nodecore import cadence, features, kernels, sampling, thresholds
from training import recordings

_EPOCH = 2 * sampling.EPOCH_SAMPLES
_REACH = _EPOCH + 2 * features.END_LAG
_TRIANGLE = (1, 2, 3, 4, 3, 2, 1)  # of 52 Hz, as wide as 1, 2, 1 of 26 Hz; adds up to four times as much

_DOUBLED: tuple[tuple[ModuleType, dict[str, Any]], ...] = (
    (recording, {"ODR_HZ": 2 * sampling.ODR_HZ, "EPOCH_SAMPLES": _EPOCH}),
    (recordings, {"EPOCH_SAMPLES": _EPOCH}),
    (fastmounting, {"EPOCH_SAMPLES": _EPOCH}),
    (fastrecord, {"EPOCH_SAMPLES": _EPOCH}),
    (
        features,
        {
            "FIRST_LAG": 2 * features.FIRST_LAG,
            "END_LAG": 2 * features.END_LAG,
            "LAGS": 2 * features.LAGS,
            "LEAD_LAG": 2 * features.LEAD_LAG,
        },
    ),
    (fastcadence, {"FIRST_LAG": 2 * features.FIRST_LAG}),
    (
        cadence,
        {
            "FIRST_LAG": 2 * features.FIRST_LAG,
            "FIRST": 2 * cadence.FIRST,
            "STRIDES": 2 * cadence.STRIDES,
            "_QUICK": 2 * cadence._QUICK,
            "_RISE": 4 * cadence._RISE,
        },
    ),
    (thresholds, {"WALK_STRIDE": 2 * thresholds.WALK_STRIDE, "RUN_STRIDE": 2 * thresholds.RUN_STRIDE}),
    (fastfeatures, {"EPOCH_SAMPLES": _EPOCH, "_REACH": _REACH, "_FFT": _REACH}),
)


@contextmanager
def doubled(quick_jerk: bool = False) -> Iterator[None]:
    """Let the host's path sample at 52 Hz in this block, in this process.

    quick_jerk: jerk over 19 ms instead of 38 ms, doubled, which only the higher rate can feel.
    """
    with ExitStack() as stack:
        for module, values in _DOUBLED:
            for name, value in values.items():
                stack.enter_context(patch.object(module, name, value))
        stack.enter_context(patch.object(fastfeatures, "_smoothed", _smoothed))
        axes = _quick_axes if quick_jerk else _axes
        stack.enter_context(patch.object(fastfeatures, "_measure_axes", axes))
        yield


def _axes(raw: NDArray[np.int16], apart: int = 2) -> Int:
    """Twin of `fastfeatures._measure_axes`: jerk over `apart` samples, low-passed by ten neighbours."""
    values = np.zeros((raw.shape[1], features.SIZE), np.int64)
    x = raw.astype(np.float64)
    means = np.floor(x.mean(axis=2)).astype(np.int64)
    mean = means[:, :, None]
    values[:, features.MEAN_X : features.MEAN_Z + 1] = means.T
    values[:, features.MAD_X : features.MAD_Z + 1] = np.abs(x - mean).mean(axis=2).T
    jerk = np.abs(x[:, :, apart:] - x[:, :, :-apart]).sum(axis=2) * (2 / apart) / x.shape[2]
    values[:, features.JERK_X : features.JERK_Z + 1] = jerk.T
    sums = np.cumsum(np.pad(x - mean, ((0, 0), (0, 0), (1, 0))), axis=2)
    values[:, features.LOW_X : features.LOW_Z + 1] = np.abs((sums[:, :, 10:] - sums[:, :, :-10]) / 10).mean(axis=2).T
    values[:, features.UP : features.FRONT + 1] = fastfeatures.directions(means.T)
    return values


def _quick_axes(raw: NDArray[np.int16]) -> Int:
    return _axes(raw, 1)


def _smoothed(window: NDArray[np.int32], means: Int, spread: Int) -> NDArray[np.int16]:
    """Twin of `fastfeatures._smoothed` with `_TRIANGLE`."""
    reach = len(_TRIANGLE) // 2
    padded = np.pad(window, ((0, 0), (reach, reach), (0, 0)), mode="edge")
    out = sum(weight * padded[:, at : at + window.shape[1]] for at, weight in enumerate(_TRIANGLE)) // 4
    out -= (4 * means[:, None]).astype(np.int32)
    out >>= fastfeatures._gain(spread)[:, None, None].astype(np.int32)
    return np.clip(out, -kernels.PEAK, kernels.PEAK).astype(np.int16)
