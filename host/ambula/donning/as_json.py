"""What a donning check found, for scripts."""

from dataclasses import asdict
from math import isnan
from typing import Any

from ambula.base.sites import SITES
from ambula.donning.check import Donning
from ambula.donning.windows import Bools


def as_json(result: Donning, start_s: int, length_s: float) -> dict[str, Any]:
    """Return where the nodes are, how they are turned (null: unknown) and when each phase was, UTC s or s of the files.

    start_s: where the windows begin; length_s: how long one is.
    """
    phases = result.phases
    found = {"standing": phases and phases.standing, "sitting": result.sitting, "walking": phases and phases.walking}
    return {
        "worn_on": dict(zip(SITES, result.worn_on, strict=True)),
        "turns": {
            name: None if turn is None else {k: _number(v) for k, v in asdict(turn).items()}
            for name, turn in zip(SITES, result.turns, strict=True)
        },
        "seconds": {name: None if at is None else _span(at, start_s, length_s) for name, at in found.items()},
    }


def _number(value: bool | float) -> bool | float | None:
    if isinstance(value, bool):
        return value
    return None if isnan(value) else round(value, 1)


def _span(which: Bools, start_s: int, length_s: float) -> dict[str, float] | None:
    """Return from when to when a phase was found, and how many seconds of it in between."""
    at = which.nonzero()[0]
    if not len(at):
        return None
    first, end = (float(start_s + int(k) * length_s) for k in (at[0], at[-1] + 1))
    return {"from": first, "to": end, "held": float(which.sum()) * length_s}
