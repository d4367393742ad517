"""Named rules behind every summary: pace limits, METs, bouts, validity; the study's where the study gives one."""

from dataclasses import dataclass, field, fields
from math import isfinite

from ambula.epochs.pace import BRISK_FROM_KMH, SLOW_UP_TO_KMH


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
    """How epochs become a day's figures: every parameter is defined, with unit and source, in dictionary.toml ("rule").

    The defaults are the study's where it gives one (HUNT4, doi 10.1001/jamanetworkopen.2025.15592). Raises ValueError
    for a limit that is negative, or limits in the wrong order.
    """

    name: str = "HUNT4"
    met: MetTable = field(default_factory=MetTable)
    slow_max_kmh: float = SLOW_UP_TO_KMH
    brisk_min_kmh: float = BRISK_FROM_KMH
    walking_pause_s: int = 0
    long_walk_pause_s: int = 30
    sitting_pause_s: int = 0
    valid_sitting_s: int = 5
    valid_walking_s: int = 5
    valid_worn_h: float = 0.0
    bend_from_deg: float = 60.0
    bend_until_deg: float = 50.0
    bend_least_s: int = 5
    bend_thigh_below_deg: float = 45.0
    movement_moderate_mg: float = 91.0
    movement_vigorous_mg: float = 414.0
    moderate_from_spm: float = 100.0
    vigorous_from_spm: float = 130.0
    active_pause_s: int = 60
    bed_pause_s: int = 1800
    bed_least_h: float = 3.0
    bed_lying_share: float = 0.5

    def __post_init__(self) -> None:
        for part in fields(self):
            value = getattr(self, part.name)
            if isinstance(value, int | float) and not (value >= 0 and isfinite(value)):
                raise ValueError(f"rules: {part.name} is {value}: it must be 0 or more")
        for low, high in _IN_ORDER:
            if not getattr(self, low) < getattr(self, high):
                raise ValueError(f"rules: needs {low} < {high}")
        if not self.slow_max_kmh > 0:
            raise ValueError("rules: needs 0 < slow_max_kmh")
        if self.bed_lying_share > 1:
            raise ValueError(f"rules: bed_lying_share is {self.bed_lying_share}: it is a share, 0 to 1")


_IN_ORDER = (
    ("slow_max_kmh", "brisk_min_kmh"),
    ("bend_until_deg", "bend_from_deg"),
    ("movement_moderate_mg", "movement_vigorous_mg"),
    ("moderate_from_spm", "vigorous_from_spm"),
)
DEFAULT = Rules()
