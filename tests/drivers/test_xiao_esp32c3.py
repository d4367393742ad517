"""The reference board's file on stand-ins of its chip's modules, which count what is asked of them.

Whether they are right only a board can show: hardware/UNPROVEN.md.
"""

import errno
import importlib
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from node.guards import SteadyClock
from tests.drivers.esp32c3_standin import LED, MOTOR, WDT_RESET, Chip, modules, ticks_diff

BOARD = Path(__file__).parents[2] / "firmware" / "boards" / "xiao_esp32c3"


@pytest.fixture
def chip(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Chip:
    made = Chip()
    for name, module in modules(made).items():
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setattr(time, "ticks_ms", lambda: made.ticks_ms, raising=False)
    monkeypatch.setattr(time, "ticks_diff", ticks_diff, raising=False)
    monkeypatch.setattr(time, "sleep_ms", lambda ms: made.sleep("awake", ms), raising=False)
    monkeypatch.setattr("os.mkdir", lambda path: made.calls.append(("mkdir", path)))
    monkeypatch.syspath_prepend(str(BOARD))
    return made


@pytest.fixture
def module(chip: Chip) -> Any:
    sys.modules.pop("pins", None)
    sys.modules.pop("board", None)
    yield importlib.import_module("board")
    sys.modules.pop("pins", None)
    sys.modules.pop("board", None)


def test_it_uses_the_pins_of_the_table(chip: Chip, module: Any) -> None:
    module.Board()
    assert ("i2c", (6, 7, 400_000)) in chip.calls
    assert ("adc", (3, 3)) in chip.calls
    assert ("wake on", ([4], True)) in chip.calls
    assert ("mkdir", "/data") in chip.calls


def test_usb_stays_alive_for_ten_seconds_and_while_the_button_is_held(chip: Chip, module: Any) -> None:
    board = module.Board()
    chip.calls.clear()
    while board.now_ms() < 10_000:
        board.sleep_ms(9000)
    assert {kind for kind, _ in chip.calls} == {"awake"}
    board.sleep_ms(9000)
    assert chip.calls[-1] == ("light sleep", 9000)
    chip.level[9] = 0
    board.sleep_ms(9000)
    assert chip.calls[-1] == ("awake", 20)


def test_the_light_is_a_pin_and_never_on_in_light_sleep(chip: Chip, module: Any) -> None:
    board = module.Board()
    assert (chip.level[LED], board.motor) == (0, None)
    board.signal(True, False)
    assert chip.level[LED] == 1
    board.signal(True, True)  # there is no motor
    assert MOTOR not in chip.level
    chip.sleep("", 20_000)
    board.sleep_ms(9000)
    assert (chip.calls[-1], chip.level[LED]) == (("light sleep", 9000), 0)


def test_a_motor_is_a_pin_that_the_table_may_have(chip: Chip, module: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["pins"], "HAPTIC", MOTOR, raising=False)
    board = module.Board()
    assert chip.level[MOTOR] == 0
    board.signal(True, True)
    assert (chip.level[MOTOR], chip.level[LED]) == (1, 0)
    chip.sleep("", 20_000)
    board.sleep_ms(9000)
    assert chip.level[MOTOR] == 0


def test_a_tap_that_nobody_has_read_yet_keeps_it_awake(chip: Chip, module: Any) -> None:
    board = module.Board()
    chip.sleep("", 20_000)
    chip.level[4] = 1
    board.sleep_ms(9000)
    assert chip.calls[-1] == ("awake", 20)


def test_it_tells_that_the_sensor_woke_it(chip: Chip, module: Any) -> None:
    board = module.Board()
    chip.sleep("", 20_000)
    assert board.sleep_ms(9000) is False
    chip.level[4] = 1  # a tap, or the FIFO's watermark
    assert board.sleep_ms(9000) is True


def test_a_computer_on_usb_is_seen_and_a_charger_is_not(chip: Chip, module: Any) -> None:
    board = module.Board()
    board.on_usb()
    assert not board.on_usb()
    for ms in (20, 2, 20, 2047):
        chip.frame = (chip.frame + ms) & 0x7FF
        assert board.on_usb()
    assert not board.on_usb()


def test_it_counts_its_states(chip: Chip, module: Any) -> None:
    board = module.Board()
    chip.sleep("", 1500)
    assert board.power.enter(2) == 0
    chip.sleep("", 9000)
    assert board.power.enter(2) == 2
    assert board.power.enter(3) == 2
    assert 1500 <= board.power.spent_ms[0] < 2000  # the clock's start is in it
    assert (list(board.power.spent_ms)[1:4], list(board.power.entered)[:4]) == ([0, 9000, 0], [1, 0, 1, 1])


def test_it_never_sleeps_longer_than_the_watchdog_waits(chip: Chip, module: Any) -> None:
    board = module.Board()
    ((_, patience_ms),) = [call for call in chip.calls if call[0] == "watchdog"]
    chip.sleep("", 20_000)
    board.sleep_ms(900_000)
    kind, ms = chip.calls[-1]
    assert (kind, ms <= patience_ms // 2) == ("light sleep", True)


def test_milliseconds_grow_over_the_wrap_of_the_chip_s_counter(chip: Chip, module: Any) -> None:
    board = module.Board()
    before = board.now_ms()
    chip.watchdog_ms = 0  # nobody feeds it here
    for _ in range(100):
        chip.ms += 400_000_000
        now = board.now_ms()
        assert now - before == 400_000_000
        before = now


def test_a_tap_ends_light_sleep_and_a_pin_that_is_high_already_lets_none_begin(chip: Chip, module: Any) -> None:
    board = module.Board()
    chip.sleep("", 20_000)
    began_ms = chip.ms
    chip.tap_at_ms = began_ms + 1200
    assert board.sleep_ms(9000) is True
    assert (chip.calls[-1], chip.ms - began_ms) == (("light sleep", 9000), 1200)
    board.sleep_ms(9000)
    assert chip.calls[-1] == ("awake", 20), "light sleep would end at once, again and again"


def test_battery_and_identity(chip: Chip, module: Any) -> None:
    board = module.Board()
    assert board.battery_mv() == 3900
    assert (len(board.unique_id()), board.unique_id()[:6]) == (8, b"\x01\x02\x03\x04\x05\x06")


@pytest.mark.parametrize(
    ("cause", "word"), [(1, "power on"), (2, "software"), (3, "watchdog"), (5, "software"), (77, "unknown")]
)
def test_why_it_started(chip: Chip, module: Any, cause: int, word: str) -> None:
    board = module.Board()
    chip.cause = cause
    assert board.reset_cause() == word


def test_the_words_of_a_restart_are_told_once(chip: Chip, module: Any) -> None:
    board = module.Board()
    chip.ends(lambda: board.restart("recording failed"))
    assert chip.calls[-1] == ("reset", None)
    assert (board.last_words(), board.last_words()) == ("recording failed", "")
    chip.ends(lambda: module.restart("x"))
    chip.power_on()
    assert board.last_words() == ""


def test_words_of_before_are_not_why_the_watchdog_came(chip: Chip, module: Any) -> None:
    """RTC memory outlives the watchdog's reset."""
    board = module.Board()
    chip.memory = b"1 radio failed"
    chip.ends(lambda: chip.sleep("awake", 61_000))
    assert (board.reset_cause(), board.last_words(), chip.memory) == ("watchdog", "", b"1")


def test_a_program_that_hangs_is_ended_and_one_that_feeds_is_not(chip: Chip, module: Any) -> None:
    board = module.Board()
    for _ in range(100):
        board.sleep_ms(900_000)
        board.feed()
    chip.ends(lambda: [chip.sleep("awake", 1000) for _ in range(61)])
    assert chip.cause == WDT_RESET


def test_a_bus_that_is_stuck_does_not_stop_the_start(chip: Chip, module: Any) -> None:
    chip.bus_is_stuck = True
    clock = SteadyClock(module.Board().clock, lambda: 0)
    assert clock.trouble.args[0] == errno.ETIMEDOUT


def test_long_words_fit_rtc_memory(chip: Chip, module: Any) -> None:
    chip.ends(lambda: module.restart("x" * 60))
    assert module.Board().last_words() == "x" * 60


def test_a_board_without_a_clock_that_answers_starts_and_counts_from_1970(chip: Chip, module: Any) -> None:
    chip.clock_answers = False
    board = module.Board()
    clock = SteadyClock(board.clock, board.now_ms)
    assert not clock.is_set
    assert clock.trouble.args[0] == errno.ENODEV
    chip.ms += 5000
    assert 5000 <= clock.utc_ms() < 6000


def test_a_program_that_fails_at_once_is_tried_again_after_longer_and_longer_pauses(chip: Chip, module: Any) -> None:
    """USB is up in the first ten seconds of each; the watchdog is fed in the rest."""
    began = chip.ms
    pauses: list[tuple[int, int]] = []
    for _ in range(12):
        chip.ms = began + 3000
        chip.calls.clear()
        chip.ends(lambda: module.restart("ValueError x"))
        slept = {kind: sum(n for k, n in chip.calls if k == kind) for kind in ("awake", "light sleep")}
        pauses.append((slept["awake"] // 1000, slept["light sleep"] // 1000))
        assert all(ms <= 30_000 for kind, ms in chip.calls if kind == "light sleep")
        assert [k for k, _ in chip.calls].count("feed") == [k for k, _ in chip.calls].count("light sleep")
    assert pauses == [(min(s, 10), max(s - 10, 0)) for s in (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900)]
    assert module.Board().last_words() == "ValueError x"
    chip.ms = began + 3000
    chip.ends(lambda: module.restart("app.py fails after its start has told the words"))
    assert chip.memory.startswith(b"900 ")
    chip.ms = began + 61_000
    chip.ends(lambda: module.restart("recording failed"))
    assert chip.memory == b"1 recording failed"


def test_light_and_motor_are_off_in_the_pause_before_a_restart(
    chip: Chip, module: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules["pins"], "HAPTIC", MOTOR, raising=False)
    board = module.Board()
    board.signal(True, False)
    board.signal(True, True)
    chip.ends(lambda: board.restart("recording failed"))
    assert (chip.level_before[LED], chip.level_before[MOTOR]) == (0, 0)


def test_the_table_gives_each_pin_once(module: Any) -> None:
    import pins

    numbers = [value for name, value in vars(pins).items() if name.isupper()]
    assert len(set(numbers)) == len(numbers) == 7
    assert not set(numbers) & {2, 8, 20, 21, 18, 19}  # straps, serial port, USB
