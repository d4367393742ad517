"""What the person's page rests on: how much was worn, by which sensor, and what went wrong; short, and only if so."""

import math
from collections.abc import Mapping, Sequence

from ambula.account.ledger import Ledger, State
from ambula.base.sites import SITES
from ambula.base.translation import N_
from ambula.days.local_days import local_day
from ambula.days.rules import Rules
from ambula.days.summary import DaySummary
from ambula.report.context import ReportContext
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
    State.REBOOTING: N_("The {sensor} was off for {time}, for example with an empty battery."),
    State.CLOCK_UNKNOWN: N_("The {sensor} did not know the time for {time}. What it recorded then is not shown."),
}


def rests_words(language: Language, shown: PersonWeek, context: ReportContext) -> list[str]:
    """Return which days count and how much was worn, then what lessens the figures; nothing without a record."""
    if not any(day.recorded_epochs for day in shown.days):
        return []
    return [*_wear(language, shown, context.rules), *caveats(language, shown, context)]


def caveats(language: Language, shown: PersonWeek, context: ReportContext) -> list[str]:
    """Return what makes the figures less than they seem: swapped sensors, one sensor, gaps, clocks; mostly nothing."""
    days = shown.days
    since = local_day(days[0].date, context.zone).start if days else 0
    said = [*_swapped(language, days), *_one_sensor(language, days), *_gaps(language, context.ledgers, since)]
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
    """Return the share of the time that was recorded in which a sensor was worn."""
    recorded_min = sum(day.recorded_min for day in days)
    return sum(day.worn_min for day in days) / recorded_min if recorded_min else 0.0


def _wear(language: Language, shown: PersonWeek, rules: Rules) -> list[str]:
    told = {"n": len(shown.counted), "hours": language.shortest(rules.valid_worn_h)}
    if len(shown.counted) == len(shown.days):
        counted = language.say_n("The day counts.", "All {n} days count.", len(shown.days))
    else:
        counted = language.say("{n} of {all} days count.", **told, all=len(shown.days))
    said = [counted]
    if rules.valid_worn_h:
        said.append(language.say("A day counts if you wore a sensor for {hours} hours or more.", **told))
    share = worn_share_of(shown.days)
    if share >= _ALMOST_ALL:
        said.append(language.say("You wore the sensors almost all the time."))
    else:
        message = N_("You wore the sensors {percent} of the time that was recorded.")
        said.append(language.say(message, percent=language.percent(share)))
    lost_min = sum(day.lost_min for day in shown.days)
    if lost_min >= _WORTH_A_WORD_MIN:
        said.append(language.say("Nothing was recorded for {time}.", time=language.duration(lost_min)))
    return said


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
        message = N_("For {time} only the thigh sensor was worn. Alone it cannot separate sitting from lying.")
        said.append(language.say(message, time=language.duration(thigh)))
    if back >= _WORTH_A_WORD_MIN:
        message = N_("For {time} only the back sensor was worn. Alone it sees walking and lying, but no sitting.")
        said.append(language.say(message, time=language.duration(back)))
    return said


def _since(ledger: Ledger, state: State, since: int) -> int:
    """Return the slots of a state from an epoch on."""
    return sum(run.end - max(run.start, since) for run in ledger.runs if run.state is state and run.end > since)


def _gaps(language: Language, ledgers: Mapping[str, Ledger], since: int) -> list[str]:
    """Return what each sensor lacks from an epoch on, the first of the days shown."""
    said: list[str] = []
    for name, ledger in ledgers.items():
        role = name.partition(" ")[0]
        if role not in SITES:
            continue
        for state, message in _LOST.items():
            minutes = _since(ledger, state, since) / EPOCHS_A_MINUTE
            if minutes >= _WORTH_A_WORD_MIN:
                sensor, time = language.say(_SENSORS[role]), language.duration(minutes)
                said.append(language.say(message, sensor=sensor, time=time))
    return said
