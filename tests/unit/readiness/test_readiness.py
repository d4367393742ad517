"""Go or no-go: what each node told against what is planned."""

import json
from dataclasses import replace
from pathlib import Path

import power_model as pm
import pytest

from ambula.donning.words import Level
from ambula.readiness import (
    FLASH_BYTES_A_DAY,
    Budget,
    Needs,
    NodeState,
    battery_days,
    budget,
    charge_share,
    check_readiness,
    facts_of,
)
from node.signals import LOW_BATTERY_MV

WELL = NodeState("thigh", 4200, True, 120, True, False, 1_500_000, True, (400, 410, 390), (1.8, 2.0, 2.1))
PAIR = [WELL, replace(WELL, role="back")]
BUDGET = Budget(base_ma=0.4, pessimistic_ma=0.8, usable_share=0.85)


def found(*nodes: NodeState, set_up: tuple[str, ...] = ("thigh", "back"), needs: Needs = Needs()):  # noqa: B008
    return [(f.code, f.node, f.level.value) for f in check_readiness(nodes, set_up, needs, BUDGET)]


def one(**changes: object):
    """What is found of a thigh node that differs so from a good one."""
    (first, *_), _ = check_readiness([replace(WELL, **changes), PAIR[1]], ("thigh", "back"), Needs(), BUDGET), None
    return first


def test_a_good_pair_is_a_go_without_a_word() -> None:
    assert found(*PAIR) == []


def test_a_node_that_was_not_heard_is_a_no_go_one_that_never_was_a_word() -> None:
    assert found(WELL) == [("not_heard", "back", "fault")]
    assert found(WELL, set_up=("thigh",)) == [("alone", "back", "note")]
    assert found(set_up=("thigh", "back")) == [("not_heard", "thigh", "fault"), ("not_heard", "back", "fault")]


def test_a_cells_charge_by_the_chart() -> None:
    assert [charge_share(mv) for mv in (0, 3270, 3840, 4200, 5000)] == [0, 0, 0.5, 1, 1]
    assert charge_share(3855) == pytest.approx(0.55)
    shares = [charge_share(mv) for mv in range(3000, 4300)]
    assert shares == sorted(shares)


def test_days_by_hand() -> None:
    """Half of 400 mAh, less the 15 % that are kept: 140 mAh at 0.5 mA are 280 h."""
    assert battery_days(3840, 400, 0.5) == pytest.approx(280 / 24)
    assert battery_days(3300, 400, 0.5) == 0


def test_the_light_tells_of_a_low_battery_while_a_day_is_left() -> None:
    """By the same table and currents as `check`; nobody charges a node at once."""
    assert 1 <= battery_days(LOW_BATTERY_MV, pm.CELL_MAH, budget().pessimistic_ma) < 2
    spec = (Path(__file__).parents[3] / "SPEC.md").read_text("utf-8")
    assert spec.count(f"the cell is below {LOW_BATTERY_MV} mV") == 2


def test_a_weak_cell_is_told_in_days() -> None:
    # 3.73 V: 20 %, of which 5 % count: 20 mAh, at 0.4 and 0.8 mA 2.1 and 1.0 days
    weak = one(battery_mv=3730)
    assert (weak.code, weak.level) == ("battery", Level.FAULT)
    assert weak.text == "The thigh node's cell (3.73 V) lasts about 2 days, not 7: charge it first."
    # 3.80 V: 40 %, 25 % count: 100 mAh, 10.4 and 5.2 days
    unsure = one(battery_mv=3800)
    assert (unsure.code, unsure.level) == ("battery", Level.NOTE)
    assert unsure.text == "The thigh node's cell (3.80 V) lasts between 5 and 10 days: charge it, to be sure of 7."
    assert found(*[replace(n, battery_mv=3800) for n in PAIR], needs=Needs(days=3)) == []
    assert found(*[replace(n, battery_mv=3800) for n in PAIR], needs=Needs(cell_mah=800)) == []


def test_flash() -> None:
    assert one(is_full=True).text == "The thigh node's flash is full: sync it, then it records again."
    little = one(free_bytes=3 * FLASH_BYTES_A_DAY)
    assert (little.code, little.level) == ("flash", Level.NOTE)
    assert "has room for 3 days, not 7" in little.text
    assert one(free_bytes=1000).level is Level.FAULT
    assert found(*[replace(n, free_bytes=None) for n in PAIR]) == []


def test_clock() -> None:
    assert one(clock_is_set=False, clock_offset_ms=-(10**12)).text == "The thigh node's clock is not set: sync it."
    assert one(clock_offset_ms=-3400).text == "The thigh node's clock is -3.4 s off: the sync corrects it."
    far = one(clock_offset_ms=3_600_000)
    assert far.level is Level.FAULT
    assert "+3600 s off" in far.text


def test_sensor() -> None:
    broken = one(self_test_passed=False, self_test_mg=(5, 400, 390))
    assert broken.text == "The thigh node's sensor fails its own test (5, 400, 390 mg): use another node."
    assert broken.level is Level.FAULT
    assert one(noise_mg=(2.0, 12.0, 2.0)).code == "noise"
    assert "moved while its sensor was tested" in one(noise_mg=(2.0, 400.0, 2.0)).text
    assert found(*[replace(n, self_test_passed=None, noise_mg=None) for n in PAIR]) == []


def test_faults_come_before_notes() -> None:
    waits = replace(WELL, is_recording=False, is_waiting=True, clock_offset_ms=3000)
    nodes = [waits, replace(PAIR[1], self_test_passed=False)]
    assert [code for code, _, _ in found(*nodes)] == ["self_test", "clock", "waiting"]


def test_a_recording_that_is_over_is_a_fault_and_one_that_waits_a_note() -> None:
    assert one(is_recording=False).level is Level.FAULT
    assert one(is_recording=False, is_waiting=True).level is Level.NOTE


NOW_S = 1_772_000_000.0
DAY_S = 86_400


def test_days_are_asked_of_the_node() -> None:
    """A cell of 4.2 V lasts 35 and 17 days here: what is planned counts, with the waiting before."""
    for state, needs, days in (
        ({"plan_days": 14, "start_utc_s": NOW_S - 4 * DAY_S}, Needs(now_s=NOW_S), (0, 10)),
        ({"plan_days": 14, "is_recording": False, "is_waiting": True, "start_utc_s": NOW_S + 3 * DAY_S},
         Needs(now_s=NOW_S), (3, 14)),
        ({"plan_days": 14, "is_recording": False, "is_waiting": True}, Needs(now_s=NOW_S), (0, 14)),
        ({"plan_days": 14}, Needs(3, now_s=NOW_S), (0, 3)),
        ({}, Needs(now_s=NOW_S), (0, 7)),
    ):  # fmt: skip
        node = replace(WELL, **state)
        assert (node.waits_days(needs), node.days_to_record(needs)) == days


def test_a_cell_that_lasts_the_days_but_not_the_waiting_before_is_no_go() -> None:
    state = {"is_recording": False, "is_waiting": True, "start_utc_s": round(NOW_S + 9 * DAY_S), "plan_days": 7}
    findings = check_readiness(
        [replace(WELL, battery_mv=3800, **state), PAIR[1]], ("thigh", "back"), Needs(now_s=NOW_S), BUDGET
    )
    assert findings[0].text == (
        "The thigh node's cell (3.80 V) lasts about 10 days, not 16 (9 until it starts, then 7): charge it first."
    )
    assert "it waits until 2026-03-" in findings[1].text


def test_a_recording_that_ends_within_a_day_is_named() -> None:
    soon = replace(WELL, plan_days=7, start_utc_s=round(NOW_S - 6.9 * DAY_S))
    findings = check_readiness([soon, PAIR[1]], ("thigh", "back"), Needs(now_s=NOW_S), BUDGET)
    assert [(f.code, f.level.value) for f in findings] == [("ends_soon", "unknown")]
    assert "recording ends in 2 h" in findings[0].text
    assert "records for 1 days" in facts_of(soon, Needs(now_s=NOW_S), BUDGET)["words"]


def test_a_full_flash_has_room_for_nothing() -> None:
    facts = facts_of(replace(WELL, is_full=True, free_bytes=4_294_967_296), Needs(), BUDGET)
    assert facts["flash_days"] == 0
    assert "room for 0 days" in facts["words"]


def test_the_budget_is_what_the_power_model_says() -> None:
    """Written by `python hardware/power_model.py --budget host/ambula/readiness/power.json`."""
    week = pm.load_week(pm.HERE / "week.json")
    assert json.loads(json.dumps(pm.budget(week))) == budget().__dict__
