"""One week of a programme: its goal, what was walked, and its verdict."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from statistics import median

from ambula.programme.pain import Pain

DAY = timedelta(days=1)
WEEK = timedelta(days=7)


class Verdict(Enum):
    """What a week was, and with it why the next goal is what it is."""

    LOOKING = "looking"  # the first week that was seen, and those before: no goal yet
    LOOKING_PAIN = "looking, pain"  # the same, with much pain: the plan starts low
    NO_WALKS = "no walks"  # the same, seen well and without any walking: no goal, as for a wheelchair user
    BEYOND = "beyond"  # as much as the plan ever asks for, or more: no goal
    LESS = "less"  # less than that, after a week of it
    RUNNING = "running"  # it is not over
    WELL = "well"  # the goal was reached, on nearly all its days
    WELL_PAIN = "well, pain"  # the same with much pain that is usual for this person: the goal waits a week
    WELL_PAIN_AGAIN = "well, pain again"  # and for the second time: the goal goes up
    PARTLY = "partly"
    LOW = "low"  # much less than the goal
    LOW_AGAIN = "low again"  # and for the second time
    PAIN = "pain"  # a pause: more pain was noted
    UNSEEN = "unseen"  # a pause: too little was recorded to judge it
    UNSEEN_AGAIN = "unseen again"  # and for the second time: the plan looks again


WENT_WELL = frozenset({Verdict.WELL, Verdict.WELL_PAIN, Verdict.WELL_PAIN_AGAIN})


class Stage(Enum):
    """What the plan does in a week: look, set a goal, or leave a person alone who walks more than it asks."""

    LOOKING = "looking"
    GOAL = "goal"
    BEYOND = "beyond"


@dataclass(frozen=True)
class Goal:
    """Minutes of a walking day, and walking days a week."""

    minutes: int
    days: int


@dataclass(frozen=True)
class ProgrammeWeek:
    """One week: its goal (None: it had none), the minutes of each date (None: nothing recorded), and the verdict.

    pain_by_day: the highest noted on each date, 0..10 (None: none noted). reached_days: dates with the minutes asked
    for. share: of the goal's minutes, counted on its best dates, none beyond its goal. has_walking: a date has a minute
    on foot or more, short walks included. has_running: a date has running for as long as a walk that counts.
    """

    number: int
    first: date
    goal: Goal | None
    walked_min: tuple[float | None, ...]
    pain_by_day: tuple[int | None, ...]
    seen_days: int
    reached_days: int
    share: float
    has_walking: bool
    has_running: bool
    pain: Pain
    verdict: Verdict

    @property
    def last(self) -> date:
        """The week's last date."""
        return self.first + WEEK - DAY

    @property
    def worst_pain(self) -> int | None:
        """The highest pain noted in the week, 0..10."""
        return max((p for p in self.pain_by_day if p is not None), default=None)

    @property
    def median_pain(self) -> float | None:
        """The median of the highest pain of each date, 0..10."""
        noted = [p for p in self.pain_by_day if p is not None]
        return median(noted) if noted else None

    def days_of(self, minutes: float) -> list[float]:
        """Return what was walked on the dates with at least so many minutes, in min."""
        return [m for m in self.walked_min if m is not None and m >= minutes]
