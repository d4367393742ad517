"""A walking plan in one TOML file: where it starts, how it grows, where it ends, and when it pauses."""

import tomllib
from dataclasses import dataclass, fields
from importlib.resources import files
from pathlib import Path
from typing import Any

from ambula.base.errors import InputError

_MOST_TEXT = 60
# name: (least, most)
_LIMITS = {
    "start_min": (1, 120),
    "start_days": (1, 7),
    "step_min": (0, 30),
    "day_every_weeks": (2, 52),
    "ceiling_min": (1, 180),
    "ceiling_days": (1, 7),
    "rest_days": (0, 6),
    "walk_from_min": (1, 30),
    "well_share": (0.1, 1.0),
    "low_share": (0.0, 1.0),
    "seen_h": (0, 24),
    "seen_days": (0, 7),
    "pain_limit": (1, 10),
    "pain_rise": (1, 10),
}


@dataclass(frozen=True)
class Plan:
    """A progressive walking plan; each field is explained in plan.toml, which holds the defaults."""

    name: str
    start_min: int
    start_days: int
    step_min: int
    day_every_weeks: int
    ceiling_min: int
    ceiling_days: int
    rest_days: int
    walk_from_min: int
    well_share: float
    low_share: float
    seen_h: float
    seen_days: int
    pain_limit: int
    pain_rise: int


def default_text() -> str:
    """Return the default plan as the TOML file that a user may change."""
    return files("ambula.programme").joinpath("plan.toml").read_text("utf-8")


def load_plan(path: Path) -> tuple[Plan, str]:
    """Return the plan in a TOML file, and its text; raises InputError that names file, key, and what it allows."""
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as e:
        raise InputError(f"{path}: cannot be read as text: {e}") from e
    return read_plan(text, str(path)), text


def read_plan(text: str, where: str = "plan") -> Plan:
    """Return a plan from TOML; keys left out have their defaults. Raises InputError that begins with `where`."""
    plan, unknown = read_kept_plan(text, where)
    if unknown:
        raise InputError(f"{where}: unknown key {unknown[0]!r}. Known keys: {', '.join(_defaults())}")
    return plan


def read_kept_plan(text: str, where: str) -> tuple[Plan, tuple[str, ...]]:
    """Return the plan that a store has kept, and the keys in it that only a newer Ambula knows; raises InputError."""
    default = _defaults()
    try:
        values = {**default, **tomllib.loads(text)}
    except (tomllib.TOMLDecodeError, RecursionError) as e:
        raise InputError(f"{where}: not TOML: {e}") from e
    unknown = tuple(sorted(set(values) - set(default)))
    return _checked({key: values[key] for key in default}, where), unknown


def _defaults() -> dict[str, Any]:
    return tomllib.loads(default_text())


def _checked(values: dict[str, Any], where: str) -> Plan:
    name = values["name"]
    if not isinstance(name, str) or not 0 < len(name) <= _MOST_TEXT or not name.isprintable():
        raise InputError(f"{where}: name must be a text of 1 to {_MOST_TEXT} characters")
    kinds = {f.name: f.type for f in fields(Plan)}
    for key in _LIMITS:
        _check(key, values[key], kinds[key] is float, where)
    plan = Plan(**values)
    for low, high in (("start_min", "ceiling_min"), ("start_days", "ceiling_days"), ("low_share", "well_share")):
        if getattr(plan, low) > getattr(plan, high):
            raise InputError(f"{where}: {low} is above {high}")
    if plan.ceiling_days + plan.rest_days > 7:
        raise InputError(f"{where}: ceiling_days and rest_days together are more than a week")
    return plan


def _check(key: str, value: Any, is_float: bool, where: str) -> None:
    least, most = _LIMITS[key]
    is_number = isinstance(value, (int, float) if is_float else int) and not isinstance(value, bool)
    if not is_number or not least <= value <= most:
        kind = "number" if is_float else "whole number"
        raise InputError(f"{where}: {key} must be a {kind} from {least} to {most}, not {value!r}")
