"""Commands that talk to nodes: scan, sync."""

import contextlib
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from ambula.account.room import full_flash
from ambula.base.config import load_config
from ambula.base.errors import InputError, TransportError
from ambula.cli.clock_notes import warn_of_clock
from ambula.cli.common import (
    JsonOption,
    ParticipantOption,
    StoreOption,
    known_zone,
    run,
    warn_of_name,
    zones_of,
)
from ambula.cli.full_note import warn_of_full_flash
from ambula.cli.output import YELLOW, Show, Table, err, out, print_json, progress, waiting
from ambula.cli.store_to_fill import NewOption, store_to_fill
from ambula.clock.true_time import node_time
from ambula.firmware_build.version import other_firmware
from ambula.nodes.keys import KeyFile
from ambula.nodes.session import NodeKey
from ambula.nodes.sync import SyncReport, SyncResult, sync_near
from ambula.nodes.visit import SCAN_S, Near, find_nodes, missing
from ambula.participant.versions import newer_words
from ambula.store import NodeRow, Store, ZoneChange
from ambula.transport.radio import Radio
from ambula.transport.source import open_radio
from nodecore import protocol
from nodecore.sampling import EPOCH_S

TimeoutOption = Annotated[float, typer.Option(min=1, max=3600, metavar="SECONDS", help="How long to look for nodes.")]
NodeOption = Annotated[str, typer.Option(metavar="ROLE", help="Only this one: thigh or back.")]
FirstZoneOption = Annotated[
    str | None,
    typer.Option(
        metavar="ZONE",
        help="Time zone of the days of a participant who is new in the store. Default: that of the set-up.",
        callback=known_zone,
    ),
]
RadioOption = Annotated[str, typer.Option(envvar="AMBULA_RADIO", hidden=True)]

_NOBODY = (
    "no node found in {:.0f} s. Double-tap the node to open its radio window, keep it within a few metres, "
    "and check that this computer's Bluetooth is on"
)
_NONE_OF_OURS = "none of your nodes found in {:.0f} s, but {} not set up on this computer. Double-tap your nodes"
_NO_KEYS = (
    "no node was set up on this computer (no keys in {}). Set one up over USB: `ambula setup`; take over one of a lost "
    "computer: `ambula setup --adopt`"
)
_ALL_RETIRED = "every node of {} is retired: set one up, or bring one back with `ambula retire --undo`"
_NOT_SET_UP = "no {} was set up on this computer: {} has keys for {}"
_WHOSE = "this computer has keys of {}. Choose one with --participant"
_NOT_HEARD = "note: {} {} was not heard. Double-tap it and run this again"
_ZONE_STAYS = "note: {}'s days stay as they are ({}). To change them: `ambula zone {} --participant {}`"
_NOT_KNOWN = (
    "note: {} {} was not recognised, and {} near not set up on this computer. If one is yours, it has another key: "
    "copy the key file of the computer that set it up; else double-tap yours and run this again"
)
_OPEN_TO_OTHERS = "note: others on this computer can read your nodes' keys. Close the file: chmod 600 {}"


def scan(timeout: TimeoutOption = SCAN_S, json: JsonOption = False, radio: RadioOption = "") -> None:
    """List the nodes nearby: whose, role, signal. Double-tap a node to wake its radio.

    A node can be identified only by a computer on which it was set up. Others are listed as unknown.
    """
    nodes_near = run(_scan(radio, timeout))
    if json:
        print_json([_near_as_json(n) for n in nodes_near])
        return
    if not nodes_near:
        raise TransportError(_NOBODY.format(timeout))
    rows = [(n.key.participant if n.key else "-", n.role, str(n.found.rssi_dbm)) for n in nodes_near]
    out.table(Table(rows, ("participant", "role", "signal (dBm)"), right=frozenset({2})))


def _near_as_json(near: Near) -> dict[str, Any]:
    key = near.key
    return {
        "role": near.role,
        "participant": key.participant if key else None,
        "device_id": key.device_id if key else None,
        "rssi_dbm": near.found.rssi_dbm,
    }


async def _scan(radio: str, timeout_s: float) -> list[Near]:
    async with open_radio(radio) as air:
        return await find_nodes(air, KeyFile().load(), timeout_s)


def sync(
    store: StoreOption = None,
    participant: ParticipantOption = None,
    zone: FirstZoneOption = None,
    node: NodeOption = "",
    new: NewOption = False,
    set_clock: Annotated[
        bool,
        typer.Option("--set-clock", help="Set a node's lost clock, though another node contradicts this computer's."),
    ] = False,
    timeout: TimeoutOption = SCAN_S,
    json: JsonOption = False,
    radio: RadioOption = "",
) -> None:
    """Copy the nodes' recordings into the store. Run it on any day, as often as you like. It may be cut off."""
    load_config()  # a wrong setting is an error before a store is made
    keys = wanted_keys(participant or "", node, with_retired=True)
    for who in sorted({key.participant for key in keys}):
        warn_of_name(who)
    with store_to_fill(store, keys, new=new) as kept:
        whose = sorted({key.participant for key in keys})
        had_zone = [who for who in whose if kept.zone_changes(who) or (kept.get("zone") and _is_in(kept, who))]
        report = run(_sync(radio, kept, keys, timeout, set_clock=set_clock))
        for who in whose:
            if zone and _is_in(kept, who):
                _take_zone(kept, who, zone, is_first=who not in had_zone)
        if json:
            print_json(_sync_as_json(kept, report))
        else:
            for result in report.synced:
                out.line(_sync_line(result))
        for result in report.synced:
            warn_of_clock(kept, result, is_said=any(_name_of(result.node) in words for words in report.clocks))
            warn_of_full_flash(kept, result)
    for result in report.synced:
        words = other_firmware(result.node.firmware)
        if words:
            err.line(f"note: {_name_of(result.node)}: {words}", whole=True)
    if report.failed:
        failures = "; ".join(f"{name}: {error}" for name, error in report.failed)
        raise report.failed[0][1].__class__(failures)


def _is_in(store: Store, participant: str) -> bool:
    return participant in store.participants()


def _take_zone(store: Store, who: str, zone: str, *, is_first: bool) -> None:
    """Keep the zone that was named at a participant's first sync; later ones change nothing that is kept."""
    if is_first:
        store.set_zone(who, ZoneChange(0, zone))
        return
    words = zones_of(store, who, None).words
    if words != zone:
        err.line(_ZONE_STAYS.format(who, words, zone, who), whole=True)


def wanted_keys(participant: str, role: str, with_retired: bool = False) -> list[NodeKey]:
    """Return the keys of the nodes that are meant ("": any); raises InputError if there is none.

    with_retired: also those that are not waited for, which a sync fetches where it hears them.
    """
    if role and role not in protocol.ROLE_NAMES:
        raise InputError(f"--node {role}: must be {' or '.join(protocol.ROLE_NAMES)}")
    file = KeyFile()
    keys = [key for key in file.load() if with_retired or key.is_in_use]
    if not keys:
        raise InputError((_ALL_RETIRED if file.load() else _NO_KEYS).format(file.path))
    if file.is_open_to_others():
        err.line(_OPEN_TO_OTHERS.format(file.path), whole=True)
    wanted = [k for k in keys if participant in ("", k.participant) and role in ("", k.role_name)]
    if not wanted:
        known = ", ".join(f"{k.participant} {k.role_name}" for k in keys)
        raise InputError(_NOT_SET_UP.format(" ".join(filter(None, (participant, role))) or "node", file.path, known))
    return wanted


def keys_of_one(participant: str, role: str = "") -> list[NodeKey]:
    """Return the keys of one participant's nodes, as `wanted_keys`; InputError too where it is not clear whose."""
    keys = wanted_keys(participant, role)
    codes = sorted({key.participant for key in keys})
    if len(codes) > 1:
        raise InputError(_WHOSE.format(", ".join(codes)))
    return keys


async def heard_nodes(air: Radio, keys: list[NodeKey], timeout_s: float) -> list[tuple[Near, NodeKey]]:
    """Return those of the nodes that are heard; raises TransportError if there is none."""
    return _ours(await _listen(air, keys, timeout_s), timeout_s)


async def near_nodes(air: Radio, keys: list[NodeKey], timeout_s: float) -> list[tuple[Near, NodeKey]]:
    """Return the same, and say which were not heard."""
    heard = await _listen(air, keys, timeout_s)
    nodes = _ours(heard, timeout_s)
    _say_who_is_missing(heard, keys)
    return nodes


async def _listen(air: Radio, keys: list[NodeKey], timeout_s: float) -> list[Near]:
    with waiting("looking for nodes ..."):
        return await find_nodes(air, keys, timeout_s)


def _ours(heard: Sequence[Near], timeout_s: float) -> list[tuple[Near, NodeKey]]:
    nodes = [(n, n.key) for n in heard if n.key is not None]
    if not nodes:
        raise TransportError((_NONE_OF_OURS if heard else _NOBODY).format(timeout_s, len(heard)))
    return nodes


def _say_who_is_missing(heard: Sequence[Near], keys: list[NodeKey]) -> None:
    strangers = sum(near.key is None for near in heard)
    for key in missing(heard, keys):
        words = _NOT_KNOWN if strangers else _NOT_HEARD
        err.line(words.format(key.participant, key.role_name, strangers))


async def _sync(radio: str, store: Store, keys: list[NodeKey], timeout_s: float, *, set_clock: bool) -> SyncReport:
    with contextlib.ExitStack() as shown:
        bars: list[Show] = []

        def on_heard(heard: Sequence[Near]) -> None:
            shown.close()  # nothing is waited for any longer
            nodes = _ours(heard, timeout_s)
            _say_who_is_missing(heard, keys)
            bars.append(shown.enter_context(progress()))
            for near, _ in nodes:
                bars[0](_name(near), None)

        def on_progress(near: Near, done: int, of: int) -> None:
            bars[0](_name(near), done / max(of, 1))

        async with open_radio(radio) as air:
            shown.enter_context(waiting("looking for nodes ..."))
            return await sync_near(air, store, keys, timeout_s, on_heard, on_progress, _say_of_clock, set_clock)


def _say_of_clock(words: str) -> None:
    err.line(f"note: {words}", YELLOW)


def _name(near: Near) -> str:
    return f"{near.key.participant} {near.role}" if near.key else near.role


def _sync_line(result: SyncResult) -> str:
    name, kib = _name_of(result.node), result.bytes_read / 1024
    line = f"{name}: {result.epochs} epochs ({in_hours(result.epochs)}), {kib:.1f} KiB"
    if result.damaged_bytes:
        line += f"; {result.damaged_bytes} bytes were damaged on the node and count as lost"
    if result.newer_bytes:
        line += f"; {newer_words(result.newer_bytes)}"
    if result.clock_was_set:
        line += "; its clock was not set, but is now"
    if result.clock_was_left:
        line += "; its clock is not set, and was left so: --set-clock sets it by this computer's"
    return line


def _name_of(node: NodeRow) -> str:
    return f"{node.participant} {protocol.ROLE_NAMES[node.role]}"


def in_hours(epochs: int) -> str:
    """Return how long so many epochs are: "166 h 12 min", "45 s"."""
    minutes = epochs * EPOCH_S // 60
    return f"{minutes // 60} h {minutes % 60:02d} min" if minutes else f"{epochs * EPOCH_S} s"


def _sync_as_json(store: Store, report: SyncReport) -> list[dict[str, Any]]:
    return [
        {
            "participant": r.node.participant,
            "role": protocol.ROLE_NAMES[r.node.role],
            "device_id": r.node.device_id,
            "epochs": r.epochs,
            "segments": r.segments,
            "bytes": r.bytes_read,
            "damaged_bytes": r.damaged_bytes,
            "newer_bytes": r.newer_bytes,
            "storage_full_slots": full_flash(node_time(store, r.node)).slots,
            "firmware": r.node.firmware,
        }
        for r in report.synced
    ]
