"""An open store file: made if it is new, checked, locked for a write, its failures reported in one line."""

import contextlib
import os
import sqlite3
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any, Self

from ambula.base.errors import StoreError
from ambula.store import checks, older, schema, upgrade, writers

_LOCK_TIMEOUT_S = 10.0
_NEWER = "{} was written by a newer Ambula ({}), and has rows that this one does not know: update Ambula to read it"


class Connection:
    """The file and its transactions; a context manager.

    A store of an older schema is read as it is. What is the first to write brings it up to date, with a copy beside.
    """

    def __init__(self, path: Path, *, must_exist: bool = False) -> None:
        self.path = path
        if must_exist and not path.exists():
            raise StoreError(f"no store at {path}: run `ambula sync` first, or name one with --store")
        if must_exist and path.is_file() and not path.stat().st_size and not _journal_of(path).exists():
            raise StoreError(
                f"{path} is empty: a copy that failed, or nothing was synced yet. Name another with --store"
            )
        if path.is_dir():
            raise StoreError(f"{path} is a folder, not a store: name a file with --store")
        with self._guard():
            if not path.exists():
                _make_private(path.parent)
                os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))  # a week of a life: for its owner only
            self._db = sqlite3.connect(path, timeout=_LOCK_TIMEOUT_S, isolation_level=None)
            try:
                self.schema = schema.prepare(self._db, str(path))
                self._is_signed = False
                self._is_laid_over = self.schema < len(schema.MIGRATIONS)
                if self._is_laid_over:
                    older.lay_over(self._db)
                self._db.execute("PRAGMA foreign_keys = ON")
                self._db.execute("PRAGMA synchronous = FULL")
            except BaseException:
                self._db.close()
                raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def _rows(self, sql: str, values: Sequence[object], columns: Sequence[checks.Column]) -> list[tuple[Any, ...]]:
        """Return what a query finds; StoreError if a value is not what its column holds."""
        with self._guard():
            rows = self._db.execute(sql, values).fetchall()
        self._believe(checks.fit(rows, columns))
        return rows

    def _believe(self, is_whole: bool) -> None:
        """Raise StoreError for a row that cannot be: what a newer Ambula wrote is no damage, and no copy is better."""
        if is_whole:
            return
        if writer := writers.newer_writer(self._db):
            raise StoreError(_NEWER.format(self.path, writer))
        raise StoreError(_explain(self.path, "malformed row"))

    @property
    def written_by(self) -> str:
        """The program that wrote the store last, as "0.1.0"; "": an Ambula that did not say so yet."""
        with self._guard():
            return writers.last_writer(self._db)

    def bring_up_to_date(self) -> Path | None:
        """Bring a store of an older schema up to date; return the copy that is kept of it, None where nothing was old.

        Raises StoreError where there can be no copy, or the store cannot be written: then nothing was changed.
        """
        return self._be_current()

    def _be_current(self, *, with_copy: bool = True) -> Path | None:
        """Bring an older store up to date before it is written; return the copy that was kept of it, if any."""
        if not self._is_laid_over:
            return None
        with self._guard():
            older.lift(self._db)
            try:
                kept = upgrade.upgrade(self._db, self.path, with_copy=with_copy)
            except BaseException:
                older.lay_over(self._db)
                raise
            self.schema, self._is_laid_over = len(schema.MIGRATIONS), False
        return kept

    @contextlib.contextmanager
    def _transaction(self) -> Generator[None]:
        self._be_current()
        with self._guard():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                if not self._is_signed:
                    writers.sign(self._db)
                self._db.execute("COMMIT")
                self._is_signed = True
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    @contextlib.contextmanager
    def _guard(self) -> Generator[None]:
        try:
            yield
        except sqlite3.Error as e:
            raise StoreError(_explain(self.path, str(e))) from e
        except UnicodeDecodeError as e:  # what SQLite itself says of a damaged file may not even be text
            raise StoreError(_explain(self.path, "malformed text")) from e
        except OSError as e:
            raise StoreError(f"{self.path} cannot be opened: {e.strerror}: name another file with --store") from e


def _journal_of(path: Path) -> Path:
    return path.with_name(path.name + "-journal")


def _make_private(folder: Path) -> None:
    """Make a folder that is not there, and those above it, for the owner only; one that is there stays as it is."""
    if not folder.is_dir():
        _make_private(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def _explain(path: Path, text: str) -> str:
    if "not a database" in text:
        return f"{path} is not an Ambula store: name another file with --store"
    if "locked" in text:
        return f"{path} is in use by another Ambula: wait for it to finish, then try again"
    if "unable to open" in text:
        return f"{path} cannot be opened: check its permissions, or name another file with --store"
    if "readonly" in text:
        return f"{path} cannot be written: check its permissions, or name another file with --store"
    if "full" in text:
        return f"no room left on the disk for {path}: free some space and run the command again, nothing is lost"
    if "malformed" in text or "disk I/O" in text:
        return f"{path} is damaged ({text}): put back a copy of it, or name another file with --store"
    return f"{path}: {text}"
