"""What a backup holds: a tar of `ambula.json`, `ambula.db` and `keys.json`, and what the first says of the others."""

import hashlib
import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, cast

from ambula.base.errors import InputError
from ambula.store import Store

FORMAT = "ambula-backup"
VERSION = 1
ABOUT, STORE, KEYS = "ambula.json", "ambula.db", "keys.json"


@dataclass(frozen=True)
class Contents:
    """What is in a backup, and how it is known to be whole.

    epochs: of each participant, over all nodes; rows: of each table of the store; keys: how many, None: left out.
    """

    made_utc: str
    ambula: str
    epochs: dict[str, int]
    rows: dict[str, int]
    store_bytes: int
    store_sha256: str
    keys: int | None
    keys_sha256: str | None

    def as_json(self) -> bytes:
        """Return `ambula.json`."""
        return json.dumps({"format": FORMAT, "version": VERSION, **asdict(self)}, indent=1).encode()


def contents_of(data: bytes, name: str) -> Contents:
    """Return what `ambula.json` says; raises InputError where it is another's, or of a newer Ambula."""
    wrong = InputError(f"{name}: is not a backup of Ambula: its {ABOUT} says something else")
    try:
        told = cast("dict[str, Any]", json.loads(data))
        if told.pop("format") != FORMAT:
            raise wrong
        if told.pop("version") > VERSION:
            raise InputError(f"{name}: is from a newer Ambula: upgrade Ambula to restore it")
        known = {part.name for part in fields(Contents)}
        return Contents(**{name: value for name, value in told.items() if name in known})
    except (ValueError, TypeError, KeyError, AttributeError) as e:
        raise wrong from e


def epochs_of(store: Store) -> dict[str, int]:
    """Return how many epochs each participant has in the store, over all nodes."""
    found = dict.fromkeys(store.participants(), 0)
    for node in store.nodes():
        found[node.participant] += store.epoch_count(node.node_id)
    return found


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
