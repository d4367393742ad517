"""`ambula check`: whether the nodes are ready, and worn as they should be."""

import contextlib
import time
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from ambula.base.errors import InputError
from ambula.cli.common import JsonOption, ParticipantOption, StoreOption, run, store_path
from ambula.cli.node_commands import RadioOption, TimeoutOption, heard_nodes, keys_of_one
from ambula.cli.output import err, out, print_json, waiting
from ambula.cli.store_to_fill import store_to_fill
from ambula.donning import Donning, Plan, Windows, as_json, check_donning, windows_of_counts
from ambula.donning.words import Finding, Level
from ambula.firmware_build.version import other_firmware
from ambula.nodes.visit import SCAN_S
from ambula.nodes.watch import Watch
from ambula.participant.epochs import choose_participant
from ambula.readiness import Needs, NodeState, budget, facts_of
from ambula.readiness.looking import Looked, Looking, Question
from ambula.readiness.newest import newest_minutes
from ambula.readiness.verdict import Verdict
from ambula.readiness.visit import visit_nodes
from ambula.recordings.classify import check_overlap
from ambula.recordings.recording import Samples, read_samples
from ambula.store import Check, Store
from ambula.transport.source import open_radio
from nodecore.sampling import EPOCH_S, EPOCH_SAMPLES

NO_GO = 8
_MAX_DAYS = 60
_LIVE_S = 600.0
_COST = "note: the nodes' radios stay on while this looks on. It ends with the Go, after ten minutes, or by Ctrl-C"
_LONGEST_WHO = 40
_WORN_RIGHT, _WORN_WRONG = "Worn as they should be.", "No-go."

ThighOption = Annotated[Path | None, typer.Option(metavar="CSV", help="Thigh recording: CSV with t,x,y,z (s, g).")]
BackOption = Annotated[Path | None, typer.Option(metavar="CSV", help="Lower-back recording, in the same form.")]
PlanOption = Annotated[
    Plan,
    typer.Option(
        metavar="any|walk",
        help="What the wearer was asked to do. any: stand, sit (leaning back) and walk in any order. walk: only walk.",
    ),
]
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
    plan: PlanOption = Plan.ANY,
    live: Annotated[
        bool, typer.Option("--live", help="Keep looking, for ten minutes at most, and say what is still missing.")
    ] = False,
    accept: Annotated[
        str, typer.Option(metavar="WHO", help="Go against what is unknown. Who did is kept with the week.")
    ] = "",
    days: Annotated[
        int | None,
        typer.Option(min=1, max=_MAX_DAYS, metavar="N", help="Days to record. Default: the node's own plan, or 7."),
    ] = None,
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

    Stand, sit and walk for thirty seconds each, as you can, then check. Exit code 8: no-go.
    """
    who = _who(accept)
    of_nodes = nodes_only or live or bool(who) or days is not None
    if thigh is not None or back is not None:
        if store is not None or participant is not None or offline or of_nodes:
            raise InputError("recordings (--thigh, --back) go only with --plan, --minutes and --json")
        _end_worn(*_of_files(thigh, back, plan), json=json)
    elif offline:
        if of_nodes:
            raise InputError("--offline asks no node: leave out --nodes-only, --live, --accept and --days")
        with Store(store_path(store), must_exist=True) as kept:
            found = newest_minutes(kept, choose_participant(kept, participant), minutes)
        if found is None:
            raise InputError("nothing is recorded yet: sync the nodes first")
        _say_when(found.start_s, minutes)
        worn = check_donning(*found.sides, plan)
        _end_worn(worn, as_json(worn, found.start_s, EPOCH_S), json=json)
    else:
        if nodes_only and (live or who):
            raise InputError("--nodes-only does not look at how they are worn: leave out --live and --accept")
        needs = Needs(days, cell, time.time())
        keys = keys_of_one(participant or "")
        question = Question(keys, needs, plan, 0 if nodes_only else minutes, bool(who), other_firmware)
        with store_to_fill(store, question.keys) as kept:
            looked = _look_on(kept, question, timeout, radio) if live else _look_once(kept, question, timeout, radio)
            _keep(kept, looked, question, who)
        _end(looked, needs, json=json)


def _who(accept: str) -> str:
    """Return who goes against what is unknown; "": nobody. Raises InputError for what is no name or initials."""
    who = accept.strip()
    if (accept and not who) or not who.isprintable() or len(who) > _LONGEST_WHO:
        raise InputError(f"--accept: say who goes against it, in at most {_LONGEST_WHO} letters, such as initials")
    return who


def _keep(kept: Store, looked: Looked, question: Question, accept: str) -> None:
    """Keep what a check of nodes that are worn came to, and who went against it."""
    if question.minutes and looked.states:
        codes = sorted({f"{f.code} {f.node}".strip() for f in looked.judged.findings if f.level is not Level.NOTE})
        who = accept if looked.judged.verdict is Verdict.ACCEPTED else ""
        kept.add_check(question.participant, Check(int(time.time()), looked.judged.verdict, who, ", ".join(codes)))


def _look_once(kept: Store, question: Question, timeout_s: float, radio: str) -> Looked:
    async def visit() -> tuple[list[NodeState], list[Finding]]:
        async with open_radio(radio) as air:
            with waiting("asking the nodes ..."):
                return await visit_nodes(air, kept, question.keys, timeout_s)

    states, unread = run(visit())
    looked = question.answer(kept, states, unread, time.time())
    if looked.newest is not None:
        _say_when(looked.newest.start_s, question.minutes)
    return looked


class _Enough(Exception):
    """Nothing is missing any more, or the time is up."""


def _look_on(kept: Store, question: Question, timeout_s: float, radio: str) -> Looked:
    """Look once an epoch until it is a go, the time is up or Ctrl-C, and say each time what has changed."""
    looking = Looking(kept, question, time.time)
    until_s = time.monotonic() + _LIVE_S
    before: list[str] = []

    def on_epoch() -> None:
        looked = looking.look()
        words = [f.text for f in looked.judged.findings if f.level is not Level.NOTE]
        if words != before:
            before[:] = words
            for line in words:
                err.line(f"{datetime.now():%H:%M:%S} {line}")
        if looked.judged.verdict is Verdict.GO or time.monotonic() > until_s:
            raise _Enough

    async def watch() -> None:
        async with open_radio(radio) as air:
            near = [n for n, _ in await heard_nodes(air, list(question.keys), timeout_s)]
            async with Watch(air, question.keys, looking) as nodes:
                await nodes.run(near, on_epoch)

    err.line(_COST)
    with contextlib.suppress(_Enough, KeyboardInterrupt):
        run(watch())
    return looking.look()


def _say_when(start_s: int, minutes: int) -> None:
    err.line(f"looking at {minutes} min from {datetime.fromtimestamp(start_s, UTC):%Y-%m-%d %H:%M:%S} UTC")


def _end(looked: Looked, needs: Needs, *, json: bool) -> None:
    """Say what was found of nodes that were asked, and end with the exit code that goes with it."""
    judged, newest = looked.judged, looked.newest
    facts = [facts_of(state, needs, budget()) for state in looked.states]
    if json:
        worn = {} if looked.donning is None or newest is None else as_json(looked.donning, newest.start_s, EPOCH_S)
        go = judged.verdict in (Verdict.GO, Verdict.ACCEPTED)
        print_json({"go": go, "verdict": judged.verdict, **_findings(judged.findings), **worn, "nodes": facts})
    else:
        for fact in facts:
            out.line(fact["words"])
        for finding in judged.findings:
            out.line(finding.text)
        out.line(judged.words)
    if judged.verdict is Verdict.NO_GO:
        raise typer.Exit(NO_GO)


def _end_worn(worn: Donning, rests_on: dict[str, Any], *, json: bool) -> None:
    """Say what was found of how nodes were worn, and end with the exit code that goes with it."""
    if json:
        print_json({"worn_right": worn.go, **_findings(worn.findings), **rests_on})
    else:
        for finding in worn.findings:
            out.line(finding.text)
        out.line(_WORN_RIGHT if worn.go else _WORN_WRONG)
    if not worn.go:
        raise typer.Exit(NO_GO)


def _findings(findings: list[Finding]) -> dict[str, Any]:
    return {"findings": [asdict(finding) for finding in findings]}


def _of_files(thigh: Path | None, back: Path | None, plan: Plan) -> tuple[Donning, dict[str, Any]]:
    """Return what recordings show, over the time that they share."""
    sides = [None if path is None else read_samples(path, role) for role, path in enumerate((thigh, back))]
    check_overlap(*([] if side is None else [side] for side in sides))
    given = [side for side in sides if side is not None]
    first = max(side.first_epoch for side in given)
    end = min(side.first_epoch + side.epochs for side in given)
    windows = [None if side is None else _cut(side, first, end) for side in sides]
    worn = check_donning(windows[0], windows[1], plan)
    return worn, as_json(worn, first * EPOCH_S, next(w.length_s for w in windows if w is not None))


def _cut(samples: Samples, first: int, end: int) -> Windows:
    start = samples.first_epoch
    return windows_of_counts(samples.counts[(first - start) * EPOCH_SAMPLES : (end - start) * EPOCH_SAMPLES])
