"""Tables by name, as the arguments of a script choose them."""

import sys
from collections.abc import Mapping
from typing import TypeVar

Table = TypeVar("Table")


def chosen(names: list[str], tables: Mapping[str, Table]) -> list[Table]:
    """Return the tables of these names, all without any; ends the program with one line for a name that none has."""
    unknown = [name for name in names if name not in tables]
    if unknown:
        sys.exit(f"no table {unknown[0]}; there are: {' '.join(tables)}")
    return [tables[name] for name in names or tables]
