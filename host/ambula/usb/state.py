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


@dataclass(frozen=True)
class State:
    """A look at a board.

    version: MicroPython's; mpy: its `sys.implementation._mpy`; pointer: the firmware's folder or ""; main, key: SHA-256
    of main.py and of key.bin, or ""; config: the text of config.json or ""; files: path -> SHA-256 of all in both
    folders; room: bytes that are free, and those that the files of each folder take.
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
        facts: dict[str, Any] = json.loads(board.run(on_board.FACTS.format(folders=SLOTS)))
    except ValueError as e:
        raise BoardError("the board does not answer like MicroPython: is it an Ambula board?") from e
    facts["version"] = tuple(facts["version"])
    facts["room"] = tuple(facts["room"])
    return State(files=board.hashes(*SLOTS), **facts)


def firmware_of(board: UsbBoard) -> str:
    """Return the number and the build of the firmware on the board; a number alone of an older one, "" of none."""
    return board.run(on_board.FIRMWARE).strip()
