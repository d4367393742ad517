"""Rules by the name of a set, or from a TOML file: any of `Rules` by name, the rest as in the set that it begins with.

name = "my study"            # every output carries it
base = "hunt4"               # one of `SETS`; without it "ambula"
valid_worn_h = 10
[met]
name = "ours 2026"
slow = 3.0
moderate = 3.6
brisk = 4.6
"""

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, fields, replace
from pathlib import Path
from typing import Any, cast

from ambula.base.errors import InputError
from ambula.days.rules import DEFAULT, SETS, MetTable, Rules

_MOST = 1e9


def rules_named(text: str) -> Rules:
    """Return the set of this name, or the rules of the file of this name ("./hunt4" is a file); see `load_rules`."""
    if text in SETS:
        return SETS[text]
    path = Path(text)
    if not path.exists():
        raise InputError(f"{text}: No such file, nor a set of rules ({', '.join(SETS)})")
    return load_rules(path)


def load_rules(path: Path) -> Rules:
    """Return the rules of a file; raises InputError, in one line, for what is unknown, of the wrong kind or impossible.

    A file that changes a rule must give the rules a name, and one that changes a MET gives the table a name: outputs
    carry both. `base` names the set that the file changes. Edge case: an empty file gives the defaults.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as e:
        raise InputError(f"{path}: {e.strerror if isinstance(e, OSError) and e.strerror else e}") from e
    try:
        return _rules(values)
    except ValueError as e:
        raise InputError(f"{path}: {e}") from e


def _rules(values: Mapping[str, Any]) -> Rules:
    given = dict(values)
    base = given.pop("base", "ambula")
    if not isinstance(base, str) or base not in SETS:
        raise ValueError(f"base must be one of {', '.join(SETS)}, in quotes, not {base!r}")
    met = given.pop("met", None)
    if met is not None:
        given["met"] = _met(met)
    named = {part.name: getattr(DEFAULT, part.name) for part in fields(Rules) if part.name != "met"}
    for key, value in given.items():
        if key != "met":
            _check(key, value, named)
    rules = replace(SETS[base], **given)
    if any(rules.name == known.name and rules != known for known in SETS.values()):
        raise ValueError(f'rules that differ need a name of their own, as name = "my study", not {rules.name!r}')
    return rules


def _met(values: Any) -> MetTable:
    if not isinstance(values, dict):
        raise ValueError("met must be a table: [met], then name, slow, moderate, brisk")
    given = cast("dict[str, Any]", values)
    kinds: dict[str, Any] = {part.name: part.default for part in fields(MetTable) if part.default is not MISSING}
    kinds.pop("is_placeholder")
    for key, value in given.items():
        _check(key, value, kinds, "met.")
    missing = sorted(set(kinds) - set(given))
    if missing:
        raise ValueError(f"[met] lacks {', '.join(missing)}")
    return MetTable(**given, is_placeholder=False)


def _check(key: str, value: object, known: Mapping[str, object], where: str = "") -> None:
    """Refuse a key that is not known and a value that is not of the default's kind."""
    if key not in known:
        raise ValueError(f"unknown rule {where}{key}. Known rules: {', '.join(sorted(known))}")
    default = known[key]
    if isinstance(default, str):
        if not isinstance(value, str) or not value.strip() or not value.isprintable():
            raise ValueError(f"{where}{key} must be a text in quotes, on one line")
    elif isinstance(value, bool) or not isinstance(value, int | (float if isinstance(default, float) else int)):
        kind = "a number" if isinstance(default, float) else "a whole number"
        raise ValueError(f"{where}{key} must be {kind}, not {value!r}")
    elif abs(value) > _MOST:
        raise ValueError(f"{where}{key} is too large")
