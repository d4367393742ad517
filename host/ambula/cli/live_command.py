"""`ambula live`: what the nodes measure now."""

import asyncio
import contextlib
from collections.abc import Callable, Generator
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from ambula.base.errors import TransportError
from ambula.cli.common import JsonOption, ParticipantOption, run
from ambula.cli.node_commands import NodeOption, RadioOption, TimeoutOption, heard_nodes, keys_of_one
from ambula.cli.output import Table, err, out, print_json, screen
from ambula.nodes.live_view import LIVE, Row, View
from ambula.nodes.session import NodeKey
from ambula.nodes.visit import SCAN_S
from ambula.nodes.watch import Watch
from ambula.transport.source import open_radio

_WHILE_S = 600.0
_COST = (
    "note: a node's radio stays on while you watch (26.8 mA by the power model). An hour takes about two and a half "
    "days off a cell of 400 mAh. It ends after {}, or before by Ctrl-C"
)
_AWAY = "{}: {}. Bring it nearer or double-tap it. The search goes on"
_UNREAD = "{} was heard, but could not be read ({}). Bring it nearer, double-tap it and run this again"
_SILENT = "{}: nothing recorded since {}.{} Restart it, or use another node"
_ITS_LOG = " Its log says: {}."
_DASH = "-"


def live(
    participant: ParticipantOption = None,
    node: NodeOption = "",
    timeout: TimeoutOption = SCAN_S,
    seconds: Annotated[float, typer.Option(min=1, max=86400, metavar="SECONDS", help="How long to watch.")] = _WHILE_S,
    json: JsonOption = False,
    radio: RadioOption = "",
) -> None:
    """Show what the nodes measure now: class, cadence, lean, battery, signal.

    It updates every 5 s, until Ctrl-C or for --seconds. Double-tap the nodes first. --json: one line per epoch.
    """
    keys = keys_of_one(participant or "", node)
    run(_watch(radio, keys, timeout, seconds, json))


async def _watch(radio: str, keys: list[NodeKey], timeout_s: float, for_s: float, json: bool) -> None:
    view = View(keys)
    async with open_radio(radio) as air:
        near = [n for n, _ in await heard_nodes(air, keys, timeout_s)]
        until = f"{for_s:.0f} s" if for_s < 120 else f"{for_s / 60:.0f} min"
        err.line(_COST.format(until))
        async with Watch(air, keys, view) as watch:
            limit = asyncio.timeout(for_s)
            try:
                async with limit:
                    with _shown(view, json) as show:
                        await watch.run(near, show)
            except TimeoutError:
                if not limit.expired():
                    raise
    unread = [_UNREAD.format(f"{row.participant} {row.node}", row.problem) for row in view.never_read()]
    if unread:
        raise TransportError("; ".join(unread))


@contextlib.contextmanager
def _shown(view: View, json: bool) -> Generator[Callable[[], None]]:
    """Give a call that shows the view as it is now: on a terminal in the place of what was shown before."""
    if json:
        yield lambda: print_json(_as_json(view), one_line=True)
    elif out.is_terminal:
        with screen() as show:
            yield lambda: show(_table(view), _notes(view))
    else:
        yield lambda: out.line("\n".join(_lines(view)))


def _as_json(view: View) -> dict[str, Any]:
    together = view.together()
    return {
        "utc": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "nodes": [asdict(row) for row in view.rows()],
        "together": asdict(together) if together else None,
    }


def _table(view: View) -> Table:
    rows = [(row.node, *_cells(row)) for row in view.rows()]
    return Table(rows, ("node", "class", "cadence", "lean", "walked", "battery", "signal", "state"))


def _lines(view: View) -> list[str]:
    """Return one line per node, and the notes, for output that is not a terminal."""
    lines = [
        f"{row.participant} {row.node}: {', '.join(cell for cell in _cells(row) if cell != _DASH)}"
        for row in view.rows()
    ]
    return lines + _notes(view)


def _cells(row: Row) -> list[str]:
    state = row.link if row.link != LIVE else row.state or "no answer yet"
    if row.silent_since_utc:
        state = f"nothing since {_clock(row.silent_since_utc)}"
    return [
        row.activity.replace("_", " ") if row.activity else _DASH,
        f"{row.cadence_spm} spm" if row.cadence_spm else _DASH,
        _DASH if row.inclination_deg is None else f"{row.inclination_deg:.0f} deg",
        _DASH if row.walking_min is None else f"{row.walking_min:.1f} min",
        f"{row.battery_mv / 1000:.2f} V" if row.battery_mv else _DASH,
        _DASH if row.signal_dbm is None else f"{row.signal_dbm} dBm",
        state,
    ]


def _notes(view: View) -> list[str]:
    notes: list[str] = []
    together = view.together()
    newest_utc = max((row.epoch_utc for row in view.rows() if row.epoch_utc), default=None)
    if together is not None:
        notes.append(f"together: {together.activity.replace('_', ' ')} ({_clock(together.epoch_utc)})")
    elif newest_utc is not None:
        notes.append(f"at {_clock(newest_utc)}")
    for row in view.rows():
        if row.link != LIVE:
            why = f"{row.link} ({row.problem})" if row.problem else row.link
            notes.append(_AWAY.format(row.node, why))
        elif row.silent_since_utc:
            why = _ITS_LOG.format(row.fault) if row.fault else ""
            notes.append(_SILENT.format(row.node, _clock(row.silent_since_utc), why))
        elif row.worn:
            notes.append(f"{row.node} worn: {row.worn}" if row.worn == "as it should be" else row.worn)
    return notes + [f"note: {words}" for words in view.clock_words()]


def _clock(utc: str) -> str:
    """Return a moment as the clock on this computer's wall shows it."""
    return f"{datetime.fromisoformat(utc).astimezone():%H:%M:%S}"
