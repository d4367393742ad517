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


@pytest.mark.parametrize("off", ["thigh", "back"])
def test_a_node_that_came_off_after_the_first_walk_does_not_move(off: str) -> None:
    """The other one walks on: half a minute at the end in which this one lies still."""
    for seed in range(10):
        pair = dict(zip(("thigh", "back"), worn(seed, ()), strict=True))
        walk = {site: counts[-26 * 20 :] for site, counts in pair.items()}
        rest = np.tile(np.array([0, 0, 4096], np.int16), (26 * 20, 1))
        walk[off] = (rest + np.random.default_rng(seed).integers(-8, 9, rest.shape)).astype(np.int16)
        thigh, back = (windows_of_counts(np.concatenate([pair[site], walk[site]])) for site in ("thigh", "back"))
        assert ("not_moving", off) in told(check_donning(thigh, back)), seed


def test_the_newest_walk_decides_after_a_node_was_taped_anew() -> None:
    """Upside down since the second walk: what the first showed does not count."""
    for seed in range(10):
        thigh, back = worn(seed, ())
        again = [np.concatenate([counts[: 26 * 16], counts[-26 * 30 :]]) for counts in (thigh, back)]  # stands, walks
        again[1] *= np.array([-1, -1, 1], np.int16)
        windows = [windows_of_counts(np.concatenate(both)) for both in zip((thigh, back), again, strict=True)]
        assert not check_donning(*windows).go, seed


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
