"""How long a node was not worn is one figure: its ledger's, and what the day has recorded less what it has worn."""

import tempfile
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ambula.account.ledger import State
from ambula.base.sites import SITES
from ambula.days.figures.accounts import day_slots
from ambula.days.local_days import local_day
from ambula.days.rules import DEFAULT, Rules
from ambula.nodes.segments import assemble
from ambula.participant.results import results
from ambula.store import Anchor, Store
from nodecore import activity
from tests.support.made_people import made_store
from tests.support.tape import FIRST, Tape

UTC = ZoneInfo("UTC")
STILL, MOVING = 0, 200
STEPS = st.lists(
    st.tuples(st.sampled_from(["still", "moves", "says so", "gap", "boot"]), st.integers(1, 1200)),
    min_size=1,
    max_size=6,
)


def worn_by(store: Store, role: int, steps: list[tuple[str, int]], late_ms: int = 0) -> None:
    """Put a node's log into the store; late_ms: how far its clock was behind at its end."""
    tape, now = Tape(role), FIRST
    tape.start(now)
    for what, n in steps:
        if what == "boot":
            tape.start(now)
        elif what != "gap":
            act = activity.NOT_WORN if what == "says so" else activity.SITTING
            tape.record(now, n, act, mad=MOVING if what == "moves" else STILL)
        now += n
    node = store.ensure_node(f"a{role}", 1, role, "P01", "0.1.0")
    found = assemble(0, tape.data, at_log_end=True)
    store.add_log(node.node_id, found.segments, found.damage, found.next_offset)
    store.add_anchor(node.node_id, Anchor(FIRST * 5000, FIRST * 5000, 9))
    store.add_anchor(node.node_id, Anchor(now * 5000 + late_ms, now * 5000, 9))


def check(store: Store, rules: Rules = DEFAULT) -> float:
    """Hold every day and node to it; return the minutes not worn."""
    found = results(store, "P01", UTC, rules)
    total = 0.0
    for day in found.days:
        for role in SITES:
            if role in found.ledgers:
                by_ledger = day_slots(local_day(day.date, UTC), [found.ledgers[role]])[State.NOT_WORN] / 12
                by_figures = getattr(day, f"{role}_min") - getattr(day, f"{role}_worn_min")
                assert by_ledger == pytest.approx(by_figures, abs=1e-9)
                total += by_ledger
    return total


@pytest.mark.parametrize(("rules", "least_min"), [(DEFAULT, 60), (Rules(not_worn_min=20), 0)], ids=["study", "20 min"])
def test_in_a_made_week(tmp_path: Path, rules: Rules, least_min: float) -> None:
    made_store(tmp_path / "s.db", {"P01": 1}, 7)
    with Store(tmp_path / "s.db") as store:
        assert check(store, rules) >= least_min


@settings(max_examples=60, deadline=None)
@given(STEPS, STEPS, st.sampled_from([5, 45, 80]))
@example([("still", 900), ("moves", 9)], [("still", 539), ("gap", 1), ("still", 540)], 45)
@example([("says so", 900)], [("still", 300)], 80)
def test_in_random_logs(thigh: list[tuple[str, int]], back: list[tuple[str, int]], not_worn_min: int) -> None:
    with tempfile.TemporaryDirectory() as folder, Store(Path(folder) / "s.db") as store:
        for role, steps in enumerate((thigh, back)):
            worn_by(store, role, steps)
        check(store, Rules(not_worn_min=not_worn_min))


def test_what_stands_in_for_time_off_the_body_is_not_worn(tmp_path: Path) -> None:
    """A clock 100 ppm slow, for two days in a drawer, skips three slots."""
    with Store(tmp_path / "s.db") as store:
        worn_by(store, 0, [("still", 2 * 17280)], late_ms=17280)
        assert check(store) * 12 == pytest.approx(2 * 17280 + 3 - 1)  # the first has none before it that it lies as
