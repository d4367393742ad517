"""The report's languages: words from a gettext catalogue, dates and the signs of numbers from the CLDR, by Babel."""

from datetime import date
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from math import isnan
from pathlib import Path
from typing import Literal

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import get_decimal_symbol, get_group_symbol

from ambula.dictionary import Entry, Value
from ambula.speech import CODES, N_, SOURCE, Speaker

_CLOCK = slice(11, 16)  # of 2026-03-02T22:01:35+01:00
_NBSP = "\N{NO-BREAK SPACE}"
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
        self._locale = Locale.parse(code)
        signs = {",": get_group_symbol(self._locale), ".": get_decimal_symbol(self._locale)}
        self._signs = str.maketrans(signs)

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
        """Return a share in whole percent; never 100 % unless nothing is missing, nor 0 % where there is something."""
        if isnan(share):
            return self.say("unknown")
        bounded = min(max(round(100 * share), 1 if share > 0 else 0), 100 if share >= 1 else 99)
        return f"{bounded}{_NBSP}%"

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
        return self._locale.days["format"]["wide"][day.weekday()]

    def month(self, day: date, width: Literal["wide", "abbreviated"] = "wide") -> str:
        """Return e.g. "March"."""
        return self._locale.months["format"][width][day.month]

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
        unit = unit_of(entry)
        return f"{self.say(entry.label)} ({self.say(unit)})" if unit else self.say(entry.label)

    def shown(self, entry: Entry, value: Value) -> str:
        """Return a value as a person reads it: what `Entry.shown` gives, in this language; of a local time the hour."""
        if isinstance(value, bool):
            return self.say(_WORDS[value])
        if isinstance(value, (int, float)) or entry.name.endswith("_category"):
            return self.digits(entry.shown(value))
        if entry.unit == "local time" and value:
            return str(value)[_CLOCK]
        return entry.shown(value)

    def band(self, label: str) -> str:
        """Return one of the study's bands in words: "under 78", "3.00-3.11" with a dash, "at least 125"."""
        if label.startswith("<"):
            return self.say("under {limit}", limit=self.digits(label[1:]))
        if label.startswith(">="):
            return self.say("at least {limit}", limit=self.digits(label[2:]))
        return self.digits(label).replace("-", "\N{EN DASH}")

    def _day(self, day: date, width: Literal["wide", "abbreviated"]) -> str:
        # Norwegian ends abbreviations with a dot, which takes room beside a figure and tells nothing.
        weekday = self._locale.days["format"][width][day.weekday()].removesuffix(".")
        month = self.month(day, width).removesuffix(".")
        return self.say("{weekday} {day} {month}", weekday=weekday, day=day.day, month=month)


def unit_of(entry: Entry) -> str:
    """Return the unit that a heading shows; "" where it would say nothing."""
    return entry.heading.removeprefix(entry.label).removeprefix(" (").removesuffix(")")


def catalogue_path(code: str) -> Path:
    """Return where the catalogue (.po) of a language other than English lies."""
    return Path(__file__).with_name(f"{code}.po")


@cache
def _catalogue(code: str) -> GNUTranslations:
    compiled = BytesIO()
    write_mo(compiled, read_po(BytesIO(catalogue_path(code).read_bytes()), locale=code))
    compiled.seek(0)
    return GNUTranslations(compiled)
