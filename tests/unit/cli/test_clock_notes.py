"""A sync says what clocks did to the log that it fetched just now."""

from pathlib import Path
from typing import Any, cast

import pytest

from ambula.cli.clock_notes import warn_of_clock
from ambula.nodes.segments import assemble
from ambula.nodes.sync import SyncResult
from ambula.store import Anchor, Store
from tests.support.tape import FIRST, Tape


def result_of(store: Store, tape: Tape, *readings: Anchor) -> SyncResult:
    node = store.ensure_node("a0" * 8, 1, 0, "P01", "0.1.0")
    found = assemble(0, tape.data, at_log_end=True)
    store.add_log(node.node_id, found.segments, found.damage, found.next_offset)
    for reading in readings:
        store.add_anchor(node.node_id, reading)
    (row,) = store.nodes()
    return SyncResult(row, cast("Any", None), 0, 0, 0, 0, False, readings[-1])


def read_at(epoch: int, boot: int, ahead_ms: int = 0) -> Anchor:
    return Anchor(epoch * 5000 + ahead_ms, epoch * 5000, 20, boot)


def test_a_clock_set_back_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tape = Tape()
    tape.start(FIRST)
    tape.record(FIRST, 1000)
    tape.start(FIRST + 900)
    tape.record(FIRST + 901, 1000)
    with Store(tmp_path / "s.db") as store:
        warn_of_clock(store, result_of(store, tape, read_at(FIRST + 1901, 2)), is_said=False)
    said = " ".join(capsys.readouterr().err.split())
    assert said.startswith("note: P01 thigh: On 2026-05-28 (UTC) 8.2 min fell on a time that had a record")


def test_a_wrong_computer_is_said_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tape = Tape()
    tape.start(FIRST)
    tape.record(FIRST, 3000)
    readings = [read_at(FIRST + 10, 1), read_at(FIRST + 1500, 1), read_at(FIRST + 3000, 1, 3_600_000)]
    with Store(tmp_path / "s.db") as store:
        result = result_of(store, tape, *readings)
        warn_of_clock(store, result, is_said=False)
        said = " ".join(capsys.readouterr().err.split())
        assert "this computer's clock is 1 h 0 min ahead of what was read before" in said
        warn_of_clock(store, result, is_said=True)
        assert capsys.readouterr().err == ""
