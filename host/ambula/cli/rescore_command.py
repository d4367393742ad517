"""The command that shows what other rules of an epoch would change: rescore."""

from typing import Any

from ambula.base.errors import InputError
from ambula.cli.common import (
    JsonOption,
    ParticipantOption,
    RulesOption,
    StoreOption,
    rules_of,
    store_path,
    warn_of_name,
)
from ambula.cli.output import Table, out, print_json
from ambula.days.rules import Rules
from ambula.participant.epochs import choose_participant, load_wear
from ambula.participant.rescoring import EXACT, NEEDS_SAMPLES, Effect, effects
from ambula.store import Store

_USE = (
    "Nothing was written: the store keeps what the nodes recorded. Summary, report, export and cohort take the same "
    "--rules."
)
_DOUBT = (
    "In doubt: the record does not hold enough to say what the node would have said. See docs/reference/rescore.md."
)


def rescore(
    store: StoreOption = None,
    participant: ParticipantOption = None,
    rules: RulesOption = None,
    json: JsonOption = False,
) -> None:
    """Show what other rules of an epoch change, from the nodes' records, and write nothing."""
    if rules is None:
        raise InputError("rescore needs rules: give --rules FILE, with a rule of an epoch such as upright_deg = 50")
    by = rules_of(rules)
    with Store(store_path(store), must_exist=True) as kept:
        who = warn_of_name(choose_participant(kept, participant))
        wear = load_wear(kept, who)
    if not len(wear.table):
        raise InputError(f"{who} has no epochs yet: sync the nodes first")
    found = effects(wear, by.of_epochs)
    if json:
        print_json(_as_json(who, by, len(wear.table), found))
        return
    if not found:
        out.line(f"{by.name} has the nodes' own rules of an epoch: no epoch changes.")
        return
    out.table(_by_rule(f"{who}, {len(wear.table)} epochs, by {by.label}", found))
    out.table(_by_class(found[-1]))
    if any(one.mark != EXACT for one in found):
        out.line(_DOUBT)
    out.line(f"No rule changes what needs the samples: {'; '.join(NEEDS_SAMPLES)}.")
    out.line(_USE)


def _by_rule(title: str, found: list[Effect]) -> Table:
    rows = [
        [
            "all together" if len(found) > 1 and one is found[-1] else _limits(one),
            str(one.epochs),
            one.mark,
            str(one.unsure),
        ]
        for one in found
    ]
    return Table(rows, ["rule", "epochs changed", "as the node would", "in doubt"], title, frozenset((1, 3)))


def _limits(one: Effect) -> str:
    return ", ".join(f"{name} {was:g} -> {now:g}" for name, (was, now) in one.rules.items())


def _by_class(one: Effect) -> Table:
    rows = [[was, now, str(count)] for (was, now), count in one.changes.items()]
    return Table(rows or [["-", "-", "0"]], ["from", "to", "epochs"], right=frozenset((2,)))


def _as_json(who: str, by: Rules, epochs: int, found: list[Effect]) -> dict[str, Any]:
    told = [
        {
            "rules": {name: {"node": was, "new": now} for name, (was, now) in one.rules.items()},
            "epochs_changed": one.epochs,
            "as_the_node_would": one.mark,
            "in_doubt": one.unsure,
            "changes": [{"from": was, "to": now, "epochs": n} for (was, now), n in one.changes.items()],
        }
        for one in found
    ]
    return {"participant": who, "rules": by.label, "epochs": epochs, "effects": told, "needs_samples": NEEDS_SAMPLES}
