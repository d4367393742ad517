"""A node that was replaced may record on in a drawer: the one that began later counts, and that is said."""

from pathlib import Path

from ambula.participant.epochs import load_wear
from ambula.store import Store
from nodecore import activity, record, roles
from tests.support.logs import add_log

FIRST = 356_000_000


def test_the_log_that_began_later_counts_whichever_was_synced_first(tmp_path: Path) -> None:
    for order in (0, 1):
        with Store(tmp_path / f"{order}.db") as store:
            logs = [("a0" * 8, FIRST, 3000, activity.SITTING), ("b0" * 8, FIRST + 1000, 1000, activity.WALKING)]
            for device, first, epochs, act in logs[:: -1 if order else 1]:
                add_log(store, device, roles.THIGH, first, epochs, act)
            wear = load_wear(store, "P01")
        thigh = wear.moved["thigh"]
        walks = thigh.data[:, record.ACTIVITY] & 15 == activity.WALKING
        assert thigh.epoch[walks].tolist() == list(range(FIRST + 1000, FIRST + 2000))
        assert len(wear.table) == 3000
        assert wear.clocks == ["Two thigh nodes recorded 1.4 h at the same time: the one that began later counts."]


def test_logs_that_follow_each_other_are_no_word_worth(tmp_path: Path) -> None:
    with Store(tmp_path / "s.db") as store:
        add_log(store, "a0" * 8, roles.THIGH, FIRST, 500)
        add_log(store, "b0" * 8, roles.THIGH, FIRST + 505, 500)
        assert load_wear(store, "P01").clocks == []
