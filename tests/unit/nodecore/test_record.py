"""The record's codes: SPEC.md, "Record"."""

from itertools import pairwise

import pytest

from nodecore import record


@pytest.mark.parametrize(
    ("counts", "code"), [(0, 0), (4096, 100), (-4096, 0x9C), (20, 0), (21, 1), (-21, 0xFF), (9000, 127), (-9000, 0x81)]
)
def test_mean_is_a_hundredth_of_g(counts: int, code: int) -> None:
    assert record.mean_code(counts) == code


def test_mean_decodes_to_within_half_a_step() -> None:
    for counts in range(-5180, 5181):
        assert abs(record.mean_cg(record.mean_code(counts)) - counts * 100 / 4096) <= 0.51


@pytest.mark.parametrize(("counts", "code"), [(0, 0), (31, 31), (32, 32), (33, 32), (34, 33), (64, 48), (32767, 191)])
def test_log_code_has_sixteen_steps_an_octave(counts: int, code: int) -> None:
    assert record.log_code(counts) == code


def test_log_code_rounds_down_by_at_most_a_sixteenth() -> None:
    for counts in range(32768):
        code = record.log_code(counts)
        back = record.log_counts(code)
        assert back <= counts < back + max(1, counts // 16 + 1)
        assert record.log_code(back) == code


def test_log_code_never_falls() -> None:
    assert all(a <= b for a, b in pairwise(record.log_code(c) for c in range(32768)))
