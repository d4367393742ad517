"""Local calendar days as epoch ranges, by the time zones that the participant was in."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from nodecore.sampling import EPOCH_S

JOURNEY = " > "  # between the zones of a day on which the participant went from one to the other


@dataclass(frozen=True)
class ZoneHistory:
    """The zones that a participant lived by, each from a moment (UTC s) on; the first from the beginning.

    changes: at least one, in time order. Raises ValueError otherwise.
    """

    changes: tuple[tuple[int, ZoneInfo], ...]

    def __post_init__(self) -> None:
        moments = [moment for moment, _ in self.changes]
        if not moments or any(b <= a for a, b in pairwise(moments)):
            raise ValueError("a zone history needs zones in time order")

    @classmethod
    def of(cls, zone: "Zones") -> "ZoneHistory":
        """Return a zone as a history without changes; a history as it is."""
        return zone if isinstance(zone, ZoneHistory) else cls(((0, zone),))

    def spans(self) -> list[tuple[float, float, ZoneInfo]]:
        """Return [from, to) in UTC s, and the zone in between, without a gap from the beginning to the end of time."""
        moments = [float("-inf"), *(float(moment) for moment, _ in self.changes[1:]), float("inf")]
        return [(moments[i], moments[i + 1], zone) for i, (_, zone) in enumerate(self.changes)]

    def zone_at(self, utc_s: float) -> ZoneInfo:
        """Return the zone in force at a moment."""
        return next(zone for start, end, zone in self.spans() if start <= utc_s < end)

    @property
    def words(self) -> str:
        """The history for people: "Europe/Oslo; from 2026-03-04 12:00 Asia/Tokyo"."""
        later = [
            f"from {datetime.fromtimestamp(moment, zone):%Y-%m-%d %H:%M} {zone.key}"
            for moment, zone in self.changes[1:]
        ]
        return "; ".join([self.changes[0][1].key, *later])


Zones = ZoneInfo | ZoneHistory


@dataclass(frozen=True)
class LocalDay:
    """One calendar date as epochs [start, end), and the zones in force in it (IANA; several: a journey).

    A date begins at its first moment anywhere on the participant's way, and ends where the next one begins: each epoch
    is on one date, and dates only go up. After a flight over the date line that gives a day back, it is a long one.
    """

    date: date
    start: int
    end: int
    zones: tuple[str, ...] = ()

    @property
    def epochs(self) -> int:
        """Return how many epochs the day has: 17,280; fewer or more where the clock changes or the zone does."""
        return self.end - self.start


def local_day(day: date, zones: Zones) -> LocalDay:
    """Return the epochs of one local date. Edge cases: a skipped midnight starts the day where the clock jumps; a date
    that the participant never had (over the date line) has no epochs.
    """
    history = ZoneHistory.of(zones)
    start, end = _first_epoch(day, history), _first_epoch(day + timedelta(days=1), history)
    keys = [z.key for first, last, z in history.spans() if first < end * EPOCH_S and last > start * EPOCH_S]
    return LocalDay(day, start, end, tuple(k for i, k in enumerate(keys) if i == 0 or k != keys[i - 1]))


def local_days(first_epoch: int, last_epoch: int, zones: Zones) -> list[LocalDay]:
    """Return every local date from that of `first_epoch` to that of `last_epoch`, both included, in order."""
    history = ZoneHistory.of(zones)
    day = datetime.fromtimestamp(first_epoch * EPOCH_S, history.zone_at(first_epoch * EPOCH_S)).date()
    days: list[LocalDay] = []
    while not days or days[-1].end <= last_epoch:
        found = local_day(day, history)
        if found.end > first_epoch and found.epochs:
            days.append(found)
        day += timedelta(days=1)
    return days


def _first_epoch(day: date, history: ZoneHistory) -> int:
    """First epoch that starts when the participant's date is `day` or later."""
    for start, end, zone in history.spans():
        begins_s = max(start, _midnight_s(day, zone))
        if begins_s < end:
            return -int(-begins_s // EPOCH_S)
    raise ValueError(f"no such day: {day}")  # the last span has no end


def _midnight_s(day: date, zone: ZoneInfo) -> float:
    """Local midnight in UTC s; the earlier where there are two."""
    return datetime.combine(day, time(), zone).astimezone(UTC).timestamp()
