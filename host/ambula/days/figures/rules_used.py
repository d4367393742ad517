"""Which rules and which MET table a summary was made by."""

from dataclasses import dataclass
from functools import partial
from typing import Annotated

from ambula.days.entry import COMPENDIUM, Entry
from ambula.days.rules import Rules
from ambula.days.units import Unit

_rules = partial(Entry, group="Rules")


@dataclass(frozen=True, kw_only=True)
class RulesUsed:
    """The names that every output carries."""

    rules: Annotated[str, _rules("Rules", Unit.NAME, "Name of the rules for pace, bouts and validity.", formula="name")]
    met_table: Annotated[
        str,
        _rules(
            "MET table",
            Unit.NAME,
            "Name of the table that turns pace into MET. The default is a placeholder, because the study's own was "
            "not available.",
            formula="met.name",
            source=COMPENDIUM,
        ),
    ]


def rules_used(rules: Rules) -> RulesUsed:
    """Return the names of rules and of their MET table."""
    return RulesUsed(rules=rules.name, met_table=rules.met.name)
