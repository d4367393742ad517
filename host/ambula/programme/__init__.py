"""The walking programme: a plan, what was walked of it, and the next goal with its reason."""

from ambula.programme.plan import Plan, load_plan, read_plan
from ambula.programme.progress import Programme, Stage, follow
from ambula.programme.walks import WalkingDay, open_date, walking_days
from ambula.programme.weeks import WENT_WELL, Goal, ProgrammeWeek, Verdict

__all__ = [
    "WENT_WELL",
    "Goal",
    "Plan",
    "Programme",
    "ProgrammeWeek",
    "Stage",
    "Verdict",
    "WalkingDay",
    "follow",
    "load_plan",
    "open_date",
    "read_plan",
    "walking_days",
]
