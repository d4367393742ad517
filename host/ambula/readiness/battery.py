"""How long a node's cell still lasts: from its voltage at rest to charge, and by the power model to days."""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

# A LiPo cell at rest, mV: share of its charge. Linear in between; a cell's make and age move it by some 10%. Points of
# a chart that model builders use (blog.ampow.com/lipo-voltage-chart), which puts "empty" at 3.27 V.
_CHARGE = (
    (3270, 0.0),
    (3610, 0.05),
    (3690, 0.10),
    (3730, 0.20),
    (3770, 0.30),
    (3800, 0.40),
    (3840, 0.50),
    (3870, 0.60),
    (3950, 0.70),
    (4020, 0.80),
    (4110, 0.90),
    (4200, 1.00),
)


@dataclass(frozen=True)
class Budget:
    """What a node draws, as hardware/power_model.py computes it: mean currents, mA, and the share of a cell's charge
    that can be used."""

    base_ma: float
    pessimistic_ma: float
    usable_share: float


@cache
def budget() -> Budget:
    """Return the budget that the power model wrote to power.json."""
    return Budget(**json.loads(files("ambula.readiness").joinpath("power.json").read_text("utf-8")))


def charge_share(battery_mv: int) -> float:
    """Return the share of its charge, 0..1, that a cell of this voltage at rest holds; 0 or 1 beyond the table."""
    low_mv, low = _CHARGE[0]
    if battery_mv <= low_mv:
        return 0.0
    for high_mv, high in _CHARGE[1:]:
        if battery_mv <= high_mv:
            return low + (high - low) * (battery_mv - low_mv) / (high_mv - low_mv)
        low_mv, low = high_mv, high
    return 1.0


def battery_days(battery_mv: int, cell_mah: float, mean_ma: float) -> float:
    """Return how many days a cell still lasts at a mean current; what is below the usable share is kept out."""
    reserve = 1 - budget().usable_share
    return cell_mah * max(0.0, charge_share(battery_mv) - reserve) / mean_ma / 24
