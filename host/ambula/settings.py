"""Named rules behind every summary: pace limits, METs, bouts, validity; the study's where the study gives one."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class MetTable:
    """Energy cost of walking, MET, by pace, under the name that every output must carry; each > 0."""

    name: str = "placeholder 2.8/3.5/4.3 (2011 Compendium)"
    slow: float = 2.8
    moderate: float = 3.5
    brisk: float = 4.3
    is_placeholder: bool = True

    def __post_init__(self) -> None:
        if not 0 < self.slow <= self.moderate <= self.brisk:
            raise ValueError(f"MET table {self.name!r}: needs 0 < slow <= moderate <= brisk")

    @property
    def note(self) -> str:
        """What a reader of the figures must know about the table."""
        if not self.is_placeholder:
            return f"MET table: {self.name}."
        return (
            f"MET table: {self.name}. The study's own MET for each pace was not available, so this table stands in "
            "for it; mean MET and intensity category would change with another."
        )


@dataclass(frozen=True)
class Rules:
    """How epochs become a day's figures.

    slow_max_kmh, brisk_min_kmh: pace limits, slow up to and including the first, brisk from the second on.
    walking_pause_s: halts up to this long do not end a walking bout; sitting_pause_s: nor a sitting bout.
    long_walk_pause_s: the same for walks of 10 minutes and more, where kerbs and doors are part of the walk.
    valid_*: the least of each that makes a day valid; HUNT4 asks for some sitting and some walking.
    Raises ValueError where a limit is negative or the paces overlap. Source: HUNT4 (doi
    10.1001/jamanetworkopen.2025.15592) for paces and validity; the pauses are Ambula's own.
    """

    name: str = "HUNT4"
    met: MetTable = field(default_factory=MetTable)
    slow_max_kmh: float = 4.0
    brisk_min_kmh: float = 5.5
    walking_pause_s: int = 0
    long_walk_pause_s: int = 30
    sitting_pause_s: int = 0
    valid_sitting_s: int = 5
    valid_walking_s: int = 5
    valid_worn_h: float = 0.0

    def __post_init__(self) -> None:
        if not 0 < self.slow_max_kmh < self.brisk_min_kmh:
            raise ValueError("rules: needs 0 < slow_max_kmh < brisk_min_kmh")
        if min(self.walking_pause_s, self.long_walk_pause_s, self.sitting_pause_s, self.valid_worn_h) < 0:
            raise ValueError("rules: a pause or a validity limit is negative")


DEFAULT = Rules()
