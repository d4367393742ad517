"""When the person sat for long: the longest times with their hours, and each day's picture of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import isnan

import numpy as np

from ambula.base.translation import N_
from ambula.days.figures import DayRows
from ambula.days.figures.postures import sitting_bouts
from ambula.days.local_days import LocalDay, ZoneHistory
from ambula.days.rules import Rules
from ambula.days.summary import DaySummary
from ambula.epochs.bouts import inside, lengths
from ambula.epochs.table import EpochTable
from ambula.report.language import Language
from ambula.report.person_week import PersonWeek
from ambula.report.strips import Layer, Strip, odd_length, path_of, rows_of
from nodecore import activity
from nodecore.sampling import EPOCH_S, EPOCHS_A_MINUTE

LONG_MIN = 30
_MOST_NAMED = 3
_MIDNIGHT = "00:00"
_MOVING = (activity.WALKING, activity.STAIRS)
_ALMOST_ALL = 0.95
# From what fills the day to what must not be covered by its neighbours.
LEGEND = {
    "lying": N_("lying"),
    "sedentary": N_("sitting or lying"),
    "sat-short": N_("sitting"),
    "sat-long": N_("sitting for 30 minutes or more"),
    "other": N_("not clear"),
    "standing": N_("standing"),
    "cycling": N_("cycling"),
    "walking": N_("walking"),
    "running": N_("running"),
    "not_worn": N_("not worn"),
}


@dataclass(frozen=True)
class LongSitting:
    """One time of sitting: its date, how long, and from when to when on the clock."""

    date: date
    minutes: float
    start: str
    end: str


def long_sittings(
    table: EpochTable, days: Sequence[LocalDay], zones: ZoneHistory, rules: Rules, least_min: float = LONG_MIN
) -> list[LongSitting]:
    """Return the times of sitting of at least `least_min` on these days, the longest first; cut at midnight."""
    found: list[LongSitting] = []
    for day in days:
        for start, end in sitting_bouts(DayRows.of(rows_of(table, day)), rules).tolist():
            minutes = (end - start) / EPOCHS_A_MINUTE
            if minutes >= least_min:
                found.append(LongSitting(day.date, minutes, _clock(start, zones), _clock(end, zones)))
    return sorted(found, key=lambda sitting: -sitting.minutes)


def sitting_words(language: Language, shown: PersonWeek, sittings: Sequence[LongSitting]) -> list[str]:
    """Return how long the person sat, how often for long, and when the longest times were."""
    if not shown.worn:
        return []
    if all(isnan(day.sitting_min) for day in shown.worn):
        return [language.say("Sitting is seen only when both sensors are worn.")]
    said: list[str] = []
    both_min = sum(day.both_worn_min for day in shown.worn)
    seen = "" if both_min >= _ALMOST_ALL * 1440 * len(shown.days) else language.duration(both_min)
    if shown.is_typical and not isnan(shown.week.sitting_min):
        said.append(language.say("You sat for {time} a day.", time=language.duration(shown.week.sitting_min)))
    said.append(_how_often(language, len(sittings), seen))
    if not sittings:
        return said
    named = [
        language.say(
            "{day}, {start} to {end} ({time})",
            day=language.weekday(each.date),
            start=each.start,
            end=each.end if each.end != _MIDNIGHT else language.say("midnight"),
            time=language.duration(each.minutes),
        )
        for each in sittings[:_MOST_NAMED]
    ]
    return [*said, language.say("The longest: {times}.", times="; ".join(named))]


def _how_often(language: Language, times: int, seen: str) -> str:
    """Return how often there was long sitting; seen: the hours with both sensors, "" where they are almost all."""
    if not seen:
        return language.say_n(
            "You sat for 30 minutes or more without a break {n} time in these days.",
            "You sat for 30 minutes or more without a break {n} times in these days.",
            times,
        )
    return language.say_n(
        "In the {time} with both sensors you sat for 30 minutes or more without a break {n} time.",
        "In the {time} with both sensors you sat for 30 minutes or more without a break {n} times.",
        times,
        time=seen,
    )


def through_the_day(
    language: Language, table: EpochTable, days: Sequence[tuple[LocalDay, DaySummary]], rules: Rules
) -> tuple[list[Strip], list[tuple[str, str]]]:
    """Return one strip a day of what was done when, long sitting apart, and the legend of what the strips show."""
    used: set[str] = set()
    strips: list[Strip] = []
    for day, _ in days:
        rows = DayRows.of(rows_of(table, day))
        masks = _masks(rows, rules)
        minutes = {kind: int(mask.sum()) / EPOCHS_A_MINUTE for kind, mask in masks.items()}
        used |= {kind for kind, n in minutes.items() if n >= 1}
        at = rows.table.epoch - day.start
        layers = [Layer(kind, path_of(at, mask)) for kind, mask in masks.items()]
        name = language.day_name(day.date)
        parts = [f"{language.say(LEGEND[kind])} {language.duration(n)}" for kind, n in minutes.items() if n]
        done = ", ".join(parts) or language.say("nothing recorded")
        said = f"{name}: {done}"
        strips.append(Strip(name, "", day.epochs, layers, said, odd_length(language, day)))
    return strips, [(kind, language.say(text)) for kind, text in LEGEND.items() if kind in used]


def _masks(rows: DayRows, rules: Rules) -> dict[str, np.ndarray]:
    bouts = sitting_bouts(rows, rules)
    long = bouts[lengths(bouts) >= LONG_MIN * EPOCHS_A_MINUTE]
    sat = rows.code == activity.SITTING
    is_long = sat & inside(rows.table.epoch, long)
    return {
        "lying": rows.code == activity.LYING,
        "sedentary": rows.code == activity.SEDENTARY,
        "sat-short": sat & ~is_long,
        "sat-long": is_long,
        "other": rows.code == activity.OTHER,
        "standing": rows.code == activity.STANDING,
        "cycling": rows.code == activity.CYCLING,
        "walking": np.isin(rows.code, _MOVING),
        "running": rows.code == activity.RUNNING,
        "not_worn": rows.code == activity.NOT_WORN,
    }


def _clock(epoch: int, zones: ZoneHistory) -> str:
    """Return the local hour and minute at which an epoch begins."""
    utc_s = epoch * EPOCH_S
    return f"{datetime.fromtimestamp(utc_s, zones.zone_at(utc_s)):%H:%M}"
