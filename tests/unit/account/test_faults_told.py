"""Faults as the node told them."""

from pathlib import Path

import pytest

from ambula.account.faults import faults_of, read_fault
from ambula.cli.status_command import _faults
from ambula.nodes.segments import assemble
from ambula.store import Store
from nodecore import segment


def test_faults_are_counted_by_their_words(tmp_path: Path) -> None:
    writer = segment.SegmentWriter(0)
    said = [
        (segment.FAULT, b"imu silent"),
        (segment.FAULT, b"radio: errno 5"),
        (segment.FAULT, b"radio: errno 5, 7 times"),
        (segment.BOOT, b"{}"),
        (segment.GAP, b"storage full: 3 segments in all"),
        (segment.FAULT, b"\xffodd\n"),
    ]
    with Store(tmp_path / "s.db") as store:
        node = store.ensure_node("a0" * 8, 1, 0, "P01", "0.1.0")
        log = b"".join(
            bytes(writer.event(code, 100 + seq, words, seq, 0, 1, 20, 200, 1)) for seq, (code, words) in enumerate(said)
        )
        store.add_log(node.node_id, assemble(0, log, at_log_end=True).segments, [], len(log))
        found = faults_of(store, node)
    assert found == {"radio: errno 5": 8, "imu silent": 1, "storage full: 3 segments in all": 1, "\ufffdodd?": 1}
    assert next(iter(found)) == "radio: errno 5"
    assert _faults(found).startswith("radio: errno 5 (x8); imu silent; ")
    assert _faults({}) == "none"


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (b"imu: errno 19", "imu: errno 19 (does not answer)"),
        (b"imu: errno 22, 4 times", "imu: errno 22 (another chip answers)"),
        (b"clock: errno 116", "clock: errno 116 (no answer in time)"),
        (b"clock: errno 5", "clock: errno 5"),
        (b"radio: errno 19", "radio: errno 19"),
        (
            b"imu: MemoryError memory allocation failed at node.guards:41 read, 6 times",
            "imu: MemoryError memory allocation failed at node.guards:41 read (the node was out of memory)",
        ),
        (b"epoch: ValueError no MemoryError", "epoch: ValueError no MemoryError"),
    ],
)
def test_an_absent_chip_another_one_and_a_lack_of_memory_are_told_apart(told: bytes, words: str) -> None:
    assert read_fault(told)[0] == words
