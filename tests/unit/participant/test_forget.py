"""A participant who is forgotten is gone: from every table, and from every byte of the file."""

import os
import sqlite3
import stat
from pathlib import Path

import numpy as np
import pytest

from ambula.base.errors import InputError, StoreError
from ambula.nodes.keys import KeyFile
from ambula.nodes.segments import assemble
from ambula.nodes.session import NodeKey
from ambula.participant.code_check import doubt_about
from ambula.participant.forget_and_rename import forget as forget_all
from ambula.participant.forget_and_rename import known_codes, rename
from ambula.store import Anchor, Forgotten, Store, ZoneChange, schema
from nodecore import segment

GONE, KEPT = "forget-me-4711", "keep-me-0815"
MARK = b"\xa5\x17\x5c"  # in every record of the one who is forgotten


def fill(store: Store, participant: str, device: str, mark: bytes, segments: int = 120) -> int:
    """A log of `segments` segments of unlike records, each carrying `mark`; returns the node's number."""
    node = store.ensure_node(device, 1, 0, participant, "0.1.0")
    writer = segment.SegmentWriter(0)
    dice = np.random.default_rng(1)
    log = bytearray()
    for seq in range(segments):
        for i in range(60):
            writer.add(1000 + seq * 60 + i, mark + dice.bytes(12 - len(mark)))
        log += writer.seal(seq, 0, 1, 30, 200, 1)
    offset = len(log)
    log += writer.event(segment.BOOT, 999, mark, segments, 0, 1, 30, 200, 1)
    *made, event = assemble(0, bytes(log), at_log_end=True).segments
    for start in range(0, segments, 7):  # in pieces, as syncs come: the tree is rebalanced, rows are moved
        store.add_log(node.node_id, made[start : start + 7], [], offset)
    store.add_log(node.node_id, [event], [(offset + 99, 5, "x")], 0)
    store.add_anchor(node.node_id, Anchor(5_000_000_000, 5_000_000_100, 9, boot=1))
    store.set_zone(participant, ZoneChange(0, "Asia/Tokyo"))
    return node.node_id


def forget(store: Store, participant: str) -> Forgotten:
    """Without keys."""
    return forget_all(store, participant, KeyFile(store.path.with_name("no keys"))).held


def bytes_of(path: Path) -> bytes:
    """All that lies beside the store under its name: the file, journals, write-ahead log."""
    return b"".join(p.read_bytes() for p in sorted(path.parent.glob(path.name + "*")))


@pytest.fixture(params=["delete", "wal"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A store with two participants, the rows of whom lie mixed; as Ambula makes it, or with a write-ahead log."""
    made = tmp_path / "s.db"
    Store(made).__exit__()
    with sqlite3.connect(made) as db:
        db.execute(f"PRAGMA journal_mode = {request.param}")
    db.close()
    with Store(made) as store:
        fill(store, GONE, "aa" * 8, MARK, 60)
        fill(store, KEPT, "bb" * 8, b"\x01", 60)
        fill(store, GONE, "cc" * 8, MARK)
    return made


def test_nothing_of_the_participant_is_left_in_the_file(path: Path) -> None:
    before = bytes_of(path)
    assert before.count(MARK) > 10_000
    assert GONE.encode() in before
    with Store(path) as store:
        forget(store, GONE)
        for held in (bytes_of(path), path.read_bytes()):  # while it is open, and the main file alone
            assert MARK not in held
            assert GONE.encode() not in held
            assert KEPT.encode() in held
    assert MARK not in bytes_of(path)
    assert path.stat().st_size < len(before) / 2


def test_it_says_what_it_removed_and_leaves_the_others_alone(path: Path) -> None:
    with Store(path) as store:
        (kept,) = store.nodes("participant = ?", (KEPT,))
        before = store.records(kept.node_id).data.tobytes()
        gone = forget(store, GONE)
        assert (gone.nodes, gone.segments, gone.epochs, gone.events) == (2, 182, 10_800, 2)
        assert (gone.damaged_ranges, gone.anchors, gone.zone_changes) == (2, 2, 1)
        assert gone.devices == ("aa" * 8, "cc" * 8)
        assert store.participants() == [KEPT]
        assert store.zone_changes(GONE) == []
        assert len(store.zone_changes(KEPT)) == len(store.anchors(kept.node_id)) == 1
        assert store.records(kept.node_id).data.tobytes() == before
        again = forget(store, GONE)
        assert (again.nodes, again.segments, again.epochs, again.devices) == (0, 0, 0, ())


def test_a_device_that_somebody_else_wears_now_is_not_theirs_alone(path: Path) -> None:
    with Store(path) as store:
        store.ensure_node("aa" * 8, 2, 0, KEPT, "0.1.0")
        assert forget(store, GONE).devices == ("cc" * 8,)


def test_a_rebuilding_that_failed_is_made_up_for(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ambula.store.connection._LOCK_TIMEOUT_S", 0.05)
    with Store(path) as store:
        reader = sqlite3.connect(path, isolation_level=None)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM node").fetchone()
        with pytest.raises(StoreError, match="in use by another Ambula"):
            forget(store, GONE)
        held = GONE in store.participants()  # with a write-ahead log the rows are gone, but not yet the bytes
        reader.close()
        if held:
            forget(store, GONE)
        else:
            assert MARK in bytes_of(path)
            store.finish_forgetting()
        assert MARK not in bytes_of(path)
        assert store.get("forgetting is unfinished") == ""


def test_another_code_leaves_no_trace_of_the_old_one(path: Path) -> None:
    with Store(path) as store:
        store.rename(GONE, "P02")
        assert store.participants() == ["P02", KEPT]
        assert [c.zone for c in store.zone_changes("P02")] == ["Asia/Tokyo"]
    assert GONE.encode() not in bytes_of(path)
    assert MARK in bytes_of(path)


def test_the_keys_go_with_the_participant_and_follow_a_new_code(path: Path) -> None:
    keys = KeyFile(path.with_name("keys.json"))
    for number, (who, role) in enumerate([(GONE, 0), (GONE, 1), (KEPT, 0), ("set up, never synced", 1)]):
        keys.add(NodeKey(f"{number:016x}", role, who, bytes([number]) * 32))
    with Store(path) as store:
        assert known_codes(store, keys) == [GONE, KEPT, "set up, never synced"]
        rename(store, KEPT, "P9", keys)
        assert [k.participant for k in keys.load() if k.device_id[-1] == "2"] == ["P9"]
        assert forget_all(store, GONE, keys).keys == 2
        assert {k.participant for k in keys.load()} == {"P9", "set up, never synced"}
        assert forget_all(store, "set up, never synced", keys).keys == 1
        assert known_codes(store, keys) == ["P9"]
    assert GONE.encode() not in keys.path.read_bytes()


def test_a_key_file_that_cannot_be_read_stops_it_before_anything_is_removed(path: Path) -> None:
    keys = KeyFile(path.with_name("keys.json"))
    keys.path.write_text("{", "utf-8")
    with Store(path) as store:
        with pytest.raises(InputError, match="not a key file"):
            forget_all(store, GONE, keys)
        assert GONE in store.participants()


@pytest.mark.skipif(os.name != "posix", reason="only POSIX systems have these permissions")
def test_all_files_and_new_folders_are_the_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "new" / "deep" / "s.db"
    with Store(path) as store:
        store._db.execute("PRAGMA journal_mode = WAL")
        fill(store, GONE, "aa" * 8, MARK, 2)
        files = sorted(path.parent.iterdir())
        assert [f.name for f in files] == ["s.db", "s.db-shm", "s.db-wal"]
        assert {stat.S_IMODE(f.stat().st_mode) for f in files} == {0o600}
    assert {stat.S_IMODE(f.stat().st_mode) for f in (path.parent, path.parent.parent)} == {0o700}


@pytest.mark.skipif(os.name != "posix", reason="only POSIX systems have these permissions")
def test_a_folder_that_was_there_keeps_its_mode(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    Store(tmp_path / "s.db").__exit__()
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


def test_a_store_of_version_1_is_brought_up_to_date(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "s.db"
    with monkeypatch.context() as old:
        old.setattr(schema, "MIGRATIONS", schema.MIGRATIONS[:1])
        with Store(path) as store:
            node = store.ensure_node("aa" * 8, 1, 0, "P01", "0.1.0")
            store._db.execute("INSERT INTO anchor VALUES (?, 1000, 900, 5)", (node.node_id,))
    with Store(path) as store:
        assert store.anchors(node.node_id) == [Anchor(1000, 900, 5, boot=None)]
        store.add_anchor(node.node_id, Anchor(2000, 1900, 5, boot=3))
        assert store._db.execute("PRAGMA user_version").fetchone() == (len(schema.MIGRATIONS),)
        assert [a.boot for a in store.anchors(node.node_id)] == [None, 3]
        assert store.zone_changes("P01") == []


@pytest.mark.parametrize(
    ("code", "word"),
    [("P01", ""), ("SYNTHETIC-1", ""), (" P01 ", ""), ("Kari Nordmann", "name"), ("kari@example.org", "e-mail")],
)
def test_a_code_that_looks_like_a_name_is_doubted(code: str, word: str) -> None:
    doubt = doubt_about(code)
    assert (word in doubt) if word else doubt == ""
