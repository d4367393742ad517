"""Who is probably wrong, where this computer's clock and the nodes' contradict each other."""

import pytest

from ambula.nodes.laptop_clock import Opinion, judge_clocks

HOUR_MS = 3_600_000.0
THIGH, BACK, THIRD = "P01 thigh", "P01 back", "P02 thigh"


def opinions(*ahead_ms: float) -> list[Opinion]:
    return [Opinion(name, ms) for name, ms in zip((THIGH, BACK, THIRD), ahead_ms, strict=False)]


@pytest.mark.parametrize("ahead_ms", [(), (9_000.0,), (9_000.0, -9_000.0)])
def test_a_few_seconds_are_nothing(ahead_ms: tuple[float, ...]) -> None:
    judged = judge_clocks(opinions(*ahead_ms))
    assert (judged.words, judged.may_set) == ([], True)


@pytest.mark.parametrize(("by_ms", "words"), [(HOUR_MS, "1 h 0 min ahead of"), (-12_000.0, "12 s behind")])
def test_two_nodes_that_are_wrong_alike_make_it_the_laptop(by_ms: float, words: str) -> None:
    judged = judge_clocks(opinions(by_ms, by_ms + 2_000))
    assert len(judged.words) == 1
    assert judged.words[0].startswith("this computer's clock is probably wrong: it is ")
    assert f"those of {BACK}, {THIGH}, which agree" in judged.words[0]
    assert words.split(" ")[-1] in judged.words[0]
    assert not judged.may_set


def test_one_node_that_is_wrong_while_the_other_is_right_is_its_own_fault() -> None:
    judged = judge_clocks(opinions(HOUR_MS, 300.0))
    assert judged.words[0].startswith(f"{THIGH}: its clock is 1 h 0 min behind this computer's, and {BACK} agrees")
    assert judged.may_set


@pytest.mark.parametrize("ahead_ms", [(HOUR_MS,), (HOUR_MS, -60_000.0)])
def test_where_nothing_decides_it_says_so_and_sets_nothing(ahead_ms: tuple[float, ...]) -> None:
    judged = judge_clocks(opinions(*ahead_ms))
    assert "Nothing here shows which is wrong" in judged.words[0]
    assert f"1 h 0 min ahead of that of {THIGH}" in judged.words[0]
    assert not judged.may_set


def test_two_alike_outvote_one_but_not_two() -> None:
    assert not judge_clocks(opinions(HOUR_MS, HOUR_MS, 0.0)).may_set
    more = [*opinions(HOUR_MS, HOUR_MS, 0.0), Opinion("P02 back", 0.0)]
    assert judge_clocks(more).may_set


def test_what_drift_explains_is_no_contradiction() -> None:
    week = 7 * 86_400_000
    assert judge_clocks([Opinion(name, 14_000.0, 10_000 + week * 20e-6) for name in (THIGH, BACK)]).may_set
