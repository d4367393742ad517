"""The reminder of long sitting: never on lying, at night, without a clock, or more often than asked; but it comes."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.sitting import Sitting
from nodecore import activity

A_MINUTE = 12
AN_HOUR = 60 * A_MINUTE
A_DAY = 24 * AN_HOUR
NOBODY = SimpleNamespace(fused=255, fused_epoch=0)
SAT = (activity.LYING, activity.SITTING, activity.SEDENTARY)
UP = (activity.STANDING, activity.WALKING, activity.STAIRS, activity.RUNNING, activity.CYCLING)
runs = st.lists(
    st.tuples(
        st.sampled_from((activity.SEDENTARY,) * 6 + tuple(range(10))),  # class
        st.integers(1, 45 * A_MINUTE),  # for so many epochs
        st.sampled_from((0, 0, 0, 1, 5, 40)),  # epochs that are missing before
        st.sampled_from((255, 255, activity.SITTING, activity.LYING)),  # what the two nodes make of it
        st.sampled_from((True, True, True, False)),  # whether the time is known
    ),
    min_size=20,
    max_size=60,
)


@given(runs, st.sampled_from((20, 30, 45, 120)), st.integers(0, 1439), st.integers(0, A_DAY))
def test_whatever_somebody_does(
    day: list[tuple[int, int, int, int, bool]], buzz_min: int, midnight_min: int, start: int
) -> None:
    """Held against a plain look back over all that was, at each reminder."""
    sitting = Sitting(buzz_min, midnight_min)
    seen: list[tuple[int, int]] = []
    last = None
    epoch = 20_000 * A_DAY + start
    for what, count, missing, fused, is_known in day:
        epoch += missing
        today = SimpleNamespace(fused=fused, fused_epoch=epoch)
        for _ in range(count):
            epoch += 1
            seen.append((epoch, what))
            if not sitting.is_due(epoch, what, is_known, today):
                continue
            hour = (epoch - midnight_min * A_MINUTE) % A_DAY / AN_HOUR
            assert 8 <= hour < 21
            assert is_known
            assert what != activity.LYING
            assert fused != activity.LYING or epoch - today.fused_epoch >= AN_HOUR // 2
            assert worn_and_sat(seen, last) >= buzz_min * A_MINUTE
            last = epoch


def worn_and_sat(seen: list[tuple[int, int]], last: int | None) -> int:
    """Sedentary epochs since the last reminder, break of a minute, gap of more than that, or not worn."""
    sat = up = 0
    after = None
    for epoch, what in reversed(seen):
        up = up + 1 if what in UP else 0
        is_gap = after is not None and after - epoch > A_MINUTE
        if is_gap or epoch == last or what == activity.NOT_WORN or up == A_MINUTE:
            break
        sat += what in SAT
        after = epoch
    return sat


@pytest.mark.parametrize("buzz_min", [20, 30, 120])
def test_a_day_in_a_chair(buzz_min: int) -> None:
    sitting = Sitting(buzz_min, 0)
    due = [e for e in range(A_DAY) if sitting.is_due(20_000 * A_DAY + e, activity.SEDENTARY, True, NOBODY)]
    first = 8 * AN_HOUR + buzz_min * A_MINUTE - 1
    assert due == list(range(first, 21 * AN_HOUR, buzz_min * A_MINUTE))


@pytest.mark.parametrize(("up_epochs", "is_break"), [(11, False), (12, True)])
def test_a_minute_on_one_s_feet_is_a_break(up_epochs: int, is_break: bool) -> None:
    sitting = Sitting(20, 0)
    day = [activity.SITTING] * 230 + [activity.WALKING] * up_epochs + [activity.SITTING] * 200
    due = [e for e, what in enumerate(day) if sitting.is_due(20_000 * A_DAY + 9 * AN_HOUR + e, what, True, NOBODY)]
    assert due == ([] if is_break else [240 + up_epochs - 1])


def test_lying_ends_with_the_view_of_half_an_hour_ago() -> None:
    sitting = Sitting(20, 0)
    start = 20_000 * A_DAY + 9 * AN_HOUR
    lay = SimpleNamespace(fused=activity.LYING, fused_epoch=start)
    due = [e for e in range(AN_HOUR) if sitting.is_due(start + e, activity.SEDENTARY, True, lay)]
    assert due == [2 * 240 - 1, 3 * 240 - 1]
