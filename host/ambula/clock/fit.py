"""The correction of a clock, from pairs of readings: piecewise linear, so that it follows a changing rate."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ambula.store import Anchor
from nodecore.sampling import EPOCH_MS

_TOLD_BY_MS = 12 * 3_600_000  # between two readings that give the rate beyond the last
_WORST_PPM = 500.0  # of any clock in use: what goes beyond was a step
_STEP_MS = 2_000.0
_UNKNOWN_RATE_PPM, _RATE_SWING_PPM = 200.0, 20.0  # worst rate: with one reading; with two


@dataclass(frozen=True)
class ClockFit:
    """Node UTC (ms) at each anchor and what to add there to get true UTC (ms); empty where there are no anchors."""

    node_utc_ms: NDArray[np.int64]
    correction_ms: NDArray[np.float64]

    def correct(self, epoch: NDArray[np.int64], shift_ms: int | NDArray[np.int64] = 0) -> NDArray[np.int64]:
        """Return the nearest true epochs of a node's, whose clock stood `shift_ms` behind the fit's."""
        middle_ms = epoch * EPOCH_MS + EPOCH_MS // 2 + shift_ms
        return np.floor((middle_ms + self.error_ms(middle_ms)) / EPOCH_MS).astype(np.int64)

    def error_ms(self, node_utc_ms: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return what to add at each moment of the node's clock; beyond the anchors its rate goes on, where known."""
        at, error = self.node_utc_ms, self.correction_ms
        if len(at) == 0:
            return np.zeros(len(node_utc_ms))
        inside = np.interp(node_utc_ms, at, error)
        before = np.minimum(node_utc_ms - at[0], 0) * self._rate(0, 1)
        after = np.maximum(node_utc_ms - at[-1], 0) * self._rate(-1, -1)
        return inside + before + after

    def doubt_ms(self, node_utc_ms: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return how far off the corrected time may be. It grows away from the anchors. Without any it is infinite.

        It grows by 200 ppm with one reading, which gives no rate (the worst clock does that), and by 20 ppm with two.
        """
        if len(self.node_utc_ms) == 0:
            return np.full(len(node_utc_ms), np.inf)
        behind = np.searchsorted(self.node_utc_ms, node_utc_ms).clip(1, len(self.node_utc_ms) - 1)
        nearest = [np.abs(node_utc_ms - self.node_utc_ms[at]) for at in (behind - 1, behind)]
        away = np.minimum(*nearest).astype(np.float64)
        known = self.node_utc_ms[-1] - self.node_utc_ms[0] >= _TOLD_BY_MS
        doubt = away * ((_RATE_SWING_PPM if known else _UNKNOWN_RATE_PPM) * 1e-6)
        between = (node_utc_ms > self.node_utc_ms[0]) & (node_utc_ms < self.node_utc_ms[-1])
        return doubt + np.where(between, abs(self.step_ms), 0.0)

    @property
    def step_ms(self) -> float:
        """The largest change between two anchors that no rate explains, or 0: a hidden step, or a wrong laptop."""
        change = np.diff(self.correction_ms)
        possible = np.diff(self.node_utc_ms) * _WORST_PPM * 1e-6 + _STEP_MS
        strange = change[np.abs(change) > possible]
        return float(strange[np.abs(strange).argmax()]) if len(strange) else 0.0

    @property
    def drift_ppm(self) -> float:
        """The clock's rate error between the first and the last anchor; NaN where they are less than an hour apart."""
        if len(self.node_utc_ms) < 2 or self.node_utc_ms[-1] - self.node_utc_ms[0] < 3_600_000:
            return float("nan")
        span_ms = float(self.node_utc_ms[-1] - self.node_utc_ms[0])
        return float(self.correction_ms[0] - self.correction_ms[-1]) / span_ms * 1e6

    def _rate(self, end: int, towards: int) -> float:
        """Return the rate at one end, over the nearest anchor that is far enough from it; 0 where none is."""
        far = np.flatnonzero(np.abs(self.node_utc_ms - self.node_utc_ms[end]) >= _TOLD_BY_MS)
        if not len(far):
            return 0.0
        other = far[0] if towards > 0 else far[-1]
        rate = (self.correction_ms[other] - self.correction_ms[end]) / (self.node_utc_ms[other] - self.node_utc_ms[end])
        return float(rate) if abs(rate) <= _WORST_PPM * 1e-6 else 0.0


def fit(anchors: Sequence[Anchor]) -> ClockFit:
    """Return the piecewise-linear fit through a node's anchors (in any order)."""
    pairs = sorted({a.node_utc_ms: a.host_utc_ms for a in anchors}.items())
    node = np.array([n for n, _ in pairs], np.int64)
    host = np.array([h for _, h in pairs], np.int64)
    return ClockFit(node, (host - node).astype(np.float64))
