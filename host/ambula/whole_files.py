"""Files that appear whole or not at all: made beside their place, then put there in one step."""

import contextlib
import os
from collections.abc import Generator
from pathlib import Path


@contextlib.contextmanager
def replacing(path: Path) -> Generator[Path]:
    """Give a place beside `path`, and put the file that was made there in its stead; nothing stays if it fails.

    Raises OSError where it cannot be written.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file, text as UTF-8, in one step: a reader sees the old file or the new one, never half."""
    with replacing(path) as part:
        part.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
