"""Local calendar days as epoch ranges: 23, 24 or 25 hours long, as the zone decides."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from nodecore.sampling import EPOCH_S


@dataclass(frozen=True)
class LocalDay:
    """One calendar date as epochs [start, end): every epoch whose start lies between two local midnights."""

    date: date
    start: int
    end: int

    @property
    def epochs(self) -> int:
        """Return how many epochs the day has: 17,280, or 720 fewer or more where the clock changes."""
        return self.end - self.start


def local_day(day: date, zone: ZoneInfo) -> LocalDay:
    """Return the epochs of one local date. Edge case: a skipped midnight starts the day where the clock jumps."""
    return LocalDay(day, _midnight_epoch(day, zone), _midnight_epoch(day + timedelta(days=1), zone))


def local_days(first_epoch: int, last_epoch: int, zone: ZoneInfo) -> list[LocalDay]:
    """Return every local date from that of `first_epoch` to that of `last_epoch`, both included, in order."""
    day, last = (datetime.fromtimestamp(e * EPOCH_S, zone).date() for e in (first_epoch, last_epoch))
    days: list[LocalDay] = []
    while day <= last:
        days.append(local_day(day, zone))
        day += timedelta(days=1)
    return days


def _midnight_epoch(day: date, zone: ZoneInfo) -> int:
    """First epoch that starts at or after local midnight; the earlier midnight where there are two."""
    midnight = datetime.combine(day, time(), zone)
    utc_s = midnight.astimezone(UTC).timestamp()
    return -int(-utc_s // EPOCH_S)
