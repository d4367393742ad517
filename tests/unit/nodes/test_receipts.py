"""Receipts: asked for what has none yet, refused for other bytes, and checked against what is stored now."""

import hashlib
import hmac
import struct
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ambula.base.errors import ProtocolError
from ambula.nodes import receipts
from ambula.nodes.session import NodeKey
from ambula.store import NodeRow, Segment, Store
from nodecore import headers, segment

KEY = NodeKey("a1" * 8, 1, "P01", bytes(range(32)))
LOG_ID = 0x01020304


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "s.db") as made:
        yield made


@pytest.fixture
def node(store: Store) -> NodeRow:
    return store.ensure_node(KEY.device_id, LOG_ID, KEY.role, KEY.participant, "0.1.0")


def put(store: Store, node: NodeRow, *pieces: tuple[int, bytes]) -> None:
    """Store made-up segments; only their bytes matter here."""
    writer = segment.SegmentWriter(1)
    header = headers.parse_header(writer.event(1, 5, b"", 0, 0, 1, 20, 200, 1))
    put_together = [Segment(offset, header, data, None) for offset, data in pieces]
    store.add_log(node.node_id, put_together, [], max(offset + len(data) for offset, data in pieces))


def test_a_receipt_is_as_specified() -> None:
    data = b"log bytes"
    head = b"\x02\x01" + bytes.fromhex(KEY.device_id) + struct.pack("<III", LOG_ID, 70, 79)
    told = hmac.new(KEY.key, b"receipt" + head + hashlib.sha256(data).digest(), hashlib.sha256).digest()[:16]
    assert KEY.receipt(LOG_ID, 70, data) == told


def test_runs_end_at_gaps_at_64_kib_and_begin_behind_the_last_receipt(store: Store, node: NodeRow) -> None:
    big = bytes(30_000)
    put(store, node, (0, b"a"), (1, b"bc"), (10, b"d"), (11, big), (30_011, big), (60_011, big))
    runs = [(offset, len(data)) for offset, data in receipts.unproved(store, node, 0)]
    assert runs == [(0, 3), (10, 60_001), (60_011, 30_000)]
    receipts.keep(store, node, KEY, 0, b"abc", KEY.receipt(LOG_ID, 0, b"abc"))
    assert [offset for offset, _ in receipts.unproved(store, node, 0)] == [10, 60_011]
    assert [offset for offset, _ in receipts.unproved(store, node, 60_011)] == [60_011]


def test_a_receipt_for_other_bytes_is_refused_and_not_kept(store: Store, node: NodeRow) -> None:
    put(store, node, (0, b"abc"))
    for proof in (KEY.receipt(LOG_ID, 0, b"abd"), KEY.receipt(LOG_ID, 1, b"abc"), KEY.receipt(9, 0, b"abc"), b""):
        with pytest.raises(ProtocolError, match="from 0 to 3 is not what the node recorded"):
            receipts.keep(store, node, KEY, 0, b"abc", proof)
    assert store.receipts(node.node_id) == []


def test_a_change_after_the_sync_is_found(store: Store, node: NodeRow) -> None:
    put(store, node, (0, b"abc"), (3, b"def"), (6, b"ghi"))
    receipts.keep(store, node, KEY, 0, b"abcdef", KEY.receipt(LOG_ID, 0, b"abcdef"))
    receipts.keep(store, node, KEY, 6, b"ghi", KEY.receipt(LOG_ID, 6, b"ghi"))
    found = receipts.check(store, node, [KEY])
    assert (found.stored_bytes, found.proved_bytes, found.unknown_bytes, found.changed) == (9, 9, 0, [])
    store._db.execute("UPDATE segment SET data = ? WHERE offset = 3", (b"dEf",))
    found = receipts.check(store, node, [KEY])
    assert (found.proved_bytes, found.changed) == (3, [0])
    assert str(found) == "NOT as the node recorded it, from log offset 0 on"
    store._db.execute("DELETE FROM segment WHERE offset = 6")
    assert receipts.check(store, node, [KEY]).changed == [0, 6]


def test_receipts_of_another_key_are_told_apart_from_changes(store: Store, node: NodeRow) -> None:
    put(store, node, (0, b"abc"), (3, b"d"))
    receipts.keep(store, node, KEY, 0, b"abc", KEY.receipt(LOG_ID, 0, b"abc"))
    found = receipts.check(store, node, [replace(KEY, key=b"n" * 32)])
    assert (found.proved_bytes, found.unknown_bytes, found.changed) == (0, 3, [])
    assert str(found) == "0 of 4 bytes proved to be the node's; 3 cannot be checked without its key"
