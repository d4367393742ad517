"""Whatever the log holds: every slot has exactly one state, and the states add up to the duration."""

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ambula.account.ledger import State
from ambula.account.moves import moves_words
from ambula.store import Anchor
from nodecore import segment
from tests.support.tape import FIRST, STEPS, UNSET, Step, Tape, read, tape_of

STATES = st.one_of(st.none(), st.integers(0, 15))  # what a node said of itself; None: its log was not read to the end
READINGS = st.tuples(st.integers(0, 2000), st.integers(-90_000, 90_000), STATES)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS, st.booleans(), st.lists(READINGS, max_size=3))
@example(
    [("record", 60), ("dead", 50), ("record", 20), ("dead", 9), ("record", 30), ("set", 1), ("record", 5)], True, []
)
@example([("record", 9), ("stop", 1), ("gap", 90), ("boot", 1), ("record", 9)], True, [])
@example([("record", 60), ("gap", 9), ("record", 9)], True, [(100, 0, 5), (60, 0, 1), (2000, 0, 1)])
def test_each_slot_up_to_the_last_contact_has_one_state_and_the_sum_is_the_duration(
    tmp_path: Path, steps: list[Step], is_set: bool, readings: list[tuple[int, int, int | None]]
) -> None:
    anchors = [Anchor((FIRST + at) * 5000 + off, (FIRST + at) * 5000, 20, state=state) for at, off, state in readings]
    told, ledger = read(tape_of(steps, is_set), tmp_path, anchors)
    for run in ledger.runs:
        assert run.start < run.end
    for one, following in pairwise(ledger.runs):
        assert one.end <= following.start  # no slot has two states
        assert (one.state is not following.state) or one.end < following.start
    assert sum(ledger.slots.values()) == ledger.duration_slots == sum(r.end - r.start for r in ledger.runs)
    own = ledger.slots[State.RECORDED] + ledger.slots[State.NOT_WORN]
    assert own + ledger.slots[State.STOOD_IN] == len(told.records)
    unknown = sum(part.epochs for part in told.unplaced)
    assert ledger.slots[State.CLOCK_UNKNOWN] <= unknown + 3 * sum(what == "set" for what, _ in steps)
    held = {slot for run in ledger.runs for slot in range(run.start, run.end)}
    assert set(told.records.epoch.tolist()) <= held
    has_ended = any(what == "stop" for what, _ in steps) or any(not v.is_recording for v in told.visits)
    if ledger.runs and not has_ended:
        last = max((visit.epoch for visit in told.visits), default=0)
        assert last - ledger.runs[-1].end <= 6  # what the FIFO holds may be on the node still
        assert ledger.duration_slots == ledger.runs[-1].end - ledger.runs[0].start  # and none has none
    if not np.any([what in ("dead", "back", "boot") for what, _ in steps]) and is_set:
        assert not told.unplaced


def test_a_flat_cell_between_two_known_times_is_counted_once(tmp_path: Path) -> None:
    """20 slots of unknown time lie in a gap of 100: the rest of it was no power."""
    steps = [("record", 60), ("dead", 80), ("record", 20), ("dead", 1), ("record", 10), ("set", 1), ("record", 5)]
    told, ledger = read(tape_of(steps, True), tmp_path, [])
    assert [(u.epochs, u.after, u.before) for u in told.unplaced] == [(20, FIRST + 59, FIRST + 161)]
    assert {s.name: n for s, n in ledger.slots.items() if n} == {"RECORDED": 75, "REBOOTING": 81, "CLOCK_UNKNOWN": 20}
    assert ledger.duration_slots == 176


def test_a_gap_of_two_causes_gives_up_only_what_was_unknown(tmp_path: Path) -> None:
    """The sensor fell silent, then the cell ran flat: 20 slots of unknown time are 20 slots."""
    steps = [
        ("record", 60),
        ("gap", 30),
        ("imu", 1),
        ("dead", 80),
        ("record", 20),
        ("dead", 1),
        ("record", 10),
        ("set", 1),
    ]
    _, ledger = read(tape_of([*steps, ("record", 5)], True), tmp_path, [])
    told = {s.name: n for s, n in ledger.slots.items() if n}
    assert told == {"RECORDED": 75, "SENSOR_FAULT": 30, "REBOOTING": 81, "CLOCK_UNKNOWN": 20}


def test_after_a_stop_nothing_is_owed_until_the_next_start(tmp_path: Path) -> None:
    steps = [("record", 60), ("stop", 1), ("boot", 500), ("record", 10)]
    _, ledger = read(tape_of(steps, True), tmp_path, [])
    assert {s.name: n for s, n in ledger.slots.items() if n} == {"RECORDED": 70}
    assert [(r.start - FIRST, r.end - FIRST) for r in ledger.runs] == [(0, 60), (560, 570)]


def test_a_slow_clocks_missing_slots_are_not_lost(tmp_path: Path) -> None:
    """100 ppm slow for two days: three true slots more than the node counted."""
    n = 2 * 17280
    tape = Tape()
    tape.start(FIRST)
    tape.record(FIRST, n)
    late_ms = n * 5000 * 100 // 1_000_000
    anchors = [Anchor(FIRST * 5000, FIRST * 5000, 9), Anchor((FIRST + n) * 5000 + late_ms, (FIRST + n) * 5000, 9)]
    told, ledger = read(tape, tmp_path, anchors)
    assert len(told.records) == n + 3
    assert {s.name: c for s, c in ledger.slots.items() if c} == {"RECORDED": n, "STOOD_IN": 3}


def test_a_fast_clock_s_surplus_is_counted(tmp_path: Path) -> None:
    """100 ppm fast for two days: three records have no slot of their own."""
    n = 2 * 17280
    tape = Tape()
    tape.start(FIRST)
    tape.record(FIRST, n)
    early_ms = n * 5000 * 100 // 1_000_000
    anchors = [Anchor(FIRST * 5000, FIRST * 5000, 9), Anchor((FIRST + n) * 5000 - early_ms, (FIRST + n) * 5000, 9)]
    told, ledger = read(tape, tmp_path, anchors)
    assert len(ledger.dropped) == len(told.dropped) == 3
    assert {s.name: c for s, c in ledger.slots.items() if c} == {"RECORDED": n - 3}
    assert moves_words(told) == ""


def test_what_no_quartz_explains_is_said(tmp_path: Path) -> None:
    """A clock that was set back by ten minutes: their records fall on what is there."""
    tape = Tape()
    tape.start(FIRST)
    tape.record(FIRST, 1000)
    tape.start(FIRST + 900)
    tape.record(FIRST + 901, 1000)
    told, ledger = read(tape, tmp_path, [])
    assert len(ledger.dropped) == 99
    assert moves_words(told) == (
        "On 2026-05-28 (UTC) 8.2 min fell on a time that had a record, and were dropped; 0.0 min stand in for what its "
        "clock skipped. These days' minutes may be off by as much."
    )


def test_setting_the_clock_costs_slots_that_are_told(tmp_path: Path) -> None:
    tape = Tape()
    tape.start(0, UNSET)
    tape.record(0, 50, flags=UNSET)
    story = json.dumps({"from_utc_ms": 51 * 5000, "to_utc_ms": (FIRST + 51) * 5000}).encode()
    tape.event(segment.CLOCK_SET, FIRST + 51, story)
    tape.record(FIRST + 53, 10)
    _, ledger = read(tape, tmp_path, [])
    assert {s.name: c for s, c in ledger.slots.items() if c} == {"RECORDED": 60, "CLOCK_UNKNOWN": 3}
    assert ledger.runs[0].start == FIRST
