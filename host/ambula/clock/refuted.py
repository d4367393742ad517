"""Leaves out what a wrong laptop said of one node where another node's clock refutes it.

A laptop reads both nodes at a visit, and is as wrong for one as for the other. A clock that was lost, and set by that
laptop, agrees with it whatever it says; the other node's clock knows better.
"""

from collections.abc import Sequence
from dataclasses import replace

from ambula.clock.lives import Life
from ambula.clock.place import PlacedLife
from ambula.clock.true_time import NodeTime, time_of
from ambula.store import Anchor

_SAME_VISIT_MS = 600_000
_NEEDS_READINGS = 2  # that a clock's story must have to refute one


def without_refuted(logs: Sequence[NodeTime]) -> tuple[list[NodeTime], list[int]]:
    """Return logs of one person's nodes, placed anew where at least half of what a life rests on is refuted by another.

    And of each log how many readings that were.
    """
    refuted = [_refuted(log) for log in logs]
    out: list[NodeTime] = []
    counts: list[int] = []
    for i, log in enumerate(logs):
        moments_ms = [ms for k, other in enumerate(refuted) if k != i for ms in other]
        lives, count = log.lives, 0
        for n, placed in enumerate(log.placed):
            wrong = _resting_on(lives[n], placed, moments_ms)
            if wrong:
                lives = [*lives[:n], _without(lives[n], wrong), *lives[n + 1 :]]
                count += len(wrong)
        out.append(time_of(lives) if count else log)
        counts.append(count)
    return out, counts


def _refuted(log: NodeTime) -> list[int]:
    """Return at which moments, by their own clocks, laptops were wrong, by a story of this log that has no rival."""
    return [
        anchor.host_utc_ms
        for placed in log.placed
        if placed is not None and placed.clock.readings >= _NEEDS_READINGS and not placed.clock.rivals
        for anchor in placed.clock.left_out
    ]


def _resting_on(life: Life, placed: PlacedLife | None, moments_ms: Sequence[int]) -> list[Anchor]:
    """Return the believed readings of a life that fall on these moments; none if more of its readings do not."""
    if placed is None:
        return []
    believed = [anchor for anchor in life.anchors if anchor not in placed.clock.left_out]
    wrong = [a for a in believed if any(abs(a.host_utc_ms - ms) < _SAME_VISIT_MS for ms in moments_ms)]
    return wrong if 2 * len(wrong) >= len(believed) else []


def _without(life: Life, wrong: Sequence[Anchor]) -> Life:
    """Return a life without some readings, and without the steps to UTC that were made at the same visits."""
    kept = [anchor for anchor in life.anchors if anchor not in wrong]
    set_ms = [ms for ms in life.set_ms if all(abs(ms - a.node_utc_ms) >= _SAME_VISIT_MS for a in wrong)]
    return replace(life, anchors=kept, set_ms=set_ms)
