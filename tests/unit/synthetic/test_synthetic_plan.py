"""The planned day: whole, varied, and refused where it makes no sense."""

import pytest

from ambula.synthetic import Kind, Participant, Stretch, default_day, simulate
from ambula.synthetic.plan import ACTIVITY, check_plan


@pytest.mark.parametrize("seed", [0, 1, 7, 20])
def test_a_day_is_exactly_24_h_end_to_end_for_a_whole_week(seed: int) -> None:
    for day_index in range(7):
        plan = default_day(seed, day_index)
        check_plan(plan)
        assert plan[-1].end_s == pytest.approx(86_400, abs=0.01)
        assert {Kind.SLEEP, Kind.SITTING, Kind.STANDING, Kind.WALKING, Kind.STAIRS_UP} <= {s.kind for s in plan}


def test_walking_is_in_the_range_that_the_study_speaks_of() -> None:
    minutes = [
        sum(s.duration_s for s in default_day(seed, day) if s.kind is Kind.WALKING) / 60
        for seed in range(6)
        for day in range(7)
    ]
    assert min(minutes) > 40
    assert max(minutes) < 200


def test_a_plan_depends_on_seed_and_day_alone() -> None:
    assert default_day(3, 2) == default_day(3, 2)
    assert default_day(3, 2) != default_day(3, 3)
    assert default_day(3, 2) != default_day(4, 2)


def test_some_weeks_hold_running_cycling_and_time_not_worn() -> None:
    seen = {s.kind for seed in range(8) for day in range(7) for s in default_day(seed, day)}
    assert seen == set(Kind)


def test_every_kind_has_an_activity() -> None:
    assert set(ACTIVITY) == set(Kind)


@pytest.mark.parametrize(
    ("start_s", "duration_s", "spm"), [(-1.0, 5.0, None), (0.0, 0.0, None), (0.0, 5.0, 5.0), (0.0, 5.0, 400.0)]
)
def test_a_stretch_that_cannot_be_is_refused(start_s: float, duration_s: float, spm: float | None) -> None:
    with pytest.raises(ValueError, match=r"stretch at|cadence"):
        Stretch(start_s, duration_s, Kind.WALKING, spm)


def test_a_plan_with_a_gap_or_nothing_in_it_is_refused() -> None:
    with pytest.raises(ValueError, match="was due"):
        simulate([Stretch(0, 10, Kind.SITTING), Stretch(11, 10, Kind.SITTING)], Participant(1))
    with pytest.raises(ValueError, match="at least one"):
        simulate([], Participant(1))


def test_a_rate_or_body_outside_its_range_is_refused() -> None:
    with pytest.raises(ValueError, match="Hz"):
        simulate([Stretch(0, 10, Kind.SITTING)], Participant(1), fs_hz=5)
    with pytest.raises(ValueError, match="height"):
        Participant(1, height_m=172)
    with pytest.raises(ValueError, match="asymmetry"):
        Participant(1, asymmetry=2)
