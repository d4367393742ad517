"""The store that a command is to fill from the nodes: an open one, or a new one that was meant."""

import contextlib
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from ambula.base.errors import StoreError
from ambula.cli.common import store_path
from ambula.cli.output import err
from ambula.nodes.known_stores import KnownStores
from ambula.nodes.session import NodeKey
from ambula.store import Store

NewOption = Annotated[
    bool, typer.Option("--new", help="Make a new store, though recordings were synced into another before.")
]
_ELSEWHERE = (
    "no recordings are in {} yet, and {}'s are in {}. Nodes free what was synced, so nothing was: "
    "correct --store, or make a new store with --new"
)
_GONE = (
    "the store {} with {}'s recordings is gone. Nothing was synced. Put it back (`ambula restore`), name where it is "
    "with --store, or make a new store with --new"
)
_MADE = "note: {} is a new store, with the recordings of {}"


@contextlib.contextmanager
def store_to_fill(named: Path | None, keys: Sequence[NodeKey], *, new: bool = False) -> Generator[Store]:
    """Open the store that the user named or configured, and remember at the end whose recordings are in it.

    One that is not there is made, and named at the end. Raises StoreError, unless `new`, where recordings of the
    keys' participants are known to be in another, or were in this one.
    """
    path, known = store_path(named), KnownStores()
    is_filled = _is_filled(path)
    if not is_filled and not new:
        _refuse_slip(path, keys, known.load())
    with Store(path) as kept:
        try:
            yield kept
        finally:
            whose = {key.participant for key in keys} & set(kept.participants())
            known.remember(sorted(whose), path)
    if whose and not is_filled:
        err.line(_MADE.format(path, ", ".join(sorted(whose))), whole=True)


def _is_filled(path: Path) -> bool:
    """Whether there is a store with anybody's recordings; one that a command made in vain counts as none."""
    if not path.is_file() or not path.stat().st_size:
        return False
    with Store(path, must_exist=True) as kept:
        return bool(kept.participants())


def _refuse_slip(path: Path, keys: Sequence[NodeKey], known: dict[str, Path]) -> None:
    for who in sorted({key.participant for key in keys} & set(known)):
        store = known[who]
        words = _ELSEWHERE.format(path, who, store) if store.exists() and not _is_same(store, path) else ""
        raise StoreError(words or _GONE.format(store, who))


def _is_same(store: Path, path: Path) -> bool:
    return path.exists() and store.samefile(path)
