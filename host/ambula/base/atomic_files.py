"""Files that appear whole or not at all: made beside their place, then put there in one step."""

import contextlib
import errno
import glob
import os
from collections.abc import Generator
from pathlib import Path

from ambula.base.errors import InputError

_PART = ".part"


@contextlib.contextmanager
def replacing(path: Path) -> Generator[Path]:
    """Give a place beside `path`, and put the file that was made there in its stead; nothing stays if it fails.

    Raises OSError where it cannot be written.
    """
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    part = path.with_name(f".{path.name}.{os.getpid()}{_PART}")
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


@contextlib.contextmanager
def writing(path: Path) -> Generator[None]:
    """Tell in one line, as an InputError, that a result cannot be written to `path`."""
    try:
        yield
    except OSError as e:
        raise InputError(f"{path} cannot be written: {e.strerror}") from e


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file, text as UTF-8, in one step: a reader sees the old file or the new one, never half."""
    with replacing(path) as part:
        part.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))


def check_places(*paths: Path | None) -> None:
    """Raise InputError where one of the results' places is a folder, or two are the same: ask before the work."""
    named = [path for path in paths if path is not None]
    for i, path in enumerate(named):
        if path.is_dir():
            raise InputError(f"{path}: is a folder; name a file in it")
        if path.resolve() in [other.resolve() for other in named[:i]]:
            raise InputError(f"{path}: cannot take two results. Give each its own file")


@contextlib.contextmanager
def passing(path: Path) -> Generator[Path]:
    """Give a new file beside `path`, for its owner only; it is gone at the end unless it was renamed.

    Raises OSError where it cannot be made.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}{_PART}")
    try:
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        yield part
    finally:
        part.unlink(missing_ok=True)


def sweep(*paths: Path) -> None:
    """Remove what a command that was killed has left beside these files."""
    for path in paths:
        for part in path.parent.glob(f".{glob.escape(path.name)}.*{_PART}*"):
            part.unlink(missing_ok=True)
