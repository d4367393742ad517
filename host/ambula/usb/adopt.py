"""Takes the key of a node that was set up on another computer: who has the node in hand has what is on it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ambula.base.errors import BoardError, InputError
from ambula.nodes.keys import KeyFile
from ambula.nodes.session import OLD, NodeKey
from ambula.usb import on_board
from ambula.usb.board import UsbBoard
from ambula.usb.flash import COMES_UP_S
from ambula.usb.state import State
from nodecore import protocol


@dataclass(frozen=True)
class Adopted:
    """What came of it: the key as kept, the node's zone (IANA, "": none), its capture plan in words, its greeting."""

    key: NodeKey
    zone: str
    plan: str
    greeting: str


def adopt(board: UsbBoard, state: State, participant: str, role: int | None, keys: KeyFile) -> Adopted:
    """Take a node's key, pair's key and role into the key file; nothing on the board is changed.

    role: what the node must be, None: whatever it is. Raises InputError where the key file has that key, or another
    node for that part; BoardError where the board is not set up.
    """
    if not state.pointer:
        raise BoardError("there is no Ambula firmware on this board: nothing can be taken over")
    settings = state.settings
    secret, pair = _keys_of(board, settings)
    named = settings.get("role")
    if not secret or named not in protocol.ROLE_NAMES:
        raise BoardError("this board is not set up, it lacks a key or settings: set it up without --adopt")
    if role is not None and protocol.ROLE_NAMES[role] != named:
        raise InputError(f"--role {protocol.ROLE_NAMES[role]}: this node is a {named} node")
    board.run(on_board.BOARD)
    device = board.run(on_board.IDENTITY).strip()
    key = NodeKey(device, protocol.ROLE_NAMES.index(named), participant, secret, pair)
    _check(keys.all(), key)
    keys.add(key)
    return Adopted(key, str(settings.get("zone", "")), plan_words(settings), board.restart(COMES_UP_S))


def _keys_of(board: UsbBoard, settings: dict[str, Any]) -> tuple[bytes, bytes]:
    """Return the device key and the pair's, as the firmware takes them; empty where there is none."""
    found = [_key(settings.get(name)) for name in ("key", "pair")]
    if not found[0]:
        found = [_key(board.run(on_board.HEX.format(path=f"{name}.bin")).strip()) for name in ("key", "pair")]
    return found[0], found[1]


def _key(digits: object) -> bytes:
    try:
        key = bytes.fromhex(str(digits))
    except ValueError:
        return b""
    return key if len(key) == protocol.KEY_SIZE else b""


def _check(known: list[NodeKey], key: NodeKey) -> None:
    """Refuse a node that this computer can read already, and one whose part another node has."""
    for k in known:
        if (k.device_id, k.key) == (key.device_id, key.key) and k.state != OLD:
            back = f"`ambula retire {k.participant} {k.role_name} --undo` brings it back into use"
            raise InputError(
                f"this computer has the key of this node already, as {k.participant} {k.role_name}: "
                f"{'`ambula sync` reads it' if k.is_in_use else back}"
            )
        if k.is_in_use and (k.participant, k.role) == (key.participant, key.role) and k.device_id != key.device_id:
            raise InputError(
                f"{key.participant} has a {key.role_name} node already (device {k.device_id}): if that one is lost, "
                f"`ambula retire {k.participant} {k.role_name}` first"
            )


def plan_words(settings: dict[str, Any]) -> str:
    """Return the capture plan that settings have, in words."""
    start, days = settings.get("start", "now"), settings.get("days", 0)
    if start == "tap":
        begins = "from a double tap on"
    elif isinstance(start, int):
        begins = f"from {datetime.fromtimestamp(start, UTC):%Y-%m-%d %H:%M} UTC on"
    else:
        begins = "from its set-up on"
    return f"it records {begins}, " + (f"for {days} days" if days else "until it is stopped")
