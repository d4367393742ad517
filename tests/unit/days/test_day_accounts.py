"""Day by day, a node's minutes by state are the ledger's: none is lost at a midnight, none counts twice."""

import math
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from ambula.account.ledger import Ledger, Run, State
from ambula.days.local_days import local_day, local_days
from ambula.days.origin import NodeLog, Origin
from ambula.days.summary import DaySummary, summarise_days
from ambula.nodes.segments import assemble
from ambula.participant.results import Results, results
from ambula.store import Store
from nodecore import activity
from tests.support.made_days import OSLO, SITTING, table_of
from tests.support.tape import FIRST, STEPS, Step, Tape, tape_of

STATES = {
    "rebooting": (State.REBOOTING,),
    "sensor_fault": (State.SENSOR_FAULT,),
    "storage_full": (State.STORAGE_FULL,),
    "clock_unknown": (State.CLOCK_UNKNOWN,),
    "lost": (State.LOST,),
    "written": (State.RECORDED, State.NOT_WORN),
    "stood_in": (State.STOOD_IN,),
}


def kept(folder: Path, tapes: list[Tape]) -> Results:
    """The results of a store with one log a tape; the first is the thigh's, the second the back's."""
    (folder / "s.db").unlink(missing_ok=True)
    with Store(folder / "s.db") as store:
        for role, tape in enumerate(tapes):
            node = store.ensure_node(f"{role:02x}", 1, role, "P01", "0.1.0")
            found = assemble(0, tape.data, at_log_end=True)
            store.add_log(node.node_id, found.segments, found.damage, found.next_offset)
        return results(store, "P01", OSLO)


def check(days: list[DaySummary], role: str, ledger: Ledger) -> None:
    """Compare each day with the ledger, slot by slot."""
    for day in days:
        local = local_day(day.date, OSLO)
        slots: Counter[State] = Counter()
        for run in ledger.runs:
            slots[run.state] += max(0, min(run.end, local.end) - max(run.start, local.start))
        told = getattr(day, f"{role}_ledger_min")
        if not sum(slots.values()):
            assert told != told
            continue
        parts = {name: sum(slots[s] for s in states) / 12 for name, states in STATES.items()}
        assert {name: getattr(day, f"{role}_{name}_min") for name in STATES} == parts
        assert told == pytest.approx(sum(parts.values()), abs=1e-9) == sum(slots.values()) / 12
        assert getattr(day, f"{role}_accounted_share") == pytest.approx(1 - parts["lost"] / told)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(STEPS, STEPS)
def test_each_days_minutes_are_the_ledgers(tmp_path: Path, thigh: list[Step], back: list[Step]) -> None:
    tapes = [tape_of([("record", 17000), *thigh, ("record", 9)], True), tape_of([("record", 17100), *back], True)]
    found = kept(tmp_path, tapes)
    for role in ("thigh", "back"):
        check(found.days, role, found.ledgers[role])
    for day in found.days:
        assert math.isnan(day.thigh_written_min) or day.thigh_min == day.thigh_written_min
        assert (day.participant, day.met_table) == ("P01", found.week.met_table)


def test_a_day_names_the_devices_that_recorded_on_it() -> None:
    table = table_of(FIRST, [(SITTING, 30_000)])
    days = local_days(FIRST, FIRST + 29_999, OSLO)
    turn = days[1].start + 100
    logs = (
        NodeLog("thigh", "aa", Ledger((Run(FIRST, turn, State.RECORDED),))),
        NodeLog("thigh", "bb", Ledger((Run(turn, FIRST + 30_000, State.RECORDED),))),
        NodeLog("back", "cc", Ledger((Run(FIRST, FIRST + 30_000, State.LOST),))),
    )
    table.thigh_firmware[:] = np.where(table.epoch < turn, "0.2.0", "0.1.0")
    told = summarise_days(table, OSLO, origin=Origin("P7", logs))
    assert [d.thigh_device for d in told] == ["aa", "aa+bb", "bb"]
    assert [d.thigh_firmware for d in told] == ["0.2.0", "0.2.0+0.1.0", "0.1.0"]
    assert {d.back_device for d in told} == {""}
    assert {d.participant for d in told} == {"P7"}
    assert [d.back_accounted_share for d in told] == [0, 0, 0]


def test_a_slot_of_two_logs_counts_once_and_what_was_written_counts() -> None:
    table = table_of(FIRST, [(SITTING, 100)])
    logs = (
        NodeLog(
            "back", "aa", Ledger((Run(FIRST, FIRST + 60, State.RECORDED), Run(FIRST + 60, FIRST + 90, State.LOST)))
        ),
        NodeLog("back", "bb", Ledger((Run(FIRST + 50, FIRST + 72, State.NOT_WORN),))),
    )
    (day,) = summarise_days(table, OSLO, origin=Origin("P7", logs))
    assert (day.back_ledger_min, day.back_written_min, day.back_lost_min) == (7.5, 6, 1.5)


def test_no_ledger_no_minutes_by_state() -> None:
    (day,) = summarise_days(table_of(FIRST, [(activity.LYING, 10)]), OSLO)
    assert day.thigh_ledger_min != day.thigh_ledger_min
    assert (day.participant, day.thigh_device) == ("", "")
