"""Brings a node's log into the store: read, verify, store, get the node's receipt, and only then acknowledge.

Cut it off anywhere: what was stored is stored, what was not is still on the node, and the next sync goes on at the
byte.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from ambula.base.errors import ProtocolError
from ambula.nodes import receipts
from ambula.nodes.client import NodeClient
from ambula.nodes.info import Info
from ambula.nodes.segments import assemble
from ambula.store import NodeRow, Store
from nodecore import protocol

READ_SIZE = 32768  # as the node's chunk: each acknowledgement can free one


@dataclass(frozen=True)
class SyncResult:
    """What one sync of one node did."""

    node: NodeRow
    info: Info
    bytes_read: int
    segments: int
    epochs: int
    damaged_bytes: int
    clock_was_set: bool


@dataclass
class _Tally:
    bytes_read: int = 0
    segments: int = 0
    epochs: int = 0
    damaged_bytes: int = 0


async def sync_node(
    client: NodeClient,
    store: Store,
    on_progress: Callable[[int, int], None] | None = None,
) -> SyncResult:
    """Sync one connected node for the participant for whom it was set up; `on_progress` hears (bytes done, to do).

    Raises TransportError, ProtocolError or StoreError; the store is whole after each.
    """
    info = await client.open()
    clock_was_set = not info.state & protocol.CLOCK_SET and await client.set_clock()
    node = store.ensure_node(info.device_id, info.log_id, info.role, client.key.participant, info.firmware)
    store.add_anchor(node.node_id, replace(await client.clock_anchor(), boot=info.boot))
    end = await client.seal()
    start = _start_offset(node, info, end, store)
    tally = _Tally()
    first = start
    while start < end:
        stop = min(start + READ_SIZE, end)
        start = await _read_and_store(client, store, node, start, stop, stop == end, tally)
        await _acknowledge(client, store, node, info)
        if on_progress is not None:
            on_progress(start - first, end - first)
    if first == start:
        await _acknowledge(client, store, node, info)  # an earlier sync may have been cut before it could
    (node,) = store.nodes("node_id = ?", (node.node_id,))
    return SyncResult(node, info, tally.bytes_read, tally.segments, tally.epochs, tally.damaged_bytes, clock_was_set)


def _start_offset(node: NodeRow, info: Info, end: int, store: Store) -> int:
    """Return where to go on; what the node has freed without this store having it is written down as missing."""
    if node.next_offset > end:
        raise ProtocolError(f"the node's log ends at {end}, before what the store holds ({node.next_offset})")
    if info.log_first > node.next_offset:
        missing = (node.next_offset, info.log_first - node.next_offset, "freed before this sync")
        store.add_log(node.node_id, [], [missing], info.log_first)
        return info.log_first
    return node.next_offset


async def _read_and_store(
    client: NodeClient, store: Store, node: NodeRow, start: int, stop: int, at_log_end: bool, tally: _Tally
) -> int:
    data = bytearray()
    complete = False
    try:
        await client.read_log(start, stop, data)
        complete = True
    finally:
        found = assemble(start, bytes(data), at_log_end and complete)
        store.add_log(node.node_id, found.segments, found.damage, found.next_offset)
        tally.bytes_read += len(data)
        tally.segments += len(found.segments)
        tally.epochs += sum(s.header.count for s in found.segments if s.records is not None)
        tally.damaged_bytes += sum(length for _, length, _ in found.damage)
    return found.next_offset


async def _acknowledge(client: NodeClient, store: Store, node: NodeRow, info: Info) -> None:
    """Let the node free what the store holds, once the node has proved that it is what was recorded."""
    for start, data in receipts.unproved(store, node, info.log_first):
        proof = await client.receipt(start, start + len(data))
        receipts.keep(store, node, client.key, start, data, proof)
    last = store.last_segment(node.node_id)
    if last is not None and last[0] > info.log_first:
        await client.acknowledge(*last)
