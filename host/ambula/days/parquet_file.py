"""Day and week summaries as Arrow tables and Parquet files, each field with unit and meaning (the `parquet` extra)."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from functools import cache
from math import isnan
from pathlib import Path
from typing import Any, get_type_hints

from ambula.base.atomic_files import replacing
from ambula.base.optional_imports import library
from ambula.base.version import SOFTWARE
from ambula.days.entry import Entry, entries_of
from ambula.days.rules import DEFAULT, Rules
from ambula.days.summary import DaySummary, WeekSummary
from nodecore.sampling import EPOCH_S

Kind = type[DaySummary] | type[WeekSummary]
_TYPES: dict[object, str] = {
    str: "string",
    bool: "bool_",
    bool | None: "bool_",
    int: "int64",
    int | None: "int64",
    float: "float64",
    date: "date32",
    date | None: "date32",
}


@cache
def schema_of(kind: Kind, rules: Rules = DEFAULT) -> Any:
    """Return the Arrow schema of a table of days or of weeks: a field a figure, with label, unit, definition and so on.

    Its own metadata has the software and every rule, as JSON. Raises InputError where pyarrow is missing.
    """
    arrow = library("pyarrow", "pyarrow")
    types = get_type_hints(kind)
    columns = [
        arrow.field(e.name, getattr(arrow, _TYPES[types[e.name]])(), metadata=_meaning(e)) for e in entries_of(kind)
    ]
    metadata = {"software": SOFTWARE, "epoch_s": str(EPOCH_S), "rules": json.dumps(asdict(rules))}
    return arrow.schema(columns, metadata=metadata)


def arrow_table(kind: Kind, rows: Sequence[DaySummary | WeekSummary], rules: Rules = DEFAULT) -> Any:
    """Return summaries of one kind as an Arrow table; null where there is nothing to take a figure from."""
    schema = schema_of(kind, rules)
    columns = {name: [_known(getattr(row, name)) for row in rows] for name in schema.names}
    return library("pyarrow", "pyarrow").table(columns, schema=schema)


def write_parquet(kind: Kind, rows: Sequence[DaySummary | WeekSummary], path: Path, rules: Rules = DEFAULT) -> None:
    """Write summaries of one kind to a Parquet file, which appears whole or not at all; `rules`: theirs.

    Raises OSError where it cannot be written, InputError where pyarrow is missing.
    """
    with replacing(path) as part:
        library("pyarrow.parquet", "pyarrow").write_table(arrow_table(kind, rows, rules), part)


def _meaning(e: Entry) -> dict[str, str]:
    named = ("label", "unit", "definition", "formula", "source", "rests_on")
    return {name: str(getattr(e, name)) for name in named}


def _known(value: Any) -> Any:
    return None if isinstance(value, float) and isnan(value) else value
