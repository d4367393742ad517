"""The fit of a clock's correction through its readings, and through what gait says where these are far.

Which readings count is decided by `stories`. Gait tells each window's offset to within an epoch, so what it says is
smoothed along the clock's rate over half a day, and not used within half a day of a computer's reading: that is better.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from ambula.clock.correction import RATE_SWING_PPM, ClockFit, Run
from ambula.clock.stories import (
    GAIT_WORTH,
    SLACK_MS,
    WORST_PPM,
    Readings,
    Story,
    agreeing,
    best_stories,
    is_rival,
    with_rate,
)
from ambula.store import Anchor

_VISIT_MS = 3_600_000
_NEAR_MS = 12 * 3_600_000  # of gait's windows to one another, and to a reading
_LIKELY_PPM = 40.0  # which nearly all watch quartzes keep on a body
_MOST_RATES = 3  # that stories without a rate give
_LEAST_WINDOWS = 2  # that agree, where no computer's reading bears them out

Knot = tuple[int, float, float]


def fit(anchors: Sequence[Anchor], boots_ms: Sequence[int] = (), gait: Sequence[Anchor] = ()) -> ClockFit:
    """Return the fit through a node's anchors (in any order); boots_ms: when it booted, on its own time.

    gait: what gait says, as anchors, whose round trip says within how much.
    """
    visits = [*_one_a_visit(anchors), *gait]
    order = sorted(range(len(visits)), key=lambda i: visits[i].node_utc_ms)
    ordered = [visits[i] for i in order]
    worth = np.array([GAIT_WORTH if i >= len(visits) - len(gait) else 1.0 for i in order])
    readings = Readings(
        np.array([a.node_utc_ms for a in ordered], np.int64),
        np.array([a.host_utc_ms - a.node_utc_ms for a in ordered], np.float64),
        np.array([abs(a.round_trip_ms) for a in ordered], np.float64),
        worth,
    )
    told = [
        (story, _told(rated, story, ordered, boots_ms))
        for rated in _rated(readings, boots_ms)
        for story in best_stories(rated, boots_ms)
    ]
    told.sort(key=lambda pair: -pair[0].worth)
    if not told or told[0][0].worth < _LEAST_WINDOWS * GAIT_WORTH:
        return ClockFit()
    first = told[0][0]
    rivals = [clock for story, clock in told[1:] if is_rival(story, first)]
    return replace(told[0][1], rivals=tuple(rivals))


def _rated(readings: Readings, boots_ms: Sequence[int]) -> list[Readings]:
    """Return the readings with the rate of each story that is told without one, or as they are; not one rate twice."""
    rated: list[Readings] = []
    for story in best_stories(readings, boots_ms)[:_MOST_RATES]:
        one = with_rate(readings, story, boots_ms)
        if all(abs(one.rate_ppm - other.rate_ppm) > 1 or one.within_ppm != other.within_ppm for other in rated):
            rated.append(one)
    return rated


def _one_a_visit(anchors: Sequence[Anchor]) -> list[Anchor]:
    """Return the readings in the order of the node's time. Those within an hour that agree are one: the quickest.

    So who reads a clock often in an hour does not outvote those who read it daily.
    """
    visits: list[Anchor] = []
    for anchor in sorted(anchors, key=lambda a: (a.node_utc_ms, abs(a.round_trip_ms))):
        same = [k for k, kept in enumerate(visits) if _is_same_visit(kept, anchor)]
        if not same:
            visits.append(anchor)
        elif abs(anchor.round_trip_ms) < abs(visits[same[-1]].round_trip_ms):
            visits[same[-1]] = anchor
    return sorted(visits, key=lambda a: a.node_utc_ms)


def _is_same_visit(kept: Anchor, anchor: Anchor) -> bool:
    differ_ms = (anchor.host_utc_ms - anchor.node_utc_ms) - (kept.host_utc_ms - kept.node_utc_ms)
    return anchor.node_utc_ms - kept.node_utc_ms < _VISIT_MS and abs(differ_ms) < SLACK_MS


def _told(readings: Readings, story: Story, ordered: Sequence[Anchor], boots_ms: Sequence[int]) -> ClockFit:
    """Return the fit of one story: its readings, in runs between the boots at which it has a step."""
    runs = _runs(readings, story)
    steps = [
        min(boot for boot in boots_ms if readings.node_ms[before[-1]] <= boot < readings.node_ms[run[0]])
        for before, run in pairwise(runs)
    ]
    by_gait = readings.worth < 1
    windows = int(by_gait[list(story.kept)].sum())
    return ClockFit(
        tuple(_run(readings, run, boots_ms) for run in runs),
        tuple(steps),
        tuple(a for i, a in enumerate(ordered) if i not in story.kept and not by_gait[i]),
        len(story.kept) - windows,
        windows,
        tuple(_hidden(readings, story, boots_ms)),
    )


def _run(readings: Readings, chosen: Sequence[int], boots_ms: Sequence[int]) -> Run:
    """Return the run of some readings: at the rate of all of them, or of these, where no boot lies between."""
    node_ms, correction_ms, trip_ms = (np.array(column) for column in zip(*_knots(readings, chosen), strict=True))
    if readings.rate_is_known:
        return Run(node_ms, correction_ms, trip_ms, readings.rate_ppm * 1e-6, True)
    span_ms = int(node_ms[-1] - node_ms[0])
    rate = float(correction_ms[-1] - correction_ms[0]) / span_ms if span_ms >= _NEAR_MS else 0.0
    has_boot = any(node_ms[0] <= boot < node_ms[-1] for boot in boots_ms)
    if span_ms < _NEAR_MS or has_boot or abs(rate) > (WORST_PPM + RATE_SWING_PPM) * 1e-6:
        return Run(node_ms, correction_ms, trip_ms)
    if len(node_ms) == 2 and abs(rate) > _LIKELY_PPM * 1e-6:  # a wrong laptop is likelier than such a quartz
        unsure_ms = abs(float(correction_ms[1] - correction_ms[0]))
        return Run(node_ms, correction_ms, trip_ms, rate, False, unsure_ms)
    return Run(node_ms, correction_ms, trip_ms, rate, True)


def _runs(readings: Readings, story: Story) -> list[list[int]]:
    """Return a story's readings in runs between which the clock was stepped."""
    agrees = agreeing(readings)
    runs = [[story.kept[0]]]
    for before, i in pairwise(story.kept):
        if agrees[before, i]:
            runs[-1].append(i)
        else:
            runs.append([i])
    return runs


def _knots(readings: Readings, run: Sequence[int]) -> list[Knot]:
    """Return a run's computer readings as they are, and gait's where none is near: the mean of those near each."""
    chosen = np.array(run)
    node_ms, correction_ms, trip_ms = readings.node_ms[chosen], readings.correction_ms[chosen], readings.trip_ms[chosen]
    by_gait = readings.worth[chosen] < 1
    along_ms = (node_ms - node_ms[0]) * readings.rate_ppm * 1e-6
    near = np.abs(node_ms[:, None] - node_ms[None, :]) <= _NEAR_MS
    knots: list[Knot] = []
    for k in range(len(chosen)):
        if not by_gait[k]:
            knots.append((int(node_ms[k]), float(correction_ms[k]), float(trip_ms[k])))
        elif not (near[k] & ~by_gait).any():
            mean = float((correction_ms - along_ms)[near[k]].mean() + along_ms[k])
            knots.append((int(node_ms[k]), mean, float(trip_ms[k])))
    return knots


def _hidden(readings: Readings, story: Story, boots_ms: Sequence[int]) -> Iterator[tuple[float, float, float]]:
    """Yield where a boot may have brought a step, and its size at most: behind the last reading, any.

    Between two readings that agree it is what they may differ by; between two with a step, which of several boots
    brought it is not known.
    """
    agrees = agreeing(readings)
    for i, j in pairwise(story.kept):
        low, high = int(readings.node_ms[i]), int(readings.node_ms[j])
        between = [boot for boot in boots_ms if low <= boot < high]
        if between and agrees[i, j]:
            open_ms = float(readings.trip_ms[i] + readings.trip_ms[j]) / 2
            yield low, high, (high - low) * readings.within_ppm * 1e-6 + SLACK_MS + open_ms
        elif len(between) > 1:
            by_ms = float(abs(readings.correction_ms[j] - readings.correction_ms[i]))
            yield min(between) - by_ms, max(between) + by_ms, by_ms
        for k in range(
            i + 1, j
        ):  # left out: a wrong laptop, or a step at the boot before it and one at the boot behind
            before = [boot for boot in between if boot <= readings.node_ms[k]]
            behind = [boot for boot in between if boot > readings.node_ms[k]]
            if before and behind and readings.worth[k] == 1:
                by_ms = float(np.abs(readings.correction_ms[[i, j]] - readings.correction_ms[k]).max())
                yield max(before), min(behind), by_ms
    first_ms, last_ms = readings.node_ms[story.kept[0]], readings.node_ms[story.kept[-1]]
    beyond = [boot for boot in boots_ms if boot >= last_ms]
    if beyond:
        yield min(beyond), np.inf, np.inf
    before = [boot for boot in boots_ms if boot < first_ms]
    if before:
        yield -np.inf, max(before), np.inf
