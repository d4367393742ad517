"""Which readings of a node's clock to believe where they contradict each other.

A quartz drifts by 100 ppm at most, so the corrections that two right readings give differ by no more. The node logs
each step of its clock, but a boot may bring one that nobody saw. So a *story* is a choice of readings in which
neighbours agree, or have a boot between them. The best story keeps the most readings, and pays for each step. What gait
says of a clock (`gait_offset`) is a reading too, worth a third of a computer's.

Notes
-----
Steps:

1. Readings in the order of the node's time; each gives a correction, host minus node.
2. Two agree if their corrections differ by no more than 100 ppm of the time between, 2 s and half of both round trips.
3. The best stories that end with each reading are found one after the other (dynamic programming). A reading counts 1,
   one by gait a third, and a step at a boot costs 1: with one reading behind it, it is as good as that reading being
   wrong.
4. Stories nearly as good as the best stay as rivals: what they give differently is doubt. Of equals the one is chosen
   that moves the node's own time less.
5. Where three readings of such a story show the rate, all is done once more with 25 ppm about that rate. A pair shows
   it if what their round trips leave open is below 20 ppm. The best of all these stories counts.

Sources: the longest chain of agreeing readings is what NTP calls the survivors, its others falsetickers (RFC 5905,
section 11.2), over time instead of over servers. 100 ppm: a watch quartz (20 ppm, and 0.034 ppm/K^2 about 25 C) from
-10 to 60 C.

Deviations: NTP's intersection needs a majority at one moment; here a clock is read at most once a day.

Known failures:

- A laptop that is wrong at most of the readings is believed.
- A hidden step at a boot with one reading behind it may be taken for a wrong laptop; its records carry the doubt.
- A laptop that is off by less than a quartz may drift, some seconds in days, passes for drift.
- Steps at two boots between the same two readings are taken for one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

WORST_PPM = 100.0  # of a quartz
SWING_PPM = 25.0  # by which its rate changes with the temperature
SLACK_MS = 2_000.0  # by which two right laptops differ at most
GAIT_WORTH = 1 / 3
_STEP_COST = 1.0  # so that a step with one reading behind it is as good as a reading that is wrong
_NEARLY = 0.75
_RATE_FROM_MS, _RATE_NEEDS, _RATE_OPEN_PPM = 12 * 3_600_000, 3, 20.0
_MOST = 12  # of the stories that end with a reading


@dataclass(frozen=True)
class Readings:
    """A clock's readings, (n,) each in the order of the node's time.

    node UTC, host minus node, round trip, all ms; and what each is worth: 1, or by gait GAIT_WORTH.
    """

    node_ms: NDArray[np.int64]
    correction_ms: NDArray[np.float64]
    trip_ms: NDArray[np.float64]
    worth: NDArray[np.float64]
    rate_ppm: float = 0.0  # of the correction, as far as it is known
    within_ppm: float = WORST_PPM  # of that rate

    @property
    def rate_is_known(self) -> bool:
        """Whether readings showed the rate."""
        return self.within_ppm < WORST_PPM


@dataclass(frozen=True)
class Story:
    """The readings that are kept, by number in order, and what they are worth."""

    kept: tuple[int, ...]
    worth: float


def best_stories(readings: Readings, boots_ms: Sequence[int] = ()) -> list[Story]:
    """Return the best story, and behind it its rivals; none where there are no readings.

    boots_ms: when the node booted, on its own time. Only whole stories count: none that could keep one reading more.
    """
    agrees = agreeing(readings)
    ahead = np.triu(agrees, 1)  # of each reading those behind it that it agrees with
    nth_boot = np.searchsorted(np.sort(np.asarray(boots_ms, np.int64)), readings.node_ms)
    ending: list[list[Story]] = []
    for i in range(len(readings.node_ms)):
        with_i = agrees[:i, i]
        own = float(readings.worth[i])
        found = [] if with_i.any() else [Story((i,), own)]
        skips = (ahead[:i, :i] & with_i).any(axis=1)  # one in between agrees with both
        may_step = nth_boot[:i] < nth_boot[i]
        for j in np.flatnonzero(~skips & (with_i | may_step)).tolist():
            worth = own if with_i[j] else own - _STEP_COST
            found += [Story((*story.kept, i), story.worth + worth) for story in ending[j]]
        ending.append(sorted(found, key=lambda story: -story.worth)[:_MOST])
    whole = [story for i, stories in enumerate(ending) for story in stories if not ahead[i].any()]
    whole.sort(key=lambda story: (-story.worth, _moves(readings, story)))
    return [story for story in whole if is_rival(story, whole[0])]


def is_rival(story: Story, best: Story) -> bool:
    """Return whether a story is nearly as good as the best."""
    return story.worth > best.worth - _NEARLY


def with_rate(readings: Readings, story: Story, boots_ms: Sequence[int] = ()) -> Readings:
    """Return the readings with the rate that a story shows: the median over pairs of them half a day apart (Theil and
    Sen), three readings at least; the readings as they are where it shows none. Where some pairs have no boot between
    them, these alone count: a boot may have brought a step too small to see."""
    kept = np.array(story.kept)
    run = np.concatenate([[0], np.cumsum(~agreeing(readings)[kept[:-1], kept[1:]])])
    first, second = np.triu_indices(len(kept), 1)
    i, j = kept[first], kept[second]
    apart_ms = readings.node_ms[j] - readings.node_ms[i]
    open_ms = (readings.trip_ms[i] + readings.trip_ms[j]) / 2
    far = (apart_ms >= _RATE_FROM_MS) & (open_ms <= apart_ms * _RATE_OPEN_PPM * 1e-6) & (run[first] == run[second])
    if len(kept) < _RATE_NEEDS or not far.any():
        return readings
    nth_boot = np.searchsorted(np.sort(np.asarray(boots_ms, np.int64)), readings.node_ms)
    in_one_boot = far & (nth_boot[i] == nth_boot[j])
    far = in_one_boot if in_one_boot.any() else far
    rates = (readings.correction_ms[j] - readings.correction_ms[i])[far] / apart_ms[far] * 1e6
    rate_ppm = float(np.median(rates))
    return replace(readings, rate_ppm=rate_ppm, within_ppm=SWING_PPM) if abs(rate_ppm) <= WORST_PPM else readings


def agreeing(readings: Readings) -> NDArray[np.bool_]:
    """Return of each two readings whether a quartz explains how they differ, (n, n)."""
    node_ms, correction_ms, trip_ms = readings.node_ms, readings.correction_ms, readings.trip_ms
    apart_ms = node_ms[None, :] - node_ms[:, None]
    differ_ms = correction_ms[None, :] - correction_ms[:, None] - apart_ms * readings.rate_ppm * 1e-6
    may_ms = np.abs(apart_ms) * readings.within_ppm * 1e-6 + SLACK_MS + (trip_ms[None, :] + trip_ms[:, None]) / 2
    agreeing: NDArray[np.bool_] = np.abs(differ_ms) <= may_ms
    return agreeing


def _moves(readings: Readings, story: Story) -> float:
    return float(np.median(np.abs(readings.correction_ms[list(story.kept)])))
