"""What the nodes' clocks leave open of a participant's days, in words."""

from collections.abc import Sequence

from ambula.clock.words import duration
from ambula.days.day_summary import DaySummary

_EACH = 3  # days that are named one by one


def doubt_words(days: Sequence[DaySummary]) -> list[str]:
    """Return a sentence on the days whose minutes the clocks put in doubt; nothing where none is."""
    doubtful = [day for day in days if day.clock_doubtful]
    if not doubtful:
        return []
    named = ", ".join(str(day.date) for day in doubtful[:_EACH])
    which = named if len(doubtful) <= _EACH else f"{len(doubtful)} days from {doubtful[0].date} on"
    minutes = max(day.clock_doubt_min for day in doubtful)
    worst_s = max((day.clock_doubt_s for day in doubtful), key=lambda s: float("inf") if s != s else s)
    by = "nothing shows by how much times are off there"
    if worst_s == worst_s:
        by = f"times there may be off by {duration(1000 * worst_s)}"
    return [f"The clocks leave up to {minutes:.0f} min a day in doubt, on {which}: {by}."]
