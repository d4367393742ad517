"""`ambula logs`: what happened to the nodes."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated

import typer

from ambula.account.timeline import Happening, story_of
from ambula.cli.common import (
    JsonOption,
    ParticipantOption,
    StoreOption,
    ZoneOption,
    moment_there,
    store_path,
    zones_of,
)
from ambula.cli.output import Table, out, print_json
from ambula.days.local_days import ZoneHistory
from ambula.participant.epochs import choose_participant
from ambula.store import Store
from nodecore import protocol


def logs(
    store: StoreOption = None,
    participant: ParticipantOption = None,
    zone: ZoneOption = None,
    since: Annotated[
        str | None, typer.Option(metavar="TIME", help="Only from this time on, such as 2026-03-04T12:00.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """List what happened to the nodes, from their own logs: starts, faults, clock, gaps, syncs."""
    with Store(store_path(store), must_exist=True) as kept:
        who = choose_participant(kept, participant)
        zones = zones_of(kept, who, zone)
        from_s = moment_there(since, zones, "--since") if since else None
        happenings = [
            (protocol.ROLE_NAMES[node.role], happening)
            for node in kept.nodes("participant = ?", (who,))
            for happening in story_of(kept, node)
            if from_s is None or (happening.utc_s or 0) >= from_s
        ]
    happenings.sort(key=lambda line: line[1].utc_s or 0)
    if json:
        print_json([{"role": role, **asdict(happening)} for role, happening in happenings])
        return
    if not happenings:
        out.line(f"{who}: nothing is known to have happened")
        return
    rows = [(_when(happening, zones), role, happening.words) for role, happening in happenings]
    out.table(Table(rows, ("when", "node", "what")))


def _when(happening: Happening, zones: ZoneHistory) -> str:
    if happening.utc_s is None:
        return "time unknown"
    return f"{datetime.fromtimestamp(happening.utc_s, zones.zone_at(happening.utc_s)):%Y-%m-%d %H:%M:%S}"
