"""Receipts: the node's own proof of what it recorded, required before it may free it, and kept with the data.

A receipt is made with the device key, so it proves to an owner of that key that the stored bytes are the node's. It
proves nothing to others, since the laptop could have made it too.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ambula.base.errors import ProtocolError
from ambula.nodes.session import NodeKey
from ambula.store import NodeRow, Receipt, Store
from nodecore import protocol

_MISMATCH = (
    "the stored log from {} to {} is not what the node recorded. Nothing was freed on the node. Put back a copy of "
    "the store, or sync into a new one with --store"
)


@dataclass(frozen=True)
class Proved:
    """How many of a node's stored bytes receipts cover, and what became of those receipts.

    `unknown_bytes`: made with a key that is not on this computer. `changed`: offsets where the bytes are others now.
    """

    stored_bytes: int
    proved_bytes: int
    unknown_bytes: int
    changed: list[int]

    def __str__(self) -> str:
        if self.changed:
            return f"NOT as the node recorded it, from log offset {', '.join(map(str, self.changed))} on"
        line = f"{self.proved_bytes} of {self.stored_bytes} bytes proved to be the node's"
        return line + (f"; {self.unknown_bytes} cannot be checked without its key" if self.unknown_bytes else "")


def unproved(store: Store, node: NodeRow, log_first: int) -> list[tuple[int, bytes]]:
    """Return the stored runs (offset, bytes) that no receipt covers yet and that the node still has, in log order.

    log_first: the first offset that the node keeps. A run has no gaps and at most `MAX_RECEIPT` bytes.
    """
    runs: list[tuple[int, bytearray]] = []
    start = max(log_first, store.proved_to(node.node_id))
    for offset, data in store.log_bytes(node.node_id, start):
        follows = runs and runs[-1][0] + len(runs[-1][1]) == offset
        if follows and len(runs[-1][1]) + len(data) <= protocol.MAX_RECEIPT:
            runs[-1][1].extend(data)
        else:
            runs.append((offset, bytearray(data)))
    return [(offset, bytes(data)) for offset, data in runs]


def keep(store: Store, node: NodeRow, key: NodeKey, start: int, data: bytes, proof: bytes) -> None:
    """Store the node's receipt for `data` at `start`; raises ProtocolError if it is for other bytes."""
    if proof != key.receipt(node.log_id, start, data):
        raise ProtocolError(_MISMATCH.format(start, start + len(data)))
    store.add_receipt(node.node_id, Receipt(start, len(data), key.fingerprint, proof))


def check(store: Store, node: NodeRow, keys: Sequence[NodeKey]) -> Proved:
    """Make every receipt of a node anew from the bytes that are stored now, and compare."""
    data = dict(store.log_bytes(node.node_id, 0))
    proved = unknown = 0
    changed: list[int] = []
    for receipt in store.receipts(node.node_id):
        match _is_right(node, receipt, data, keys):
            case None:
                unknown += receipt.length
            case True:
                proved += receipt.length
            case False:
                changed.append(receipt.offset)
    return Proved(sum(map(len, data.values())), proved, unknown, changed)


def proved_ranges(store: Store, node: NodeRow, keys: Sequence[NodeKey]) -> list[tuple[int, int]]:
    """Return the ranges (from, to) of log offsets that are stored and that receipts prove, in order, joined."""
    data = dict(store.log_bytes(node.node_id, 0))
    ranges: list[tuple[int, int]] = []
    for receipt in store.receipts(node.node_id):
        if not _is_right(node, receipt, data, keys):
            continue
        end = receipt.offset + receipt.length
        if ranges and receipt.offset <= ranges[-1][1]:
            ranges[-1] = (ranges[-1][0], max(end, ranges[-1][1]))
        else:
            ranges.append((receipt.offset, end))
    return ranges


def _is_right(node: NodeRow, receipt: Receipt, data: dict[int, bytes], keys: Sequence[NodeKey]) -> bool | None:
    """Whether a receipt is for the bytes that are stored now; None: none of the keys made it."""
    key = next((k for k in keys if k.fingerprint == receipt.key), None)
    return key and key.receipt(node.log_id, receipt.offset, _run(data, receipt)) == receipt.proof


def _run(data: dict[int, bytes], receipt: Receipt) -> bytes:
    """Return the stored bytes that a receipt is for; too few if some are gone."""
    run = bytearray()
    while len(run) < receipt.length:
        piece = data.get(receipt.offset + len(run), b"")
        if not piece:
            break
        run += piece
    return bytes(run)
