"""One sentence on how right the times of the days are."""

import math
from collections.abc import Sequence

from ambula.days.summary import DaySummary
from ambula.report.language import Language


def clock_note(language: Language, days: Sequence[DaySummary]) -> str:
    """Return how right the times are; "" where the clocks leave too much open, which is said elsewhere, or unknown."""
    doubts_s = [day.clock_doubt_s for day in days if not math.isnan(day.clock_doubt_s)]
    if not doubts_s or any(day.clock_doubtful for day in days):
        return ""
    worst_s = math.ceil(max(doubts_s))
    within = language.say("{n} s", n=worst_s) if worst_s < 120 else language.say("{n} min", n=math.ceil(worst_s / 60))
    return language.say("By the readings of the nodes' clocks, all times are right to within {time}.", time=within)
