"""Which program wrote a store last, and the newest that ever did: two settings, kept by each that writes."""

import re
import sqlite3

from ambula.base.version import __version__

_LAST, _NEWEST = "written by", "newest program"


def sign(db: sqlite3.Connection) -> None:
    """Note this program, inside the caller's transaction."""
    db.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (_LAST, __version__))
    if _order(__version__) >= _order(_setting(db, _NEWEST)):
        db.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (_NEWEST, __version__))


def last_writer(db: sqlite3.Connection) -> str:
    """Return the version that wrote last; "" where none has said so."""
    return _setting(db, _LAST)


def newer_writer(db: sqlite3.Connection) -> str:
    """Return the newest version that wrote to the store if it is newer than this program; else ""."""
    newest = _setting(db, _NEWEST)
    return newest if _order(newest) > _order(__version__) else ""


def _setting(db: sqlite3.Connection, key: str) -> str:
    found = db.execute("SELECT value FROM setting WHERE key = ?", (key,)).fetchone()
    return str(found[0]) if found else ""


def _order(version: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", version.partition("+")[0])))
