"""A local time that is given to an option: once in its zone, or refused with what to write."""

from datetime import UTC, datetime

import pytest

from ambula.base.errors import InputError
from ambula.cli.common import moment


def utc(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("text", "zone", "is_utc"),
    [
        ("2026-03-04T08:00", "Europe/Oslo", "2026-03-04T07:00"),
        ("2026-03-04 08:00", "Europe/Oslo", "2026-03-04T07:00"),
        ("2026-03-04", "Asia/Tokyo", "2026-03-03T15:00"),
        ("2026-03-29T01:59:59", "Europe/Oslo", "2026-03-29T00:59:59"),
        ("2026-03-29T03:00", "Europe/Oslo", "2026-03-29T01:00"),
        ("2026-10-25T01:59", "Europe/Oslo", "2026-10-24T23:59"),
        ("2026-10-25T03:00", "Europe/Oslo", "2026-10-25T02:00"),
        ("2026-10-25T02:30+02:00", "Europe/Oslo", "2026-10-25T00:30"),
        ("2026-10-25T02:30+01:00", "Europe/Oslo", "2026-10-25T01:30"),
        ("2026-03-29T02:30Z", "Europe/Oslo", "2026-03-29T02:30"),
    ],
)
def test_a_time_that_is_there_once(text: str, zone: str, is_utc: str) -> None:
    assert moment(text, zone, "--at") == utc(is_utc)


@pytest.mark.parametrize(
    ("text", "zone", "choices"),
    [
        ("2026-03-29T02:00", "Europe/Oslo", "2026-03-29T01:00 or 2026-03-29T03:00"),
        ("2026-03-29T02:30", "Europe/Oslo", "2026-03-29T01:30 or 2026-03-29T03:30"),
        ("2026-10-04T02:15", "Australia/Lord_Howe", "2026-10-04T01:45 or 2026-10-04T02:45"),
        ("2026-09-06", "America/Santiago", "2026-09-05T23:00 or 2026-09-06T01:00"),
    ],
)
def test_a_time_that_the_zone_skips_is_refused_with_its_neighbours(text: str, zone: str, choices: str) -> None:
    told = f"--start {text}: the clocks go forward then, so {zone} has no such time. Write {choices}"
    with pytest.raises(InputError) as refused:
        moment(text, zone, "--start")
    assert str(refused.value) == told
    for choice in choices.split(" or "):
        moment(choice, zone, "--start")


@pytest.mark.parametrize(
    ("text", "zone", "choices"),
    [
        ("2026-10-25T02:00", "Europe/Oslo", "2026-10-25T02:00+02:00 or 2026-10-25T02:00+01:00"),
        ("2026-11-01T01:30", "America/New_York", "2026-11-01T01:30-04:00 or 2026-11-01T01:30-05:00"),
    ],
)
def test_a_time_that_comes_twice_is_refused_with_both_offsets(text: str, zone: str, choices: str) -> None:
    told = f"--at {text}: the clocks go back then, so {zone} has that time twice. Write {choices}"
    with pytest.raises(InputError) as refused:
        moment(text, zone, "--at")
    assert str(refused.value) == told
    first, second = (moment(choice, zone, "--at") for choice in choices.split(" or "))
    assert second - first == 3600
