"""Which rules, which MET table and which software a summary was made by."""

from dataclasses import dataclass
from functools import partial
from typing import Annotated

from ambula.base.version import SOFTWARE
from ambula.days.entry import COMPENDIUM, Entry
from ambula.days.rules import Rules
from ambula.days.units import Unit

_rules = partial(Entry, group="Rules")


@dataclass(frozen=True, kw_only=True)
class RulesUsed:
    """The names that every output carries."""

    rules: Annotated[
        str,
        _rules(
            "Rules",
            Unit.NAME,
            "Name of the rules for pace, bouts and validity, and the rules of an epoch that are not the node's.",
            formula="name",
        ),
    ]
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
    software: Annotated[
        str,
        _rules(
            "Software",
            Unit.NAME,
            "This package's version and the number of its figures. By another number the same records may give other "
            "figures. Where another program had joined the epochs of a data set, it stands before, with '+'.",
            formula="name",
        ),
    ]


def rules_used(rules: Rules) -> RulesUsed:
    """Return the names of rules, of their MET table and of this software."""
    return RulesUsed(rules=rules.label, met_table=rules.met.name, software=SOFTWARE)
