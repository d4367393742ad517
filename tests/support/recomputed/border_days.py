"""Recordings that lie on a border, or one epoch beside it: what chance would hit too rarely."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from tests.support.recomputed.oracle import Recording
from tests.support.recomputed.random_days import Columns, Rules

_MIN, _H = 12, 720  # in epochs


@dataclass(frozen=True)
class Run:
    """So many epochs of one kind; "lost": of none."""

    kind: str
    epochs: int
    cadence_spm: float = np.nan
    speed_kmh: float = np.nan
    nodes: int = 3
    shake_ratio: float = np.nan
    nodes_apart_s: float = 0.0


SIT = Run("sitting", _MIN)
STEP = Run("walking", 1)


def borders(rules: Rules) -> Iterator[Recording]:
    """Yield them by the default rules, and by some that ask for no hours of wear."""
    easy: Rules = {**rules, "name": "easy", "valid_worn_h": 0.0, "band_days": 1, "band_worn_h": 0.0}
    for runs in _nights():
        yield recording("2026-05-04T12:00", runs, rules)
    for runs in _hours():
        yield recording("2026-05-04T00:00", runs, rules)
        yield recording("2026-05-04T00:00", runs, {**easy, "name": "ten", "band_worn_h": 10.0})
    for epochs in (11, 12, 59, 60, 119, 120, 121, 179, 180):
        swapped = epochs // 2
        walk = [Run("walking", swapped, shake_ratio=0.6), Run("walking", epochs - swapped, shake_ratio=2.0)]
        yield recording("2026-05-04T12:00", [SIT, *walk], {**easy, "swapped_least_s": 60})
    yield recording("2026-05-04T12:00", [SIT, STEP], {**easy, "swapped_least_s": 0})
    yield recording("2026-05-04T12:00", [SIT, Run("walking", 60, shake_ratio=0.5)], {**easy, "swapped_shake": 2.0})
    for minutes in (28, 29):  # of walking, beside one of sitting: a peak of 30 needs 30
        yield recording("2026-05-04T12:00", [SIT, Run("walking", minutes * _MIN, 90.0)], easy)
    for walked in _paced():
        yield recording("2026-05-04T00:00", [SIT, *walked], easy)
    for epochs in (1799, 1800, 1801, 3599, 3600, 3601):  # about WHO's 150 and 300 min a week, on seven days
        days = [[SIT, Run("walking", epochs // 7 + (i < epochs % 7), 110.0, 5.0)] for i in range(7)]
        yield recording("2026-05-04T00:00", [run for day in days for run in _to_midnight(day)], easy)
    yield recording("2011-12-29T12:00", [SIT, Run("lost", 30 * _H), SIT, STEP], easy, "Pacific/Apia")
    yield recording("2026-03-27T12:00", [SIT, Run("lost", 60 * _H), SIT, STEP], easy)


def _nights() -> Iterator[list[Run]]:
    """Beds, from noon on: their end, their pauses, and how much of them is lying."""
    for late in (-1, 0, 1):
        yield [Run("standing", 8 * _H), Run("lying", 4 * _H + late), Run("standing", 60)]
        yield [Run("standing", 60), Run("lying", 3 * _H + late), Run("standing", 60)]
        up = Run("standing", 30 * _MIN + late)
        yield [Run("lying", 2 * _H), up, Run("lying", 2 * _H)]
        yield [Run("lying", 2 * _H), Run("lost", up.epochs), Run("lying", 2 * _H)]
        halves = [Run("lying", 30 * _MIN), Run("standing", 30 * _MIN)] * 3
        yield [Run("lying", 15 * _MIN), *halves[1:], Run("lying", 15 * _MIN + late), Run("standing", 60)]
    for epochs in (1, 2):  # lying in the midst of a pause of 40 min
        up = Run("standing", 20 * _MIN)
        yield [Run("lying", 3 * _H), up, Run("lying", epochs), up, Run("lying", 2 * _H)]


def _hours() -> Iterator[list[Run]]:
    """Days of 16 h and 10 h of wear, of both nodes or of one of them in part, and of clocks in doubt for 1% of them."""
    for hours in (10, 16):
        for late in (-1, 0):
            rest = hours * _H + late - 2 * _MIN
            yield [SIT, Run("walking", _MIN), Run("standing", rest)]
            yield [SIT, Run("walking", _MIN), Run("standing", rest), Run("standing", _H, nodes=1)]
            yield [SIT, Run("walking", _MIN), Run("standing", rest), Run("other", _H, nodes=2)]
            yield [Run("walking", _MIN), Run("standing", rest), Run("other", rest + _MIN, nodes=2)]
    for doubtful in (71, 72, 73):
        yield [SIT, STEP, Run("standing", doubtful, nodes_apart_s=61.0), Run("standing", 10 * _H - 13 - doubtful)]


def _paced() -> Iterator[list[Run]]:
    """Walking minutes and METs on the borders of the study's bands."""
    for minutes in (78, 100, 101, 125):
        for late in (-1, 0):
            yield [Run("walking", minutes * _MIN + late, 90.0, 3.0)]
    for slow, moderate in ((5, 2), (38, 32), (23, 47)):  # 3.00, 3.12 and 3.27 MET by 2.8 and 3.5
        for late in (0, 1):
            yield [Run("walking", 10 * slow + late, 90.0, 3.0), Run("walking", 10 * moderate, 110.0, 5.0)]


def _to_midnight(day: Sequence[Run]) -> list[Run]:
    return [*day, Run("lost", 24 * _H - sum(run.epochs for run in day))]


def recording(start: str, runs: Sequence[Run], rules: Rules, zone: str = "Europe/Oslo") -> Recording:
    """Return a recording of these runs, end to end from a local time; steps follow from the cadence."""
    first = int(datetime.fromisoformat(start).replace(tzinfo=ZoneInfo(zone)).timestamp()) // 5

    def of_each(values: Sequence[Any]) -> Any:
        return np.repeat(np.array(values), [run.epochs for run in runs])

    nodes = of_each([run.nodes for run in runs]).astype(np.uint8)
    n = len(nodes)
    cadence = of_each([run.cadence_spm for run in runs])
    made: Columns = {
        "epoch": first + np.arange(n, dtype=np.int64),
        "activity": of_each([run.kind for run in runs]).astype(object),
        "cadence_spm": cadence,
        "steps": np.nan_to_num(cadence) / 12,
        "speed_kmh": of_each([run.speed_kmh for run in runs]),
        "worn": np.ones(n, np.bool_),
        "thigh_inclination_deg": np.where(nodes & 1, 10.0, np.nan),
        "back_inclination_deg": np.where(nodes & 2, 10.0, np.nan),
        "nodes": nodes,
        "worn_nodes": nodes,
        "thigh_flags": np.zeros(n, np.uint8),
        "back_flags": np.zeros(n, np.uint8),
        "back_mad_mg": np.where(nodes & 2, 20.0, np.nan),
        "shake_ratio": of_each([run.shake_ratio for run in runs]),
        "thigh_firmware": np.where(nodes & 1, "1.0.0", "").astype(object),
        "back_firmware": np.where(nodes & 2, "1.0.0", "").astype(object),
        "clock_doubt_s": np.full(n, 0.4),
        "nodes_apart_s": of_each([run.nodes_apart_s for run in runs]),
    }
    return Recording({name: column[made["activity"] != "lost"] for name, column in made.items()}, zone, rules)
