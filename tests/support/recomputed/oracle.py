"""Run the SQL of this folder over recordings: `recompute`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

_FILES = ("calendar.sql", "bouts.sql", "nodes.sql", "minutes.sql", "walking.sql", "sitting.sql", "bed.sql", "day.sql")
Row = dict[str, Any]


@dataclass(frozen=True)
class Recording:
    """One participant's epochs as columns of equal length, the zone that decides their dates, and the rules.

    columns: as the fields of an epoch table, `activity` in words; rules: by name, the MET table's as `met_name`,
    `met_slow`, `met_moderate`, `met_brisk`.
    """

    columns: Mapping[str, NDArray[Any]]
    zone: str
    rules: Mapping[str, str | float]


def recompute(recordings: Sequence[Recording]) -> tuple[list[list[Row]], list[Row]]:
    """Return each recording's days in order, and its week; None for what is empty. Each has one epoch at least."""
    numbers = np.concatenate([np.full(len(r.columns["epoch"]), i) for i, r in enumerate(recordings)])
    rows = {name: np.concatenate([r.columns[name] for r in recordings]) for name in recordings[0].columns}
    given = {name: np.array([r.rules[name] for r in recordings]) for name in recordings[0].rules}
    with duckdb.connect(config={"threads": 2}) as db:
        db.execute("SET TimeZone = 'UTC'")
        db.register("rows", {"recording": numbers, **rows})
        zones = np.array([r.zone for r in recordings])
        db.register("given", {"recording": np.arange(len(recordings)), "zone": zones, **given})
        for name in _FILES:
            db.execute((Path(__file__).parent / name).read_text(encoding="utf-8"))
        days = _rows(db.execute("SELECT * FROM daily ORDER BY recording, date"))
        weeks = _rows(db.execute((Path(__file__).parent / "week.sql").read_text(encoding="utf-8")))
    return [[day for day in days if day["recording"] == i] for i in range(len(recordings))], weeks


def _rows(result: duckdb.DuckDBPyConnection) -> list[Row]:
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
