"""A node's story: every event in words and in true time; what a damaged flash holds stays printable."""

import json
from pathlib import Path

from ambula.account.timeline import Happening, story_of
from ambula.nodes.segments import assemble
from ambula.store import Anchor, Store
from nodecore import segment

EPOCH = 356_000_000


def stored(path: Path, events: list[tuple[int, int, bytes, int]]) -> Store:
    """A store of one node whose log holds (code, epoch, payload, flags) events of its first start."""
    store = Store(path)
    node = store.ensure_node("a0" * 8, 7, 0, "P01", "0.1.0")
    writer, log = segment.SegmentWriter(0), bytearray()
    crc = 0
    for seq, (code, epoch, payload, flags) in enumerate(events):
        part = bytes(writer.event(code, epoch, payload, seq, crc, 1, 30, 200, flags))
        crc = segment.stored_crc(part, 0, len(part))
        log += part
    store.add_log(node.node_id, assemble(0, bytes(log), at_log_end=True).segments, [], len(log))
    return store


BOOT = json.dumps({"firmware": "0.1.0", "reset": "watchdog", "last_words": "imu silent", "torn_bytes": 12}).encode()


def test_each_event_is_told_in_words(tmp_path: Path) -> None:
    events = [
        (segment.BOOT, EPOCH, BOOT, 1),
        (segment.FAULT, EPOCH + 2, b"imu: errno 19, 3 times", 1),
        (segment.GAP, EPOCH + 3, b"storage full: 4 segments in all", 1),
        (segment.STOPPED, EPOCH + 4, b"", 1),
        (segment.STARTED, EPOCH + 5, b"", 1),
    ]
    with stored(tmp_path / "s.db", events) as store:
        (node,) = store.nodes()
        store.add_anchor(node.node_id, Anchor((EPOCH + 1) * 5000, (EPOCH + 1) * 5000, 20, boot=1))
        assert story_of(store, node) == [
            Happening(
                EPOCH * 5,
                "boot",
                "started (watchdog), start 1, firmware 0.1.0; it had restarted itself: imu silent; 12 bytes were half "
                "written",
            ),
            Happening(EPOCH * 5 + 5, "sync", "a laptop synced it"),
            Happening(EPOCH * 5 + 10, "fault", "imu: errno 19 (does not answer), 3 times"),
            Happening(EPOCH * 5 + 15, "gap", "storage full: 4 segments in all"),
            Happening(EPOCH * 5 + 20, "stop", "recording stopped"),
            Happening(EPOCH * 5 + 25, "start", "recording started"),
        ]


def test_what_has_no_time_comes_first_and_says_so(tmp_path: Path) -> None:
    with stored(tmp_path / "s.db", [(segment.BOOT, 3, BOOT, 0), (segment.FAULT, 9, b"clock: errno 19", 0)]) as store:
        assert [(h.utc_s, h.kind) for h in story_of(store, store.nodes()[0])] == [(None, "boot"), (None, "fault")]


def test_the_clock_is_told_as_set_from_and_to(tmp_path: Path) -> None:
    step = json.dumps({"from_utc_ms": 15_000, "to_utc_ms": EPOCH * 5000}).encode()
    events = [(segment.BOOT, 1, b"not json", 0), (segment.CLOCK_SET, EPOCH, step, 1)]
    with stored(tmp_path / "s.db", events) as store:
        told = story_of(store, store.nodes()[0])
    assert told[-1].words == "clock set from 1970-01-01 00:00:15 to 2026-05-28 20:26:40 UTC"
    assert told[0].words == "started (unknown cause), start 1, firmware None"


def test_odd_payloads_are_printable(tmp_path: Path) -> None:
    events = [
        (segment.BOOT, EPOCH, b"[1]", 1),
        (segment.CLOCK_SET, EPOCH, b'{"from_utc_ms": 1e999, "to_utc_ms": 0}', 1),
        (segment.FAULT, EPOCH, b"\x1b[2J\xff" + b"x" * 400, 1),
        (99, EPOCH, b"new", 1),
    ]
    with stored(tmp_path / "s.db", events) as store:
        words = [h.words for h in story_of(store, store.nodes()[0])]
    assert words[1] == "clock set"
    assert words[2].startswith("?[2J")
    assert all(w.isprintable() and len(w) <= 200 for w in words)
    assert words[3] == "new"
