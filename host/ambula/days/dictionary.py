"""The data dictionary: one file from which CSV header, table labels, Parquet metadata and report text are made."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from math import isnan
from typing import Literal, cast

Value = str | int | float | bool | date | None
Kind = Literal["day", "week", "epoch", "rule"]
_FILE_DIGITS = 4  # minutes are multiples of 1/12: what files hold must add up to less than an epoch
EMPTY = "\N{EN DASH}"


@dataclass(frozen=True)
class Entry:
    """One figure, or one rule: its field name, words for it, unit, digits shown, the group it is shown in.

    definition: in words. formula: in terms of epochs and other figures. source: who defined it. rests_on: the figure
    with the share that it rests on; "" where it is itself such a share, or a name.
    """

    name: str
    label: str
    unit: str
    digits: int
    group: str
    definition: str
    source: str
    formula: str
    rests_on: str

    @property
    def heading(self) -> str:
        """Label and unit as a table shows them; bare where the unit says nothing."""
        unit = {"share": "%", **dict.fromkeys(("date", "name", "yes/no", "count", "steps", "epochs", "local time"), "")}
        shown = unit.get(self.unit, self.unit)
        return f"{self.label} ({shown})" if shown else self.label

    def shown(self, value: Value) -> str:
        """Return a value as a person reads it: rounded, percentages, a dash for nothing."""
        if value is None or value == "" or (isinstance(value, float) and isnan(value)):
            return EMPTY
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, (str, date)):
            return str(value)
        return f"{100 * value:.{self.digits}f}" if self.unit == "share" else f"{value:,.{self.digits}f}"


def in_file(value: Value) -> str:
    """Return a value as files hold it: four decimals at most, true/false, ISO dates, empty for nothing."""
    if value is None or (isinstance(value, float) and isnan(value)):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.{_FILE_DIGITS}f}".rstrip("0").rstrip(".") or "0"
    return str(value)


@cache
def entries(kind: Kind) -> tuple[Entry, ...]:
    """Return the entries of a day, a week, an epoch or the rules, in the order of the columns."""
    text = files("ambula.days").joinpath("dictionary.toml").read_text("utf-8")
    rows = cast("list[Mapping[str, str | int]]", tomllib.loads(text)[kind])
    return tuple(_entry(row) for row in rows)


def entry(kind: Kind, name: str) -> Entry:
    """Return one entry; KeyError for a name that the dictionary lacks."""
    return {e.name: e for e in entries(kind)}[name]


def _entry(row: Mapping[str, str | int]) -> Entry:
    text = {name: str(row[name]) for name in ("name", "label", "unit", "group", "definition", "source")}
    rest = {name: str(row.get(name, "")) for name in ("formula", "rests_on")}
    return Entry(digits=int(row["digits"]), **text, **rest)
