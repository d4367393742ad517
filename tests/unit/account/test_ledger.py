"""Every slot has one state, and the sum is the duration."""

from pathlib import Path

import pytest

from ambula.account.ledger import Ledger, State
from ambula.store import Anchor
from nodecore import activity, protocol, segment
from tests.support.tape import FIRST, UNSET, Tape, read


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


def test_a_full_flash_is_told_some_records_after_the_gap_as_a_node_does(tmp_path: Path) -> None:
    tape = Tape()
    tape.start(FIRST)
    tape.record(FIRST, 60)
    tape.record(FIRST + 200, 2)
    tape.event(segment.GAP, FIRST + 202, b"storage full: 3 segments in all")
    tape.record(FIRST + 202, 10)
    expect(tape.ledger(tmp_path), 212, recorded=72, storage_full=140)


def test_what_a_full_flash_dropped_between_small_segments_is_told_by_one_event(tmp_path: Path) -> None:
    """The small ones of a night still had room."""
    tape = Tape()
    tape.start(FIRST)
    for hole in range(3):
        tape.record(FIRST + 120 * hole, 60)
    tape.event(segment.GAP, FIRST + 300, b"storage full: 2 segments in all")
    expect(tape.ledger(tmp_path), 300, recorded=180, storage_full=120)  # the last slot is on the node still


def test_what_was_lost_before_a_restart_is_not_the_full_flash_s(tmp_path: Path) -> None:
    tape = Tape()
    tape.start(FIRST)
    tape.record(FIRST, 60)
    tape.record(FIRST + 100, 60)
    tape.start(FIRST + 160)
    tape.record(FIRST + 161, 60)
    tape.event(segment.GAP, FIRST + 230, b"storage full: 1 segments in all")
    slots = {"recorded": 180, "lost": 40, "rebooting": 1, "storage_full": 9}
    expect(tape.ledger(tmp_path), 230, **slots)


FULL, RECORDS = protocol.STORAGE_FULL, protocol.RECORDING


def visits(*told: tuple[int, int]) -> list[Anchor]:
    """Visits (slot, state) that read all of the log."""
    return [Anchor((FIRST + at) * 5000 + 70, (FIRST + at) * 5000 + 70, 20, 1, state) for at, state in told]


def hour(tape: Tape) -> Tape:
    tape.start(FIRST)
    tape.record(FIRST, 720)
    return tape


@pytest.mark.parametrize(
    ("at", "state", "slots"),
    [
        (900, FULL | RECORDS, {"storage_full": 180}),
        (900, FULL, {"storage_full": 180}),  # its days were over meanwhile, which it could not write either
        (900, RECORDS, {"lost": 180}),
        (900, 0, {}),  # stopped: nothing is owed
        (726, RECORDS, {}),  # in the FIFO still
        (727, RECORDS, {"lost": 7}),
        (722, RECORDS | FULL, {"storage_full": 2}),
    ],
)
def test_up_to_the_last_visit_every_slot_has_a_state(
    tmp_path: Path, at: int, state: int, slots: dict[str, int]
) -> None:
    _, ledger = read(hour(Tape()), tmp_path, visits((at, state)))
    expect(ledger, 720 + sum(slots.values()), recorded=720, **slots)


def test_a_full_flash_counts_once_when_its_event_comes(tmp_path: Path) -> None:
    tape = hour(Tape())
    tape.record(FIRST + 900, 2)
    tape.event(segment.GAP, FIRST + 902, b"storage full: 3 segments in all")
    tape.record(FIRST + 902, 98)
    _, ledger = read(tape, tmp_path, visits((900, FULL | RECORDS), (1000, RECORDS)))
    expect(ledger, 1000, recorded=820, storage_full=180)


def test_a_cell_that_ran_flat_after_a_full_flash_ends_it(tmp_path: Path) -> None:
    tape = hour(Tape())
    tape.start(FIRST + 1000)
    tape.record(FIRST + 1001, 9)
    _, ledger = read(tape, tmp_path, visits((900, FULL | RECORDS)))
    expect(ledger, 1010, recorded=729, storage_full=180, rebooting=101)


def test_what_was_lost_before_a_visit_with_room_is_not_the_full_flash_s(tmp_path: Path) -> None:
    tape = hour(Tape())
    tape.record(FIRST + 800, 100)
    _, ledger = read(tape, tmp_path, visits((900, RECORDS), (1000, FULL | RECORDS)))
    expect(ledger, 1000, recorded=820, lost=80, storage_full=100)


def test_a_reading_of_the_clock_alone_ends_no_ledger(tmp_path: Path) -> None:
    """The link may have broken before the log was read: the rest is on the node."""
    reading = Anchor((FIRST + 900) * 5000, (FIRST + 900) * 5000, 20, 1)
    _, ledger = read(hour(Tape()), tmp_path, [reading])
    expect(ledger, 720, recorded=720)


def test_the_silence_of_a_sensor_lasts_to_the_visit(tmp_path: Path) -> None:
    tape = hour(Tape())
    tape.event(segment.FAULT, FIRST + 726, b"imu silent")
    _, ledger = read(tape, tmp_path, visits((900, RECORDS)))
    expect(ledger, 900, recorded=720, sensor_fault=180)


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
