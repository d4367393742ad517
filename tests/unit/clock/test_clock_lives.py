"""A node's clock through a life of reboots, flat cells, visits and steps: every placed record is where it belongs."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ambula.account.ledger import ledger_from
from ambula.clock.fit import fit
from ambula.clock.true_time import latest_fit, node_time
from ambula.days.summary import summarise_days
from ambula.epochs.fusion import fuse_records
from ambula.store import Anchor, Store
from tests.support.clock_wear import START_MS, Wear


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "s.db") as made:
        made._db.execute("PRAGMA synchronous = OFF")
        yield made


@pytest.mark.parametrize("ppm", [-100, 100])
def test_the_rate_goes_on_beyond_the_last_visit(store: Store, ppm: int) -> None:
    node = Wear(store, ppm)
    node.visit()
    node.wear(24)
    node.visit()
    node.wear(48)  # and then it is lost; the log is fetched much later, over the wire
    assert node.errors().max() <= 1
    assert len(node.errors()) == pytest.approx(72 * 720, abs=2)


@pytest.mark.parametrize("ppm", [-100, 100])
def test_a_flat_cell_ends_a_clocks_life_and_a_visit_begins_another(store: Store, ppm: int) -> None:
    """What the first life gained in three days says nothing about the second, and the other way round."""
    node = Wear(store, ppm)
    node.visit()
    node.wear(36)
    node.visit()
    node.wear(36)
    node.reboot(5, keeps_time=False)
    node.wear(10)
    node.visit()
    node.wear(20)
    node.visit()
    errors = node.errors()
    assert errors.max() <= 1
    assert len(errors) >= node.written - 30
    assert not node_time(store, node.node).unplaced
    assert latest_fit(store, node.node).drift_ppm == pytest.approx(ppm, abs=1)


def test_a_reboot_that_kept_the_time_changes_nothing(store: Store) -> None:
    node = Wear(store, 95)
    node.visit()
    for _ in range(4):
        node.wear(8)
        node.reboot(0.2)
    node.visit()
    assert node.errors().max() <= 1


def test_a_clock_set_late_is_put_right_by_what_set_it(store: Store) -> None:
    node = Wear(store, 90, is_set=False)
    node.wear(12)
    node.visit()
    node.wear(12)
    node.visit()
    assert node.errors().max() <= 1
    assert len(node.errors()) >= node.written - 10


def test_each_boot_without_the_time_counts_for_itself(store: Store) -> None:
    """Half a minute, a loose cell, an hour, the laptop: it knows when the hour was, not when the half minute."""
    node = Wear(store, is_set=False)
    node.wear(0.01)
    first = node.written
    node.reboot(0.5, keeps_time=False)
    node.wear(1)
    node.visit()
    told = node_time(store, node.node)
    assert node.errors().max() <= 1
    assert [(u.epochs, u.after) for u in told.unplaced] == [(first, None)]
    assert first == 6


def test_a_told_step_moves_what_was_before_it(store: Store) -> None:
    node = Wear(store, is_set=False)
    node.told_step(START_MS - 47 * 60_000)  # somebody's watch was slow
    node.wear(3)
    node.told_step(round(node.now_ms))
    node.wear(3)
    node.visit()
    assert node.errors().max() <= 1


def test_a_boot_without_the_time_is_recovered_by_a_reading_alone(store: Store) -> None:
    """Nobody set the clock, but a laptop read it: that is as good."""
    node = Wear(store, is_set=False)
    node.wear(2)
    node.visit(sets=False)
    node.wear(1)
    assert node.errors().max() <= 1
    assert len(node.errors()) == node.written


def test_a_step_that_was_lost_leaves_the_time_before_it_unknown(store: Store) -> None:
    node = Wear(store, is_set=False)
    node.wear(1)
    node.told_step(round(node.now_ms))
    node.lose_last_segment()
    node.visit()
    node.wear(1)
    told = node_time(store, node.node)
    assert node.errors().max() <= 1
    assert [u.epochs for u in told.unplaced] == [node.written - len(told.records)]
    assert 718 <= told.unplaced[0].epochs <= 720


def test_a_clock_that_goes_back_without_a_word_begins_a_new_life(store: Store) -> None:
    node = Wear(store)
    node.visit()
    node.wear(14)
    node.visit()
    node.wear(2)
    node.hidden_step(-5 * 3600)
    node.wear(14)
    node.visit()
    assert node.errors().max() <= 1
    assert len(node.errors()) >= node.written - 2


def test_a_set_clock_that_says_1970_is_not_believed(store: Store) -> None:
    node = Wear(store, start_ms=1_000_000)
    node.now_ms = START_MS
    node.wear(1)
    told = node_time(store, node.node)
    assert len(told.records) == 0
    assert [u.epochs for u in told.unplaced] == [node.written]
    node.visit()
    assert node.errors().max() <= 1
    assert len(node.errors()) == node.written


def test_an_anchor_of_an_older_ambula_is_given_to_the_boot_in_whose_time_it_lies(store: Store) -> None:
    node = Wear(store, 90)
    node.visit()
    node.wear(30)
    node.visit()
    node.reboot(2, keeps_time=False)
    node.wear(1)
    node.visit()
    node.wear(20)
    node.visit()
    store._db.execute("UPDATE anchor SET boot = NULL")
    assert node.errors().max() <= 1


def test_two_laptops_that_disagree_are_told(store: Store) -> None:
    node = Wear(store)
    node.visit()
    node.wear(13)
    node.visit(laptop_error_ms=-400_000)
    assert latest_fit(store, node.node).step_ms == pytest.approx(-400_000, abs=100)
    assert fit([Anchor(START_MS, START_MS, 9), Anchor(START_MS + 10**8, START_MS + 10**8 + 11_000, 9)]).step_ms == 0


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.floats(-100, 100),
    st.booleans(),
    st.lists(
        st.tuples(st.sampled_from(["visit", "reboot", "flat", "visit"]), st.floats(0.05, 9)), min_size=1, max_size=8
    ),
)
def test_whatever_happens_a_placed_record_is_where_it_belongs(
    tmp_path: Path, ppm: float, is_set: bool, story: list[tuple[str, float]]
) -> None:
    """A set clock without any visit is believed: its records may be off by what it drifts, 100 ppm of 72 h at most."""
    (tmp_path / "h.db").unlink(missing_ok=True)
    with Store(tmp_path / "h.db") as store:
        store._db.execute("PRAGMA synchronous = OFF")
        node = Wear(store, ppm, is_set=is_set)
        if is_set:
            node.visit()
        for what, hours in story:
            node.wear(hours)
            if what == "visit":
                node.visit()
            else:
                node.reboot(hours / 20, keeps_time=what == "reboot")
        placed = node.errors()
        told = node_time(store, node.node)
        ledger = ledger_from(node_time(store, node.node))
    worst = 1 + abs(ppm) * 1e-6 * 72 * 720
    assert len(placed) == 0 or placed.max() <= worst
    assert len(placed) + sum(u.epochs for u in told.unplaced) == pytest.approx(
        node.written, abs=5 + 2e-4 * node.written
    )
    assert sum(ledger.slots.values()) == ledger.duration_slots


def test_the_days_of_a_drifting_clock_are_right_over_the_change_to_winter_time(store: Store) -> None:
    """Four days in Oslo, +100 ppm, a flat cell in between, the last Sunday of October 25 hours long."""
    oslo = ZoneInfo("Europe/Oslo")
    start_ms = round(datetime(2026, 10, 23, 22, tzinfo=UTC).timestamp() * 1000)  # midnight in Oslo
    node = Wear(store, 100, start_ms)
    node.visit()
    node.wear(30)
    node.visit()
    node.reboot(1, keeps_time=False)
    node.wear(18)
    node.visit()
    node.wear(23.9)
    node.visit()
    days = summarise_days(fuse_records(node_time(store, node.node).records, None), oslo)
    assert [d.date for d in days] == [date(2026, 10, 24), date(2026, 10, 25), date(2026, 10, 26)]
    assert [d.day_epochs / 720 for d in days] == [24, 25, 24]
    assert [d.recorded_min for d in days] == pytest.approx([24 * 60, 24 * 60, 23.9 * 60], abs=0.5)
