"""Mishaps of the laptop while it stores: killed, disk full, disk failing, store in use; each at one SQL statement."""

import random
import shutil
import sqlite3
from pathlib import Path
from typing import Any

from ambula.store import Store


class Killed(BaseException):
    """The laptop's process ends here: nothing after it runs, and the files stay as they are."""


class Ledger:
    """Stands before a store's connection and counts statements; at the `at`-th the mishap comes."""

    def __init__(self, store: Store, at: int, dice: random.Random) -> None:
        self.happened = False
        self._db: Any = store._db
        self._path = store.path
        self._left = at
        self._dice = dice
        store._db = self  # type: ignore[assignment]

    def execute(self, sql: str, *values: Any) -> Any:
        return self._count(self._db.execute, sql, *values)

    def executemany(self, sql: str, *values: Any) -> Any:
        return self._count(self._db.executemany, sql, *values)

    def _count(self, run: Any, sql: str, *values: Any) -> Any:
        self._left -= 1
        if self._left == 0:
            self.happened = True
            return self.mishap(run, sql, *values)
        return run(sql, *values)

    def mishap(self, run: Any, sql: str, *values: Any) -> Any:
        raise NotImplementedError

    @property
    def in_transaction(self) -> bool:
        return self._db.in_transaction

    def close(self) -> None:
        self._db.close()


class Kill(Ledger):
    """Killed before or after a statement; `left_behind` is the store as the killed process leaves it."""

    left_behind: Path

    def mishap(self, run: Any, sql: str, *values: Any) -> Any:
        if self._dice.random() < 0.5:
            run(sql, *values)
        self.left_behind = self._path.with_name(f"{self._path.name}+")
        for tail in ("", "-journal"):
            source = self._path.with_name(self._path.name + tail)
            copy = self.left_behind.with_name(self.left_behind.name + tail)
            copy.unlink(missing_ok=True)
            if source.exists():
                shutil.copy(source, copy)
        raise Killed


class BadDisk(Ledger):
    """The disk refuses one statement."""

    def mishap(self, run: Any, sql: str, *values: Any) -> Any:
        raise sqlite3.OperationalError("disk I/O error")


class FullDisk(Ledger):
    """From a statement on the file cannot grow any more, beyond a page or two."""

    def mishap(self, run: Any, sql: str, *values: Any) -> Any:
        (pages,) = self._db.execute("PRAGMA page_count").fetchone()
        self._db.execute(f"PRAGMA max_page_count = {pages + self._dice.randint(0, 2)}")
        return run(sql, *values)


class InUse(Ledger):
    """From a statement on somebody else holds the store; until `close`."""

    _other: sqlite3.Connection | None = None

    def mishap(self, run: Any, sql: str, *values: Any) -> Any:
        if not self._db.in_transaction:
            self._other = sqlite3.connect(self._path, isolation_level=None)
            self._other.execute(f"BEGIN {self._dice.choice(('IMMEDIATE', 'EXCLUSIVE'))}")
        else:
            self.happened = False
            self._left = 1  # not inside a transaction: at the next statement
        return run(sql, *values)

    def close(self) -> None:
        if self._other is not None:
            self._other.close()
        super().close()


IN_THE_STORE: dict[str, type[Ledger]] = {"killed": Kill, "disk full": FullDisk, "disk error": BadDisk, "in use": InUse}
