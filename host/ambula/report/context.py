"""What a report needs besides the epochs: who, by which firmware, by which rules."""

from dataclasses import dataclass, field
from datetime import date

from ambula.account.ledger import Ledger
from ambula.base.translation import SOURCE
from ambula.days.local_days import Zones
from ambula.days.rules import DEFAULT, Rules
from ambula.programme import Programme
from ambula.store import Check


@dataclass(frozen=True)
class ReportContext:
    """participant: a code, never a name. zone: the one that the days were cut by, or a history of them.

    synthetic: made by a model, not worn. firmware: which wrote each role's records: {"thigh": "0.1.0+0.2.0"}, empty
    where unknown. versions: in words, where records of different firmware stand side by side. package: version of the
    host package. rules: those of the summary. It has no time of making: the same data give the same bytes. ledgers:
    each node's, by role. clocks: what gait showed of the nodes' clocks, in words; empty where readings vouch for them.
    accepted: the checks in which a person went against what was unknown. programme: how the walking programme goes;
    None, none. pain: what was noted, 0..10, each with its local date. language: one of `translation.CODES`.
    """

    participant: str
    zone: Zones
    synthetic: bool = False
    firmware: dict[str, str] = field(default_factory=dict[str, str])
    package: str = ""
    rules: Rules = DEFAULT
    ledgers: dict[str, Ledger] = field(default_factory=dict[str, Ledger])
    clocks: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()
    accepted: tuple[Check, ...] = ()
    programme: Programme | None = None
    pain: tuple[tuple[date, int], ...] = ()
    language: str = SOURCE
