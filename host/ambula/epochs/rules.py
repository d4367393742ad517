"""Rules that decide an epoch's class and can be applied again to the records of a node: each with the node's limit."""

from dataclasses import dataclass, fields, replace
from math import isfinite
from typing import Self

GAIT_MG = 56.0  # `nodecore.thresholds.BEAT`


@dataclass(frozen=True)
class EpochRules:
    """Limits of an epoch's class; the defaults are the node's (`nodecore.thresholds`).

    upright_deg: inclination of the thigh up to which it stands. lying_from_deg, lying_until_deg: inclination of the
    trunk from which, and down to which, it lies. not_worn_min, not_worn_mg: how long, and with how little movement on
    each axis, a node is still before it counts as off the body. gait_from_mg: variation of the magnitude above which
    an epoch moves like gait. Raises ValueError for a limit that no record can follow, or two in the wrong order.
    """

    upright_deg: float = 45.0
    lying_from_deg: float = 60.0
    lying_until_deg: float = 50.0
    not_worn_min: int = 45
    not_worn_mg: float = 5.0
    gait_from_mg: float = GAIT_MG

    def __post_init__(self) -> None:
        for name, (low, high) in _RANGES.items():
            value = getattr(self, name)
            if not (isfinite(value) and low <= value <= high):
                raise ValueError(f"rules: {name} is {value}: it must be {low:g} to {high:g}{_WHY.get(name, '')}")
        if not self.lying_until_deg < self.lying_from_deg:
            raise ValueError("rules: needs lying_until_deg < lying_from_deg")

    def changed(self) -> list[str]:
        """Return the names of the rules that differ from the node's, in order."""
        return [part.name for part in fields(self) if getattr(self, part.name) != part.default]

    def only(self, names: list[str]) -> Self:
        """Return the node's rules with only those of `names` as they are here."""
        return replace(type(self)(), **{name: getattr(self, name) for name in names})


_RANGES = {
    "upright_deg": (20, 65),
    "lying_from_deg": (30, 85),
    "lying_until_deg": (25, 80),
    "not_worn_min": (5, 600),
    "not_worn_mg": (1, 15),
    "gait_from_mg": (GAIT_MG, 500),
}
_WHY = {
    "gait_from_mg": " (below the node's 56 mg the kind of gait would have to be found, which needs the samples)",
    "not_worn_mg": " (above 15 mg a node looks for gait)",
}
DEFAULT = EpochRules()
