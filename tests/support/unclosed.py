"""Stores that nobody closes are warned of on every Python, as Python 3.13 and later warn of them by themselves."""

import sqlite3
import sys
import warnings
from collections.abc import Callable

import pytest

_connect: Callable[..., sqlite3.Connection] = sqlite3.connect


class _Watched(sqlite3.Connection):
    def __del__(self) -> None:
        try:
            _ = self.total_changes  # what a closed one refuses
        except sqlite3.ProgrammingError:
            return
        warnings.warn(f"unclosed database in {self!r}", ResourceWarning, stacklevel=1, source=self)


def watch_unclosed(patch: pytest.MonkeyPatch) -> None:
    """Let a database that is thrown away open warn; sqlite3's own `with` ends a transaction and closes nothing."""
    if sys.version_info < (3, 13):
        patch.setattr(sqlite3, "connect", lambda *args, **more: _connect(*args, factory=_Watched, **more))
