"""A sync is a visit that brings a node's log into the store: read, verify, store, get its receipt, then acknowledge.

Cut it off anywhere: what was stored is stored, what was not is still on the node, and the next sync goes on at the
byte.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace

from ambula.base.errors import AmbulaError, InputError, ProtocolError, TransportError
from ambula.nodes import receipts
from ambula.nodes.client import NodeClient
from ambula.nodes.info import Info
from ambula.nodes.keys import KeyFile
from ambula.nodes.laptop_clock import Doubts, visiting_with_doubt
from ambula.nodes.segments import assemble
from ambula.nodes.session import NodeKey
from ambula.nodes.setup_zone import keep_first_zone
from ambula.nodes.visit import SCAN_S, Near, find_nodes
from ambula.store import Anchor, Event, NodeRow, Store
from ambula.store.starts import firmware_said
from ambula.transport.radio import Radio
from ambula.transport.source import open_radio
from nodecore import protocol, segment

READ_SIZE = 32768  # as the node's chunk: each acknowledgement can free one
_ATTEMPTS = 3
_ATTEMPT_PAUSE_S = 1.0
_AGAIN_S = 5.0  # how long to listen for a node that was lost before its old address is tried

OnProgress = Callable[[Near, int, int], None]


@dataclass(frozen=True)
class SyncResult:
    """What one sync of one node did; reading: of both clocks, taken by this computer just then. clock_was_left: it has
    lost the time, and was not set because this computer's clock is in doubt. newer_bytes: of a newer format, kept.
    """

    node: NodeRow
    info: Info
    bytes_read: int
    segments: int
    epochs: int
    damaged_bytes: int
    clock_was_set: bool
    reading: Anchor
    clock_was_left: bool = False
    newer_bytes: int = 0


@dataclass
class SyncReport:
    """What the syncs of several nodes did: a result for each that was synced, an error for each that was not.

    clocks: sentences on clocks that contradict each other, this computer's or a node's.
    """

    synced: list[SyncResult] = field(default_factory=list[SyncResult])
    failed: list[tuple[str, AmbulaError]] = field(default_factory=list[tuple[str, AmbulaError]])
    clocks: list[str] = field(default_factory=list[str])


@dataclass
class _Tally:
    bytes_read: int = 0
    segments: int = 0
    epochs: int = 0
    damaged_bytes: int = 0
    newer_bytes: int = 0


async def sync_node(
    client: NodeClient,
    store: Store,
    on_progress: Callable[[int, int], None] | None = None,
) -> SyncResult:
    """Sync one connected node for the participant for whom it was set up; `on_progress` hears (bytes done, to do).

    Raises TransportError, ProtocolError or StoreError; the store is whole after each.
    """
    return await sync_open(client, await client.open(), store, on_progress)


async def sync_open(
    client: NodeClient,
    info: Info,
    store: Store,
    on_progress: Callable[[int, int], None] | None = None,
    may_set: bool = True,
    reading: Anchor | None = None,
) -> SyncResult:
    """Sync a node whose client is open, as `sync_node`; `info` is its newest, reading: one of its clock of this visit.

    may_set: whether a lost clock may be set. Where it may not, its reading is not kept either: it alone would place
    what was recorded, and a wrong place is worse than none.
    """
    has_time = bool(info.state & protocol.CLOCK_SET)
    clock_was_set = not has_time and may_set and await client.set_clock()
    is_new = not any(store.epoch_count(n.node_id) for n in store.nodes("participant = ?", (client.key.participant,)))
    node = store.ensure_node(info.device_id, info.log_id, info.role, client.key.participant, info.firmware)
    if reading is None or not has_time:
        reading = replace(await client.clock_anchor(), boot=info.boot)
    if has_time or may_set:
        store.add_anchor(node.node_id, reading)
    end = await client.seal()
    state = (await client.info()).state  # not before: what waited in RAM may not have had room
    start = _start_offset(node, info, end, store)
    tally = _Tally()
    first = start
    data = bytearray()  # from `start` on: of a segment that the read before has cut off
    while start < end:
        stop = min(start + READ_SIZE, end)
        start = await _read_and_store(client, store, node, start, stop, stop == end, data, tally)
        await _acknowledge(client, store, node, info)
        if on_progress is not None:
            on_progress(start - first, end - first)
    if first == start:
        await _acknowledge(client, store, node, info)  # an earlier sync may have been cut before it could
    store.set_state(node.node_id, reading.host_utc_ms, state)
    keep_first_zone(store, node.participant, is_new=is_new)
    firmware = _firmware_of(store.events(node.node_id), info)
    node = store.ensure_node(info.device_id, info.log_id, info.role, client.key.participant, firmware)
    counts = tally.bytes_read, tally.segments, tally.epochs, tally.damaged_bytes
    return SyncResult(node, info, *counts, clock_was_set, reading, not has_time and not may_set, tally.newer_bytes)


def _firmware_of(events: Sequence[Event], info: Info) -> str:
    """Return the firmware as the node named it at its newest start, with its build; where that is not there, by number.

    A start of another boot count may be of the firmware before.
    """
    for event in reversed(events):
        if event.code == segment.BOOT and event.boot == info.boot:
            return firmware_said(event.payload) or info.firmware
    return info.firmware


def _start_offset(node: NodeRow, info: Info, end: int, store: Store) -> int:
    """Return where to go on; what the node has freed without this store having it is written down as missing."""
    if node.next_offset > end:
        raise ProtocolError(f"the node's log ends at {end}, before the stored part's end ({node.next_offset})")
    if info.log_first > node.next_offset:
        missing = (node.next_offset, info.log_first - node.next_offset, "freed before this sync")
        store.add_log(node.node_id, [], [missing], info.log_first)
        return info.log_first
    return node.next_offset


async def _read_and_store(
    client: NodeClient,
    store: Store,
    node: NodeRow,
    start: int,
    stop: int,
    at_log_end: bool,
    data: bytearray,
    tally: _Tally,
) -> int:
    """Read up to `stop`, store what is whole, and return where the rest begins, which is left in `data`."""
    had = len(data)
    complete = False
    try:
        await client.read_log(start, stop, data)
        complete = True
    finally:
        log = assemble(start, bytes(data), at_log_end and complete)
        store.add_log(node.node_id, log.segments, log.damage, log.next_offset)
        tally.bytes_read += len(data) - had
        tally.segments += len(log.segments)
        tally.epochs += sum(s.header.count for s in log.segments if s.header and s.records is not None)
        tally.newer_bytes += sum(len(s.data) for s in log.segments if s.header is None)
        tally.damaged_bytes += sum(length for _, length, _ in log.damage)
    del data[: log.next_offset - start]
    return log.next_offset


async def _acknowledge(client: NodeClient, store: Store, node: NodeRow, info: Info) -> None:
    """Let the node free what the store holds, once the node has proved that it is what was recorded."""
    for start, data in receipts.unproved(store, node, info.log_first):
        proof = await client.receipt(start, start + len(data))
        receipts.keep(store, node, client.key, start, data, proof)
    last = store.last_segment(node.node_id)
    if last is not None and last[0] > info.log_first:
        await client.acknowledge(*last)


def sync_nodes(store: Store, participant: str | None = None, timeout_s: float = SCAN_S) -> SyncReport:
    """Look for the nodes that were set up on this computer, and sync those that are near into the store.

    participant: only this one's. What a node that was lost on the way had sent is kept; `failed` of the report names
    it. Raises InputError where no node was set up, TransportError where none is heard. Not in a running event loop.

    Example:
        >>> from pathlib import Path
        >>> import ambula
        >>> with ambula.Store(Path("ambula.db")) as store:  # doctest: +SKIP
        ...     report = ambula.sync_nodes(store)
        >>> [(one.node.participant, one.epochs) for one in report.synced]  # doctest: +SKIP
        [('P01', 17280), ('P01', 17280)]
    """
    keys = [key for key in KeyFile().load() if participant in (None, key.participant)]
    if not keys:
        raise InputError("no node was set up on this computer: `ambula setup` does it over USB")
    return asyncio.run(_sync_near(store, keys, timeout_s))


async def sync_near(
    radio: Radio,
    store: Store,
    keys: Sequence[NodeKey],
    timeout_s: float = SCAN_S,
    on_heard: Callable[[Sequence[Near]], None] | None = None,
    on_progress: OnProgress | None = None,
    on_clock: Callable[[str], None] | None = None,
    set_clock: bool = False,
) -> SyncReport:
    """Look for the nodes of `keys`, and sync those that are near; on_clock, set_clock: as in `sync_each`.

    on_heard is told of every node that was heard, those of others too, before the first is synced; on_progress hears
    (node, bytes done, to do). Raises TransportError where none of `keys` is near.
    """
    heard = await find_nodes(radio, keys, timeout_s)
    if on_heard is not None:
        on_heard(heard)
    if not any(near.key for near in heard):
        raise TransportError(f"none of the nodes was heard in {timeout_s:.0f} s: double-tap them and try again")
    return await sync_each(radio, store, heard, on_progress=on_progress, on_clock=on_clock, set_clock=set_clock)


async def _sync_near(store: Store, keys: Sequence[NodeKey], timeout_s: float) -> SyncReport:
    async with open_radio() as radio:
        return await sync_near(radio, store, keys, timeout_s)


async def sync_each(
    radio: Radio,
    store: Store,
    nodes: Sequence[Near],
    now_ms: Callable[[], int] | None = None,
    on_progress: OnProgress | None = None,
    on_clock: Callable[[str], None] | None = None,
    set_clock: bool = False,
) -> SyncReport:
    """Sync those of the nodes that are ours, one after the other; a lost link is tried again, three times in all.

    on_clock is told, before any clock is set, where this computer's and the nodes' contradict each other. Then none is
    set unless set_clock says so.
    """
    doubts = Doubts(store, nodes, set_clock, on_clock)
    report = SyncReport(clocks=doubts.words)
    for near in nodes:
        key = near.key
        if key is None:
            continue

        async def attempt(near: Near, key: NodeKey = key) -> SyncResult:
            def hear(done: int, of: int) -> None:
                if on_progress is not None:
                    on_progress(near, done, of)

            async with visiting_with_doubt(radio, near, key, doubts, now_ms) as (client, info, reading):
                return await sync_open(client, info, store, hear, doubts.may_set(), reading)

        try:
            report.synced.append(await _patiently(radio, near, key, attempt))
        except AmbulaError as e:
            report.failed.append((f"{key.participant} {near.role}", e))
    return report


async def _patiently(
    radio: Radio, near: Near, key: NodeKey, attempt: Callable[[Near], Awaitable[SyncResult]]
) -> SyncResult:
    """Try again when the link fails; anything else, and the last failure with the first, is for the caller."""
    first = None
    for _ in range(_ATTEMPTS - 1):
        try:
            return await attempt(near)
        except TransportError as e:
            first = first or e
            await asyncio.sleep(_ATTEMPT_PAUSE_S)
            near = await _again(radio, near, key)
    try:
        return await attempt(near)
    except TransportError as e:
        raise _of_both(first or e, e) from e


def _of_both(first: TransportError, last: TransportError) -> TransportError:
    """Return one error for a visit that began well: a node that was there and broke off is not merely out of range."""
    if str(first) == str(last):
        return last
    return TransportError(
        f"{first}; then {last}. Double-tap it. If it breaks off again, the node itself may fail: `ambula logs` shows "
        "it after the next sync that gets through"
    )


async def _again(radio: Radio, near: Near, key: NodeKey) -> Near:
    """Return the node as it is heard now: a window that it opened anew has a new address."""
    return next((heard for heard in await find_nodes(radio, [key], _AGAIN_S) if heard.key == key), near)
