"""Where an export goes: a file or a folder that appears whole or not at all."""

import contextlib
import json
import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import Any

from ambula.base.errors import InputError


@contextlib.contextmanager
def whole(path: Path) -> Generator[Path]:
    """Give a place beside `path`, as yet empty, and put what was made there in its stead; nothing stays if it fails.

    A file replaces an older one. A folder does not: where there is one already, InputError. Raises InputError too where
    nothing can be written.
    """
    if path.is_dir():
        raise InputError(f"{path}: is there already; remove it or choose another --out")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as folder:
            made = Path(folder) / path.name
            yield made
            made.replace(path)
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror}); choose another --out") from error


def write_json(path: Path, value: Any) -> None:
    """Write a value as JSON, UTF-8, indented; NaN is an error, since JSON has none."""
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n", "utf-8")
