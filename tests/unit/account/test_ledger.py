"""Every slot has one state, and the sum is the duration."""

from pathlib import Path

import pytest

from ambula.account.ledger import Ledger, State
from nodecore import activity, segment
from tests.support.tape import FIRST, UNSET, Tape


def expect(ledger: Ledger, duration: int, **slots: int) -> None:
    seen = {state.name.lower(): count for state, count in ledger.slots.items() if count}
    assert seen == slots
    assert ledger.duration_slots == duration == sum(slots.values())


def test_an_undisturbed_day(tmp_path: Path) -> None:
    tape = Tape()
    tape.start(FIRST)
    tape.record(FIRST, 17280)
    expect(tape.ledger(tmp_path), 17280, recorded=17280)


def test_time_off_the_body_is_its_own_state(tmp_path: Path) -> None:
    tape = Tape()
    tape.start(FIRST)
    tape.record(FIRST, 100)
    tape.record(FIRST + 100, 50, activity.NOT_WORN)
    expect(tape.ledger(tmp_path), 150, recorded=100, not_worn=50)


def test_a_power_cut_costs_slots_that_are_told(tmp_path: Path) -> None:
    tape = Tape()
    tape.start(FIRST)
    tape.record(FIRST, 120)
    tape.start(FIRST + 170)
    tape.record(FIRST + 171, 60)
    expect(tape.ledger(tmp_path), 231, recorded=180, rebooting=51)


def test_a_silent_sensor(tmp_path: Path) -> None:
    tape = Tape()
    tape.start(FIRST)
    tape.record(FIRST, 60)
    tape.event(segment.FAULT, FIRST + 66, b"imu silent")
    tape.record(FIRST + 100, 20)
    expect(tape.ledger(tmp_path), 120, recorded=80, sensor_fault=40)


def test_a_silent_sensor_and_then_a_reboot(tmp_path: Path) -> None:
    tape = Tape()
    tape.start(FIRST)
    tape.record(FIRST, 60)
    tape.event(segment.FAULT, FIRST + 66, b"imu silent")
    tape.start(FIRST + 90)
    tape.record(FIRST + 91, 9)
    expect(tape.ledger(tmp_path), 100, recorded=69, sensor_fault=6, rebooting=25)


def test_a_radio_fault_costs_nothing(tmp_path: Path) -> None:
    tape = Tape()
    tape.start(FIRST)
    tape.event(segment.FAULT, FIRST, b"radio: errno 19")
    tape.record(FIRST, 60)
    expect(tape.ledger(tmp_path), 60, recorded=60)


def test_a_full_flash_is_confessed_afterwards(tmp_path: Path) -> None:
    tape = Tape()
    tape.start(FIRST)
    tape.record(FIRST, 60)
    tape.event(segment.GAP, FIRST + 200, b"storage full: 2 segments in all")
    tape.record(FIRST + 200, 10)
    expect(tape.ledger(tmp_path), 210, recorded=70, storage_full=140)


def test_a_damaged_segment_is_lost(tmp_path: Path) -> None:
    tape = Tape()
    tape.start(FIRST)
    tape.record(FIRST, 60)
    at = len(tape.data)
    tape.record(FIRST + 60, 60)
    broken = bytearray(tape.data)
    broken[at + 30] ^= 1
    tape.data = bytes(broken)
    tape.record(FIRST + 120, 60)
    expect(tape.ledger(tmp_path), 180, recorded=120, lost=60)


def test_epochs_of_a_boot_that_never_learnt_the_time_are_counted(tmp_path: Path) -> None:
    tape = Tape()
    tape.start(0, UNSET)
    tape.record(1, 70, flags=UNSET)
    tape.start(FIRST)
    tape.record(FIRST, 10)
    expect(tape.ledger(tmp_path), 80, recorded=10, clock_unknown=70)


@pytest.mark.parametrize("late", [0, 5])
def test_a_late_first_record_belongs_to_the_start(tmp_path: Path, late: int) -> None:
    tape = Tape()
    tape.start(FIRST)
    tape.record(FIRST + late, 10)
    slots = {"recorded": 10} | ({"rebooting": late} if late else {})
    expect(tape.ledger(tmp_path), 10 + late, **slots)


def test_nothing_recorded_is_nothing(tmp_path: Path) -> None:
    ledger = Tape().ledger(tmp_path)
    assert ledger.duration_s == 0
    assert set(ledger.slots) == set(State)


def waits(tape: Tape, epoch: int) -> None:
    tape.boot += 1
    tape.event(segment.BOOT, epoch, b'{"recording": false}')


def test_before_a_planned_start_nothing_is_owed(tmp_path: Path) -> None:
    tape = Tape()
    waits(tape, FIRST)
    tape.event(segment.FAULT, FIRST + 10, b"imu: errno 19")
    waits(tape, FIRST + 40)
    tape.event(segment.STARTED, FIRST + 100)
    tape.record(FIRST + 101, 60)
    expect(tape.ledger(tmp_path), 61, recorded=60, rebooting=1)


def test_a_stop_and_a_start_in_neighbouring_slots(tmp_path: Path) -> None:
    tape = Tape()
    tape.start(FIRST)
    tape.record(FIRST, 60)
    tape.event(segment.STOPPED, FIRST + 59)
    tape.event(segment.STARTED, FIRST + 59)
    tape.record(FIRST + 62, 8)
    expect(tape.ledger(tmp_path), 70, recorded=68, rebooting=2)


def test_a_reboot_after_a_stop_owes_nothing_until_a_start(tmp_path: Path) -> None:
    tape = Tape()
    tape.start(FIRST)
    tape.record(FIRST, 60)
    tape.event(segment.STOPPED, FIRST + 60)
    waits(tape, FIRST + 100)
    tape.event(segment.STARTED, FIRST + 200)
    tape.record(FIRST + 200, 10)
    expect(tape.ledger(tmp_path), 70, recorded=70)


def test_an_end_that_came_while_the_node_was_off_ends_what_is_owed(tmp_path: Path) -> None:
    tape = Tape()
    tape.start(FIRST)
    tape.record(FIRST, 60)
    tape.boot += 1
    tape.event(segment.STOPPED, FIRST + 100)
    tape.event(segment.BOOT, FIRST + 500, b'{"recording": false}')
    expect(tape.ledger(tmp_path), 100, recorded=60, rebooting=40)


@pytest.mark.parametrize("payload", [b"", b"[]", b"{", b'{"recording": 1}', b"\xff"])
def test_a_boot_that_says_nothing_of_a_plan_records(tmp_path: Path, payload: bytes) -> None:
    tape = Tape()
    tape.event(segment.BOOT, FIRST, payload)
    tape.record(FIRST + 3, 7)
    expect(tape.ledger(tmp_path), 10, recorded=7, rebooting=3)
