"""What a board's log holds that this computer's store does not: asked before a log may go.

Synced is what the store has and a receipt of the node proves, made anew with a key of this computer. What another
computer has fetched does not count, nor does what the node has been told that it may free.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ambula.base.errors import InputError
from ambula.nodes.receipts import proved_ranges
from ambula.nodes.session import NodeKey
from ambula.readiness.rules import CLOCK_FAULT_MS
from ambula.store import Store
from ambula.usb import on_board
from ambula.usb.board import UsbBoard
from ambula.usb.state import LOG, State
from ambula.usb.wanted import Wanted
from nodecore.sampling import EPOCH_S, EPOCHS_AN_HOUR

_ANEW = "its clock was {} off: a new recording begins, with the clock set"
_STEPPED = "its clock was {} off, and is set now. If this computer's is the wrong one, correct it, and run this again"


@dataclass(frozen=True)
class LogLeft:
    """A board's log against the store.

    epochs: in all; left: those that are not synced; end_epoch: behind the last of them by a set clock, 0: not known;
    odd_bytes: of no segment that can be read. store: where it was looked, is_there: whether there is a store.
    """

    epochs: int
    left: int
    end_epoch: int
    odd_bytes: int
    store: Path
    is_there: bool

    @property
    def is_empty(self) -> bool:
        """Whether nothing was recorded."""
        return not self.epochs and not self.odd_bytes

    @property
    def is_synced(self) -> bool:
        """Whether all of it is proved to be in the store."""
        return not self.left and not self.odd_bytes

    def words(self) -> str:
        """Return what would be lost with the log, such as `3 h 12 min up to 2026-03-04 11:20 UTC were never synced`."""
        parts: list[str] = []
        if self.left:
            until = datetime.fromtimestamp(self.end_epoch * EPOCH_S, UTC)
            where = f" up to {until:%Y-%m-%d %H:%M} UTC" if self.end_epoch else ""
            parts.append(f"{hours(self.left)}{where} were never synced into {self.store}")
        if self.odd_bytes:
            parts.append(f"{self.odd_bytes} bytes of its log are damaged")
        if self.left and not self.is_there:
            parts.append("there is no store in that place")
        return ", and ".join(parts)


@dataclass(frozen=True)
class Found:
    """A board as a set-up finds it: what is on it, its key if it is kept here, its clock's error in ms."""

    state: State
    before: NodeKey | None
    clock_off_ms: int

    def goes_on(self, wanted: Wanted) -> bool:
        """Whether it stays the same node, and its recording goes on.

        Not by a clock that is far off: that is never stepped in a recording.
        """
        return self._stays(wanted) and not self._is_clock_off()

    def check_log_may_go(self, log: LogLeft, wanted: Wanted) -> None:
        """Raise InputError if something would be lost with the log.

        Nobody can read what a node recorded that has neither key nor settings, nor a key here.
        """
        is_nobody_s = not (self.before or self.state.key_digest or self.state.config)
        if is_nobody_s or log.is_synced:
            return
        if self._stays(wanted):
            raise InputError(
                f"this node's clock is {self._off()} off, and {log.words()}: sync it, then run this again. That "
                "begins a new recording with the clock set. Or give up what was not synced with --erase. If this "
                "computer's clock is the wrong one, correct it instead"
            )
        first = "Sync it first"
        if self.before is None and self.state.key_digest:
            first = "Take it over with `ambula setup --adopt` and sync it first"
        raise InputError(
            f"this node has a recording {self._whose()}: {log.words()}. {first}, or give it up with --erase"
        )

    def what_goes(self, log: LogLeft, wanted: Wanted) -> list[str]:
        """Return notes of what is erased, and why."""
        lost = f"all of its {hours(log.epochs)} were synced" if log.is_synced else log.words()
        notes = [] if log.is_empty else [f"the log on the node was erased: {lost}"]
        if self._is_clock_off():
            notes.append(_ANEW.format(self._off()) if self._stays(wanted) else _STEPPED.format(self._off()))
        if self.before and not self._stays(wanted):
            notes.append(f"the node was {self.before.participant} {self.before.role_name} until now")
        return notes

    def _stays(self, wanted: Wanted) -> bool:
        now = self.before
        return now is not None and (now.participant, now.role) == (wanted.participant, wanted.role)

    def _is_clock_off(self) -> bool:
        return abs(self.clock_off_ms) > CLOCK_FAULT_MS

    def _off(self) -> str:
        return f"{self.clock_off_ms / 1000:+.0f} s"

    def _whose(self) -> str:
        if self.before:
            return f"of {self.before.participant} {self.before.role_name}"
        if self.state.is_set_up:
            return "that was set up on another computer"
        return "of a wearer, and its settings or its key are missing"


def hours(epochs: int) -> str:
    """Return a duration in words."""
    minutes = epochs * 60 // EPOCHS_AN_HOUR
    return f"{minutes // 60} h {minutes % 60:02d} min" if minutes >= 60 else f"{minutes} min" if minutes else "a minute"


def look_at_log(board: UsbBoard, device: str, keys: Sequence[NodeKey], store: Path) -> LogLeft:
    """Compare the board's log with the store at a path, and change nothing.

    Raises StoreError if there are epochs to look up, and the store is broken.
    """
    found = _left(board, [])
    is_there = store.exists()
    if found[0] and is_there:
        log_id = int(board.run(on_board.LOG_ID.format(log=LOG)))
        with Store(store, must_exist=True) as kept:
            for node in kept.nodes("device_id = ? AND log_id = ?", (device, log_id)):
                found = _left(board, proved_ranges(kept, node, keys))
    return LogLeft(*found, store, is_there)


def _left(board: UsbBoard, proved: list[tuple[int, int]]) -> tuple[int, int, int, int]:
    said = board.run(on_board.LOG_LEFT.format(log=LOG, proved=proved))
    epochs, left, end_epoch, odd_bytes = json.loads(said.lstrip("."))
    return epochs, left, end_epoch, odd_bytes
