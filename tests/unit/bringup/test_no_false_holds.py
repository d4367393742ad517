"""What looks like a good figure and is none: a sleep that never began, a tap that ended nothing, power that went."""

import sys
from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any, cast

import pytest

from ambula.bringup.bench import Bench
from ambula.bringup.reading import Measured, NotMeasured, Reading
from ambula.bringup.rows import light_sleep, resets, taps

BENCH = cast(Bench, SimpleNamespace(hardware=lambda: None, must_have=lambda *_: None))


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Measured]:
    """A row of a module, on a board whose job answers what is given."""

    def measure(module: ModuleType, name: str, *found: Any) -> Measured:
        monkeypatch.setattr(module, "run_detached", lambda *_: list(found))
        if hasattr(module, "need_clock"):
            monkeypatch.setattr(module, "need_clock", lambda _: None)
        return getattr(module, name)(BENCH)

    return measure


def test_naps_that_end_at_once_are_no_quick_waking(measured: Callable[..., Measured]) -> None:
    good = measured(light_sleep, "_measure", [60_000, 60, 50 * 53])
    assert good["wake_ms"].value == 3
    bad = measured(light_sleep, "_measure", [60_000, 60, 12])
    assert bad["wake_ms"] == Reading(
        None, {"naps": 50, "of_ms": 50, "took_ms": 12}, "its naps were too short: something else ended them"
    )


@pytest.mark.parametrize("row", ["_measure_restart", "_measure_hang"])
def test_a_board_without_power_has_not_failed_a_reset(measured: Callable[..., Measured], row: str) -> None:
    with pytest.raises(NotMeasured, match="powered up anew"):
        measured(resets, row, None, ["power on", ""])
    (reading,) = measured(resets, row, None, ["power on", "bring-up"]).values()  # the memory outlived it: no power cut
    assert str(reading.value).startswith("power on, ")


@pytest.mark.parametrize(("sleeps", "ended"), [([20_000], 0), ([3_000, 17_000], 1), ([2_000, 3_000, 15_000], 2)])
def test_a_tap_that_was_seen_after_a_whole_sleep_has_ended_none(
    monkeypatch: pytest.MonkeyPatch, sleeps: list[int], ended: int
) -> None:
    """The sensor keeps a tap until it is asked, so after each sleep it says that there was one."""
    now_ms = [0]
    left = list(sleeps)
    board = SimpleNamespace(
        imu=SimpleNamespace(wait=lambda: None, double_tap=lambda: True),
        feed=lambda: None,
        now_ms=lambda: now_ms[0],
    )

    def lightsleep(_: int) -> None:
        now_ms[0] += left.pop(0)

    pin = type("Pin", (), {"IN": 1, "__init__": lambda *_: None})
    monkeypatch.setitem(sys.modules, "board", cast(ModuleType, SimpleNamespace(Board=lambda: board)))
    esp32 = SimpleNamespace(wake_on_gpio=lambda *_: None, WAKEUP_ANY_HIGH=1)
    monkeypatch.setitem(sys.modules, "esp32", cast(ModuleType, esp32))
    job: dict[str, Any] = {"machine": SimpleNamespace(Pin=pin, lightsleep=lightsleep)}
    exec(taps._ASLEEP.format(ms=20_000), job)
    assert job["work"](0) == [ended, 1, sleeps]
