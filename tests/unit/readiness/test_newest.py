"""Which records a check looks at: those of the logs that were just read, and of now."""

from dataclasses import replace
from pathlib import Path

from ambula.readiness import NodeState
from ambula.readiness.newest import minutes_until, newest_minutes
from ambula.store import Store
from nodecore import roles
from nodecore.sampling import EPOCH_S
from tests.support.logs import add_log

FIRST = 356_000_000
NOW_S = float((FIRST + 600) * EPOCH_S)
STATE = NodeState("thigh", 4000, True, 0, True, False)


def test_another_log_of_the_same_part_does_not_vouch_for_a_node(tmp_path: Path) -> None:
    """Set up anew with a stuck sensor: the log of before ended a minute ago."""
    with Store(tmp_path / "s.db") as store:
        old = add_log(store, "a0" * 8, roles.THIGH, FIRST, 590)
        new = store.ensure_node("a0" * 8, 2, roles.THIGH, "P01", "0.1.0")
        assert minutes_until(store, [replace(STATE, node_id=new.node_id)], 5, NOW_S) is None
        found = minutes_until(store, [replace(STATE, node_id=old.node_id)], 5, NOW_S)
        assert found is not None
        assert found.roles == ["thigh"]


def test_records_of_a_time_to_come_are_not_of_now(tmp_path: Path) -> None:
    with Store(tmp_path / "s.db") as store:
        ahead = add_log(store, "a0" * 8, roles.THIGH, FIRST + 1440, 600)
        assert minutes_until(store, [replace(STATE, node_id=ahead.node_id)], 5, NOW_S) is None
        found = newest_minutes(store, "P01", 5)
        assert found is not None
        assert found.start_s == (FIRST + 1440 + 600 - 60) * EPOCH_S
