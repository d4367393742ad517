"""A node whose firmware is newer than this Ambula: what it wrote is kept, said, and read after the upgrade.

The log is written by hand from SPEC.md; version 2 is made up here, and looks like 1 but for its number.
"""

from pathlib import Path

import pytest

from ambula.account.timeline import story_of
from ambula.nodes import receipts
from ambula.nodes.info import parse_info, parse_public
from ambula.nodes.segments import assemble
from ambula.nodes.session import NodeKey
from ambula.store import NodeRow, Store
from nodecore import protocol, segment
from tests.support import spec_log
from tests.support.command import Ambula

FIRST = 356_000_000
KEY = NodeKey("a0" * 8, 0, "P01", b"k" * 32)
RECORDS = [bytes((0xF2, 100, i, *bytes(9))) for i in range(60)]


def mixed_log() -> tuple[bytes, int]:
    """Return a log of two versions, a kind and an event that nobody knows; and how many bytes are too new."""
    newer = spec_log.epochs(FIRST + 60, RECORDS, 1, version=2)
    kind = spec_log.sealed(9, FIRST + 120, 3, b"what is to come", 2)
    known = spec_log.epochs(FIRST, RECORDS, 0), spec_log.sealed(spec_log.EVENT, FIRST + 120, 77, b"new event", 3)
    return known[0] + newer + kind + known[1], len(newer) + len(kind)


def filled(path: Path, step: int) -> NodeRow:
    """Store the log as it comes, `step` bytes at a time, with receipts for all that is stored."""
    log, _ = mixed_log()
    with Store(path) as store:
        node = store.ensure_node(KEY.device_id, 1, KEY.role, KEY.participant, "9.0.0")
        start = 0
        for end in [*range(step, len(log), step), len(log)]:
            found = assemble(start, log[start:end], end == len(log))
            assert found.damage == []
            store.add_log(node.node_id, found.segments, found.damage, found.next_offset)
            start = found.next_offset
        assert b"".join(data for _, data in store.log_bytes(node.node_id, 0)) == log
        for at, data in receipts.unproved(store, node, 0):
            receipts.keep(store, node, KEY, at, data, KEY.receipt(node.log_id, at, data))
        return node


@pytest.mark.parametrize("step", [1_000_000, 100, 7])
def test_it_is_kept_and_said_and_read_after_the_upgrade(
    tmp_path: Path, ambula: Ambula, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    path = tmp_path / "s.db"
    node = filled(path, step)
    log, too_new = mixed_log()
    with Store(path) as store:
        assert store.damage(node.node_id) == []
        assert (store.newer_bytes(node.node_id), store.integrity()) == (too_new, [])
        assert len(store.records(node.node_id)) == 60
        proved = receipts.check(store, node, [KEY])
        assert (proved.proved_bytes, proved.stored_bytes, proved.changed) == (len(log), len(log), [])
        assert store.last_battery_mv(node.node_id) == 4000
        assert "event 77" in [h.kind for h in story_of(store, node)]
    said = ambula("status", "--store", path)
    assert f"{too_new} bytes are of a newer format and are kept: update Ambula, then they are read" in said.out
    assert "Until then their time has no record" in " ".join(ambula("summary", "--store", path).out.split())
    monkeypatch.setattr(segment, "VERSION", 2)  # as the upgrade does
    with Store(path) as store:
        epoch_two = spec_log.epochs(FIRST + 60, RECORDS, 1, version=2)
        assert store.newer_bytes(node.node_id) == too_new - len(epoch_two)  # nobody knows that kind yet
        assert store.records(node.node_id).epoch.tolist() == list(range(FIRST, FIRST + 120))
        proved = receipts.check(store, node, [KEY])
        assert (proved.proved_bytes, proved.stored_bytes, proved.changed) == (len(log), len(log), [])


@pytest.mark.parametrize("at", [0, 2, 5, 14, 40, -1])
def test_a_newer_segment_that_is_damaged_is_damage(at: int) -> None:
    data = bytearray(spec_log.epochs(FIRST, RECORDS, version=2))
    data[at] ^= 0x40
    found = assemble(0, bytes(data) + spec_log.epochs(FIRST + 60, RECORDS), at_log_end=True)
    assert [length for _, length, _ in found.damage] == [len(data)]
    assert [s.header is None for s in found.segments] == [False]


def test_a_newer_protocol_is_said_in_one_line() -> None:
    with pytest.raises(ValueError, match="protocol 3, and this Ambula knows 2: update Ambula"):
        parse_public(bytes((3, 1)))
    with pytest.raises(ValueError, match="protocol 1, and this Ambula knows 2: bring the node up to date"):
        parse_public(bytes((1, 1)))


def test_what_a_newer_firmware_adds_behind_a_block_is_passed_over() -> None:
    block = bytes((protocol.VERSION, 0, 1, 0)) + bytes(36)
    assert parse_info(block + b"more") == parse_info(block)
    with pytest.raises(ValueError, match="39 bytes"):
        parse_info(block[:-1])
