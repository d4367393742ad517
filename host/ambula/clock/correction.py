"""The correction of a clock: piecewise linear, so that it follows a changing rate; and how far off it may be.

It is a row of runs, between which the clock was stepped at a boot. In a run it is linear from knot to knot, and beyond
them its rate goes on, where one is known. `fit` makes it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ambula.clock.stories import WORST_PPM
from ambula.store import Anchor
from nodecore.sampling import EPOCH_MS

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_HOUR_MS = 3_600_000
RATE_SWING_PPM = 20.0  # by which a known rate changes with the temperature
_LAPTOP_MS = 500.0  # by which a right laptop may be off


@dataclass(frozen=True)
class Run:
    """Knots (k,) between two steps: node UTC, what to add there to get true UTC, round trip of the reading; all ms.

    rate: of the correction, ms a ms, beyond the knots; known: whether readings showed it. unsure_ms: by how much two
    readings may contradict each other that no third confirms.
    """

    node_utc_ms: Ints
    correction_ms: Floats
    trip_ms: Floats
    rate: float = 0.0
    known: bool = False
    unsure_ms: float = 0.0

    def error_ms(self, node_utc_ms: Ints) -> Floats:
        """Return what to add at each moment of the node's clock."""
        at = self.node_utc_ms
        beyond = np.minimum(node_utc_ms - at[0], 0) + np.maximum(node_utc_ms - at[-1], 0)
        return np.interp(node_utc_ms, at, self.correction_ms) + beyond * self.rate

    def doubt_ms(self, node_utc_ms: Ints) -> Floats:
        """Return half the nearest reading's round trip, what a laptop may be off, and what grows on the way to it."""
        at = self.node_utc_ms
        behind = np.searchsorted(at, node_utc_ms).clip(1, max(1, len(at) - 1))
        pair = np.stack([behind - 1, np.minimum(behind, len(at) - 1)])
        away = np.abs(node_utc_ms - at[pair])
        nearest = np.take_along_axis(pair, away.argmin(axis=0)[None], axis=0)[0]
        grows = (RATE_SWING_PPM if self.known else WORST_PPM) * 1e-6
        return away.min(axis=0) * grows + self.trip_ms[nearest] / 2 + _LAPTOP_MS + self.unsure_ms


@dataclass(frozen=True)
class ClockFit:
    """Runs of a correction, between which the clock was stepped: at `steps_ms`, node UTC; no run without a reading.

    readings: how many are believed, windows: how many of gait's beside them. left_out: readings that are not believed.
    hidden: where a boot may have brought a step that no reading shows: from, to (node UTC, ms), by how much at most.
    rivals: the fits of other stories, which the readings bear out nearly as well.
    """

    runs: tuple[Run, ...] = ()
    steps_ms: tuple[int, ...] = ()
    left_out: tuple[Anchor, ...] = ()
    readings: int = 0
    windows: int = 0
    hidden: tuple[tuple[float, float, float], ...] = ()
    rivals: tuple["ClockFit", ...] = field(default=(), repr=False)

    def correct(self, node_utc_ms: Ints, run: Ints | None = None) -> Ints:
        """Return the true epochs that are nearest to the node's whose middles these are."""
        return np.floor((node_utc_ms + self.error_ms(node_utc_ms, run)) / EPOCH_MS).astype(np.int64)

    def run_at(self, node_utc_ms: Ints) -> Ints:
        """Return the number of the run in which each moment of the node's clock lies."""
        return np.searchsorted(np.array(self.steps_ms, np.int64), node_utc_ms, side="right").astype(np.int64)

    def error_ms(self, node_utc_ms: Ints, run: Ints | None = None) -> Floats:
        """Return what to add at each moment of the node's clock. run: (n,) where it is known, as in a log: a clock that
        was set back has some moments twice."""
        return self._by_run(node_utc_ms, run, Run.error_ms, 0.0)

    def doubt_ms(self, node_utc_ms: Ints, run: Ints | None = None) -> Floats:
        """Return how far off the corrected time may be: by the nearest reading's doubt, by a hidden step, and by
        whatever a rival would make of it. Without any reading it is infinite."""
        doubt = self._by_run(node_utc_ms, run, Run.doubt_ms, np.inf)
        for start_ms, end_ms, by_ms in self.hidden:
            doubt = doubt + np.where((node_utc_ms >= start_ms) & (node_utc_ms < end_ms), by_ms, 0.0)
        own = self.error_ms(node_utc_ms, run)
        for rival in self.rivals:
            doubt = np.maximum(doubt, np.abs(rival.error_ms(node_utc_ms) - own) + rival.doubt_ms(node_utc_ms))
        return doubt

    @property
    def read_ms(self) -> Ints:
        """When the clock was read, as far as it is believed, by the node's clock; rising in each run."""
        return np.concatenate([np.empty(0, np.int64), *(run.node_utc_ms for run in self.runs)])

    @property
    def stepped_ms(self) -> tuple[float, ...]:
        """What hidden steps at boots came to."""
        at = [np.array([step]) for step in self.steps_ms]
        return tuple(
            float((after.error_ms(step) - before.error_ms(step))[0])
            for before, after, step in zip(self.runs, self.runs[1:], at, strict=False)
        )

    @property
    def step_ms(self) -> float:
        """The largest contradiction among the readings, or 0: of one that is left out, or a hidden step."""
        out = [
            a.host_utc_ms - a.node_utc_ms - float(self.error_ms(np.array([a.node_utc_ms]))[0]) for a in self.left_out
        ]
        return max([*out, *self.stepped_ms], key=abs, default=0.0)

    @property
    def drift_ppm(self) -> float:
        """The clock's rate error over its longest run; NaN where that has less than an hour between two readings."""
        spans = [(int(run.node_utc_ms[-1] - run.node_utc_ms[0]), run) for run in self.runs]
        span_ms, run = max(spans, key=lambda pair: pair[0], default=(0, None))
        if run is None or span_ms < _HOUR_MS:
            return float("nan")
        return float(run.correction_ms[0] - run.correction_ms[-1]) / span_ms * 1e6

    def _by_run(
        self, node_utc_ms: Ints, run: Ints | None, value: Callable[[Run, Ints], Floats], otherwise: float
    ) -> Floats:
        result = np.full(len(node_utc_ms), otherwise)
        number = self.run_at(node_utc_ms) if run is None else run
        for i, each in enumerate(self.runs):
            here = number == i
            result[here] = value(each, node_utc_ms[here])
        return result
