"""A day of the node's clock over the RV-3028: the chip shows whole seconds, and the board's tick is off.

The tick of a sleeping board is slow or fast by some hundred ppm: ESP-IDF times light sleep by a calibration that cuts
off parts of a cycle. It is exact while the board is awake, as here while something polls. Where it wanders, it does so
linearly from midnight to noon and back, as a calibration might with the temperature, and each sleep has an error of its
own besides: both are supposed, no board has shown its tick.
"""

import random
import time
from collections.abc import Callable

import pytest

from drivers.rv3028 import RV3028
from node.guards import SteadyClock
from tests.drivers.rv3028_model import Rv3028Model

NOW_S = 1_772_500_000
EVERY_MS = 10_000  # as `service_every_s` is
WINDOW_MS = 900_000
DAY_MS = 86_400_000
PPM = [-340, -60, 0, 60, 170, 340]
# At midnight, at noon, and by how much at most each sleep is off from that.
WANDERING = [(-340, 340, 0), (0, 340, 0), (60, 60, 60), (-60, 60, 100)]


def wandering(midnight_ppm: int, noon_ppm: int, each_ppm: int) -> Callable[[int], float]:
    """The tick's error over the day, by true time in ms."""
    dice = random.Random(3)

    def ppm(utc_ms: int) -> float:
        noon_share = 1 - abs(utc_ms % DAY_MS - DAY_MS / 2) / (DAY_MS / 2)
        return midnight_ppm + (noon_ppm - midnight_ppm) * noon_share + dice.uniform(-each_ppm, each_ppm)

    return ppm


class Node:
    """A chip, a tick, the driver, the guard, and the wakes of the main loop."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, ppm: float | Callable[[int], float]) -> None:
        self.chip = Rv3028Model(NOW_S)
        self.ppm = ppm if callable(ppm) else lambda utc_ms: ppm
        self.ticks = 0.0
        self.awake_ms = 0
        self.wakes = 0
        monkeypatch.setattr(time, "sleep_ms", self.wait, raising=False)
        self.board = RV3028(self.chip, lambda: int(self.ticks))
        self.board.start()
        self.board.set_utc_ms(NOW_S * 1000)
        self.clock = SteadyClock(self.board, lambda: int(self.ticks))
        self.awake_ms = 0
        self.puts: list[str] = []
        self.errors: list[int] = []

    def wait(self, ms: int) -> None:
        """Pass time awake."""
        self.chip.pass_ms(ms)
        self.ticks += ms
        self.awake_ms += ms

    def sleep_until(self, tick_ms: float) -> None:
        rate = 1 + self.ppm(self.chip.ms) / 1e6
        left = max(0, round((tick_ms - self.ticks) * rate))  # a slow tick sleeps too long
        self.chip.pass_ms(left)
        self.ticks += left / rate
        self.wakes += 1

    def live(self, span_ms: int) -> None:
        """Wake just after each service, and just after each window, as the main loop does."""
        end = self.ticks + span_ms
        service = window = self.ticks
        while self.ticks < end:
            due = min(service, window)
            while (edge := self.clock.next_edge_ms) < due:
                self.sleep_until(edge)
                self.clock.find_edge()
            self.sleep_until(due)
            told = self.clock.utc_ms()
            self.errors.append(told - self.chip.ms)
            if self.clock.trouble:
                self.puts.append(str(self.clock.trouble))
                self.clock.trouble = None
            if due == service:
                service = int(self.ticks) + EVERY_MS - told % EVERY_MS + 50
            if due == window:
                window = int(self.ticks) + WINDOW_MS - told % WINDOW_MS + 300


@pytest.mark.parametrize("ppm", PPM)
def test_a_day_beside_a_tick_that_is_off(monkeypatch: pytest.MonkeyPatch, ppm: int) -> None:
    node = Node(monkeypatch, ppm)
    node.live(DAY_MS)
    assert node.puts == []
    assert max(map(abs, node.errors)) < 50
    assert node.awake_ms < DAY_MS / 1000, "it waits for seconds awake"
    assert node.wakes < 11_000


@pytest.mark.parametrize(("midnight_ppm", "noon_ppm", "each_ppm"), WANDERING)
def test_a_day_beside_a_tick_that_wanders(
    monkeypatch: pytest.MonkeyPatch, midnight_ppm: int, noon_ppm: int, each_ppm: int
) -> None:
    node = Node(monkeypatch, wandering(midnight_ppm, noon_ppm, each_ppm))
    node.live(DAY_MS)
    assert node.puts == []
    assert max(map(abs, node.errors)) < 50
    assert node.awake_ms < DAY_MS / 1000
    assert node.wakes < 11_000


@pytest.mark.parametrize("at_ms", range(0, 1000, 100))
def test_it_is_set_at_any_millisecond(monkeypatch: pytest.MonkeyPatch, at_ms: int) -> None:
    node = Node(monkeypatch, 60)
    node.wait(12_345 + at_ms)
    began_ms = node.chip.ms
    node.clock.set_utc_ms(began_ms + 3_600_000)
    assert node.chip.ms - began_ms - 3_600_000 <= 1000
    node.live(600_000)
    assert node.puts == []
    assert max(map(abs, node.errors)) < 50


@pytest.mark.parametrize("step_s", [-3600, -2, 2, 7200])
def test_a_clock_that_is_wrong_is_put_back_once(monkeypatch: pytest.MonkeyPatch, step_s: int) -> None:
    node = Node(monkeypatch, 60)
    node.live(300_000)
    right_ms = node.chip.ms
    node.chip.ms += step_s * 1000
    node.live(600_000)
    assert len(node.puts) == 1
    assert "put back" in node.puts[0]
    passed_ms = node.ticks * (1 + 60e-6) - 300_000
    assert abs(node.chip.ms - right_ms - passed_ms) < 1500
    assert max(map(abs, node.errors[-30:])) < 50


class Mute(Rv3028Model):
    """A chip that is not there."""

    def _on_bus(self, address: int) -> None:
        raise OSError(19)


def test_without_a_chip_the_clock_counts_from_1970_until_it_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = [5000]
    monkeypatch.setattr(time, "sleep_ms", lambda ms: None, raising=False)
    clock = SteadyClock(RV3028(Mute(), lambda: ticks[0]), lambda: ticks[0])
    assert isinstance(clock.trouble, OSError)
    assert not clock.is_set
    first = clock.utc_ms()
    ticks[0] += 7000
    assert (first, clock.utc_ms()) == (0, 7000)
    clock.set_utc_ms(NOW_S * 1000)
    assert clock.is_set
    ticks[0] += 86_400_000
    assert clock.utc_ms() == NOW_S * 1000 + 86_400_000
    clock.find_edge()
    assert clock.next_edge_ms > ticks[0]
