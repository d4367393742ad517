"""The keys of the nodes that were set up on this computer: one file, for its owner only.

JSON, so that it can be read and copied to a second computer by hand: anyone who has it can read and command the nodes.
`docs/reference/files.md` has its fields. It keeps those that it does not know; where a newer Ambula means something
else by the file, its `version` says so. No key is thrown away but by `forget`: receipts that were made with it are
checked with it.
"""

import json
import os
import stat
from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import platformdirs

from ambula.base.errors import InputError
from ambula.nodes.session import OLD, RETIRED, NodeKey, new_key
from nodecore import protocol

VERSION = 1  # 0: a list of entries alone, as it was before the first release
_FIELDS = {"device_id", "role", "participant", "key"}
_PAIR = "pair"  # of what was set up before nodes met each other there is none
_STATE = "state"  # of a key in use there is none


def keys_path() -> Path:
    """Return where the keys are kept; AMBULA_KEYS names another file."""
    named = os.environ.get("AMBULA_KEYS")
    return Path(named) if named else platformdirs.user_data_path("ambula") / "keys.json"


class KeyFile:
    """The key file at `path`; one that does not exist holds no keys. Raises InputError if it cannot be read."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or keys_path()

    def load(self) -> list[NodeKey]:
        """Return the keys by which nodes are recognised, in the order of their set-ups: in use, and retired."""
        return [key for key in self.all() if key.state != OLD]

    def all(self) -> list[NodeKey]:
        """Return these and the older keys of the same devices, which receipts are checked with."""
        entries = self._document()["keys"]
        return [self._entry(number, entry) for number, entry in enumerate(entries, 1)]

    def _document(self) -> dict[str, Any]:
        """Return the file as it is: `version`, `keys`, and whatever else a newer Ambula keeps in it."""
        try:
            told: Any = json.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            told = []
        except (OSError, ValueError, RecursionError) as e:
            raise InputError(f"{self.path} is not a key file that can be read: {e}") from e
        document = cast("dict[str, Any]", {"version": 0, "keys": told} if isinstance(told, list) else told)
        version = document.get("version") if isinstance(told, list | dict) else None
        if isinstance(version, int) and version > VERSION:
            raise InputError(
                f"{self.path} was written by a newer Ambula (key file version {version}, this one reads {VERSION}):"
                " upgrade Ambula on this computer. The nodes and the file are as they were"
            )
        if not isinstance(version, int) or not isinstance(document.get("keys"), list):
            raise InputError(f"{self.path} is not a key file: it must have a version and a list of keys")
        return document

    def is_open_to_others(self) -> bool:
        """Whether others on this computer may read the file (never known on Windows, which has no such bits)."""
        try:
            mode = self.path.stat().st_mode
        except OSError:
            return False
        return os.name == "posix" and bool(mode & (stat.S_IRWXG | stat.S_IRWXO))

    def add(self, new: NodeKey) -> None:
        """Keep a key that its device has for certain: it is in use, and the device's older ones are for receipts."""
        self._add(new, lambda k: replace(k, state=OLD) if k.device_id == new.device_id else k)

    def add_beside(self, new: NodeKey, replaced: Collection[NodeKey] = ()) -> None:
        """Keep a key that its device is about to get: until `add` the node is recognised by either.

        replaced: other nodes that this one takes the place of; they are retired.
        """
        gone = {new.device_id, *(k.device_id for k in replaced)}
        self._add(new, lambda k: replace(k, state=RETIRED) if k.device_id in gone and k.is_in_use else k)

    def retire(self, keys: Collection[NodeKey]) -> None:
        """Wait for these nodes no longer; they are recognised where they are heard."""
        self._write([replace(k, state=RETIRED) if k in keys else k for k in self.all()])

    def bring_back(self, key: NodeKey) -> None:
        """Take a retired node into use again."""
        self._write([replace(k, state="") if k == key else k for k in self.all()])

    def pair_of(self, participant: str, lost: Collection[NodeKey] = ()) -> bytes:
        """Return the secret that a participant's nodes share: the newest of those in use, else a new one.

        One that a retired or a lost device knows is never given again: a finder must not read the other node.
        """
        keys = [k for k in self.all() if k not in lost]
        in_use = {k.device_id for k in keys if k.is_in_use}
        known = {k.pair for k in (*keys, *lost) if k.device_id not in in_use}
        mine = (k.pair for k in reversed(keys) if k.is_in_use and k.participant == participant)
        return next((pair for pair in mine if pair and pair not in known), new_key())

    def rename(self, participant: str, code: str) -> None:
        """Give the keys of a participant's nodes another code."""
        keys = self.all()
        if any(k.participant == participant for k in keys):
            self._write([replace(k, participant=code) if k.participant == participant else k for k in keys])

    def forget(self, participant: str) -> list[NodeKey]:
        """Remove all keys of a participant's nodes, older and retired ones too, and return them."""
        keys = self.all()
        gone = [k for k in keys if k.participant == participant]
        if gone:
            self._write([k for k in keys if k.participant != participant])
        return gone

    def _add(self, new: NodeKey, aged: Callable[[NodeKey], NodeKey]) -> None:
        keys = self.all()
        same = [k for k in keys if (k.device_id, k.key) == (new.device_id, new.key)]
        kept = replace(new, more=same[-1].more) if same and not new.more else new
        self._write([*map(aged, (k for k in keys if k not in same)), kept])

    def _entry(self, number: int, entry: Any) -> NodeKey:
        try:
            fields = dict(entry)
            known = {name: value for name, value in fields.items() if name in {*_FIELDS, _PAIR, _STATE}}
            if not set(known) >= _FIELDS or not all(isinstance(value, str) for value in known.values()):
                raise ValueError(f"it must have the texts {', '.join(sorted(_FIELDS))}")
            key = NodeKey(
                device_id=bytes.fromhex(fields["device_id"]).hex(),
                role=protocol.ROLE_NAMES.index(fields["role"]),
                participant=fields["participant"],
                key=bytes.fromhex(fields["key"]),
                pair=bytes.fromhex(fields.get(_PAIR, "")),
                state=fields.get(_STATE, ""),
                more=tuple((name, value) for name, value in fields.items() if name not in known),
            )
            sizes = (len(key.device_id), len(key.key), len(key.pair) or protocol.KEY_SIZE)
            if sizes != (16, protocol.KEY_SIZE, protocol.KEY_SIZE):
                raise ValueError("a device has 16 hex digits, a key 64")
            if key.state not in ("", RETIRED, OLD):
                raise ValueError(f"its state can be {RETIRED} or {OLD}, not {key.state!a}")
        except (ValueError, TypeError) as e:
            raise InputError(f"{self.path}: entry {number} is not a node's key: {e}") from e
        return key

    def _write(self, keys: list[NodeKey]) -> None:
        """Replace the file as a whole, so that a failure leaves the old one."""
        document = {**self._document(), "version": VERSION, "keys": [_as_json(key) for key in keys]}
        new = self.path.with_name(self.path.name + ".new")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            new.unlink(missing_ok=True)
            with open(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
                json.dump(document, file, indent=1)
                file.flush()
                os.fsync(file.fileno())
            os.replace(new, self.path)
        except OSError as e:
            raise InputError(f"{self.path} cannot be written: {e.strerror}: name another file with AMBULA_KEYS") from e


def _as_json(key: NodeKey) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "device_id": key.device_id,
        "role": key.role_name,
        "participant": key.participant,
        "key": key.key.hex(),
        _PAIR: key.pair.hex(),
    }
    return {**entry, **({} if key.is_in_use else {_STATE: key.state}), **dict(key.more)}
