"""The keys of the nodes that were set up on this computer: one file, for its owner only.

JSON, so that it can be read and copied to a second computer by hand: anyone who has it can read and command the nodes.
"""

import json
import os
import stat
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

import platformdirs

from ambula.base.errors import InputError
from ambula.nodes.session import NodeKey, new_key
from nodecore import protocol

_FIELDS = {"device_id", "role", "participant", "key"}
_PAIR = "pair"  # of what was set up before nodes met each other there is none


def keys_path() -> Path:
    """Return where the keys are kept; AMBULA_KEYS names another file."""
    named = os.environ.get("AMBULA_KEYS")
    return Path(named) if named else platformdirs.user_data_path("ambula") / "keys.json"


class KeyFile:
    """The key file at `path`; one that does not exist holds no keys. Raises InputError if it cannot be read."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or keys_path()

    def load(self) -> list[NodeKey]:
        """Return the keys in the order in which the nodes were set up."""
        try:
            entries = json.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return []
        except (OSError, ValueError, RecursionError) as e:
            raise InputError(f"{self.path} is not a key file that can be read: {e}") from e
        if not isinstance(entries, list):
            raise InputError(f"{self.path} is not a key file: it must contain a list")
        return [self._entry(number, entry) for number, entry in enumerate(cast("list[Any]", entries), 1)]

    def is_open_to_others(self) -> bool:
        """Whether others on this computer may read the file (never known on Windows, which has no such bits)."""
        try:
            mode = self.path.stat().st_mode
        except OSError:
            return False
        return os.name == "posix" and bool(mode & (stat.S_IRWXG | stat.S_IRWXO))

    def add(self, new: NodeKey) -> None:
        """Keep a key; an older one of the same device is replaced."""
        self._write([*(k for k in self.load() if k.device_id != new.device_id), new])

    def pair_of(self, participant: str) -> bytes:
        """Return the secret that a participant's nodes share: the one that is known, else a new one."""
        return next((k.pair for k in reversed(self.load()) if k.participant == participant and k.pair), new_key())

    def forget(self, participant: str) -> list[NodeKey]:
        """Remove the keys of a participant's nodes and return them."""
        keys = self.load()
        gone = [k for k in keys if k.participant == participant]
        if gone:
            self._write([k for k in keys if k.participant != participant])
        return gone

    def _entry(self, number: int, entry: Any) -> NodeKey:
        try:
            fields = dict(entry)
            if set(fields) - {_PAIR} != _FIELDS or not all(isinstance(value, str) for value in fields.values()):
                raise ValueError(f"its fields must be the texts {', '.join(sorted(_FIELDS))}")
            key = NodeKey(
                device_id=bytes.fromhex(fields["device_id"]).hex(),
                role=protocol.ROLE_NAMES.index(fields["role"]),
                participant=fields["participant"],
                key=bytes.fromhex(fields["key"]),
                pair=bytes.fromhex(fields.get(_PAIR, "")),
            )
            sizes = (len(key.device_id), len(key.key), len(key.pair) or protocol.KEY_SIZE)
            if sizes != (16, protocol.KEY_SIZE, protocol.KEY_SIZE):
                raise ValueError("a device has 16 hex digits, a key 64")
        except (ValueError, TypeError) as e:
            raise InputError(f"{self.path}: entry {number} is not a node's key: {e}") from e
        return key

    def _write(self, keys: list[NodeKey]) -> None:
        """Replace the file as a whole, so that a failure leaves the old one."""
        entries = [{**asdict(k), "role": k.role_name, "key": k.key.hex(), _PAIR: k.pair.hex()} for k in keys]
        new = self.path.with_name(self.path.name + ".new")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            new.unlink(missing_ok=True)
            with open(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
                json.dump(entries, file, indent=1)
                file.flush()
                os.fsync(file.fileno())
            os.replace(new, self.path)
        except OSError as e:
            raise InputError(f"{self.path} cannot be written: {e.strerror}: name another file with AMBULA_KEYS") from e
