"""What the person's page rests on: how much was worn, by which sensor, and what went wrong; short, and only if so."""

import math
from collections.abc import Mapping, Sequence

from ambula.account.ledger import Ledger, State
from ambula.base.sites import SITES
from ambula.base.translation import N_
from ambula.days.rules import DEFAULT, Rules
from ambula.days.summary import DaySummary
from ambula.report.language import Language
from ambula.report.person_week import PersonWeek
from nodecore.sampling import EPOCHS_A_MINUTE

_ALMOST_ALL = 0.985
_WORTH_A_WORD_MIN = 15
_DOUBT_WORTH_A_WORD_S = 60
_SENSORS = {"thigh": N_("thigh sensor"), "back": N_("back sensor")}
_LOST = {
    State.STORAGE_FULL: N_("The memory of the {sensor} was full for {time}. Nothing was recorded then."),
    State.LOST: N_("The {sensor} has no record of {time}. The reason is not known."),
    State.SENSOR_FAULT: N_("The {sensor} had a fault for {time}. Nothing was recorded then."),
}


def rests_words(
    language: Language, shown: PersonWeek, ledgers: Mapping[str, Ledger], rules: Rules = DEFAULT
) -> list[str]:
    """Return the sentence on days and wear, then what a reader must know besides; nothing where nothing was recorded.

    ledgers: each node's, by role, of the whole recording. rules: those of the days.
    """
    if not any(day.recorded_epochs for day in shown.days):
        return []
    return [*_wear(language, shown, rules), *caveats(language, shown, ledgers)]


def caveats(language: Language, shown: PersonWeek, ledgers: Mapping[str, Ledger]) -> list[str]:
    """Return what makes the figures less than they seem: swapped sensors, one sensor, gaps, clocks; mostly nothing."""
    days = shown.days
    said = [*_swapped(language, days), *_one_sensor(language, days), *_gaps(language, ledgers)]
    doubt_s = max((d.clock_doubt_s for d in days if not math.isnan(d.clock_doubt_s)), default=0.0)
    if doubt_s > _DOUBT_WORTH_A_WORD_S:
        said.append(
            language.say("The times may be wrong by up to {time}.", time=language.duration(math.ceil(doubt_s / 60)))
        )
    unknown = [language.day_name(d.date) for d in days if d.clock_doubtful and math.isnan(d.clock_doubt_s)]
    if unknown:
        said.append(language.say("Nothing confirms the times on {days}: they may be wrong.", days=", ".join(unknown)))
    return said


def worn_share_of(days: Sequence[DaySummary]) -> float:
    """Return the share of the time from the recording's first to its last epoch in which a sensor was worn."""
    span = sum(day.span_epochs for day in days)
    return sum(day.worn_min for day in days) * EPOCHS_A_MINUTE / span if span else 0.0


def _wear(language: Language, shown: PersonWeek, rules: Rules) -> list[str]:
    told = {"n": len(shown.counted), "all": len(shown.days), "hours": language.shortest(rules.valid_worn_h)}
    if rules.valid_worn_h:
        counted = language.say("{n} of {all} days count: those with {hours} hours of wear or more.", **told)
    else:
        counted = language.say("{n} of {all} days count.", **told)
    share = worn_share_of(shown.days)
    if share >= _ALMOST_ALL:
        return [counted, language.say("You wore the sensors almost all the time.")]
    return [counted, language.say("You wore the sensors {percent} of the time.", percent=language.percent(share))]


def _swapped(language: Language, days: Sequence[DaySummary]) -> list[str]:
    """Return on which days the sensors look swapped, and what to do."""
    names = [language.day_name(day.date) for day in days if day.nodes_swapped]
    if not names:
        return []
    message = N_(
        "The two sensors look swapped on {days}. Days like that do not count. Put the thigh sensor on the thigh and "
        "the back sensor on the lower back."
    )
    return [language.say(message, days=", ".join(names))]


def _one_sensor(language: Language, days: Sequence[DaySummary]) -> list[str]:
    """Return what was not seen because one sensor was missing."""
    both = sum(day.both_worn_min for day in days)
    thigh = sum(day.thigh_worn_min for day in days) - both
    back = sum(day.back_worn_min for day in days) - both
    said: list[str] = []
    if thigh >= _WORTH_A_WORD_MIN:
        message = N_("For {time} only the thigh sensor was worn. Alone it takes sitting and lying as one.")
        said.append(language.say(message, time=language.duration(thigh)))
    if back >= _WORTH_A_WORD_MIN:
        message = N_("For {time} only the back sensor was worn. Alone it sees walking and lying, but no sitting.")
        said.append(language.say(message, time=language.duration(back)))
    return said


def _gaps(language: Language, ledgers: Mapping[str, Ledger]) -> list[str]:
    said: list[str] = []
    for name, ledger in ledgers.items():
        role = name.partition(" ")[0]
        if role not in SITES:
            continue
        slots = ledger.slots
        for state, message in _LOST.items():
            minutes = slots[state] / EPOCHS_A_MINUTE
            if minutes >= _WORTH_A_WORD_MIN:
                sensor, time = language.say(_SENSORS[role]), language.duration(minutes)
                said.append(language.say(message, sensor=sensor, time=time))
    return said
