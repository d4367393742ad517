"""The donning check finds what was put on wrongly, in any pair, and says nothing of those who did it right.

Many more cases: `python -m tests.bench.donning 2000`.
"""

import numpy as np
import pytest

from ambula.donning import check_donning, windows_of_counts
from tests.support.worn_wrong import FAULTS, PAIRS, Fault, check_records, check_samples, told, visible, worn


@pytest.mark.parametrize("seed", range(40))
def test_nodes_worn_right_are_a_go(seed: int) -> None:
    for result in (check_samples(seed, ()), check_records(seed, ())):
        assert told(result) == set()
        assert result.go
        assert result.worn_on == ("thigh", "back")


@pytest.mark.parametrize("fault", FAULTS, ids=" ".join)
def test_each_fault_is_found_alone(fault: Fault) -> None:
    for seed in range(100, 105):
        result = check_samples(seed, (fault,))
        assert told(result) == {fault}
        assert not result.go


def test_faults_are_found_in_pairs() -> None:
    for seed, pair in enumerate(PAIRS, 200):
        found = told(check_samples(seed, pair))
        assert visible(pair) <= found
        assert found <= visible(pair) | set(pair), (seed, pair)


@pytest.mark.parametrize("fault", FAULTS, ids=" ".join)
def test_records_tell_the_same(fault: Fault) -> None:
    for seed in range(300, 303):
        assert told(check_records(seed, (fault,))) == {fault}


def test_one_node_is_checked_alone() -> None:
    thigh, back = (windows_of_counts(c) for c in worn(1, (("upside_down", "thigh"), ("inside_out", "back"))))
    assert told(check_donning(thigh, None)) == {("upside_down", "thigh")}
    assert told(check_donning(None, back)) == {("inside_out", "back")}
    with pytest.raises(ValueError, match="at least one node"):
        check_donning(None, None)


def test_a_node_without_records_does_not_move() -> None:
    thigh, back = (windows_of_counts(c) for c in worn(1, ()))
    back.mean_g[:], back.beat_g[:], back.spread_g[:] = np.nan, np.nan, np.nan
    assert told(check_donning(thigh, back)) == {("not_moving", "back")}


def test_too_little_is_no_go_with_its_reason() -> None:
    thigh, back = (windows_of_counts(c[: 26 * 12]) for c in worn(1, ()))
    result = check_donning(thigh, back)
    assert [f.code for f in result.findings] == ["missing_walking"]  # without it nothing else can be known
    assert result.findings[0].text.startswith("Still missing: walking")
    assert not result.go


def test_the_words_say_what_to_do() -> None:
    (finding,) = check_samples(7, (("upside_down", "thigh"),)).findings
    assert finding.text == "The thigh node is upside down: turn it so that the arrow points to the hip."
    sides = {check_samples(seed, (("rotated", "thigh"),)).findings[0].text for seed in range(8)}
    assert any("wearer's left" in text for text in sides)
    assert any("wearer's right" in text for text in sides)
