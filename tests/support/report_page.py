"""Tables of days, their report's page, and what a test asks of the page."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from html.parser import HTMLParser

import numpy as np

from ambula.account.ledger import Ledger, State
from ambula.account.ledger import Run as Slots
from ambula.days.local_days import local_day
from ambula.days.summary import summarise_days, summarise_week
from ambula.epochs.table import EpochTable
from ambula.programme import Programme, follow, read_plan, walking_days
from ambula.report import ReportContext, render_report
from nodecore import activity
from tests.support.made_days import LYING, OSLO, SITTING, STANDING, WALKING, Run, joined, nothing, table_of

MONDAY = date(2026, 3, 2)
CONTEXT = ReportContext("P-17", OSLO, firmware={"thigh": "1.2.3", "back": "1.2.4"}, package="9.9.9")
VOID = {"meta", "path", "br", "link"}


class Page(HTMLParser):
    """Collects what tests ask for, and checks that every element that is opened is closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.words: list[str] = []
        self.days: dict[tuple[str, str], str] = {}
        self.week: dict[str, str] = {}
        self.drawn: list[dict[str, str | None]] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        assert len(named) == len(attrs), f"{tag} has an attribute twice"
        if tag not in VOID:
            self.open.append(tag)
        if tag == "svg":
            self.drawn.append(named)
        if "data-name" in named:
            self.days[str(named["data-date"]), str(named["data-name"])] = str(named["data-value"])
        if "data-week" in named:
            self.week[str(named["data-week"])] = str(named["data-value"])

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in VOID

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", "".join(self.words))


def a_day(offset: int, walking_min: int = 84, nodes: int = 3) -> EpochTable:
    day = local_day(MONDAY + timedelta(days=offset), OSLO)
    busy: list[Run] = [
        (LYING, 7 * 720),
        (STANDING, 60),
        (WALKING, (walking_min - 44) * 12, 92.0, 3.4),
        (SITTING, 45 * 12),
        (WALKING, 26 * 12, 112.0, 4.8),
        (activity.NOT_WORN, 240),
        (activity.STAIRS, 12, 90.0),
        (WALKING, 18 * 12, 131.0, 6.0),
        (STANDING, 120),
    ]
    rest = day.epochs - sum(run[1] for run in busy)
    return table_of(day.start, [*busy, (SITTING, rest)], nodes)


def page_of(table: EpochTable, context: ReportContext = CONTEXT) -> Page:
    days = summarise_days(table, context.zone, context.rules)
    return Page(render_report(table, days, summarise_week(days, rules=context.rules), context))


def half_missing(table: EpochTable) -> EpochTable:
    hour = (table.epoch - table.epoch[0]) // 720
    return table.rows((hour % 24 >= 4) & (hour % 24 < 15))


def thigh_alone(table: EpochTable) -> EpochTable:
    still = np.isin(table.activity, (LYING, SITTING))
    return replace(table, activity=np.where(still, activity.SEDENTARY, table.activity).astype(np.uint8))


WEEK = joined(*(a_day(i, 60 + 12 * i) for i in range(7)))
TABLES: dict[str, Callable[[], EpochTable]] = {
    "one day": lambda: a_day(0),
    "a week": lambda: WEEK,
    "half of it missing": lambda: half_missing(WEEK),
    "thigh alone": lambda: thigh_alone(joined(*(a_day(i, nodes=1) for i in range(2)))),
    "asleep only": lambda: a_day(0).rows(slice(0, 4000)),
    "nothing": nothing,
    "over the change of the clock": lambda: joined(a_day(26), a_day(27), a_day(28)),
    "a day without any epoch": lambda: joined(a_day(0), a_day(2)),
}

DAYS = [local_day(MONDAY + timedelta(days=i), CONTEXT.zone) for i in range(7)]
START, END = DAYS[0].start + 6480, DAYS[-1].end
THIGH = Ledger((Slots(START, END, State.RECORDED),))
BACK = Ledger(
    (
        Slots(START, START + 10_000, State.RECORDED),
        Slots(START + 10_000, START + 10_007, State.REBOOTING),
        Slots(START + 10_007, START + 10_727, State.CLOCK_UNKNOWN),
        Slots(START + 10_727, START + 20_000, State.NOT_WORN),
        Slots(START + 20_500, START + 20_501, State.LOST),
    )
)

PLAN = read_plan("ceiling_min = 80")
TWO_WEEKS = joined(*(a_day(i, 60 + 6 * i) for i in range(10)))


def programme_of(table: EpochTable = TWO_WEEKS, pain: tuple[tuple[date, int], ...] = ()) -> Programme:
    walked = walking_days(table, CONTEXT.zone, PLAN.walk_from_min)
    return follow(PLAN, MONDAY, walked, pain, MONDAY + timedelta(days=10))


def html_of(table: EpochTable, code: str) -> str:
    """A page with all that it may hold."""
    days = summarise_days(table, CONTEXT.zone)
    ledgers = {"thigh": THIGH, "back": BACK}
    context = replace(CONTEXT, ledgers=ledgers, programme=programme_of(), language=code, synthetic=True)
    return render_report(table, days, summarise_week(days), context)
