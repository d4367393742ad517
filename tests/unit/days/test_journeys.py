"""A participant who travels: each epoch on one date, dates that only go up, whatever the zones do."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ambula.days.local_days import ZoneHistory, local_day, local_days
from ambula.days.summary import summarise_days
from tests.support.made_days import OSLO, SITTING, table_of

TOKYO, HONOLULU, UTC_ZONE = ZoneInfo("Asia/Tokyo"), ZoneInfo("Pacific/Honolulu"), ZoneInfo("UTC")
NAMES = ["Europe/Oslo", "Asia/Tokyo", "Pacific/Honolulu", "Pacific/Kiritimati", "America/St_Johns", "Asia/Kathmandu"]


def utc_s(*when: int) -> int:
    return int(datetime(*when, tzinfo=UTC).timestamp())  # type: ignore[misc]


def hours(history: ZoneHistory, first: date, count: int) -> list[float]:
    return [local_day(first + timedelta(days=i), history).epochs / 720 for i in range(count)]


def test_eastward_the_day_is_short_and_westward_long() -> None:
    there = ZoneHistory(((0, OSLO), (utc_s(2026, 3, 4, 3), TOKYO), (utc_s(2026, 3, 7, 3), OSLO)))
    assert hours(there, date(2026, 3, 3), 6) == [24, 16, 24, 24, 32, 24]
    wednesday = local_day(date(2026, 3, 4), there)
    assert wednesday.zones == ("Europe/Oslo", "Asia/Tokyo")
    assert wednesday.start * 5 == utc_s(2026, 3, 3, 23)
    assert wednesday.end * 5 == utc_s(2026, 3, 4, 15)
    assert local_day(date(2026, 3, 5), there).zones == ("Asia/Tokyo",)


def test_a_flight_over_the_date_line_gives_no_date_twice() -> None:
    """Tokyo, 5 March, 20:00: Honolulu has still 5 March, one in the morning; dates go on where they were."""
    back = ZoneHistory(((0, TOKYO), (utc_s(2026, 3, 5, 11), HONOLULU)))
    assert hours(back, date(2026, 3, 4), 4) == [24, 43, 24, 24]
    overnight = ZoneHistory(((0, TOKYO), (utc_s(2026, 3, 5, 18), HONOLULU)))  # it is 6 March in Tokyo, 5 March there
    assert hours(overnight, date(2026, 3, 5), 3) == [24, 43, 24]


def test_a_date_that_never_was_is_no_day() -> None:
    """Kiritimati is 26 hours ahead of Baker Island's zone: going there late in the evening, a date is passed over."""
    leap = ZoneHistory(((0, ZoneInfo("Etc/GMT+12")), (utc_s(2026, 3, 5, 11), ZoneInfo("Pacific/Kiritimati"))))
    start = utc_s(2026, 3, 4, 12) // 5
    days = summarise_days(table_of(start, [(SITTING, 3 * 17280)]), leap)
    assert [d.date.day for d in days] == [4, 6, 7, 8]
    assert sum(d.recorded_epochs for d in days) == 3 * 17280
    samoa = local_days(utc_s(2011, 12, 29, 12) // 5, utc_s(2011, 12, 31, 12) // 5, ZoneInfo("Pacific/Apia"))
    assert [d.date.day for d in samoa] == [29, 31, 1]


def test_a_leap_day_is_a_day() -> None:
    days = local_days(utc_s(2028, 2, 28, 12) // 5, utc_s(2028, 3, 1, 12) // 5, OSLO)
    assert [d.date for d in days] == [date(2028, 2, 28), date(2028, 2, 29), date(2028, 3, 1)]
    assert {d.epochs for d in days} == {17280}


def test_the_change_of_the_clock_counts_where_the_participant_is() -> None:
    away = ZoneHistory(((0, OSLO), (utc_s(2026, 3, 20), TOKYO)))
    assert hours(away, date(2026, 3, 29), 1) == [24]  # 23 in Oslo
    home = ZoneHistory(((0, TOKYO), (utc_s(2026, 3, 20), OSLO)))
    assert hours(home, date(2026, 3, 29), 1) == [23]
    assert hours(home, date(2026, 10, 25), 1) == [25]


def test_the_days_of_a_journey_name_its_zones() -> None:
    there = ZoneHistory(((0, OSLO), (utc_s(2026, 3, 4, 3), TOKYO)))
    days = summarise_days(table_of(utc_s(2026, 3, 3, 12) // 5, [(SITTING, 2 * 17280)]), there)
    assert [d.zone for d in days] == ["Europe/Oslo", "Europe/Oslo > Asia/Tokyo", "Asia/Tokyo"]
    assert there.words == "Europe/Oslo; from 2026-03-04 12:00 Asia/Tokyo"


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.integers(0, 20 * 86400), st.sampled_from(NAMES)), min_size=1, max_size=6),
    st.integers(0, 5 * 86400),
    st.integers(1, 10 * 86400),
)
def test_every_epoch_is_on_one_date_and_dates_go_up(stays: list[tuple[int, str]], start_s: int, length_s: int) -> None:
    base = utc_s(2026, 3, 22)  # a week before Oslo's clocks change
    moments = {base + s: ZoneInfo(name) for s, name in stays}
    history = ZoneHistory(((0, UTC_ZONE), *sorted(moments.items())))
    first, last = (base + start_s) // 5, (base + start_s + length_s) // 5
    days = local_days(first, last, history)
    assert days[0].start <= first < days[0].end
    assert days[-1].start <= last < days[-1].end
    assert all(a.end == b.start and a.date < b.date for a, b in pairwise(days))
    for day in days:
        assert day.epochs > 0
        moment = day.start * 5
        assert datetime.fromtimestamp(moment, history.zone_at(moment)).date() >= day.date


@pytest.mark.parametrize("changes", [(), ((5, OSLO), (5, TOKYO)), ((9, OSLO), (5, TOKYO))])
def test_a_history_without_order_is_refused(changes: tuple[tuple[int, ZoneInfo], ...]) -> None:
    with pytest.raises(ValueError, match="order"):
        ZoneHistory(changes)
