"""The meaning of a figure, a column or a rule, declared beside its field. All outputs read it from there."""

from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, dataclass, fields, replace
from datetime import date
from functools import cache
from math import isnan
from typing import Annotated, Any, NamedTuple, Self, get_args, get_origin, get_type_hints

from ambula.days.means import mean
from ambula.days.units import Unit

Value = str | int | float | bool | date | None
EMPTY = "\N{EN DASH}"

AMBULA = "Ambula"
ACTI4 = "Acti4, Skotte 2014, J Phys Act Health 11(1):76-84"
ACTIVPAL = "activPAL's algorithm CREA: minimum upright and minimum non-upright period, 10 s each"
GGIR = "GGIR, includedaycrit (default 16 h), cran.r-project.org/package=GGIR"
HUNT4 = "HUNT4, doi 10.1001/jamanetworkopen.2025.15592"
CADENCE_ADULTS = (
    "CADENCE-Adults, doi 10.1186/s12966-019-0769-6 (ages 21-40), 10.1186/s12966-020-01045-z (41-60), "
    "10.1186/s12966-021-01199-4 (61-85)"
)
COMPENDIUM = "2011 Compendium of Physical Activities"
TROIANO = "Troiano 2008, Med Sci Sports Exerc 40(1):181-188, doi 10.1249/mss.0b013e31815a51b3"
TUDOR_LOCKE = "Tudor-Locke 2012, J Phys Act Health 9(8):1125-1129, PMID 22207030"
VAHA_YPYA = "Vähä-Ypyä 2015, PLoS ONE, doi 10.1371/journal.pone.0134813"
WHO = "WHO guidelines on physical activity and sedentary behaviour, 2020"


@dataclass(frozen=True)
class Entry:
    """One entry of the data dictionary, the metadata of a field: `bent_min: Annotated[float, Entry(...)]`.

    label and definition: in words. group: the heading that it stands under. formula: in terms of epochs and other
    figures. source: who defined it. rests_on: the figure with the share that it rests on; "" where it is itself such a
    share, or a name. digits: decimals that a person is shown; None: the unit's. name: the field's, filled in by
    `entries_of`. take: how a week takes it from its valid days; None where a day has it, or where that is not enough.
    """

    label: str
    unit: Unit
    definition: str
    _: KW_ONLY
    group: str
    formula: str = ""
    source: str = AMBULA
    rests_on: str = ""
    digits: int | None = None
    name: str = ""
    take: Callable[[Sequence[Any]], float] | None = None

    @property
    def heading(self) -> str:
        """Label and unit as a table shows them; bare where the unit says nothing."""
        return f"{self.label} ({self.unit.heading})" if self.unit.heading else self.label

    def shown(self, value: Value) -> str:
        """Return a value as a person reads it: rounded, percentages, a dash for nothing."""
        if value is None or value == "" or (isinstance(value, float) and isnan(value)):
            return EMPTY
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, (str, date)):
            return str(value)
        digits = self.unit.digits if self.digits is None else self.digits
        return f"{100 * value:.{digits}f}" if self.unit is Unit.SHARE else f"{value:,.{digits}f}"


class EachNode(NamedTuple):
    """The entries of one figure that the thigh node and the back node both have."""

    thigh: Entry
    back: Entry

    @classmethod
    def of(cls, label: str, unit: Unit, definition: str, *, group: str, formula: str, rests_on: str = "") -> Self:
        """Return both; in label, formula and rests_on "{Node}" and "{node}" stand for which of them it is."""

        def entry(node: str) -> Entry:
            names = {"Node": node.capitalize(), "node": node}
            return Entry(
                label.format(**names),
                unit,
                definition,
                group=group,
                formula=formula.format(**names),
                rests_on=rests_on.format(**names),
            )

        return cls(entry("thigh"), entry("back"))


@dataclass(frozen=True)
class DailyMean:
    """The entry of a week's figure that is the mean of a day's figure of the same name, which `of` declares.

    over: by which of a day's figures it counts; "": by the nodes that the figure rests on.
    """

    label: str
    of: type
    definition: str = "Mean of the daily {name} over the {days} that have a value."
    over: str = ""

    def entry(self, name: str) -> Entry:
        """Return the day's entry as a week has it."""
        (day,) = (e for e in entries_of(self.of) if e.name == name)
        over = self.over or counts_by(day.rests_on)
        return replace(
            day,
            label=self.label,
            definition=self.definition.format(name=name, days=_DAYS[over]),
            group=WEEK,
            formula=f"mean({name} over {over} days)",
            digits=1 if day.unit is Unit.COUNT else day.digits,
            take=_mean_of(name, over),
        )


def counts_by(share: str) -> str:
    """Return by which of a day's figures it counts for a mean that rests on this share."""
    by = {"thigh_worn_share": VALID_THIGH, "back_worn_share": VALID_BACK, "bed_share": VALID_BACK}
    return {**by, "both_worn_share": VALID_BOTH}.get(share, VALID)


def _mean_of(name: str, over: str) -> Callable[[Sequence[Any]], float]:
    return lambda days: mean(getattr(day, name) for day in days if getattr(day, over))


WEEK = "Week"
PLAIN = "Mean over {days}."
VALID, VALID_THIGH, VALID_BACK, VALID_BOTH = "valid", "valid_thigh", "valid_back", "valid_both"
_DAYS = {
    VALID: "valid days",
    VALID_THIGH: "valid days of the thigh node",
    VALID_BACK: "valid days of the back node",
    VALID_BOTH: "valid days of both nodes",
}


@cache
def entries_of(table: type) -> tuple[Entry, ...]:
    """Return the entries of a dataclass in the order of its fields; TypeError for a field without one."""
    hints = get_type_hints(table, include_extras=True)
    return tuple(_entry(table, part.name, hints[part.name]) for part in fields(table))


def _entry(table: type, name: str, hint: object) -> Entry:
    declared = get_args(hint)[1:] if get_origin(hint) is Annotated else ()
    for each in declared:
        if isinstance(each, DailyMean):
            return replace(each.entry(name), name=name)
        if isinstance(each, Entry):
            return replace(each, name=name)
    raise TypeError(f"{table.__name__}.{name}: it needs an Entry, which says what it is")
