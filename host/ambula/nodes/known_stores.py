"""Where each participant's recordings were synced into on this computer: one file beside the key file.

A node frees what a store has acknowledged. So a store that is made by a slip takes data that belong into another.
"""

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast

from ambula.base.atomic_files import passing, sweep
from ambula.nodes.keys import keys_path


class KnownStores:
    """The file `stores.json`: an absolute path for each code. One that is missing or cannot be read knows nothing."""

    def __init__(self, keys: Path | None = None) -> None:
        self.path = (keys or keys_path()).with_name("stores.json")

    def load(self) -> dict[str, Path]:
        """Return the store of each participant."""
        return {who: Path(path) for who, path in self._entries().items() if isinstance(path, str)}

    def _entries(self) -> dict[str, Any]:
        """Return what is in the file, also what only a newer Ambula reads: it is written back."""
        try:
            entries: Any = json.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return {}
        return cast("dict[str, Any]", entries) if isinstance(entries, dict) else {}

    def remember(self, participants: Iterable[str], store: Path) -> None:
        """Keep that these participants' recordings are in a store from now on."""
        known = self._entries()
        self._write({**known, **dict.fromkeys(participants, str(store.absolute()))}, known)

    def rename(self, participant: str, code: str) -> None:
        """Keep a participant's store under another code."""
        known = self._entries()
        self._write({code if who == participant else who: path for who, path in known.items()}, known)

    def forget(self, participant: str) -> None:
        """Remove a participant."""
        known = self._entries()
        self._write({who: path for who, path in known.items() if who != participant}, known)

    def _write(self, entries: dict[str, Any], known: dict[str, Any]) -> None:
        """Replace the file as a whole; where it cannot be written, all goes on but for the notice of the next slip."""
        if entries == known:
            return
        try:
            sweep(self.path)
            with passing(self.path) as part:
                part.write_text(json.dumps(entries, indent=1), "utf-8")
                os.replace(part, self.path)
        except OSError:
            pass
