"""Sets up a flashed board as a participant's node: key, role, zone, time and capture plan, over USB.

Keys and settings are one file on the board, so that one renaming makes it the new node. This computer keeps the new key
before that, and the old one until the new one was read back: cut off anywhere, it has the key that the board has, and
the same command runs through again.
"""

import hashlib
import json
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from ambula.base.config import zone_info
from ambula.base.errors import BoardError, InputError
from ambula.nodes.keys import KeyFile
from ambula.nodes.session import OLD, NodeKey, new_key
from ambula.store import Anchor
from ambula.store.rows import READING_FORMAT
from ambula.usb import on_board
from ambula.usb.board import UsbBoard
from ambula.usb.flash import COMES_UP_S
from ambula.usb.hand_over import LOG, Found, look_at_log
from ambula.usb.state import CONFIG_SCHEMA, State
from ambula.usb.wanted import Wanted
from nodecore.sampling import EPOCH_MS

CONFIG = "config.json"
KEY = "key.bin"
PAIR = "pair.bin"
LONG_WAIT_DAYS = 14  # longer is more often a slip in the date than a plan
_REPLACED = (
    "{}: this one replaces it from now on, and it is retired. Its recording can still be synced where it is heard"
)
_OLD_LOG = f"{LOG}.old"
_CLOCK_READINGS = 3
_NOT_KEPT = "this reading of its clock could not be kept on the node: sync it once today, which reads it too"


@dataclass(frozen=True)
class Done:
    """What came of it: the key as kept, the board's clock against this computer's (ms), notes for the user."""

    key: NodeKey
    greeting: str
    clock_offset_ms: int
    notes: list[str]


def set_up(
    board: UsbBoard,
    state: State,
    wanted: Wanted,
    keys: KeyFile,
    store: Path,
    replace: bool = False,
    erase: bool = False,
    utc_ms: Callable[[], int] = lambda: int(time.time() * 1000),
) -> Done:
    """Set the node up and return what came of it.

    store: where its recordings are synced to. replace: another device has this part for this participant. erase: what
    was never synced may go. Raises InputError where either is needed and not given, or a motor is wanted that is not
    there, before anything is changed; BoardError if the board is not flashed or what was read back differs.
    """
    if not state.pointer:
        raise BoardError("there is no Ambula firmware on this board: `ambula flash` first")
    state.settings  # noqa: B018  a newer Ambula's are not to be replaced
    board.run(on_board.BOARD)
    if wanted.sitting_buzz_min and board.run(on_board.HAS_MOTOR).strip() == "0":
        raise InputError(
            "--sitting-buzz: this board's firmware has no motor: add one (hardware/BUILD.md), or leave the option out"
        )
    device = board.run(on_board.IDENTITY).strip()
    known = keys.load()
    replaced = _replaced(known, device, wanted, replace)
    notes = [_REPLACED.format(_who_has(wanted, replaced))] * bool(replaced)
    wait_days = (wanted.start - utc_ms() / 1000) / 86_400 if isinstance(wanted.start, int) else 0
    if wait_days > LONG_WAIT_DAYS:
        notes.append(f"it starts to record in {wait_days:.0f} days: charge it just before")
    has_log = board.run(on_board.CHUNKS.format(log=LOG)).strip() != "0"
    is_set = board.run(on_board.CLOCK).split()[0] == "1"
    off_ms = _clock_offset_ms(board, utc_ms) if is_set else 0
    found = Found(state, _before(keys.all(), device, state), off_ms)
    starts_anew = erase or not found.goes_on(wanted)
    if starts_anew:
        log = look_at_log(board, device, keys.all(), store)
        if not erase:
            found.check_log_may_go(log, wanted)
        notes += found.what_goes(log, wanted)
    key = NodeKey(device, wanted.role, wanted.participant, new_key(), keys.pair_of(wanted.participant, replaced))
    config = _config(state, wanted, key)
    board.run(f"_drop({_OLD_LOG!r})")
    switch = board.stage(CONFIG, config)
    keys.add_beside(key, replaced)
    if starts_anew or not is_set:
        switch = on_board.SET_CLOCK.format(utc_ms=utc_ms()) + switch
    else:
        notes.append("its clock was not set, because its recording goes on. The sync corrects it")
    if starts_anew and has_log:
        switch = on_board.PUT_ASIDE.format(log=LOG, old=_OLD_LOG) + switch
    board.run(switch)
    board.check(CONFIG, config)
    keys.add(key)
    notes += _apart(keys.load(), key)
    board.run(f"_drop({_OLD_LOG!r})")
    board.replace(KEY, key.key)  # copies, by which a node whose settings are lost is still its owner's
    board.replace(PAIR, key.pair)
    reading = _reading(board, utc_ms)
    if not _keep_reading(board, wanted.role, reading):
        notes.append(_NOT_KEPT)
    return Done(key, board.restart(COMES_UP_S), reading.node_utc_ms - reading.host_utc_ms, notes)


def _config(state: State, wanted: Wanted, key: NodeKey) -> bytes:
    """Return config.json: what the board has for the rest stays."""
    plan = {
        "key": key.key.hex(),
        "pair": key.pair.hex(),
        "role": wanted.role_name,
        "zone": wanted.zone,
        "start": wanted.start,
        "days": wanted.days,
        "midnight_min": _midnight_min(wanted.zone),
        "phone": int(wanted.phone),
        "sitting_buzz_min": wanted.sitting_buzz_min,
    }
    return json.dumps({**state.settings, "schema": CONFIG_SCHEMA, **plan}).encode()


def _midnight_min(zone: str) -> int:
    """Return how many minutes after 0:00 UTC a day begins in a zone, as it is today."""
    offset = datetime.now(zone_info(zone or "UTC")).utcoffset() or timedelta()
    return round(-offset.total_seconds() / 60) % 1440


def _replaced(known: list[NodeKey], device: str, wanted: Wanted, replace: bool) -> list[NodeKey]:
    """Return the devices in use that have this part already; raises InputError unless they are to be replaced."""
    same = (wanted.participant, wanted.role)
    others = [k for k in known if k.is_in_use and (k.participant, k.role) == same and k.device_id != device]
    if others and not replace:
        raise InputError(f"{_who_has(wanted, others)}: if that node was lost or broke, add --replace")
    return others


def _who_has(wanted: Wanted, others: list[NodeKey]) -> str:
    devices = ", ".join(k.device_id for k in others)
    return f"{wanted.participant} has a {wanted.role_name} node already (device {devices})"


def _apart(known: list[NodeKey], key: NodeKey) -> list[str]:
    """Return a note for each other node of the participant that has another pair's key."""
    return [
        f"set up the participant's {k.role_name} node again. Until then the two nodes do not meet on the body"
        for k in known
        if k.is_in_use and k.participant == key.participant and k.pair and k.pair != key.pair
    ]


def _before(known: list[NodeKey], device: str, state: State) -> NodeKey | None:
    """Return the key that the board has; None if this computer does not have it. A board that lost its is our own."""
    own = [k for k in reversed(known) if k.device_id == device]
    if not state.key_digest:
        return next((k for k in own if k.state != OLD), None)
    return next((k for k in own if hashlib.sha256(k.key).hexdigest() == state.key_digest), None)


def _clock_offset_ms(board: UsbBoard, utc_ms: Callable[[], int]) -> int:
    """Return how far the node's clock is ahead of this computer's, in ms."""
    reading = _read_clock(board, utc_ms)
    return reading.node_utc_ms - reading.host_utc_ms


def _reading(board: UsbBoard, utc_ms: Callable[[], int]) -> Anchor:
    """Return the quickest of three readings of both clocks."""
    return min((_read_clock(board, utc_ms) for _ in range(_CLOCK_READINGS)), key=lambda a: abs(a.round_trip_ms))


def _read_clock(board: UsbBoard, utc_ms: Callable[[], int]) -> Anchor:
    before_ms = utc_ms()
    node_ms = int(board.run(on_board.CLOCK).split()[1])
    after_ms = utc_ms()
    return Anchor((before_ms + after_ms) // 2, node_ms, after_ms - before_ms)


def _keep_reading(board: UsbBoard, role: int, reading: Anchor) -> bool:
    """Write a reading into the board's log, where any computer that syncs it finds it; return whether it is there."""
    trip_ms = abs(reading.round_trip_ms)
    payload = struct.pack(READING_FORMAT, reading.host_utc_ms, reading.node_utc_ms, trip_ms)
    epoch = reading.node_utc_ms // EPOCH_MS
    return board.run(on_board.KEEP_READING.format(log=LOG, role=role, payload=payload, epoch=epoch)).strip() == "1"
