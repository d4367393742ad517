"""What is on a board: its MicroPython, its firmware, its settings."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any, cast

from ambula.base.errors import BoardError
from ambula.firmware_build.files import SLOTS
from ambula.usb import on_board
from ambula.usb.board import UsbBoard
from nodecore import protocol

CONFIG_SCHEMA = 1  # firmware/node/settings.py
LOG = "/data/log"
_OURS = (*SLOTS, "main.py", "boot.py", "firmware", "config.json", "key.bin", "pair.bin", "data")  # at the flash's root
_MOST_NAMED = 3


@dataclass(frozen=True)
class State:
    """A look at a board.

    version: MicroPython's; mpy: its `sys.implementation._mpy`; pointer: the firmware's folder or ""; main, key: SHA-256
    of main.py and of key.bin, or ""; config: the text of config.json or ""; files: path -> SHA-256 of all in both
    folders; room: bytes that are free, and those that the files of each folder take; taken: those of the log that a
    sync can free, and those of each file and folder that is not Ambula's.
    """

    version: tuple[int, ...]
    mpy: int
    machine: str
    pointer: str
    main: str
    config: str
    key: str
    files: dict[str, str]
    room: tuple[int, int, int]
    taken: tuple[int, dict[str, int]] = (0, {})

    @property
    def makes_room(self) -> str:
        """What makes room on its flash, in words: the one thing that does."""
        frees, others = self.taken
        if sum(others.values()) > frees:
            names = ", ".join(sorted(others, key=lambda name: -others[name])[:_MOST_NAMED])
            return (
                f"{sum(others.values()) // 1024} KiB of it are not Ambula's ({names}), and no sync frees them: remove "
                "them (mpremote fs rm -r), and run this again"
            )
        if frees:
            return f"sync the node, which frees up to {frees // 1024} KiB of its log, and run this again"
        return (
            "a sync frees nothing of it, since its log has one piece only. Sync it, install MicroPython anew, which "
            "erases all, then run `ambula flash` and `ambula setup`"
        )

    @property
    def is_set_up(self) -> bool:
        """Whether a set-up was finished on it: it has settings and a key."""
        return bool(self.config and self.key_digest)

    @property
    def key_digest(self) -> str:
        """SHA-256 (hex) of the device key that its firmware takes, or "": `take_keys` of firmware/node/start.py."""
        try:
            key = bytes.fromhex(str(self.settings.get("key", "")))
        except ValueError:
            key = b""
        return hashlib.sha256(key).hexdigest() if len(key) == protocol.KEY_SIZE else self.key

    @property
    def settings(self) -> dict[str, Any]:
        """What config.json says; {} if there is none or it is broken. Raises BoardError for one of a newer Ambula."""
        try:
            values = json.loads(self.config)
        except ValueError:
            return {}
        if not isinstance(values, dict):
            return {}
        known = cast("dict[str, Any]", values)
        schema = known.get("schema", 0)
        if not isinstance(schema, int) or schema > CONFIG_SCHEMA:
            raise BoardError(
                f"a newer Ambula has set this board up (config.json of schema {schema}, this one knows "
                f"{CONFIG_SCHEMA}): update Ambula"
            )
        return known


def look(board: UsbBoard) -> State:
    """Return what is on the board."""
    try:
        facts: dict[str, Any] = json.loads(board.run(on_board.FACTS.format(folders=SLOTS, known=_OURS, log=LOG)))
    except ValueError as e:
        raise BoardError("the board does not answer like MicroPython: is it an Ambula board?") from e
    facts["version"] = tuple(facts["version"])
    facts["room"], facts["taken"] = tuple(facts["room"]), tuple(facts["taken"])
    state = State(files=board.hashes(*SLOTS), **facts)
    board.makes_room = state.makes_room
    return state


def firmware_of(board: UsbBoard) -> str:
    """Return the number and the build of the firmware on the board; a number alone of an older one, "" of none."""
    return board.run(on_board.FIRMWARE).strip()
