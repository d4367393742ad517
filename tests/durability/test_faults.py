"""Whatever fails in the program, the sensor or the clock: recording goes on, the log says so, and it comes back."""

from pathlib import Path

import numpy as np
import pytest

from ambula.account.ledger import State
from nodecore import record, segment
from tests.durability import lives
from tests.durability.lives import MINUTE, MINUTE_MS, START_MS, Life

FROM, UNTIL, END = 5, 7, 11  # minutes: the fault begins, ends; the plug is pulled
HURT = range(FROM * MINUTE - 2, UNTIL * MINUTE + 4)  # the FIFO is emptied every 10 s, a silent sensor started after 30


def life(tmp_path: Path, place: str, kind: str, most: int = 0, until: int = UNTIL, end: int = END) -> Life:
    settings = lives.prepare(tmp_path, end)
    window = START_MS + FROM * MINUTE_MS, START_MS + until * MINUTE_MS
    seen = lives.live(settings, end * MINUTE_MS, [(place, kind, *window, most)])
    assert seen.epochs == sorted(set(seen.epochs)), "an epoch is in the log twice, or out of order"
    return seen


def missing(seen: Life, end: int = END) -> set[int]:
    """The epochs that are neither in the log nor in the batch of the last five minutes."""
    return set(range(end * MINUTE - segment.MAX_EPOCHS)) - set(seen.epochs)


@pytest.mark.parametrize(
    ("place", "kind", "words"),
    [
        ("nodecore.score:EpochScorer.score", "ValueError", "epoch: ValueError"),
        ("nodecore.score:EpochScorer.score", "MemoryError", "epoch: MemoryError"),
        ("node.log:Log.add", "OSError 5", "epoch: errno 5"),
        ("nodecore.epoch:EpochWindow.align", "ZeroDivisionError", "recording: ZeroDivisionError"),
        ("board:Board.sleep_ms", "RuntimeError", "rest: RuntimeError"),
    ],
)
def test_an_exception_in_the_loop_costs_what_it_hit(tmp_path: Path, place: str, kind: str, words: str) -> None:
    seen = life(tmp_path, place, kind, most=3)
    assert seen.faults[0].startswith(words)
    assert seen.resets == []
    assert len(missing(seen)) <= 6
    assert missing(seen) <= set(HURT)


@pytest.mark.parametrize("place", ["node.link:GattServer.open", "node.link:GattServer.shut", "board:Board.battery_mv"])
def test_radio_and_battery_cost_no_epoch(tmp_path: Path, place: str) -> None:
    settings = lives.prepare(tmp_path, END)
    seen = lives.live(settings, END * MINUTE_MS, [(place, "ValueError", START_MS - MINUTE_MS, START_MS * 2, 0)])
    assert missing(seen) == set()
    assert seen.resets == []


def test_a_failing_poll_shuts_the_radio_only(tmp_path: Path) -> None:
    seen = life(tmp_path, "node.link:GattServer.poll", "ValueError")
    assert seen.faults[0].startswith("radio: ValueError")
    assert len(seen.faults) <= 3, "one fault a step would fill the flash"
    assert missing(seen) == set()


@pytest.mark.parametrize("kind", ["MemoryError", "OSError 5"])
def test_records_wait_while_the_log_cannot_be_written(tmp_path: Path, kind: str) -> None:
    """The batch under way stays in RAM; the epochs that have no room are told afterwards."""
    seen = life(tmp_path, "node.log:Log.write", kind, until=FROM + 3, end=END + 5)
    assert set(range(FROM * MINUTE)) <= set(seen.epochs)
    assert missing(seen, END + 5) <= set(range(FROM * MINUTE, (FROM + 3) * MINUTE + 1))
    assert seen.faults[0].startswith("epoch: ")


def test_a_program_that_records_nothing_starts_anew(tmp_path: Path) -> None:
    seen = life(tmp_path, "nodecore.score:EpochScorer.score", "ValueError", until=16, end=24)
    assert seen.resets == ["software: recording failed"]
    assert any(b"recording failed" in lives.body(s) for s in seen.segments if lives.is_event(s, segment.BOOT))
    assert set(range(17 * MINUTE, 19 * MINUTE)) <= set(seen.epochs)
    assert len(seen.faults) <= 8, "a fault that stays must be told less and less often"


@pytest.mark.parametrize(("keep", "then"), [("oldest", "recording failed"), ("newest", "storage made anew")])
def test_a_flash_that_refuses_from_the_start_is_started_anew_then_made_anew(
    tmp_path: Path, keep: str, then: str
) -> None:
    """The story of the start cannot be told, which must not hold up the restart that may help."""
    settings = lives.prepare(tmp_path, 32, keep=keep)
    refusing = ("node.log:Log.write", "OSError 5", 0, START_MS + 21 * MINUTE_MS, 0)
    seen = lives.live(settings, 32 * MINUTE_MS, [refusing])
    assert seen.resets[:2] == ["software: recording failed", f"software: {then}"]
    assert set(range(23 * MINUTE, 27 * MINUTE)) <= set(seen.epochs)


def test_the_watchdog_ends_a_hang(tmp_path: Path) -> None:
    seen = life(tmp_path, "board:Board.sleep_ms", "hang", end=15)
    assert set(seen.resets) == {"watchdog"}
    unsealed = segment.MAX_EPOCHS
    assert missing(seen, 15) <= set(range(FROM * MINUTE - unsealed, UNTIL * MINUTE + MINUTE + 2))


@pytest.mark.parametrize("place", ["node.app:App.start", "node.link:GattServer.__init__", "board:Board.unique_id"])
def test_a_start_that_fails_is_tried_again(tmp_path: Path, place: str) -> None:
    settings = lives.prepare(tmp_path, 7)
    seen = lives.live(settings, 7 * MINUTE_MS, [(place, "ValueError", 0, START_MS + 20_000, 0)])
    assert set(range(9, 60)) <= set(seen.epochs) or place == "board:Board.unique_id"
    boots = [s for s in seen.segments if lives.is_event(s, segment.BOOT)]
    assert len(boots) == 1, "a start that dies at once must write nothing"
    if place != "board:Board.unique_id":
        assert set(seen.resets) == {"software: ValueError ordered"}
        assert 3 <= len(seen.resets) <= 6
        assert b"ValueError ordered" in lives.body(boots[0])


@pytest.mark.parametrize(
    ("place", "kind", "words"),
    [
        ("bus", "errno", "imu: errno 19"),
        ("bus", "low", "imu: errno 110"),  # ETIMEDOUT's number on Linux; 116 on the chip
        ("bus", "ones", "imu"),
        ("fifo", "stuck", "imu stuck"),
    ],
)
def test_a_sensor_that_fails_comes_back(tmp_path: Path, place: str, kind: str, words: str) -> None:
    seen = life(tmp_path, place, kind, end=14)
    assert seen.faults[0].startswith(words)
    assert any(w.startswith("imu back after") for w in seen.faults)
    assert seen.resets == []
    assert missing(seen, 14) <= set(HURT)
    assert len(missing(seen, 14)) >= (UNTIL - FROM) * MINUTE - 6
    slots = seen.ledger(tmp_path).slots
    assert slots[State.LOST] <= 2  # before the radio's fault: a bus of ones taps, and this board has no radio
    assert slots[State.SENSOR_FAULT] >= len(missing(seen, 14)) - 2


def test_a_glitch_on_the_bus_costs_nothing(tmp_path: Path) -> None:
    seen = life(tmp_path, "bus", "errno", most=1)
    assert missing(seen) == set()


def test_a_burst_that_breaks_off_costs_half_of_its_samples_and_turns_no_axis(tmp_path: Path) -> None:
    """Half of 69 sets ends in the middle of one."""
    still = np.tile(np.array([4096, 0, 1000], "<i2"), (END * MINUTE * 130, 1))
    still += np.random.default_rng(4).integers(-6, 7, still.shape).astype("<i2")
    settings = lives.prepare(tmp_path, END)
    still.tofile(settings.samples)
    window = START_MS + FROM * MINUTE_MS, START_MS + UNTIL * MINUTE_MS
    seen = lives.live(settings, END * MINUTE_MS, [("bus", "torn", *window, 1)])
    assert len(missing(seen)) <= 1
    means = {s.records[i + 1 : i + 4] for s in seen.segments if s.records for i in range(0, len(s.records), 12)}
    x_mg = {int.from_bytes(mean[:1], "little", signed=True) for mean in means}
    assert max(x_mg) - min(x_mg) <= 1, "x, y and z were taken for one another"


def test_another_chip_at_the_sensor_s_address_is_told_apart_from_none(tmp_path: Path) -> None:
    settings = lives.prepare(tmp_path, END)
    seen = lives.live(settings, END * MINUTE_MS, [("bus", "other", 0, START_MS * 2, 0)])
    assert seen.faults[0].startswith("imu: errno 22")
    assert seen.epochs == []


@pytest.mark.parametrize("slowness", [3, 9])
def test_a_slow_flash_costs_nothing(tmp_path: Path, slowness: int) -> None:
    """An erase of 0.14 s, which is usual for a worn chip, and of 0.4 s, the most that data sheets allow."""
    seen = life(tmp_path, "flash", f"slow {slowness}")
    assert missing(seen) == set()
    assert seen.faults == []


@pytest.mark.parametrize("most", [1, 2, 5])
def test_a_write_or_an_erase_that_does_not_take_costs_nothing(tmp_path: Path, most: int) -> None:
    """The chip says nothing: littlefs reads back what it wrote, and takes another block."""
    seen = life(tmp_path, "flash", "worn", most=most)
    assert missing(seen) == set()
    assert seen.faults == []
    assert seen.damaged_bytes == 0


def test_a_flash_that_takes_nothing_for_a_while_is_a_full_one(tmp_path: Path) -> None:
    """So littlefs calls it: the segment that was to be written meanwhile is lost, and told; the next one is kept."""
    seen = life(tmp_path, "flash", "worn", until=FROM + 3, end=END + 5)
    assert missing(seen, END + 5) == set(range(segment.MAX_EPOCHS))
    told = [lives.body(s) for s in seen.segments if lives.is_event(s, segment.GAP)]
    assert told == [b"storage full: 1 segments in all"]
    assert seen.damaged_bytes == 0


@pytest.mark.parametrize("most_ms", [25, 60])
def test_epochs_that_take_time_cost_nothing(tmp_path: Path, most_ms: int) -> None:
    """What the emulated chip needs for a walking epoch, and the limit."""
    seen = life(tmp_path, "nodecore.score:EpochScorer.score", f"dawdle {most_ms}")
    assert missing(seen) == set()
    assert seen.faults == []


def test_an_overrun_is_told_and_marked(tmp_path: Path) -> None:
    """The loop is held up for 50 s: the FIFO keeps 26 of them."""
    seen = life(tmp_path, "board:Board.sleep_ms", "dawdle 50000", most=1)
    assert "imu overrun" in seen.faults
    assert 3 <= len(missing(seen)) <= 8
    marked = [s for s in seen.segments if s.records and any(r & record.SENSOR_FAULT for r in s.records[11::12])]
    assert len(marked) == 1
    assert seen.ledger(tmp_path).slots[State.LOST] == 0


@pytest.mark.parametrize("kind", ["step -3600", "step 7200", "step 3", "stop", "1970"])
def test_a_clock_that_jumps_is_put_back(tmp_path: Path, kind: str) -> None:
    seen = life(tmp_path, "clock", kind)
    assert seen.faults[0].startswith("clock off by")
    assert missing(seen) == set()
    assert seen.ledger(tmp_path).slots[State.LOST] == 0


def test_a_clock_that_does_not_answer_costs_nothing(tmp_path: Path) -> None:
    seen = life(tmp_path, "drivers.rv3028:RV3028.utc_ms", "OSError 19")
    assert seen.faults[0] == "clock: errno 19"
    assert missing(seen) == set()


def test_a_clock_before_the_end_of_the_log_is_not_trusted(tmp_path: Path) -> None:
    """An RTC that comes up in the past would number epochs twice: it counts from 1970 until a laptop sets it."""
    settings = lives.prepare(tmp_path, END)
    lives.live(settings, 6 * MINUTE_MS)
    lives.live(lives.replace(settings, clock_offset_ms=-MINUTE_MS * 60), 12 * MINUTE_MS)
    seen = lives.read(settings.flash)
    assert "clock before the end of the log, taken as not set" in seen.faults
    late = [s for s in seen.segments if s.header.boot == 2]
    assert late
    assert not any(s.header.flags & segment.CLOCK_IS_SET for s in late)
    assert all(s.header.epoch < 1000 for s in late)


def test_a_clock_that_is_not_there_is_told_and_lived_with(tmp_path: Path) -> None:
    """Nothing answers at the clock's address from the start on: the node records, as one whose clock was never set."""
    settings = lives.prepare(tmp_path, END)
    seen = lives.live(settings, END * MINUTE_MS, [("clock bus", "errno", 0, START_MS * 2, 0)])
    assert seen.resets == []
    assert seen.faults[0] == "clock: errno 19"
    assert len(seen.epochs) >= (END - 6) * MINUTE
    assert not any(s.header.flags & segment.CLOCK_IS_SET for s in seen.segments)
