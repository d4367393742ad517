"""A log is written in order: no reading of a wrong laptop puts a life before what was written before it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ambula.account.ledger import State, ledger_from
from ambula.clock.true_time import node_time
from ambula.store import Store
from tests.support.clock_wear import HOUR_MS, Wear


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "s.db") as made:
        made._db.execute("PRAGMA synchronous = OFF")
        yield made


def with_a_lost_clock(store: Store, error_hours: float) -> Wear:
    """Two days, a flat cell, and ten hours by the time that a wrong laptop set."""
    node = Wear(store)
    node.visit()
    node.wear(24)
    node.visit()
    node.wear(24)
    node.reboot(1, keeps_time=False)
    node.visit(round(error_hours * HOUR_MS))
    node.wear(9.8)
    return node


@pytest.mark.parametrize("error_hours", [-14, -30, -24 * 365])
def test_a_life_that_a_wrong_laptop_put_before_another_is_unplaced(store: Store, error_hours: float) -> None:
    node = with_a_lost_clock(store, error_hours)
    log = node_time(store, node.node)
    assert node.errors().max() == 0
    assert [u.epochs for u in log.unplaced] == [pytest.approx(9.8 * 720, abs=2)]
    slots = ledger_from(log).slots
    assert slots[State.CLOCK_UNKNOWN] == pytest.approx(9.8 * 720, abs=2)
    assert slots[State.RECORDED] == pytest.approx(48 * 720, abs=2)
    assert slots[State.LOST] <= 2
    assert sum(slots[state] for state in (State.RECORDED, State.CLOCK_UNKNOWN)) == node.written


def test_later_readings_by_right_laptops_put_it_where_it_was(store: Store) -> None:
    node = with_a_lost_clock(store, -14)
    node.visit()
    node.wear(10)
    node.visit()
    assert node.errors().max() <= 1
    assert not node_time(store, node.node).unplaced


def test_a_life_that_many_read_stays_and_the_one_before_gives_way(store: Store) -> None:
    """Nobody read the first life, and its clock had been set a year ahead."""
    node = Wear(store, start_ms=1_780_000_000_000)
    node.hidden_step(365 * 86_400)
    node.wear(5)
    node.reboot(1, keeps_time=False)
    for _ in range(3):
        node.visit()
        node.wear(6)
    log = node_time(store, node.node)
    assert node.errors().max() <= 1
    assert [u.epochs for u in log.unplaced] == [pytest.approx(5 * 720, abs=2)]


def test_some_minutes_over_one_another_are_no_reason(store: Store) -> None:
    node = Wear(store)
    node.visit()
    node.wear(5)
    node.reboot(0.01, keeps_time=False)
    node.visit(-200_000)
    node.wear(5)
    log = node_time(store, node.node)
    assert not log.unplaced
    assert len(log.dropped) == pytest.approx(200 / 5, abs=10)
    assert len(log.records) + len(log.dropped) == node.written
