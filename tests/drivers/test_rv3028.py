"""The RV-3028's driver against a register model that does not share its numbers."""

import time

import pytest

from drivers.rv3028 import RV3028
from tests.drivers.rv3028_model import Rv3028Model

NOW_S = 1_772_500_000


class Bench:
    """A chip, a driver, and a counter of the board's that runs at `rate` per thousand of the truth."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, utc_s: int = NOW_S, rate: int = 1000) -> None:
        self.chip = Rv3028Model(utc_s)
        self.rate = rate
        self.ticks = 0.0
        monkeypatch.setattr(time, "sleep_ms", self.pass_ms, raising=False)
        self.clock = RV3028(self.chip, lambda: int(self.ticks))

    def pass_ms(self, ms: int) -> None:
        self.chip.pass_ms(ms)
        self.ticks += ms * self.rate / 1000


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Bench:
    made = Bench(monkeypatch)
    made.clock.start()
    return made


def test_a_new_chip_is_not_set(bench: Bench) -> None:
    assert not bench.clock.is_set


@pytest.mark.parametrize("utc_ms", [NOW_S * 1000, NOW_S * 1000 + 1, NOW_S * 1000 + 999, 4_294_967_200_500])
def test_it_is_set_to_the_millisecond(bench: Bench, utc_ms: int) -> None:
    bench.pass_ms(777)
    before = bench.chip.ms
    bench.clock.set_utc_ms(utc_ms)
    took = -utc_ms % 1000
    assert bench.chip.ms == utc_ms + took != before
    assert bench.clock.is_set
    bench.pass_ms(12_345)
    assert bench.clock.utc_ms() == utc_ms + took + 12_345


def test_it_goes_on_after_a_reset_of_the_board(bench: Bench) -> None:
    bench.clock.set_utc_ms(NOW_S * 1000)
    bench.pass_ms(86_400_250)
    again = RV3028(bench.chip, lambda: int(bench.ticks))
    again.start()
    assert again.is_set
    assert abs(again.utc_ms() - bench.chip.ms) <= 1  # it waits for a second to begin


@pytest.mark.parametrize("rate", [950, 994, 1006, 1050])
def test_a_bad_counter_is_pulled_back_into_the_chip_s_second(monkeypatch: pytest.MonkeyPatch, rate: int) -> None:
    bench = Bench(monkeypatch, rate=rate)
    bench.clock.start()
    bench.clock.set_utc_ms(NOW_S * 1000)
    last = 0
    for _ in range(2000):
        bench.pass_ms(10_007)
        told = bench.clock.utc_ms()
        assert told // 1000 == bench.chip.ms // 1000
        assert told > last
        last = told


def test_a_counter_that_moves_while_it_is_read(bench: Bench) -> None:
    bench.clock.set_utc_ms((NOW_S | 0xFF) * 1000)  # the next second carries into the second byte
    bench.pass_ms(997)
    bench.chip.steps_ms_a_read = 1
    told = bench.clock.utc_ms()
    assert 0 <= told - (NOW_S | 0xFF) * 1000 < 3000


def test_the_supply_may_fail_once_the_backup_is_switched_on_and_charged(bench: Bench) -> None:
    assert bench.chip.eeprom[0x37] & 0x0C == 0x0C
    assert bench.chip.eeprom[0x37] & ~0x0C == 0x30  # charging; the rest is as it left the factory
    bench.clock.set_utc_ms(NOW_S * 1000)
    bench.pass_ms(10 * 60_000)
    bench.chip.cut_supply()
    again = RV3028(bench.chip, lambda: int(bench.ticks))
    again.start()
    assert again.is_set
    bench.chip.cut_supply(backup_is_good=False)
    again.start()
    assert not again.is_set
    assert bench.chip.registers[0x37] & 0x0C == 0x0C  # from the EEPROM


def test_a_chip_whose_backup_was_switched_on_without_charging_is_put_right(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a coin cell wants it, and as earlier firmware left it."""
    bench = Bench(monkeypatch)
    bench.chip.registers[0x37] = bench.chip.eeprom[0x37] = 0x1C
    bench.clock.start()
    assert bench.chip.eeprom[0x37] == 0x3C


def test_the_eeprom_is_written_once(bench: Bench) -> None:
    written = len(bench.chip._commands)
    assert written == 2
    bench.clock.start()
    assert len(bench.chip._commands) == written


def test_a_chip_that_reads_its_eeprom_is_waited_for_and_not_written_again(bench: Bench) -> None:
    """For 66 ms after its power-up the mirror in RAM is not what the EEPROM holds."""
    bench.chip.eeprom[0x37] = 0x3D  # somebody chose another resistor
    bench.chip.cut_supply(backup_is_good=False)
    bench.clock.start()
    assert bench.chip._commands == []
    assert (bench.chip.registers[0x37], bench.chip.eeprom[0x37]) == (0x3D, 0x3D)


def test_a_bus_that_fails_is_an_oserror(bench: Bench) -> None:
    bench.chip.fails = 1
    with pytest.raises(OSError, match="19"):
        bench.clock.utc_ms()
    assert bench.clock.utc_ms() > 0


def test_an_eeprom_that_stays_busy_is_an_oserror(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench(monkeypatch)
    bench.chip.busy_ms = 1_000_000
    with pytest.raises(OSError):  # noqa: PT011
        bench.clock.start()


def test_a_clock_that_stands_still_is_an_oserror(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench.chip, "pass_ms", lambda ms: None)
    with pytest.raises(OSError):  # noqa: PT011
        bench.clock.start()


def test_nobody_there_is_an_oserror() -> None:
    class Empty(Rv3028Model):
        def _on_bus(self, address: int) -> None:
            raise OSError(19)

    with pytest.raises(OSError, match="19"):
        RV3028(Empty(), lambda: 0).start()
