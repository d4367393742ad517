"""The wearers whose pages are rendered and looked at: ordinary weeks and all that can go wrong in one."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from ambula.account.ledger import Ledger, Run, State
from ambula.days.local_days import local_day
from ambula.days.rules import SETS
from ambula.days.summary import DaySummary, summarise_days
from ambula.epochs.table import EpochTable
from ambula.programme import Programme, follow, open_date, read_plan, walking_days
from ambula.programme.plan import default_text
from ambula.report import ReportContext
from nodecore import activity
from tests.support import made_days
from tests.support.made_days import LYING, OSLO, SITTING, STANDING, WALKING, joined, nothing, table_of

MONDAY = date(2026, 3, 2)
CHANGE_WEEK = date(2026, 3, 23)  # its Sunday has 23 hours
MIN = 12  # epochs
HOUR = 60 * MIN
PLAN = read_plan(default_text())


@dataclass(frozen=True)
class Case:
    """A wearer: what was recorded, and what the page needs besides."""

    table: EpochTable
    context: ReportContext

    @property
    def days(self) -> list[DaySummary]:
        return summarise_days(self.table, OSLO, self.context.rules)


def plain_day(day: date, walk_min: int = 25, way_min: int = 13) -> EpochTable:
    """A day at a desk with a walk on the way there and one of `walk_min` after it, and an evening on the sofa."""
    local = local_day(day, OSLO)
    runs: list[made_days.Run] = [
        (LYING, 6 * HOUR + 30 * MIN),
        (STANDING, 10 * MIN),
        (WALKING, way_min * MIN, 104.0, 4.6),
        (SITTING, 38 * MIN),
    ]
    for _ in range(8):
        runs += [(SITTING, 50 * MIN), (WALKING, 3 * MIN, 88.0, 3.4), (STANDING, 7 * MIN)]
    runs += [
        (WALKING, walk_min * MIN, 108.0, 4.9),
        (STANDING, 40 * MIN),
        (WALKING, 4 * MIN, 84.0, 3.2),
        (SITTING, 2 * HOUR),
        (STANDING, 4 * MIN),
        (activity.STAIRS, MIN, 80.0),
    ]
    used = sum(run[1] for run in runs)
    evening = local.epochs - used - 80 * MIN
    return table_of(local.start, [*runs, (SITTING, evening), (LYING, 80 * MIN)])


def night_shift(day: date) -> EpochTable:
    """A day of one who works at night and sleeps from 9 to 17."""
    local = local_day(day, OSLO)
    runs: list[made_days.Run] = []
    for _ in range(6):
        runs += [(STANDING, 40 * MIN), (WALKING, 12 * MIN, 96.0, 4.0), (SITTING, 8 * MIN)]
    runs += [(WALKING, 30 * MIN, 100.0, 4.3), (SITTING, 2 * HOUR), (LYING, 8 * HOUR), (SITTING, 3 * HOUR)]
    return table_of(local.start, [*runs, (STANDING, local.epochs - sum(run[1] for run in runs))])


def in_bed(day: date) -> EpochTable:
    """A day without a step."""
    local = local_day(day, OSLO)
    return table_of(local.start, [(LYING, 20 * HOUR), (SITTING, local.epochs - 20 * HOUR)])


def with_hour_of(table: EpochTable, kind: int) -> EpochTable:
    """The same with an hour of another activity from 12:00 on each day."""
    noon = ((table.epoch - table.epoch[0]) // HOUR) % 24 == 12
    return replace(table, activity=np.where(noon, kind, table.activity).astype(np.uint8))


def week_of(first: date = MONDAY, days: int = 7, walk_min: int = 25, more_min: int = 2) -> EpochTable:
    return joined(*(plain_day(first + timedelta(days=i), walk_min + more_min * i) for i in range(days)))


def _nodes(which: np.ndarray) -> dict[str, np.ndarray]:
    return {"nodes": which, "worn_nodes": which}


def by_thigh(table: EpochTable) -> EpochTable:
    """What the thigh sensor alone gives of it: sitting and lying are one."""
    still = np.isin(table.activity, (LYING, SITTING))
    code = np.where(still, activity.SEDENTARY, table.activity).astype(np.uint8)
    return replace(table, activity=code, **_nodes(np.full(len(table), 1, np.uint8)))


def by_back(table: EpochTable) -> EpochTable:
    """What the back sensor alone gives of it: upright is upright."""
    upright = np.isin(table.activity, (STANDING, SITTING))
    code = np.where(upright, activity.OTHER, table.activity).astype(np.uint8)
    return replace(table, activity=code, **_nodes(np.full(len(table), 2, np.uint8)))


def left_on_a_table(table: EpochTable) -> EpochTable:
    return replace(
        table,
        activity=np.full(len(table), activity.NOT_WORN, np.uint8),
        cadence_spm=np.full(len(table), np.nan),
        steps=np.zeros(len(table)),
        worn=np.zeros(len(table), bool),
        worn_nodes=np.zeros(len(table), np.uint8),
        speed_kmh=np.full(len(table), np.nan),
    )


def taken_off(table: EpochTable, hours: range) -> EpochTable:
    """Not worn outside some hours of each day."""
    hour = ((table.epoch - table.epoch[0]) // HOUR) % 24
    off, bare = ~np.isin(hour, list(hours)), left_on_a_table(table)
    changed = {n: np.where(off, getattr(bare, n), getattr(table, n)) for n in ("activity", "cadence_spm", "steps")}
    worn = np.where(off, 0, table.worn_nodes).astype(np.uint8)
    speed = np.where(off, np.nan, table.speed_kmh)
    return replace(table, **changed, worn=~off, worn_nodes=worn, speed_kmh=speed)


def programme_for(table: EpochTable, pain: tuple[tuple[date, int], ...] = ()) -> Programme | None:
    walked = walking_days(table, OSLO, PLAN.walk_from_min)
    until = open_date(table, OSLO)
    return follow(PLAN, walked[0].date, walked, pain, until) if walked and until else None


def case(table: EpochTable, pain: tuple[tuple[date, int], ...] = (), **more: object) -> Case:
    start, end = (int(table.epoch[0]), int(table.epoch[-1]) + 1) if len(table) else (0, 1)
    whole = Ledger((Run(start, end, State.RECORDED),))
    given: dict[str, object] = {
        "ledgers": {"thigh": whole, "back": whole},
        "programme": programme_for(table, pain),
        **more,
    }
    context = ReportContext("P-17", OSLO, firmware={"thigh": "1.2.3", "back": "1.2.3"}, package="9.9.9", pain=pain)
    return Case(table, replace(context, **given))


def pain_on(*levels: int, first: date = MONDAY) -> tuple[tuple[date, int], ...]:
    return tuple((first + timedelta(days=i), level) for i, level in enumerate(levels))


def _full_flash() -> Case:
    table = week_of(days=14).rows(slice(0, 13 * 24 * HOUR + 14 * HOUR))
    start, end = int(table.epoch[0]), int(table.epoch[-1]) + 1
    full = Ledger((Run(start, end, State.RECORDED), Run(end, end + 10 * HOUR, State.STORAGE_FULL)))
    return case(table, ledgers={"thigh": full, "back": full})


CASES: dict[str, Callable[[], Case]] = {
    "normal week": lambda: case(week_of(), pain_on(2, 3, 2)),
    "fortnight": lambda: case(week_of(days=14, more_min=1)),
    "partial first day": lambda: case(week_of(days=8).rows(slice(12 * HOUR, 7 * 24 * HOUR + 12 * HOUR))),
    "one day": lambda: case(week_of(days=1)),
    "two days": lambda: case(week_of(days=2)),
    "thigh alone": lambda: case(by_thigh(week_of())),
    "back alone": lambda: case(by_back(week_of())),
    "back off at night": lambda: case(_back_off_at_night()),
    "nobody worn": lambda: case(left_on_a_table(week_of())),
    "days only": lambda: case(taken_off(week_of(), range(7, 22)), rules=SETS["waking"]),
    "two hours a day": lambda: case(taken_off(week_of(), range(22, 24))),
    "much pain": lambda: case(week_of(), pain_on(8, 8, 7, 8)),
    "no goal": lambda: case(week_of(days=3)),
    "goal reached": lambda: case(
        _little_walks((12, 2, 12, 2, 12, 2, 2), (12, 3, 13, 3, 14, 3, 12)), pain_on(*[2] * 14)
    ),
    "full flash": _full_flash,
    "night worker": lambda: case(joined(*(night_shift(MONDAY + timedelta(days=i)) for i in range(7)))),
    "clock change": lambda: case(week_of(first=CHANGE_WEEK), pain_on(4, 4, first=CHANGE_WEEK)),
    "nothing": lambda: case(nothing()),
}


def _little_walks(*weeks: tuple[int, ...]) -> EpochTable:
    """Weeks of one who hardly walks but for one walk a day, of so many minutes."""
    minutes = [each for week in weeks for each in week]
    return joined(*(plain_day(MONDAY + timedelta(days=i), each, way_min=3) for i, each in enumerate(minutes)))


def _back_off_at_night() -> EpochTable:
    """The back sensor lay beside the bed from midnight to 7."""
    table = week_of()
    night = ((table.epoch - table.epoch[0]) // HOUR) % 24 < 7
    alone = by_thigh(table)
    return replace(
        table,
        activity=np.where(night, alone.activity, table.activity).astype(np.uint8),
        **_nodes(np.where(night, 1, 3).astype(np.uint8)),
    )
