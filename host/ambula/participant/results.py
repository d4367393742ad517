"""All that the store says of a participant: epochs, days, week, ledgers."""

from dataclasses import dataclass
from math import nan

from ambula.account.ledger import Ledger, ledger_from
from ambula.days.local_days import ZoneHistory, Zones
from ambula.days.origin import NodeLog, Origin
from ambula.days.rules import DEFAULT, Rules
from ambula.days.summary import DaySummary, WeekSummary, summarise_days, summarise_week
from ambula.days.week_summary import NO_PROGRAMME, ProgrammeFigures
from ambula.epochs.pace import height_used_m
from ambula.epochs.table import EpochTable, Records
from ambula.participant.doubt_words import doubt_words
from ambula.participant.epochs import load_wear
from ambula.participant.versions import class_words, newer_words, version_words
from ambula.participant.zones import zones_of
from ambula.programme import WENT_WELL, Stage, Verdict
from ambula.programme.participant import plan_words, programme_if_read
from ambula.store import Check, Store
from nodecore import protocol

_UNKNOWN_NODES = "Nodes worn at a place that this Ambula does not know are left out ({}): update Ambula."


@dataclass(frozen=True)
class Results:
    """What the store says of a participant: epochs, days, week, each node's ledger by role, the clocks in words.

    firmware: what wrote each role's records, several with "+" in time order. moved: each role's records on the table's
    epochs. Both by "thigh" and "back". versions: in words, where records of different firmware stand side by side.
    checks: what `ambula check` came to, in time order.
    """

    table: EpochTable
    days: list[DaySummary]
    week: WeekSummary
    ledgers: dict[str, Ledger]
    firmware: dict[str, str]
    clocks: list[str]
    moved: dict[str, Records]
    checks: list[Check]
    versions: list[str]


def results(store: Store, participant: str, zones: Zones | None = None, rules: Rules = DEFAULT) -> Results:
    """Return a participant's epochs, days and week, cut by `zones`, by `rules`; empty where nothing was recorded.

    zones: without them those that are kept with the data. A second log of a role has its ledger under "thigh 2", and so
    on. Raises StoreError where the store is damaged.

    Example:
        >>> from pathlib import Path
        >>> import ambula
        >>> with ambula.Store(Path("ambula.db")) as store:
        ...     found = ambula.results(store, "P01")
        >>> f"{found.week.walking_min:.1f} min a day on {found.week.valid_days} valid days"
        '104.3 min a day on 7 valid days'
        >>> found.days[0].date, round(found.days[0].walking_min)
        (datetime.date(2026, 3, 2), 97)
    """
    zones = zones_of(store, participant, None) if zones is None else zones
    wear = load_wear(store, participant, rules.of_epochs)
    logs: list[NodeLog] = []
    ledgers: dict[str, Ledger] = {}
    nodes = store.nodes("participant = ?", (participant,))
    for node in sorted(nodes, key=lambda n: n.role):
        role, off_body = protocol.ROLE_NAMES[node.role], wear.table.off_body(1 << node.role)
        ledger = ledger_from(wear.times[node.node_id], off_body)
        nth = sum(log.role == role for log in logs) + 1
        logs.append(NodeLog(role, node.device_id, ledger))
        ledgers[role if nth == 1 else f"{role} {nth}"] = ledger
    height_m = store.height_m(participant)
    origin = Origin(participant, tuple(logs), height_used_m(height_m), height_m is not None)
    days = summarise_days(wear.table, zones, rules, origin)
    firmware = {role: versions.words for role, versions in wear.versions.items()}
    week = summarise_week(days, _programme_figures(store, participant, wear.table, zones), rules)
    versions = [*version_words(wear.versions, ZoneHistory.of(zones)), *class_words(wear.moved)]
    versions += plan_words(store, participant)
    unknown = store.unknown_nodes(participant)
    versions += [_UNKNOWN_NODES.format(unknown)] if unknown else []
    newer = sum(store.newer_bytes(node.node_id) for node in nodes)
    versions += [f"{newer_words(newer)}. Until then their time has no record."] if newer else []
    checks, clocks = store.checks(participant), [*wear.clocks, *doubt_words(days)]
    return Results(wear.table, days, week, ledgers, firmware, clocks, wear.moved, checks, versions)


def _programme_figures(store: Store, participant: str, table: EpochTable, zones: Zones) -> ProgrammeFigures:
    """Return the week's figures of the programme; the defaults for a participant without one."""
    begun = store.programme(participant) is not None
    programme = programme_if_read(store, participant, table, ZoneHistory.of(zones)) if begun else None
    if programme is None:
        return NO_PROGRAMME
    over = [week for week in programme.weeks if week.verdict is not Verdict.RUNNING and week.goal is not None]
    return ProgrammeFigures(
        programme_weeks=len(over),
        programme_well_weeks=sum(week.verdict in WENT_WELL for week in over),
        programme_goal_min=programme.goal.minutes if programme.stage is Stage.GOAL else nan,
        programme_goal_days=programme.goal.days if programme.stage is Stage.GOAL else nan,
    )
