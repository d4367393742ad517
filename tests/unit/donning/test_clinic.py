"""What wearers do before a check, and how the nodes are worn: right nodes are a Go, and wrong ones are not.

40 people each. Every fault with every course: `python -m tests.bench.donning`, whose table stands in
docs/reference/check.md.
"""

from itertools import combinations

import pytest

from tests.support.clinic import COURSES, TOO_LITTLE, faults_of, is_seen, look
from tests.support.worn_wrong import visible

PEOPLE = range(40)


@pytest.mark.parametrize("name", COURSES)
def test_right_nodes_are_a_go(name: str) -> None:
    refused = {seed: found.findings for seed in PEOPLE if not (found := look(seed, COURSES[name], ())).go}
    assert len(refused) < 0.05 * len(PEOPLE), refused


@pytest.mark.parametrize("name", COURSES)
def test_a_fault_that_records_can_show_is_never_a_go(name: str) -> None:
    """Each person has another of the faults, and every second one two of them."""
    course = COURSES[name]
    seen = [fault for fault in faults_of(course) if is_seen(course, fault)]
    cases = [(fault,) for fault in seen] + [pair for pair in combinations(seen, 2) if visible(pair)]
    for seed in PEOPLE:
        faults = cases[7 * seed % len(cases)]
        assert not look(seed, course, faults).go, (seed, faults)


@pytest.mark.parametrize("name", COURSES)
def test_swapped_nodes_are_never_a_go(name: str) -> None:
    if len(COURSES[name].sites) == 2:
        for seed in PEOPLE[:20]:
            assert not look(seed, COURSES[name], (("swapped", ""),)).go, seed


@pytest.mark.parametrize("name", TOO_LITTLE)
def test_what_was_not_done_is_named_and_no_go(name: str) -> None:
    for seed in PEOPLE:
        found = look(seed, TOO_LITTLE[name], (("swapped", ""),) * (seed % 2)).findings
        assert any(f.level != "note" for f in found), seed
