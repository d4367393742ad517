"""The report's languages: words, names of days and months, and the signs of numbers, from a gettext catalogue."""

from datetime import date
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from math import isnan
from pathlib import Path
from typing import Literal

import polib

from ambula.base.translation import CODES, N_, SOURCE, Speaker
from ambula.days.entry import Entry, Value
from ambula.days.units import Unit

_CLOCK = slice(11, 16)  # of 2026-03-02T22:01:35+01:00
_NBSP = "\N{NO-BREAK SPACE}"
_SAMPLE = N_("1,234.5")  # whose signs are the language's: of thousands, and of decimals
# The names are the CLDR's (a test compares them): Babel, which has them for 1,000 languages, is 33 MB.
_DAYS = {
    "wide": (
        N_("Monday"),
        N_("Tuesday"),
        N_("Wednesday"),
        N_("Thursday"),
        N_("Friday"),
        N_("Saturday"),
        N_("Sunday"),
    ),
    "abbreviated": (N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"), N_("Sat"), N_("Sun")),
}
_MONTHS = {
    "wide": (
        N_("January"),
        N_("February"),
        N_("March"),
        N_("April"),
        N_("May"),
        N_("June"),
        N_("July"),
        N_("August"),
        N_("September"),
        N_("October"),
        N_("November"),
        N_("December"),
    ),
    "abbreviated": (
        N_("Jan"),
        N_("Feb"),
        N_("Mar"),
        N_("Apr"),
        N_("May"),
        N_("Jun"),
        N_("Jul"),
        N_("Aug"),
        N_("Sep"),
        N_("Oct"),
        N_("Nov"),
        N_("Dec"),
    ),
}
_WORDS = {True: N_("yes"), False: N_("no")}


class Language(Speaker):
    """Says the report's words, numbers and dates; digits are the same in every language.

    code: one of CODES. Raises ValueError for another.
    """

    def __init__(self, code: str = SOURCE) -> None:
        if code not in CODES:
            raise ValueError(f"no catalogue for {code!r}: there are {', '.join(CODES)}")
        super().__init__(NullTranslations() if code == SOURCE else _catalogue(code))
        self.code = code
        sample = self.say(_SAMPLE)
        self._signs = str.maketrans({",": sample[1], ".": sample[-2]})

    def digits(self, text: str) -> str:
        """Return a number that is written the English way with this language's signs."""
        return text.translate(self._signs)

    def number(self, value: float, decimals: int = 0) -> str:
        """Return a number, rounded, its thousands set apart."""
        return self.digits(f"{value:,.{decimals}f}")

    def shortest(self, value: float) -> str:
        """Return a setting as it was set: "4", "5.5"."""
        return self.digits(f"{value:g}")

    def duration(self, minutes: float) -> str:
        """Return minutes in words that do not break over lines: "8 min", "11 h 29 min"; under half a minute "0 min"."""
        if isnan(minutes):
            return self.say("unknown")
        hours, rest = divmod(round(minutes), 60)
        parts = [self.say("{n} h", n=hours)] if hours else []
        parts += [self.say("{n} min", n=rest)] if rest or not hours else []
        return " ".join(parts).replace(" ", _NBSP)

    def percent(self, share: float) -> str:
        """Return a share in whole percent: 100% only if nothing is missing, 0% only if there is nothing."""
        if isnan(share):
            return self.say("unknown")
        bounded = min(max(round(100 * share), 1 if share > 0 else 0), 100 if share >= 1 else 99)
        return self.say("{n}%", n=bounded)

    def minutes(self, minutes: float) -> str:
        """Return e.g. "105 minutes"."""
        return self.say_n("{n} minute", "{n} minutes", round(minutes)).replace(" ", _NBSP)

    def day_name(self, day: date) -> str:
        """Return e.g. "Mon 2 Mar"."""
        return self._day(day, "abbreviated")

    def long_day_name(self, day: date) -> str:
        """Return e.g. "Monday 2 March"."""
        return self._day(day, "wide")

    def weekday(self, day: date) -> str:
        """Return e.g. "Monday"."""
        return self._weekday(day, "wide")

    def month(self, day: date, width: Literal["wide", "abbreviated"] = "wide") -> str:
        """Return e.g. "March"."""
        names = _MONTHS[width]
        return self.say(names[day.month - 1])

    def period(self, first: date, last: date) -> str:
        """Return e.g. "2 March to 8 March 2026"."""
        if first == last:
            return self.say("{day} {year}", day=self.long_day_name(first), year=first.year)
        start, end = (self.say("{day} {month}", day=d.day, month=self.month(d)) for d in (first, last))
        if first.year == last.year:
            return self.say("{start} to {end} {year}", start=start, end=end, year=last.year)
        return self.say(
            "{start} {start_year} to {end} {year}", start=start, start_year=first.year, end=end, year=last.year
        )

    def heading(self, entry: Entry) -> str:
        """Return what a table calls a figure: its label, and its unit where that says something."""
        unit = entry.unit.heading
        return f"{self.say(entry.label)} ({self.say(unit)})" if unit else self.say(entry.label)

    def shown(self, entry: Entry, value: Value) -> str:
        """Return a value as a person reads it: what `Entry.shown` gives, in this language; of a local time the hour."""
        if isinstance(value, bool):
            return self.say(_WORDS[value])
        if isinstance(value, (int, float)) or entry.name.endswith("_category"):
            return self.digits(entry.shown(value))
        if entry.unit is Unit.LOCAL_TIME and value:
            return str(value)[_CLOCK]
        return entry.shown(value)

    def band(self, label: str) -> str:
        """Return one of the study's bands in words: "under 78", "3.00-3.11" with a dash, "at least 125"."""
        if label.startswith("<"):
            return self.say("under {limit}", limit=self.digits(label[1:]))
        if label.startswith(">="):
            return self.say("at least {limit}", limit=self.digits(label[2:]))
        return self.digits(label).replace("-", "\N{EN DASH}")

    def _weekday(self, day: date, width: Literal["wide", "abbreviated"]) -> str:
        names = _DAYS[width]
        return self.say(names[day.weekday()])

    def _day(self, day: date, width: Literal["wide", "abbreviated"]) -> str:
        # Norwegian ends abbreviations with a dot, which takes room beside a figure and adds nothing.
        weekday = self._weekday(day, width).removesuffix(".")
        month = self.month(day, width).removesuffix(".")
        return self.say("{weekday} {day} {month}", weekday=weekday, day=day.day, month=month)


def catalogue_path(code: str) -> Path:
    """Return where the catalogue (.po) of a language other than English lies."""
    return Path(__file__).with_name(f"{code}.po")


@cache
def _catalogue(code: str) -> GNUTranslations:
    return GNUTranslations(BytesIO(polib.pofile(str(catalogue_path(code)), encoding="utf-8").to_binary()))
