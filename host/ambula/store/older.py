"""Reads a store that an older Ambula made as it is: what its file lacks is laid over it, in this connection alone.

A table that the file does not have is an empty one, a column that it does not have has its default. Both are temporary
and in memory, whatever the store's size; SQLite takes a temporary name before the file's own. The file is not changed.
"""

import contextlib
import sqlite3
from collections.abc import Iterable, Sequence

from ambula.store import schema

Column = tuple[str, str]  # name, default as SQL


def lay_over(db: sqlite3.Connection) -> None:
    """Let an older store's tables be read as those of the current schema; it cannot be written until `lift`."""
    held = _tables(db)
    db.execute("PRAGMA temp_store = MEMORY")
    with contextlib.closing(sqlite3.connect(":memory:", isolation_level=None)) as current:
        schema.migrate(current)
        for name, columns in _tables(current).items():
            if name not in held:
                db.execute(f"CREATE TEMP TABLE {name} ({', '.join(column for column, _ in columns)})")
            elif columns != held[name]:
                db.execute(f"CREATE TEMP VIEW {name} AS SELECT {_listed(columns, held[name])} FROM main.{name}")
    db.execute("PRAGMA query_only = ON")


def lay_rows(db: sqlite3.Connection, table: str, rows: Iterable[Sequence[object]], key: tuple[str, str]) -> None:
    """Let rows be read that stand in the place of the file's rows with the same key; until `lift`.

    rows: with all columns of the table; key: the names of the two columns that tell rows apart.
    """
    db.execute("PRAGMA temp_store = MEMORY")
    db.execute("PRAGMA query_only = OFF")
    names = [column[0] for column in db.execute(f"SELECT * FROM {table} LIMIT 0").description]
    held = _laid_view(db, table) or f"SELECT * FROM main.{table}"
    db.execute(f"CREATE TEMP TABLE new_{table} ({', '.join(names)}, PRIMARY KEY ({', '.join(key)}))")
    db.executemany(f"INSERT OR IGNORE INTO new_{table} VALUES ({', '.join('?' * len(names))})", rows)
    same = " AND ".join(f"new.{name} = old.{name}" for name in key)
    db.execute(
        f"CREATE TEMP VIEW {table} AS SELECT * FROM ({held}) AS old"
        f" WHERE NOT EXISTS (SELECT 1 FROM new_{table} AS new WHERE {same})"
        f" UNION ALL SELECT * FROM new_{table}"
    )
    db.execute("PRAGMA query_only = ON")


def lift(db: sqlite3.Connection) -> None:
    """Take away what was laid over, so that the file can be brought up to date and written."""
    db.execute("PRAGMA query_only = OFF")
    for kind in ("view", "table"):
        names = db.execute("SELECT name FROM sqlite_temp_master WHERE type = ?", (kind,)).fetchall()
        for (name,) in names:
            db.execute(f"DROP {kind} temp.{name}")


def _laid_view(db: sqlite3.Connection, table: str) -> str:
    """Return what a view that was laid over a table selects, and take it away; "": there is none."""
    found = db.execute("SELECT sql FROM sqlite_temp_master WHERE type = 'view' AND name = ?", (table,)).fetchone()
    if found is None:
        return ""
    db.execute(f"DROP VIEW temp.{table}")
    return str(found[0]).split(" AS ", 1)[1]


def selected(db: sqlite3.Connection, database: str, table: str) -> str:
    """Return a SELECT of a table of an attached store, whatever its schema, with the columns that `table` has here."""
    held = [name for name, _ in _columns(db, database, table)]
    wanted = [column[0] for column in db.execute(f"SELECT * FROM {table} LIMIT 0").description]
    listed = ", ".join(name if name in held else "NULL" for name in wanted)
    return f"SELECT {listed} FROM {database}.{table}" if held else f"SELECT {listed} WHERE 0"


def _tables(db: sqlite3.Connection) -> dict[str, list[Column]]:
    names = db.execute("SELECT name FROM main.sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
    return {name: _columns(db, "main", name) for (name,) in names}


def _columns(db: sqlite3.Connection, database: str, table: str) -> list[Column]:
    rows = db.execute(f"PRAGMA {database}.table_info({table})")
    return [(name, "NULL" if default is None else str(default)) for _, name, _, _, default, _ in rows]


def _listed(columns: list[Column], held: list[Column]) -> str:
    known = {name for name, _ in held}
    return ", ".join(name if name in known else f"{default} AS {name}" for name, default in columns)
