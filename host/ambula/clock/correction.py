"""The correction of a clock: piecewise linear, so that it follows a changing rate; and how far off it may be.

Between two knots it is linear; at a boot over which the clock was stepped it jumps; beyond the last knot its rate goes
on, where two far enough apart give one. `fit` makes it.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ambula.clock.stories import WORST_PPM
from ambula.store import Anchor
from nodecore.sampling import EPOCH_MS

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_TOLD_BY_MS = 12 * 3_600_000  # between two readings that give the rate beyond the last
_RATE_SWING_PPM = 20.0  # by which a known rate changes with the temperature
_LAPTOP_MS = 500.0  # by which a right laptop may be off


@dataclass(frozen=True)
class ClockFit:
    """Node UTC (ms) at each knot and what to add there to get true UTC (ms); empty where there are no anchors.

    trip_ms: the round trip of each knot's reading. readings: how many are believed, windows: how many of gait's beside
    them. left_out: readings that are not believed.
    stepped_ms: what hidden steps at boots came to. hidden: where a boot may have brought a step that no reading shows:
    from, to (node UTC, ms), by how much at most. rivals: the fits of other stories, which the readings bear out nearly
    as well.
    """

    node_utc_ms: Ints
    correction_ms: Floats
    trip_ms: Floats
    left_out: tuple[Anchor, ...] = ()
    stepped_ms: tuple[float, ...] = ()
    readings: int = 0
    windows: int = 0
    hidden: tuple[tuple[float, float, float], ...] = ()
    rivals: tuple["ClockFit", ...] = field(default=(), repr=False)

    def correct(self, epoch: Ints, shift_ms: int | Ints = 0) -> Ints:
        """Return the nearest true epochs of a node's, whose clock stood `shift_ms` behind the fit's."""
        middle_ms = epoch * EPOCH_MS + EPOCH_MS // 2 + shift_ms
        return np.floor((middle_ms + self.error_ms(middle_ms)) / EPOCH_MS).astype(np.int64)

    def error_ms(self, node_utc_ms: Ints) -> Floats:
        """Return what to add at each moment of the node's clock; beyond the anchors its rate goes on, where known."""
        at, error = self.node_utc_ms, self.correction_ms
        if len(at) == 0:
            return np.zeros(len(node_utc_ms))
        inside = np.interp(node_utc_ms, at, error)
        before = np.minimum(node_utc_ms - at[0], 0) * self._rate(0, 1)
        after = np.maximum(node_utc_ms - at[-1], 0) * self._rate(-1, -1)
        return inside + before + after

    def doubt_ms(self, node_utc_ms: Ints) -> Floats:
        """Return how far off the corrected time may be: half a round trip and what a laptop may be off at a reading,
        growing away from it by 100 ppm, or 20 once the rate is known, and whatever a rival would make of it.

        Without any reading it is infinite.
        """
        if len(self.node_utc_ms) == 0:
            return np.full(len(node_utc_ms), np.inf)
        behind = np.searchsorted(self.node_utc_ms, node_utc_ms).clip(1, max(1, len(self.node_utc_ms) - 1))
        pair = np.stack([behind - 1, np.minimum(behind, len(self.node_utc_ms) - 1)])
        away = np.abs(node_utc_ms - self.node_utc_ms[pair])
        nearest = np.take_along_axis(pair, away.argmin(axis=0)[None], axis=0)[0]
        known = self.node_utc_ms[-1] - self.node_utc_ms[0] >= _TOLD_BY_MS
        doubt = away.min(axis=0) * ((_RATE_SWING_PPM if known else WORST_PPM) * 1e-6)
        doubt = doubt + self.trip_ms[nearest] / 2 + _LAPTOP_MS
        for start_ms, end_ms, by_ms in self.hidden:
            doubt = doubt + np.where((node_utc_ms >= start_ms) & (node_utc_ms < end_ms), by_ms, 0.0)
        own = self.error_ms(node_utc_ms)
        for rival in self.rivals:
            doubt = np.maximum(doubt, np.abs(rival.error_ms(node_utc_ms) - own))
        return doubt

    @property
    def step_ms(self) -> float:
        """The largest contradiction among the readings, or 0: of one that is left out, or a hidden step."""
        out = [
            a.host_utc_ms - a.node_utc_ms - float(self.error_ms(np.array([a.node_utc_ms]))[0]) for a in self.left_out
        ]
        return max([*out, *self.stepped_ms], key=abs, default=0.0)

    @property
    def drift_ppm(self) -> float:
        """The clock's rate error between the first and the last anchor; NaN where they are less than an hour apart."""
        if len(self.node_utc_ms) < 2 or self.node_utc_ms[-1] - self.node_utc_ms[0] < 3_600_000:
            return float("nan")
        span_ms = float(self.node_utc_ms[-1] - self.node_utc_ms[0])
        return (float(self.correction_ms[0] - self.correction_ms[-1]) + sum(self.stepped_ms)) / span_ms * 1e6

    def _rate(self, end: int, towards: int) -> float:
        """Return the rate at one end, over the nearest anchor that is far enough from it; 0 where none is."""
        far = np.flatnonzero(np.abs(self.node_utc_ms - self.node_utc_ms[end]) >= _TOLD_BY_MS)
        if not len(far):
            return 0.0
        other = far[0] if towards > 0 else far[-1]
        rate = (self.correction_ms[other] - self.correction_ms[end]) / (self.node_utc_ms[other] - self.node_utc_ms[end])
        return float(rate) if abs(rate) <= (WORST_PPM + _RATE_SWING_PPM) * 1e-6 else 0.0
