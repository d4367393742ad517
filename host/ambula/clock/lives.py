"""Cuts a node's log into lives of its clock: stretches in which one oscillator ran on without an unknown step.

A life goes on over a step that the log gives (CLOCK_SET), and over a reboot that kept the time. It ends where a boot
counts from 1970 again, where the time goes back without an entry, or where the clock is set from an unknown time.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise

from ambula.clock.fit import fit
from ambula.store import Anchor, LogEntry
from nodecore import segment
from nodecore.sampling import EPOCH_MS

PLAUSIBLE_MS = 1_577_836_800_000  # 2020-01-01: no node is older; a clock that says less counts from its start
_NO_UTC_MS = 1 << 42  # the year 2109: epochs fit 30 bits till 2140
_LATE_EPOCHS = 12  # an event is logged at once, but the samples before it leave the FIFO up to half a minute later
_SLACK_MS = 60_000


@dataclass
class Piece:
    """Log entries between two steps of one life; `shift_ms` moves their time to the one that the life ended with.

    Its properties are of all its entries: read them only when the piece is complete.
    """

    is_set: bool
    shift_ms: int = 0
    entries: list[LogEntry] = field(default_factory=list[LogEntry])

    @cached_property
    def start_ms(self) -> int:
        """The first moment, on the piece's own scale."""
        return min(e.epoch for e in self.entries) * EPOCH_MS

    @cached_property
    def boots(self) -> set[int]:
        """The boots that wrote it."""
        return {e.boot for e in self.entries}


@dataclass
class Life:
    """Pieces in log order. anchors: clock pairs on its last scale. set_ms: where on that a step to UTC was logged."""

    pieces: list[Piece]
    anchors: list[Anchor] = field(default_factory=list[Anchor])
    set_ms: list[int] = field(default_factory=list[int])

    @property
    def is_known(self) -> bool:
        """Whether anybody knows when this was: by a clock reading, or because the node had the time."""
        last = self.pieces[-1]
        return bool(self.anchors) or (last.is_set and last.start_ms + last.shift_ms >= PLAUSIBLE_MS)

    @property
    def boots_ms(self) -> list[int]:
        """When it booted within the life, on its last scale: a clock that kept the time may have been stepped there."""
        entries = [(e, piece.shift_ms) for piece in self.pieces for e in piece.entries]
        return [
            after.epoch * EPOCH_MS + shift_ms
            for (before, _), (after, shift_ms) in pairwise(entries)
            if after.boot != before.boot
        ]


def cut_lives(log: Iterable[LogEntry], anchors: Iterable[Anchor]) -> list[Life]:
    """Return the lives of a node's clock in log order, each with the clock pairs that were taken in it."""
    lives: list[Life] = []
    for entry in log:
        step = _step(entry)
        if not lives or _breaks(lives[-1].pieces[-1], entry, step):
            lives.append(Life([Piece(entry.is_set)]))
        elif step:
            by_ms = step[1] - step[0]
            for piece in lives[-1].pieces:
                piece.shift_ms += by_ms
            lives[-1].set_ms = [ms + by_ms for ms in lives[-1].set_ms]
            lives[-1].pieces.append(Piece(is_set=True))
        if step:
            lives[-1].set_ms.append(step[1])
        lives[-1].pieces[-1].entries.append(entry)
    for anchor in anchors:
        _attach(lives, anchor)
    return lives


def _step(entry: LogEntry) -> tuple[int, int] | None:
    """Return (from, to) of a CLOCK_SET, in UTC ms; None if it gives none, and for all other entries."""
    if entry.kind != segment.EVENT or entry.count != segment.CLOCK_SET:
        return None
    try:
        story = json.loads(entry.body)
        step = int(story["from_utc_ms"]), int(story["to_utc_ms"])
    except (ValueError, KeyError, TypeError, OverflowError):
        return None
    return step if min(step) >= 0 and 0 < max(step) < _NO_UTC_MS else None


def _breaks(piece: Piece, entry: LogEntry, step: tuple[int, int] | None) -> bool:
    """Return whether the clock that wrote `entry` is not the one of `piece` any more."""
    last = piece.entries[-1]
    rebooted = entry.boot != last.boot
    if rebooted and not piece.is_set:
        return True  # it counts from 1970 again
    if step:
        return step[0] < (last.end - _LATE_EPOCHS) * EPOCH_MS
    if entry.is_set != piece.is_set:
        return True  # it was set, or lost, and the segment that said so is damaged
    both_records = entry.kind == last.kind == segment.EPOCHS
    return entry.epoch < last.end - (1 if both_records else _LATE_EPOCHS)


def _attach(lives: list[Life], anchor: Anchor) -> None:
    """Give a clock pair to the newest piece in whose boot and time it lies."""
    fits = [
        (life, piece)
        for life in lives
        for piece in life.pieces
        if anchor.node_utc_ms >= piece.start_ms - _SLACK_MS
        and (anchor.node_utc_ms >= PLAUSIBLE_MS) == (piece.start_ms >= PLAUSIBLE_MS)
    ]
    of_its_boot = [(life, piece) for life, piece in fits if anchor.boot in piece.boots]
    if anchor.boot is not None and not of_its_boot:  # its boot left no trace: only a clock that kept the time will do
        fits = [(life, piece) for life, piece in fits if piece.is_set]
    for life, piece in _agreeing(of_its_boot, anchor)[-1:] or (of_its_boot or fits)[-1:]:
        life.anchors.append(_moved(anchor, piece))


def _agreeing(fits: list[tuple[Life, Piece]], anchor: Anchor) -> list[tuple[Life, Piece]]:
    """Return those of the lives of one boot whose earlier readings say the same, as far as a rate explains it."""
    return [
        (life, piece)
        for life, piece in fits
        if life.anchors and not fit([life.anchors[-1], _moved(anchor, piece)]).step_ms
    ]


def _moved(anchor: Anchor, piece: Piece) -> Anchor:
    return replace(anchor, node_utc_ms=anchor.node_utc_ms + piece.shift_ms)
