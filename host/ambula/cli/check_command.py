"""`ambula check`: whether the nodes are ready, and worn as they should be."""

import time
from dataclasses import asdict
from datetime import UTC, datetime
from math import isnan
from pathlib import Path
from typing import Annotated, Any

import typer

from ambula.account.faults import faults_of
from ambula.base.errors import InputError
from ambula.base.sites import SITES
from ambula.cli.common import JsonOption, ParticipantOption, StoreOption, run, store_path, zone_of
from ambula.cli.node_commands import RadioOption, TimeoutOption, keys_of_one
from ambula.cli.output import err, out, print_json, waiting
from ambula.donning import Donning, Windows, check_donning, windows_of_counts, windows_of_records
from ambula.donning.windows import Bools
from ambula.donning.words import Finding, Level
from ambula.nodes.session import NodeKey
from ambula.nodes.visit import SCAN_S
from ambula.participant.epochs import choose_participant, role_records
from ambula.readiness import Needs, NodeState, budget, check_readiness, facts_of
from ambula.readiness.rules import recorded_nothing
from ambula.readiness.visit import visit_nodes
from ambula.recordings.classify import check_overlap
from ambula.recordings.recording import Samples, read_samples
from ambula.store import Store
from ambula.transport.source import open_radio
from nodecore import protocol, roles
from nodecore.sampling import EPOCH_S, EPOCH_SAMPLES, EPOCHS_A_MINUTE

NO_GO = 8
# The second at which windows start, and each node's.
Span = tuple[int, tuple[Windows | None, Windows | None]]
_FRESH_S = 120  # what was synced just now ends so short a time ago, if the nodes record
_NOT_WORN = Finding(
    "not_checked",
    "",
    Level.NOTE,
    "How they are worn was not checked. Put them on, stand, sit and walk for thirty seconds each, and check again.",
)
_WORN_RIGHT = "Go: the nodes are worn as they should be."
_MAX_DAYS = 60

ThighOption = Annotated[Path | None, typer.Option(metavar="CSV", help="Thigh recording: CSV with t,x,y,z (s, g).")]
BackOption = Annotated[Path | None, typer.Option(metavar="CSV", help="Lower-back recording, in the same form.")]
MinutesOption = Annotated[
    int, typer.Option(min=1, max=60, metavar="MIN", help="How many of the newest minutes to look at.")
]


def check(
    thigh: ThighOption = None,
    back: BackOption = None,
    offline: Annotated[bool, typer.Option("--offline", help="Check only how they were worn, from the store.")] = False,
    nodes_only: Annotated[
        bool, typer.Option("--nodes-only", help="Check only the nodes, before they are put on.")
    ] = False,
    days: Annotated[int, typer.Option(min=1, max=_MAX_DAYS, metavar="N", help="Days to wear them.")] = 7,
    cell: Annotated[
        float, typer.Option(min=50, max=5000, metavar="MAH", help="Rated charge of the cells, mAh.")
    ] = 400.0,
    store: StoreOption = None,
    participant: ParticipantOption = None,
    minutes: MinutesOption = 5,
    timeout: TimeoutOption = SCAN_S,
    json: JsonOption = False,
    radio: RadioOption = "",
) -> None:
    """Check cells, flash, clocks and sensors, and that both nodes are worn the right way.

    Stand, sit and walk for thirty seconds each, then check. Exit code 8: no-go.
    """
    if thigh is not None or back is not None:
        if store is not None or participant is not None or offline or nodes_only:
            raise InputError("give recordings (--thigh, --back) or a store (--store, --participant), not both")
        _end(*_donning(_from_files(thigh, back)), _WORN_RIGHT, json=json)
    elif offline:
        with Store(store_path(store), must_exist=True) as kept:
            span = _newest(kept, choose_participant(kept, participant), minutes)
        if span is None:
            raise InputError("nothing is recorded yet: sync the nodes first")
        _end(*_donning(span), _WORN_RIGHT, json=json)
    else:
        keys, needs = keys_of_one(participant or ""), Needs(days, cell)
        _check_nodes(store, keys, needs, 0 if nodes_only else minutes, timeout, json, radio)


def _check_nodes(
    store: Path | None, keys: list[NodeKey], needs: Needs, minutes: int, timeout_s: float, json: bool, radio: str
) -> None:
    """Visit the nodes, then look at how they are worn if they have just recorded; `minutes` 0: do not."""
    who = keys[0].participant

    async def visit() -> tuple[list[NodeState], list[Finding]]:
        async with open_radio(radio) as air:
            with waiting("asking the nodes ..."):
                return await visit_nodes(air, kept, keys, timeout_s)

    with Store(store_path(store)) as kept:
        kept.set("zone", zone_of(kept, None))
        states, unread = run(visit())
        unread_roles = {f.node for f in unread}
        set_up = [key.role_name for key in keys if key.role_name not in unread_roles]
        findings = unread + check_readiness(states, set_up, needs, budget())
        if minutes:
            findings += _without_records(kept, who, states, minutes, time.time())
        worn = _newest(kept, who, minutes, time.time()) if minutes and len(states) == len(keys) else None
    facts = [facts_of(state, needs, budget()) for state in states]
    if worn is None:
        _end(findings + [_NOT_WORN] * bool(minutes), {}, "Go: the nodes are ready.", facts, json=json)
    else:
        how, donning = _donning(worn)
        _end(findings + how, donning, "Go: the nodes are ready and worn as they should be.", facts, json=json)


def _without_records(kept: Store, who: str, states: list[NodeState], minutes: int, now_s: float) -> list[Finding]:
    """Return a finding for each node that says that it records, and of which the store has nothing new."""
    findings: list[Finding] = []
    for state in states:
        role = protocol.ROLE_NAMES.index(state.role)
        side = role_records(kept, who, role)
        newest_s = 0 if side is None else (int(side.epoch[-1]) + 1) * EPOCH_S
        if state.is_recording and now_s - newest_s > _FRESH_S:
            nodes = kept.nodes("participant = ? AND role = ?", (who, role))
            faults = [words for node in nodes for words in faults_of(kept, node)]
            findings.append(recorded_nothing(state.role, minutes, faults[0] if faults else None))
    return findings


def _donning(span: Span) -> tuple[list[Finding], dict[str, Any]]:
    """Return what is found of how the nodes are worn, and what it rests on for scripts."""
    start_s, pair = span
    result = check_donning(*pair)
    return result.findings, _as_json(result, start_s, next(w.length_s for w in pair if w is not None))


def _end(
    findings: list[Finding],
    donning: dict[str, Any],
    go_words: str,
    facts: list[dict[str, Any]] | None = None,
    *,
    json: bool,
) -> None:
    """Say what was found, and end with the exit code that goes with it."""
    go = all(finding.level is Level.NOTE for finding in findings)
    if json:
        print_json({"go": go, "findings": [asdict(finding) for finding in findings], **donning, "nodes": facts})
    else:
        for fact in facts or []:
            out.line(fact["words"])
        for finding in findings:
            out.line(finding.text)
        out.line(go_words if go else "No-go.")
    if not go:
        raise typer.Exit(NO_GO)


def _from_files(thigh: Path | None, back: Path | None) -> Span:
    """Return the second at which the common windows start, and each node's windows."""
    sides = [None if path is None else read_samples(path, role) for role, path in enumerate((thigh, back))]
    check_overlap(*([] if side is None else [side] for side in sides))
    given = [side for side in sides if side is not None]
    first = max(side.first_epoch for side in given)
    end = min(side.first_epoch + side.epochs for side in given)
    windows = [None if side is None else _cut(side, first, end) for side in sides]
    return first * EPOCH_S, (windows[0], windows[1])


def _cut(samples: Samples, first: int, end: int) -> Windows:
    start = samples.first_epoch
    return windows_of_counts(samples.counts[(first - start) * EPOCH_SAMPLES : (end - start) * EPOCH_SAMPLES])


def _newest(kept: Store, who: str, minutes: int, now_s: float | None = None) -> Span | None:
    """Return the newest minutes in the store; None if there are none, or they ended long before `now_s`."""
    sides = [role_records(kept, who, role) for role in (roles.THIGH, roles.BACK)]
    ends = [int(side.epoch[-1]) + 1 for side in sides if side is not None]
    if not ends or (now_s is not None and now_s - max(ends) * EPOCH_S > _FRESH_S):
        return None
    epochs = minutes * EPOCHS_A_MINUTE
    first = max(ends) - epochs
    windows = [None if side is None else windows_of_records(side, first, epochs) for side in sides]
    err.line(f"looking at {minutes} min from {datetime.fromtimestamp(first * EPOCH_S, UTC):%Y-%m-%d %H:%M:%S} UTC")
    return first * EPOCH_S, (windows[0], windows[1])


def _as_json(result: Donning, start_s: int, length_s: float) -> dict[str, Any]:
    phases = result.phases
    return {
        "worn_on": dict(zip(SITES, result.worn_on, strict=True)),
        "turns": {
            name: None if turn is None else {k: _number(v) for k, v in asdict(turn).items()}
            for name, turn in zip(SITES, result.turns, strict=True)
        },
        "seconds": {
            name: None if phases is None else _span(getattr(phases, name), start_s, length_s)
            for name in ("standing", "sitting", "walking")
        },
    }


def _number(value: bool | float) -> bool | float | None:
    if isinstance(value, bool):
        return value
    return None if isnan(value) else round(value, 1)


def _span(which: Bools, start_s: int, length_s: float) -> dict[str, float] | None:
    """Return from when to when a phase was found, and how many seconds of it in between."""
    at = which.nonzero()[0]
    if not len(at):
        return None
    first, end = (float(start_s + int(k) * length_s) for k in (at[0], at[-1] + 1))
    return {"from": first, "to": end, "held": float(which.sum()) * length_s}
