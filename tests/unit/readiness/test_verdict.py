"""One rule for go and no-go: each condition and any mix of two, the words, and who went against what is unknown."""

from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest

from ambula.donning import Donning
from ambula.donning.words import Finding, Level, face_unknown, missing, site_unknown, swapped, upside_down
from ambula.readiness import Budget, Needs, NodeState, check_readiness
from ambula.readiness.verdict import Judged, Verdict, judge, worn_findings
from ambula.store import Check, Store

NOW_S = 1_772_000_000.0
WELL = NodeState("back", 4200, True, 120, True, False, 1_500_000, True, (400, 410, 390), (1.8, 2.0, 2.1))
BUDGET = Budget(base_ma=0.4, pessimistic_ma=0.8, usable_share=0.85)
STATES: dict[str, dict[str, object]] = {
    "stopped, or over": {"is_recording": False},
    "waits for a tap": {"is_recording": False, "is_waiting": True},
    "starts in ten days": {"is_recording": False, "is_waiting": True, "start_utc_s": round(NOW_S) + 864_000},
    "a weak cell": {"battery_mv": 3700},
    "a full flash": {"is_full": True},
    "no clock": {"clock_is_set": False},
    "a clock that is off": {"clock_offset_ms": 3_600_000},
    "a failed self-test": {"self_test_passed": False},
}
WORN: dict[str, Finding] = {
    "swapped": swapped(),
    "upside down": upside_down("thigh", "thigh"),
    "no sitting": missing("sitting", False),
    "no walking": missing("walking", False),
    "a face unknown": face_unknown("back", "back", False, True),
    "site unknown": site_unknown(True),
}
OTHERS = ("not heard", "not read", "recorded nothing")
ALL = [*STATES, *WORN, *OTHERS]


def judged(*conditions: str, accepted: bool = False) -> Judged:
    """The verdict on a pair whose back, or whose wear, is so."""
    back = replace(WELL, **{k: v for name in conditions for k, v in STATES.get(name, {}).items()})
    states = [replace(WELL, role="thigh")]
    unread = (
        [Finding("unread", "back", Level.FAULT, "The back node could not be read.")] if "not read" in conditions else []
    )
    if not {"not heard", "not read"} & set(conditions):
        states.append(back)
    expected = ["thigh", "back"][: 1 if unread else 2]
    recorded = [
        s.role for s in states if s.is_recording and not (s.role == "back" and "recorded nothing" in conditions)
    ]
    donning = Donning([WORN[name] for name in conditions if name in WORN], None, None, ("", ""), (None, None))
    findings = [
        *unread,
        *check_readiness(states, expected, Needs(now_s=NOW_S), BUDGET),
        *worn_findings(states, recorded, donning, 5, {}),
    ]
    return judge(findings, all_was_seen=True, accepted=accepted)


def test_nothing_wrong_is_a_go() -> None:
    assert judged().verdict is Verdict.GO
    assert judged().words == "Go: the nodes are ready, and worn as they should be."


@pytest.mark.parametrize("name", ALL)
def test_each_condition_alone_is_no_go(name: str) -> None:
    found = judged(name)
    assert (found.verdict, found.words) == (Verdict.NO_GO, "No-go.")


def test_any_mix_of_two_is_no_go_and_both_are_named() -> None:
    for pair in combinations(ALL, 2):
        both, alone = judged(*pair), [judged(name) for name in pair]
        assert both.verdict is Verdict.NO_GO, pair
        if not set(pair) & {"not heard", "not read", "recorded nothing"} and len(set(pair) & set(STATES)) < 2:
            assert {f.code for one in alone for f in one.findings} <= {f.code for f in both.findings}, pair


def test_a_person_may_go_against_what_is_unknown_and_never_against_a_fault() -> None:
    for name in ALL:
        levels = {f.level for f in judged(name).findings}
        wanted = Verdict.NO_GO if Level.FAULT in levels else Verdict.ACCEPTED
        assert judged(name, accepted=True).verdict is wanted, name
    assert judged("swapped", "no walking", accepted=True).verdict is Verdict.NO_GO
    assert judged(accepted=True).verdict is Verdict.GO


def test_a_waiting_node_is_told_with_its_time_and_what_cannot_be_seen_before() -> None:
    texts = [f.text for f in judged("starts in ten days").findings]
    assert texts[0] == "How the back node is worn cannot be seen before it records."
    assert "does not record yet: it waits until 2026-03-" in texts[-1]


def test_what_was_not_looked_at_is_no_go_but_ready() -> None:
    found = judge([], all_was_seen=False, accepted=False)
    assert found.verdict is Verdict.READY
    assert "no Go yet" in found.words


def test_a_face_that_was_not_asked_for_is_in_the_words_of_the_go() -> None:
    note = face_unknown("thigh", "thigh", False, False)
    found = judge([note], all_was_seen=True, accepted=False)
    assert found.words == "Go: the nodes are ready, and worn as they should be as far as could be seen."


def test_two_checks_of_one_second_are_both_kept(tmp_path: Path) -> None:
    with Store(tmp_path / "s.db") as store:
        for who in ("", "BH"):
            store.add_check("P01", Check(1_772_000_000, "accepted" if who else "no-go", who, "missing_sitting"))
        assert [c.accepted_by for c in store.checks("P01")] == ["", "BH"]
