"""One local day in figures."""

from dataclasses import dataclass

from ambula.days.figures.accounts import Accounts
from ambula.days.figures.bed import Bed
from ambula.days.figures.cadence import Cadence
from ambula.days.figures.clock import Clock
from ambula.days.figures.effort import Effort, Movement
from ambula.days.figures.mounting import Mounting
from ambula.days.figures.postures import Postures, Sitting
from ambula.days.figures.rules_used import RulesUsed
from ambula.days.figures.sites import Sites
from ambula.days.figures.trunk import Bends
from ambula.days.figures.walking import Paces, Walks
from ambula.days.figures.wear import Validity, Wear
from ambula.days.origin import Identity


@dataclass(frozen=True, kw_only=True)
class DaySummary(
    # From the last column to the first: of its bases, a dataclass takes the fields of the last one first.
    RulesUsed,
    Bed,
    Bends,
    Sitting,
    Walks,
    Cadence,
    Effort,
    Movement,
    Paces,
    Postures,
    Mounting,
    Clock,
    Sites,
    Accounts,
    Validity,
    Wear,
    Identity,
):
    """One local day; what a field means, with unit, formula and source, is declared beside it, in `figures`.

    Floats are NaN, and counts None, where there is nothing to take them from: where the share that a figure rests on is
    0, and in some days more. The ten activity minutes, an empty one as nothing, add up to `recorded_min`; each node's
    minutes by state to its `*_ledger_min`.
    """
