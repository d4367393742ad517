"""The page's first words: what a typical day had, what it rests on, and what the sources advise; no diagnosis."""

from collections.abc import Sequence
from datetime import datetime
from math import isnan

from ambula.base.translation import N_
from ambula.days.local_days import ZoneHistory
from ambula.days.rules import MetTable, Rules
from ambula.days.summary import DaySummary, WeekSummary
from ambula.report.language import Language
from ambula.report.swapped import swapped_words

THIN_SHARE = 0.8
_ALMOST_ALL = 0.995
_FEW_DAYS = 4
_WEEK_DAYS = 7
_WORTH_A_WORD_MIN = 5


def headline(language: Language, days: Sequence[DaySummary], week: WeekSummary) -> str:
    """Return the first sentence; where much is missing it claims no more than what was seen."""
    if not week.valid_days:
        if week.swapped_days:
            return language.say("We cannot describe your walking: the nodes look swapped.")
        return language.say("We don't have a full enough day yet to describe your walking.")
    seen = language.minutes(week.walking_min)
    if len(days) > 1:
        if _much_is_missing(week):
            return language.say("We recorded {minutes} of walking a day, but much is missing.", minutes=seen)
        if week.valid_days < _FEW_DAYS:
            return language.say_n(
                "You walked {minutes} on the {n} day that counts.",
                "You walked {minutes} a day on the {n} days that count.",
                week.valid_days,
                minutes=seen,
            )
        return language.say("You walked {minutes} on a typical day.", minutes=seen)
    day = language.long_day_name(days[0].date)
    if _much_is_missing(week):
        return language.say("We recorded {minutes} of walking on {day}, but much is missing.", minutes=seen, day=day)
    return language.say("You walked {minutes} on {day}.", minutes=seen, day=day)


def story(language: Language, days: Sequence[DaySummary], week: WeekSummary) -> list[str]:
    """Return the sentences after the first: pace, sitting, how the days differ."""
    if not week.valid_days:
        if week.swapped_days:
            return []  # `swapped_words` says it
        return [language.say("No day counts by the rules {name}: too little was worn or seen.", name=week.rules)]
    pace = " ".join((_pace(language, week), height_note(language, week))).strip()
    return [s for s in (pace, _sitting(language, days, week), _days_differ(language, days)) if s]


def rests_on(language: Language, days: Sequence[DaySummary], week: WeekSummary) -> list[str]:
    """Return what the reader must know about gaps before trusting any figure."""
    if not days:
        return [language.say("Nothing was recorded.")]
    notes = [*swapped_words(language, days), basis(language, days, week), *_left_out(language, days, week)]
    if 0 < week.valid_days < _FEW_DAYS:
        notes.append(
            language.say(
                "That is too few days to show what is typical of you. The people in the study wore sensors for a week."
            )
        )
    thin = [d for d in days if d.valid and d.worn_share < THIN_SHARE]
    if thin:
        names = ", ".join(
            language.say(
                "{day} ({percent} worn)", day=language.day_name(d.date), percent=language.percent(d.worn_share)
            )
            for d in thin
        )
        notes.append(
            language.say(
                "Parts of {days} are missing. You probably walked and sat more than the figures show.", days=names
            )
        )
        notes.extend(_full_days(language, days))
    if one_node_matters(days):
        notes.append(
            language.say("For part of the time only one node recorded. It cannot distinguish sitting from lying.")
        )
    if sum(d.back_min - d.both_min for d in days) >= _WORTH_A_WORD_MIN:
        notes.append(
            language.say(
                "For part of the time only the back node recorded. It cannot see sitting and counts it as "
                "something else."
            )
        )
    return notes


def one_node_matters(days: Sequence[DaySummary]) -> bool:
    """Whether enough time rests on one node alone to be worth a sentence; stray epochs are in the table only."""
    return sum(d.sedentary_min for d in days if d.sedentary_min > 0) >= _WORTH_A_WORD_MIN


def study_sentence(language: Language, week: WeekSummary) -> str:
    """Return in which of the study's groups this walking volume lies; "" where too few days count for a group."""
    if not week.volume_category:
        return ""
    group = language.say(
        "Your minutes would lie in its group: {group} a day.", group=language.band(week.volume_category)
    )
    if not _much_is_missing(week):
        return group
    missing = language.say(
        "Because {percent} of the time is missing, your true group may be higher.",
        percent=language.percent(1 - week.worn_share),
    )
    return f"{group} {missing}"


def advice(language: Language) -> list[str]:
    """Return what the study and the WalkBack trial's authors repeat; general, the same for every reader."""
    return [
        language.say("Short walks add up. Start slowly, build up gradually, and keep at it."),
        language.say("Break up sitting every 30 to 40 minutes."),
    ]


def _much_is_missing(week: WeekSummary) -> bool:
    """A first and a last day that began or ended at noon are no reason to doubt a week."""
    return week.worn_share < THIN_SHARE


def _full(days: Sequence[DaySummary]) -> list[DaySummary]:
    """The days that count and of which little is missing."""
    return [d for d in days if d.valid and d.worn_share >= THIN_SHARE]


def _named(language: Language, day: DaySummary, days: Sequence[DaySummary]) -> str:
    """Return the weekday where that names one day, else its date."""
    return language.weekday(day.date) if len(days) <= _WEEK_DAYS else language.day_name(day.date)


def _days_differ(language: Language, days: Sequence[DaySummary]) -> str:
    """Return the days with least and most walking; if days have gaps, only the most. "" for one day."""
    valid, full = [d for d in days if d.valid], _full(days)
    if len(valid) < 2:
        return ""
    best = max(valid, key=lambda d: d.walking_min)
    most, best_day = language.minutes(best.walking_min), _named(language, best, days)
    if len(full) < 2 or best not in full:
        return language.say("We recorded most walking on {day}: {minutes}.", day=best_day, minutes=most)
    least = min(full, key=lambda d: d.walking_min)
    return language.say(
        "Your days ranged from {least} ({least_day}) to {most} ({most_day}).",
        least=language.minutes(least.walking_min),
        least_day=_named(language, least, days),
        most=most,
        most_day=best_day,
    )


def _full_days(language: Language, days: Sequence[DaySummary]) -> list[str]:
    """How much was walked on the days that are almost complete; nothing if there are none."""
    full = [d.walking_min for d in _full(days)]
    if not full:
        return []
    mean = language.minutes(sum(full) / len(full))
    return [
        language.say_n(
            "On the one day that is almost complete, you walked {minutes}.",
            "On the {n} days that are almost complete, you walked {minutes} on average.",
            len(full),
            minutes=mean,
        )
    ]


def basis(language: Language, days: Sequence[DaySummary], week: WeekSummary) -> str:
    """Return how many days count, and how much of them was seen."""
    if not week.valid_days:
        return language.say("No day counts yet, so we cannot describe a typical day.")
    if week.valid_days < len(days):
        counted = language.say("{n} of {all} days", n=week.valid_days, all=len(days))
    else:
        counted = language.say_n("{n} day", "{n} days", week.valid_days)
    if week.worn_share >= _ALMOST_ALL:
        return language.say(
            "These figures rest on {days}. On these you wore the nodes almost all the time.", days=counted
        )
    return language.say(
        "These figures rest on {days}. On these you wore the nodes {percent} of the time.",
        days=counted,
        percent=language.percent(week.worn_share),
    )


def _left_out(language: Language, days: Sequence[DaySummary], week: WeekSummary) -> list[str]:
    """Which days do not count, and why; nothing where all do, or none. Those with swapped nodes are named apart."""
    left = [d for d in days if not d.valid and not d.nodes_swapped]
    if not left or not week.valid_days:
        return []
    names = ", ".join(language.day_name(d.date) for d in left)
    return [
        language.say_n(
            "{days} is left out: too little was worn or seen.",
            "{days} are left out: too little was worn or seen.",
            len(left),
            days=names,
        )
    ]


def _pace(language: Language, week: WeekSummary) -> str:
    slow, moderate, brisk = (
        round(m) for m in (week.walking_slow_min, week.walking_moderate_min, week.walking_brisk_min)
    )
    if week.walking_slow_min + week.walking_moderate_min + week.walking_brisk_min == 0:
        return language.say("We could not estimate how fast you walked.")
    unknown = round(week.walking_unknown_pace_min)
    if not unknown:
        return language.say(
            "About {slow} of these minutes were slow, {moderate} moderate and {brisk} brisk.",
            slow=slow,
            moderate=moderate,
            brisk=brisk,
        )
    return language.say(
        "About {slow} of these minutes were slow, {moderate} moderate and {brisk} brisk. The pace of {unknown} is "
        "unknown.",
        slow=slow,
        moderate=moderate,
        brisk=brisk,
        unknown=unknown,
    )


def _sitting(language: Language, days: Sequence[DaySummary], week: WeekSummary) -> str:
    """How long one sat; with the thigh node alone, how long one sat or lay; "" where neither is known."""
    known = [d for d in days if d.valid_both]
    if not known:
        return _sitting_or_lying(language, days, week)
    longest = max(known, key=lambda d: d.sitting_longest_min)
    told = {"time": language.duration(week.sitting_min), "stretch": language.duration(longest.sitting_longest_min)}
    if len(days) == 1:
        return language.say("You sat for {time}. The longest time without a break was {stretch}.", **told)
    day = _named(language, longest, days)
    return language.say(
        "You sat for {time} a day. The longest time without a break was {stretch}, on {day}.", **told, day=day
    )


def _sitting_or_lying(language: Language, days: Sequence[DaySummary], week: WeekSummary) -> str:
    if not week.valid_thigh_days:
        return ""
    time = language.duration(week.sitting_or_lying_min)
    if len(days) == 1:
        return language.say("You sat or lay for {time}, the night included.", time=time)
    return language.say("You sat or lay for {time} a day, nights included.", time=time)


def height_note(language: Language, week: WeekSummary) -> str:
    """Return that pace rests on a height which nobody set; "" where it was set, or there is no week."""
    if week.height_known or isnan(week.height_m):
        return ""
    message = N_("Pace is estimated for a height of {height} m, which is assumed, because none was set.")
    return language.say(message, height=language.number(week.height_m, 2))


def met_note(language: Language, met: MetTable) -> str:
    """Return what a reader of the figures must know about the MET table."""
    if not met.is_placeholder:
        return language.say("MET table: {name}.", name=met.name)
    return language.say(
        "MET table: {name}. The study's own MET for each pace was not available, so this table stands in for it. "
        "Another table would change mean MET and the intensity category.",
        name=met.name,
    )


def rules_note(language: Language, rules: Rules) -> str:
    """Return the limits of pace and validity that the figures were made by."""
    said = language.say(
        "{name}: slow up to {slow} km/h, brisk from {brisk} km/h",
        name=rules.label,
        slow=language.shortest(rules.slow_max_kmh),
        brisk=language.shortest(rules.brisk_min_kmh),
    )
    asked = [
        language.say("worn for at least {n} h", n=language.shortest(rules.valid_worn_h)) if rules.valid_worn_h else "",
        language.say("some sitting") if rules.valid_sitting_s else "",
        language.say("some walking") if rules.valid_walking_s else "",
    ]
    return "; ".join([said, language.say("a valid day: {rules}", rules=", ".join(filter(None, asked)))])


def zones_words(language: Language, zones: ZoneHistory) -> str:
    """Return where the days were cut: "Europe/Oslo; from 2026-03-04 12:00 Asia/Tokyo"."""
    first, *later = zones.changes
    moves = [
        language.say("from {time} {zone}", time=f"{datetime.fromtimestamp(at, zone):%Y-%m-%d %H:%M}", zone=zone.key)
        for at, zone in later
    ]
    return "; ".join([first[1].key, *moves])


def who_sentence(language: Language, week: WeekSummary) -> str:
    """Return the week's moderate minutes beside what WHO advises: measured ones, beside reported ones."""
    return language.say(
        "A week of such days has {n} minutes of at least moderate activity, with vigorous minutes counted twice. The "
        "World Health Organization advises adults to get 150 to 300 a week. That advice rests mostly on what people "
        "reported, not on sensors.",
        n=language.number(week.who_min),
    )
