"""The days of a recording in one row: means over the valid ones, as the study makes them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import partial
from math import nan
from typing import Annotated

from ambula.base.version import SOFTWARE
from ambula.days.day_summary import DaySummary
from ambula.days.entry import HUNT4, WEEK, WHO, Entry, entries_of
from ambula.days.figures.bed import BedOfWeek
from ambula.days.figures.clock import ClockOfWeek
from ambula.days.figures.effort import EffortOfWeek
from ambula.days.figures.postures import PosturesOfWeek
from ambula.days.figures.rules_used import RulesUsed
from ambula.days.figures.trunk import BendsOfWeek
from ambula.days.figures.walking import WalkingOfWeek
from ambula.days.figures.wear import WearOfWeek
from ambula.days.means import mean, weekdays, weekend
from ambula.days.origin import FIRMWARE, HEIGHT, HEIGHT_KNOWN, together
from ambula.days.rules import DEFAULT, Rules
from ambula.days.study import intensity_category, volume_category, who_category
from ambula.days.units import Unit

_week = partial(Entry, group=WEEK)
_study = partial(_week, rests_on="worn_share")
_FEW = " Empty with fewer than band_days (4) valid days of band_worn_h (10 h) or more of wear."
_programme = partial(Entry, group="Programme")


@dataclass(frozen=True, kw_only=True)
class Recording:
    """Whose week it is, and how many of its days count."""

    participant: Annotated[
        str,
        _week(
            "Participant",
            Unit.NAME,
            "The participant's code. Empty if the epochs came without one.",
            formula="as given at set-up",
        ),
    ]
    first_date: Annotated[
        date | None, _week("First day", Unit.DATE, "First local date of the recording.", formula="min(date)")
    ]
    last_date: Annotated[
        date | None, _week("Last day", Unit.DATE, "Last local date of the recording.", formula="max(date)")
    ]
    days: Annotated[
        int, _week("Days", Unit.COUNT, "Local dates from first to last, both included.", formula="count(dates)")
    ]
    valid_days: Annotated[
        int,
        _week(
            "Valid days",
            Unit.COUNT,
            "Days that count. The means are over these, or over those of them with the nodes that a figure needs.",
            formula="count(valid)",
            source=HUNT4,
        ),
    ]
    valid_thigh_days: Annotated[
        int,
        _week(
            "Valid days of the thigh node",
            Unit.COUNT,
            "Valid days on which the thigh node was worn for as long as a valid day requires. Means that rest on "
            "thigh_worn_share are over these.",
            formula="count(valid_thigh)",
        ),
    ]
    valid_back_days: Annotated[
        int,
        _week(
            "Valid days of the back node",
            Unit.COUNT,
            "The same of the back node, for means that rest on back_worn_share or bed_share.",
            formula="count(valid_back)",
        ),
    ]
    valid_both_days: Annotated[
        int,
        _week(
            "Valid days of both nodes",
            Unit.COUNT,
            "The same of both nodes at once, for means that rest on both_worn_share, as that of sitting.",
            formula="count(valid_both)",
        ),
    ]
    valid_weekdays: Annotated[
        int,
        _week(
            "Valid weekdays", Unit.COUNT, "Valid days from Monday to Friday.", formula="count(valid, Monday to Friday)"
        ),
    ]
    valid_weekend_days: Annotated[
        int,
        _week(
            "Valid weekend days", Unit.COUNT, "Valid Saturdays and Sundays.", formula="count(valid, Saturday or Sunday)"
        ),
    ]
    swapped_days: Annotated[
        int,
        _week(
            "Days with swapped nodes",
            Unit.COUNT,
            "Days on which the nodes look swapped. They are not valid.",
            formula="count(nodes_swapped)",
        ),
    ]
    thigh_firmware: Annotated[
        str, _week("Firmware, thigh node", Unit.NAME, FIRMWARE, formula="names of all days, in time order")
    ]
    back_firmware: Annotated[
        str, _week("Firmware, back node", Unit.NAME, FIRMWARE, formula="names of all days, in time order")
    ]
    height_m: Annotated[float, _week("Height", Unit.M, HEIGHT, formula="as of the days")]
    height_known: Annotated[bool, _week("Height known", Unit.YES_NO, HEIGHT_KNOWN, formula="as of the days")]


@dataclass(frozen=True, kw_only=True)
class Bands:
    """Where the means lie in the study's bands and the WHO's."""

    volume_category: Annotated[
        str,
        _study(
            "Study band, minutes walked",
            Unit.MIN_A_DAY,
            "Band of mean walking minutes: <78, 78-100, 101-124, >=125. A value between two bands belongs to the "
            f"lower.{_FEW}",
            formula="band of walking_min",
            source=HUNT4,
        ),
    ]
    intensity_category: Annotated[
        str,
        _study(
            "Study band, intensity",
            Unit.MET,
            "Band of mean MET: <3.00, 3.00-3.11, 3.12-3.26, >=3.27. A value between two bands belongs to the lower."
            f"{_FEW}",
            formula="band of walking_met",
            source=HUNT4,
            digits=0,
        ),
    ]
    who_min: Annotated[
        float,
        _study(
            "Moderate minutes per week, as WHO counts",
            Unit.MIN_A_WEEK,
            "Minutes of moderate activity per week, in bouts or not, with vigorous minutes counted twice. The valid "
            "days stand for all seven. These minutes are measured, while the guideline rests mostly on reported ones.",
            formula="7 x mean(moderate_min + 2 x vigorous_min over valid days)",
            source=WHO,
            take=lambda days: 7 * (mean(d.moderate_min for d in days) + 2 * mean(d.vigorous_min for d in days)),
        ),
    ]
    who_bouts_min: Annotated[
        float,
        _study(
            "Active minutes per week in bouts",
            Unit.MIN_A_WEEK,
            "Moderate and vigorous minutes per week in bouts of at least 10 min, as the guideline of 2010 asked. "
            "Vigorous minutes count once.",
            formula="7 x mean(active_10min_min over valid days)",
            source=WHO,
            take=lambda days: 7 * mean(d.active_10min_min for d in days),
        ),
    ]
    who_category: Annotated[
        str,
        _study(
            "Compared with WHO's 150 to 300 min",
            Unit.MIN_A_WEEK,
            f"<150, 150-300 (both included), >300.{_FEW}",
            formula="band of who_min",
            source=WHO,
        ),
    ]


@dataclass(frozen=True, kw_only=True)
class ProgrammeFigures:
    """The week's figures of a walking programme; the defaults: no programme."""

    programme_weeks: Annotated[
        int,
        _programme(
            "Weeks with a goal",
            Unit.COUNT,
            "Weeks of the walking programme that are over and had a goal. 0 if no programme was begun, and in data "
            "sets, which have no programme.",
            formula="count of weeks",
        ),
    ] = 0
    programme_well_weeks: Annotated[
        int,
        _programme(
            "Weeks in which the goal was reached",
            Unit.COUNT,
            "Of these, weeks in which the goal was reached on nearly all its days.",
            formula="count of weeks judged well",
        ),
    ] = 0
    programme_goal_min: Annotated[
        float,
        _programme(
            "Goal per walking day",
            Unit.MIN,
            "Minutes that the programme asks for next. Empty if there is no goal.",
            formula="goal after the last week that is over",
            digits=0,
        ),
    ] = nan
    programme_goal_days: Annotated[
        float,
        _programme(
            "Goal, walking days per week",
            Unit.COUNT,
            "Days per week with these minutes. Empty if there is no goal.",
            formula="goal after the last week that is over",
        ),
    ] = nan


NO_PROGRAMME = ProgrammeFigures()


@dataclass(frozen=True, kw_only=True)
class WeekSummary(
    # From the last column to the first, as `DaySummary`.
    ProgrammeFigures,
    RulesUsed,
    Bands,
    ClockOfWeek,
    WearOfWeek,
    BedOfWeek,
    EffortOfWeek,
    BendsOfWeek,
    PosturesOfWeek,
    WalkingOfWeek,
    Recording,
):
    """Means over the valid days of a recording (NaN without one); what a field means is declared beside it."""


def summarise_week(
    days: Sequence[DaySummary], programme: ProgrammeFigures = NO_PROGRAMME, rules: Rules = DEFAULT
) -> WeekSummary:
    """Return means over the valid days; walking MET is weighted by minutes. Edge case: no day, NaN and no category.

    rules: those of the days; raises ValueError for others. They say from how many days on a week has a band.

    Example:
        >>> from pathlib import Path
        >>> import ambula
        >>> with ambula.Store(Path("ambula.db")) as store:
        ...     days = ambula.results(store, "P01").days
        >>> ambula.summarise_week(days).valid_days
        7
    """
    if days and days[0].rules != rules.label:
        raise ValueError(f"days by the rules {days[0].rules!r} need these for their week too, not {rules.label!r}")
    valid = [d for d in days if d.valid]
    taken = {e.name: e.take(valid) for e in entries_of(WeekSummary) if e.take}
    return WeekSummary(
        participant=days[0].participant if days else "",
        first_date=days[0].date if days else None,
        last_date=days[-1].date if days else None,
        days=len(days),
        valid_days=len(valid),
        valid_thigh_days=sum(d.valid_thigh for d in days),
        valid_back_days=sum(d.valid_back for d in days),
        valid_both_days=sum(d.valid_both for d in days),
        valid_weekdays=len(weekdays(valid)),
        valid_weekend_days=len(weekend(valid)),
        swapped_days=sum(d.nodes_swapped is True for d in days),
        thigh_firmware=_of_all(d.thigh_firmware for d in days),
        back_firmware=_of_all(d.back_firmware for d in days),
        height_m=days[0].height_m if days else nan,
        height_known=bool(days) and days[0].height_known,
        **taken,
        **_bands(valid, taken, rules),
        rules=days[0].rules if days else "",
        met_table=days[0].met_table if days else "",
        software=SOFTWARE,
        **asdict(programme),
    )


def _bands(valid: Sequence[DaySummary], taken: Mapping[str, float], rules: Rules) -> dict[str, str]:
    """Return where the means lie in the bands; nowhere on fewer days than the rules ask for."""
    if sum(d.worn_min >= 60 * rules.band_worn_h for d in valid) < rules.band_days:
        return dict.fromkeys(("volume_category", "intensity_category", "who_category"), "")
    volume, intensity = volume_category(taken["walking_min"]), intensity_category(taken["walking_met"])
    return {
        "volume_category": volume.label if volume else "",
        "intensity_category": intensity.label if intensity else "",
        "who_category": who_category(taken["who_min"]),
    }


def _of_all(joined: Iterable[str]) -> str:
    """Return the names of all days, in time order."""
    return together(name for names in joined for name in names.split("+"))
