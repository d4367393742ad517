"""What the thigh fused on the body: its segments in the store, decoded, compared, kept out of what they came from."""

import json
import struct
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ambula.cli.app import app
from ambula.nodes.segments import assemble
from ambula.participant.thigh_fusion import agreement, body_fusion, decode_fused
from ambula.store import NodeRow, Store
from nodecore import activity, segment

FIRST = 354_481_920
BACK_LOG = 0xB0B0


def record(what: int, mean_x: int) -> bytes:
    return bytes((what | 0x90, mean_x, 0, 0)) + bytes(8)


def log_of(role: int, first: int, records: list[bytes], fused: bytes = b"", count: int = 0) -> bytes:
    writer = segment.SegmentWriter(role)
    for i, one in enumerate(records):
        assert writer.add(first + i, bytearray(one))
    data = bytes(writer.seal(0, 0, 1, 30, 200, 1))
    if fused:
        data += bytes(writer.event(count, FIRST, fused, 1, 0, 1, 30, 200, 1, kind=segment.FUSED))
    return data


def stored(store: Store, role: int, log_id: int, data: bytes) -> NodeRow:
    node = store.ensure_node(f"{0xA0 + role:02x}" * 8, log_id, role, "P01", "0.1.0")
    found = assemble(0, data, at_log_end=True)
    assert found.damage == []
    store.add_log(node.node_id, found.segments, [], found.next_offset)
    return node


def two_nodes(store: Store, runs: bytes, count: int, shift: int = 0) -> NodeRow:
    """Six epochs: seated twice, lying twice, walking twice; the thigh says the first four are sedentary."""
    own = [record(activity.SEDENTARY, 0)] * 4 + [record(activity.WALKING, 100)] * 2
    back = [record(activity.STANDING, 95)] * 2 + [record(activity.LYING, 5)] * 2 + [record(activity.WALKING, 98)] * 2
    thigh = stored(store, 0, 1, log_of(0, FIRST, own, struct.pack("<bII", shift, BACK_LOG, 99) + runs, count))
    stored(store, 1, BACK_LOG, log_of(1, FIRST - shift, back))
    return thigh


@pytest.mark.parametrize("shift", [0, -2, 1])
def test_what_both_say_agrees_epoch_for_epoch(tmp_path: Path, shift: int) -> None:
    with Store(tmp_path / "s.db") as store:
        thigh = two_nodes(store, bytes((2, 2, 1, 2, 5, 2)), 6, shift)
        fused = body_fusion(store, thigh)
        assert fused.epoch.tolist() == [FIRST + i for i in range(6)]
        assert fused.activity.tolist() == [2, 2, 1, 1, 5, 5]
        assert agreement(store, thigh, fused) == (6, 6)


def test_a_difference_shows_and_a_gap_is_none(tmp_path: Path) -> None:
    with Store(tmp_path / "s.db") as store:
        thigh = two_nodes(store, bytes((2, 1, 15, 1, 1, 1, 2, 1, 5, 2)), 6)
        assert agreement(store, thigh, body_fusion(store, thigh)) == (5, 4)


def test_status_tells_how_much_and_whether_it_agrees(tmp_path: Path) -> None:
    with Store(tmp_path / "s.db") as store:
        two_nodes(store, bytes((2, 1, 15, 1, 1, 1, 2, 1, 5, 2)), 6)
    ran = CliRunner().invoke(app, ["status", "--json", "--store", str(tmp_path / "s.db")])
    assert ran.exit_code == 0
    told = {node["role"]: node["on_the_body"] for node in json.loads(ran.stdout)}
    assert told == {
        "thigh": "5 epochs fused; 4 of 5 agree with the fusion of both logs here",
        "back": None,
    }


def test_it_is_no_part_of_the_records_and_events_that_the_host_fuses(tmp_path: Path) -> None:
    with Store(tmp_path / "s.db") as store:
        thigh = two_nodes(store, bytes((2, 2, 1, 2, 5, 2)), 6)
        assert [e.kind for e in store.log(thigh.node_id)] == [segment.EPOCHS]
        assert (len(store.records(thigh.node_id)), store.events(thigh.node_id)) == (6, [])


@pytest.mark.parametrize(
    ("count", "payload"),
    [
        (2, b""),
        (2, bytes(9) + b"\x02"),
        (2, bytes(9) + b"\x02\x01"),
        (2, bytes(9) + b"\x02\x03"),
        (2, bytes(9) + b"\x10\x02"),
    ],
    ids=["empty", "half a run", "too few", "too many", "no class"],
)
def test_what_lies_is_refused(tmp_path: Path, count: int, payload: bytes) -> None:
    with pytest.raises(ValueError, match="fused segment"):
        decode_fused(count, payload)


def test_an_unreadable_segment_costs_itself(tmp_path: Path) -> None:
    with Store(tmp_path / "s.db") as store:
        thigh = two_nodes(store, b"\x02\x07", 6)
        assert len(body_fusion(store, thigh)) == 0
        assert agreement(store, thigh, body_fusion(store, thigh)) == (0, 0)
