"""Whether a store is whole, and a copy of it as it was at one moment."""

import contextlib
import sqlite3
from collections.abc import Callable
from pathlib import Path

from ambula.base.errors import StoreError
from ambula.store import checks, older
from ambula.store.connection import Connection
from ambula.store.erase import UNFINISHED

_PAGES_A_STEP = 2048
_LEFT_OVER = ("-journal", "-wal")
_CUT_OFF = "{} was left by a command that was cut off: what it had not finished was undone"
_ORPHAN = "{} lies here without its store: a copy of {} that was taken without it may lack data"
_HALF = "It may be a copy that was taken while a command ran, or without its journal. Put back a whole one"
_LONG = "{} is not whole: it holds the beginning of something that never ended. " + _HALF
_NO_LOG = "{} is not whole: of a node of {} it has no recording, though {} KiB were synced. " + _HALF


class Soundness(Connection):
    """A store that is looked at as a file; one that is plainly half a copy cannot be opened."""

    def __init__(self, path: Path, *, must_exist: bool = False) -> None:
        super().__init__(path, must_exist=must_exist)
        try:
            self._check_length()
            self._check_logs()
        except BaseException:
            self._db.close()
            raise

    def _check_length(self) -> None:
        """Raise StoreError where the file goes on behind its pages: what a command wrote that never ended."""
        with self._guard():
            if self._db.execute("PRAGMA journal_mode").fetchone()[0] != "delete":
                return
            self._db.execute("BEGIN")  # with a read inside: nobody else writes to the file meanwhile
            (unfinished,) = self._db.execute("SELECT count(*) FROM setting WHERE key = ?", (UNFINISHED,)).fetchone()
            (pages,) = self._db.execute("PRAGMA page_count").fetchone()
            length = self.path.stat().st_size
            self._db.execute("ROLLBACK")
            (page_bytes,) = self._db.execute("PRAGMA page_size").fetchone()
        if length > pages * page_bytes and not unfinished:  # a rebuilding may be cut off before it shortens the file
            raise StoreError(_LONG.format(self.path))

    def _check_logs(self) -> None:
        """Raise StoreError where a node's recording is missing altogether, as in a copy of half a transaction."""
        rows = self._rows(
            "SELECT participant, next_offset FROM node WHERE next_offset > 0"
            " AND NOT EXISTS (SELECT 1 FROM segment WHERE segment.node_id = node.node_id)"
            " AND NOT EXISTS (SELECT 1 FROM damage WHERE damage.node_id = node.node_id)",
            (),
            (str, checks.BYTES_OF_LOG),
        )
        if rows:
            who, size = rows[0]
            raise StoreError(_NO_LOG.format(self.path, who, size // 1024 + 1))

    def integrity(self) -> list[str]:
        """Return what is wrong with the file, in SQLite's words and by the logs' own offsets; empty: it is whole.

        It reads the whole file. Each byte of a node's log up to where the next sync goes on is in a segment or in a
        damaged range.
        """
        with self._guard():
            said = [str(row[0]) for row in self._db.execute("PRAGMA quick_check(3)")]
        return [words for words in said if words != "ok"] + self._holes()

    def _holes(self) -> list[str]:
        found: list[str] = []
        nodes = self._rows(
            "SELECT node_id, participant, next_offset FROM node", (), (checks.NODE_ID, str, checks.BYTES_OF_LOG)
        )
        for node_id, who, next_offset in nodes:
            end = missing = 0
            ranges = self._rows(
                "SELECT offset, length(data) FROM segment WHERE node_id = ?1 UNION ALL"
                " SELECT offset, length FROM damage WHERE node_id = ?1 ORDER BY 1",
                (node_id,),
                (checks.BYTES_OF_LOG, checks.BYTES_OF_LOG),
            )
            for offset, length in [*ranges, (next_offset, 0)]:
                missing += max(offset - end, 0)
                end = max(end, offset + length)
            if missing:
                found.append(f"{missing} bytes of a log of {who} are missing")
        return found

    def table_counts(self) -> dict[str, int]:
        """Return how many rows each table has."""
        with self._guard():
            names = [row[0] for row in self._db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            return {name: self._db.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in sorted(names)}

    def rows_missing_in(self, other: Path) -> dict[str, int]:
        """Return how many rows of each table, settings apart, another store does not have; only tables with some."""
        with self._guard():
            self._db.execute("ATTACH ? AS other", (str(other),))
            missing = {
                name: self._db.execute(
                    f"SELECT count(*) FROM (SELECT * FROM {name} EXCEPT {older.selected(self._db, 'other', name)})"
                ).fetchone()[0]
                for name in self.table_counts()
                if name != "setting"
            }
            self._db.execute("DETACH other")
        return {name: count for name, count in missing.items() if count}

    def copy_to(self, path: Path, show: Callable[[float], None]) -> None:
        """Write the store as it is now to a file that is there and empty; others may read meanwhile, and wait to write.

        show: is called with the share that is done. Raises StoreError.
        """
        with self._guard(), contextlib.closing(sqlite3.connect(path, isolation_level=None)) as copy:
            self._db.execute("BEGIN")  # with a read inside: nobody writes meanwhile, so the copying never begins anew
            try:
                self._db.execute("SELECT count(*) FROM setting").fetchone()
                self._db.backup(copy, pages=_PAGES_A_STEP, progress=lambda _, left, of: show(1 - left / max(of, 1)))
            finally:
                self._db.execute("ROLLBACK")
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, whatever the store itself uses


def left_over(path: Path) -> list[str]:
    """Return notes on journals beside a store, from before it is opened: opening it undoes what was unfinished."""
    notes: list[str] = []
    for end in _LEFT_OVER:
        beside = path.with_name(path.name + end)
        if beside.exists() and beside.stat().st_size and path.exists():
            notes.append(_CUT_OFF.format(beside.name))
        for other in sorted(path.parent.glob(f"*{end}")):
            owner = other.with_name(other.name.removesuffix(end))
            if not owner.exists():
                notes.append(_ORPHAN.format(other.name, owner.name))
    return notes
