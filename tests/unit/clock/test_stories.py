"""Which readings are believed where they contradict each other, and what is said of it."""

import numpy as np
import pytest

from ambula.clock.fit import fit
from ambula.clock.words import bound_words, clock_words, contradicted_ms, is_sound
from ambula.store import Anchor

START_MS = 1_780_000_000_000
DAY_MS = 86_400_000


def reading(day: float, off_s: float = 0.0, trip_ms: int = 30) -> Anchor:
    """What a laptop says on a day, `off_s` ahead of the node's clock."""
    node_ms = round(START_MS + day * DAY_MS)
    return Anchor(round(node_ms + off_s * 1000), node_ms, trip_ms)


def at(day: float) -> np.ndarray:
    return np.array([round(START_MS + day * DAY_MS)])


def test_one_wrong_laptop_among_seven_is_left_out_and_told() -> None:
    found = fit([reading(d, 3600 if d == 3 else 0.1 * d) for d in range(7)])
    assert [round((a.node_utc_ms - START_MS) / DAY_MS) for a in found.left_out] == [3]
    assert float(found.error_ms(at(3))[0]) == pytest.approx(300, abs=1)
    assert float(found.doubt_ms(at(3))[0]) < 3_000
    assert not is_sound(found)
    assert clock_words(found) == (
        "6 readings agree. That of 2026-05-31 21:26 UTC is 1 h 0 min ahead of the others and not believed."
    )


def test_a_laptop_that_takes_local_time_each_second_day_is_left_out() -> None:
    found = fit([reading(d, 7200 * (d % 2)) for d in range(7)])
    assert len(found.left_out) == 3
    assert float(np.abs(found.error_ms(at(3.0)))[0]) < 100


def test_of_two_that_disagree_both_stories_stand() -> None:
    found = fit([reading(0), reading(1, 3600)])
    assert float(found.error_ms(at(0.5))[0]) == 0  # the one that leaves the node's own time
    assert float(found.doubt_ms(at(0.5))[0]) >= 3_599_000
    assert clock_words(found).startswith("The readings disagree by 1 h 0 min, and nothing shows which are right")


def test_a_third_decides() -> None:
    found = fit([reading(0), reading(1, 3600), reading(2, 3600.2)])
    assert float(found.error_ms(at(0.5))[0]) == pytest.approx(3_600_000, abs=500)
    assert float(found.doubt_ms(at(0.5))[0]) < 10_000


def test_a_step_at_a_boot_is_cut_there() -> None:
    boot_ms = int(at(2.5)[0])
    found = fit([reading(0), reading(2), reading(3, -120), reading(4, -120)], [boot_ms])
    assert found.stepped_ms == (-120_000,)
    assert [round(float(found.error_ms(at(d))[0]) / 1000) for d in (2.4, 2.6)] == [0, -120]
    assert "At a restart it was off by 2 min 0 s from then on" in clock_words(found)


def test_without_a_boot_the_same_is_a_wrong_laptop_and_in_doubt() -> None:
    found = fit([reading(0), reading(2), reading(3, -120), reading(4, -120)])
    assert found.stepped_ms == ()
    assert float(found.doubt_ms(at(3))[0]) >= 119_000


def test_behind_a_boot_that_no_reading_vouches_for_the_doubt_has_no_end() -> None:
    found = fit([reading(0), reading(2)], [int(at(3)[0])])
    assert np.isfinite(found.doubt_ms(at(2.9)))[0]
    assert np.isinf(found.doubt_ms(at(3.1)))[0]


def test_a_quartz_explains_a_hundred_ppm_and_no_more() -> None:
    assert is_sound(fit([reading(0), reading(5, 43)]))
    assert not is_sound(fit([reading(0), reading(5, 60)]))


def test_once_the_rate_is_known_less_is_a_contradiction() -> None:
    steady = [reading(d, 0.9 * d) for d in range(6)]
    assert is_sound(fit(steady))
    assert len(fit([*steady, reading(6, 14)]).left_out) == 1  # 8.6 s more than its rate: 100 ppm would explain it


def test_of_the_same_moment_the_quickest_reading_counts() -> None:
    slow, quick = Anchor(START_MS + 900, START_MS, 2000), Anchor(START_MS + 50, START_MS, 40)
    both_ways = [fit([slow, quick]).runs, fit([quick, slow]).runs]
    assert [run.correction_ms.tolist() for (run,) in both_ways] == [[50.0], [50.0]]


def test_no_reading_is_no_story() -> None:
    assert clock_words(fit([])) == "No computer has read this clock."
    assert np.isinf(fit([]).doubt_ms(at(1)))[0]


def test_a_wrong_computer_is_known_at_once() -> None:
    known = [reading(0), reading(1, 0.2), reading(2, 0.3)]
    wrong = reading(3, -3600)
    assert contradicted_ms(fit([*known, wrong]), wrong) == pytest.approx(-3_600_400, abs=500)
    right = reading(3, 0.4)
    assert contradicted_ms(fit([*known, right]), right) == 0
    assert contradicted_ms(fit([right]), right) == 0


def test_who_reads_often_in_an_hour_does_not_outvote_who_reads_daily() -> None:
    daily = [reading(d) for d in range(4)]
    often = [reading(4 + k / 2880, 3600) for k in range(20)]
    found = fit([*daily, *often])
    assert float(found.error_ms(at(4))[0]) == pytest.approx(0, abs=100)
    assert len(found.left_out) == 1


def test_readings_of_one_moment_that_contradict_each_other_are_both_told() -> None:
    found = fit([reading(1), reading(1, 3600)])
    assert clock_words(found).startswith("The readings disagree by 1 h 0 min")


def test_many_that_are_left_out_are_told_in_one_sentence() -> None:
    wrong = [reading(d + 0.5, 3600 * (d + 2)) for d in range(5)]
    words = clock_words(fit([*(reading(d) for d in range(8)), *wrong]))
    assert words.count(".") == 2
    assert "5 of 2026-" in words


def test_words_for_how_right_times_are() -> None:
    assert bound_words(np.array([800.0, 2_300.0])) == "All times are right to within 3 s."
    assert (
        bound_words(np.array([800.0, np.inf])) == "For 50% of the records nothing shows by how much their time is off."
    )
    assert bound_words(np.empty(0)) == ""


@pytest.mark.parametrize(("off_s", "bound_s"), [(20, 10), (50, 60)])
def test_two_readings_that_hardly_any_quartz_explains_are_in_doubt(off_s: float, bound_s: float) -> None:
    """A week apart: 20 s are 33 ppm, 50 s are 83, and a laptop that is wrong by so much is likelier."""
    doubt_ms = fit([reading(0), reading(7, off_s)]).doubt_ms(np.array([START_MS + 3 * DAY_MS]))
    assert bound_s / 2 < doubt_ms[0] / 1000 <= bound_s + 20
