"""Libraries that only some commands need."""

import importlib
from typing import Any

from ambula.errors import InputError


def library(name: str, extra: str) -> Any:
    """Return a module of an optional library; raises InputError with what to install where it is missing."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise InputError(f"this needs {error.name}: pip install 'ambula[{extra}]'") from error
