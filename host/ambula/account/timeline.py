"""What happened to a node, in words and in true time: starts, faults, clock settings, visits of a laptop."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from ambula.account.faults import read_fault
from ambula.clock.true_time import node_time
from ambula.store import Event, NodeRow, Store
from nodecore import segment
from nodecore.sampling import EPOCH_S

_MOST_LETTERS = 200


@dataclass(frozen=True)
class Happening:
    """One line of a node's story. utc_s: None if the time is unknown. kind: one word for scripts."""

    utc_s: int | None
    kind: str
    words: str


def story_of(store: Store, node: NodeRow) -> list[Happening]:
    """Return what happened to a node, in time order; what has no time comes first, in the order of its log.

    An event is in the 5-s epoch in which the node wrote it; a visit is a clock reading that a set-up or a sync took.
    """
    placed = node_time(store, node).events
    known = Counter(map(_identity, placed))
    lost: list[Event] = []
    for event in store.events(node.node_id):
        known[_identity(event)] -= 1
        if known[_identity(event)] < 0:
            lost.append(event)
    set_up_ms = store.setup_readings(node.node_id)
    visits = [_visit(a.host_utc_ms, a.host_utc_ms in set_up_ms) for a in store.anchors(node.node_id)]
    events = [_told(e, e.epoch * EPOCH_S) for e in placed]
    return [_told(e, None) for e in lost] + sorted([*events, *visits], key=lambda h: h.utc_s or 0)


def _visit(utc_ms: int, is_setup: bool) -> Happening:
    kind, words = ("setup", "a laptop set it up") if is_setup else ("sync", "a laptop synced it")
    return Happening(utc_ms // 1000, kind, words)


def _identity(event: Event) -> tuple[int, int, bytes]:
    """What an event keeps when its time is put right."""
    return event.code, event.boot, event.payload


def _told(event: Event, utc_s: int | None) -> Happening:
    kind, words = _WORDS.get(event.code, (f"event {event.code}", _text))
    return Happening(utc_s, kind, words(event))


def _text(event: Event) -> str:
    """Return a payload's own words, cut and made printable: a node's flash may have changed them."""
    letters = event.payload.decode("ascii", "replace")[:_MOST_LETTERS]
    return "".join(letter if letter.isprintable() else "?" for letter in letters)


def _fault(event: Event) -> str:
    words, times = read_fault(event.payload)
    return words if times == 1 else f"{words}, {times} times"


def _boot(event: Event) -> str:
    story = _json(event)
    words = f"started ({story.get('reset') or 'unknown cause'}), start {event.boot}, firmware {story.get('firmware')}"
    if story.get("last_words"):
        words += f"; it had restarted itself: {story['last_words']}"
    if story.get("torn_bytes"):
        words += f"; {story['torn_bytes']} bytes were half written"
    return words


def _started(event: Event) -> str:
    return "recording started"


def _stopped(event: Event) -> str:
    return "recording stopped"


def _clock(event: Event) -> str:
    times_told = _json(event)
    try:
        times = [
            datetime.fromtimestamp(int(times_told[key]) / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")
            for key in ("from_utc_ms", "to_utc_ms")
        ]
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        return "clock set"
    return f"clock set from {times[0]} to {times[1]} UTC"


def _json(event: Event) -> dict[str, Any]:
    try:
        content = json.loads(event.payload)
    except (ValueError, RecursionError):
        return {}
    return cast("dict[str, Any]", content) if isinstance(content, dict) else {}


_WORDS: dict[int, tuple[str, Callable[[Event], str]]] = {
    segment.BOOT: ("boot", _boot),
    segment.CLOCK_SET: ("clock", _clock),
    segment.GAP: ("gap", _text),
    segment.FAULT: ("fault", _fault),
    segment.STARTED: ("start", _started),
    segment.STOPPED: ("stop", _stopped),
}
