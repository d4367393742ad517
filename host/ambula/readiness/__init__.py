"""Is a participant ready to go: batteries, flash, clocks, sensors, and both nodes there."""

from ambula.readiness.battery import Budget, battery_days, budget, charge_share
from ambula.readiness.rules import FLASH_BYTES_A_DAY, Needs, NodeState, check_readiness, facts_of

__all__ = [
    "FLASH_BYTES_A_DAY",
    "Budget",
    "Needs",
    "NodeState",
    "battery_days",
    "budget",
    "charge_share",
    "check_readiness",
    "facts_of",
]
