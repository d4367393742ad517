"""What a planned day is made of: stretches of one kind, end to end."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from nodecore import activity


class Kind(StrEnum):
    """What a person does in a stretch: finer than the activity, so that errors can be separated by cause."""

    SLEEP = "sleep"
    LYING_AWAKE = "lying_awake"
    SITTING = "sitting"
    RECLINED = "reclined"
    CAR = "car"
    STANDING = "standing"
    BENDING = "bending"
    SHUFFLING = "shuffling"
    WALKING = "walking"
    STAIRS_UP = "stairs_up"
    STAIRS_DOWN = "stairs_down"
    RUNNING = "running"
    CYCLING = "cycling"
    NOT_WORN = "not_worn"


ACTIVITY = {
    Kind.SLEEP: activity.LYING,
    Kind.LYING_AWAKE: activity.LYING,
    Kind.SITTING: activity.SITTING,
    Kind.RECLINED: activity.SITTING,
    Kind.CAR: activity.SITTING,
    Kind.STANDING: activity.STANDING,
    Kind.BENDING: activity.STANDING,
    Kind.SHUFFLING: activity.STANDING,
    Kind.WALKING: activity.WALKING,
    Kind.STAIRS_UP: activity.STAIRS,
    Kind.STAIRS_DOWN: activity.STAIRS,
    Kind.RUNNING: activity.RUNNING,
    Kind.CYCLING: activity.CYCLING,
    Kind.NOT_WORN: activity.NOT_WORN,
}

# Used where a stretch names none: steps/min, for cycling revolutions/min times two.
DEFAULT_CADENCE_SPM = {
    Kind.WALKING: 108.0,
    Kind.STAIRS_UP: 88.0,
    Kind.STAIRS_DOWN: 100.0,
    Kind.RUNNING: 162.0,
    Kind.CYCLING: 140.0,
    Kind.SHUFFLING: 50.0,
}


@dataclass(frozen=True)
class Stretch:
    """One kind of activity from `start_s` (seconds since the plan began) for `duration_s`.

    `cadence_spm`: steps a minute (cycling: two a revolution), None for the kind's default or where nothing swings.
    Raises ValueError for a negative start, an empty stretch, or a cadence outside 20..220.
    """

    start_s: float
    duration_s: float
    kind: Kind
    cadence_spm: float | None = None

    def __post_init__(self) -> None:
        if self.start_s < 0 or self.duration_s <= 0:
            raise ValueError(f"stretch at {self.start_s} s for {self.duration_s} s: needs start >= 0, duration > 0")
        if self.cadence_spm is not None and not 20 <= self.cadence_spm <= 220:
            raise ValueError(f"cadence {self.cadence_spm} steps/min: outside 20..220")

    @property
    def end_s(self) -> float:
        """Seconds since the plan began at which the stretch ends."""
        return self.start_s + self.duration_s

    @property
    def activity(self) -> int:
        """Return the `nodecore.activity` code that a perfect classifier would give."""
        return ACTIVITY[self.kind]

    @property
    def rate_spm(self) -> float | None:
        """Steps a minute (cycling: two a revolution), None where nothing swings."""
        return self.cadence_spm if self.cadence_spm is not None else DEFAULT_CADENCE_SPM.get(self.kind)


class DayBuilder:
    """Lays stretches end to end and stops exactly at `length_s`."""

    def __init__(self, length_s: float = 86_400.0) -> None:
        self.length_s = length_s
        self.stretches: list[Stretch] = []

    @property
    def now_s(self) -> float:
        """Seconds since the plan began at which the next stretch starts."""
        return self.stretches[-1].end_s if self.stretches else 0.0

    @property
    def left_s(self) -> float:
        """Seconds that are still to be filled."""
        return self.length_s - self.now_s

    def add(self, kind: Kind, duration_s: float, cadence_spm: float | None = None) -> None:
        """Append a stretch of whole tenths of a second, cut at the end of the day; nothing once the day is full."""
        duration_s = round(min(duration_s, self.left_s), 1)
        if duration_s > 0:
            self.stretches.append(Stretch(round(self.now_s, 1), duration_s, kind, cadence_spm))

    def until(self, kind: Kind, clock_s: float) -> None:
        """Fill with one kind until `clock_s`; nothing if that has passed."""
        self.add(kind, clock_s - self.now_s)


def check_plan(plan: Sequence[Stretch]) -> None:
    """Raise ValueError unless the plan has stretches that follow each other from 0 without gap or overlap."""
    if not plan:
        raise ValueError("a plan needs at least one stretch")
    expected_s = 0.0
    for stretch in plan:
        if abs(stretch.start_s - expected_s) > 1e-3:
            raise ValueError(f"stretch starts at {stretch.start_s} s where {expected_s} s was due")
        expected_s = stretch.end_s
