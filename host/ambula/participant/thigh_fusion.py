"""What the thigh fused on the body, read from its log, and whether the host gets the same from the same records.

SPEC.md, "Segment", kind 3. The host's own fusion stands: it knows clock readings, and time off the body, that no node
knows.
"""

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ambula.epochs.fusion import fuse_rows
from ambula.store import NodeRow, Store
from nodecore import fuse, roles
from nodecore import record as rec

NOTHING = 15  # in the place of a class: the node had nothing to fuse
_HEAD = struct.Struct("<bII")


@dataclass(frozen=True)
class BodyFusion:
    """What a thigh node fused, in the epochs of its own clock, rising.

    epoch: (n,) int64. activity: (n,) `nodecore.activity` codes. back_epoch: (n,) the back's own number of each.
    back_log: (n,) the id of the log that it was fused from.
    """

    epoch: NDArray[np.int64]
    activity: NDArray[np.uint8]
    back_epoch: NDArray[np.int64]
    back_log: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.epoch)


def decode_fused(count: int, payload: bytes) -> tuple[int, int, bytes]:
    """Return (shift from the back's epochs to the thigh's, id of the back's log, a class for each of `count` epochs).

    Raises ValueError if the payload does not hold so many, or a class that does not exist.
    """
    if len(payload) < _HEAD.size or (len(payload) - _HEAD.size) % 2:
        raise ValueError("the fused segment is cut short")
    shift, log_id, _ = _HEAD.unpack_from(payload)
    runs = payload[_HEAD.size :]
    codes = b"".join(bytes((what,)) * times for what, times in zip(runs[::2], runs[1::2], strict=True))
    if len(codes) != count or max(codes, default=0) > NOTHING:
        raise ValueError("the fused segment does not hold what its header says")
    return shift, log_id, codes


def body_fusion(store: Store, node: NodeRow) -> BodyFusion:
    """Return what a node fused; where it did so twice (its power was cut in between), the first counts.

    A segment that cannot be read is passed over: the host's own fusion stands anyway.
    """
    parts: list[NDArray[np.int64]] = [np.empty((0, 4), np.int64)]
    for first, count, payload in store.fused(node.node_id):
        try:
            shift, log_id, codes = decode_fused(count, payload)
        except ValueError:
            continue
        epoch = np.arange(first, first + count, dtype=np.int64)
        what = np.frombuffer(codes, np.uint8).astype(np.int64)
        part = np.stack([epoch, what, epoch - shift, np.full(count, log_id)], axis=1)
        parts.append(part[part[:, 1] != NOTHING])
    rows = np.concatenate(parts)
    _, at = np.unique(rows[:, 0], return_index=True)
    rows = rows[at]
    return BodyFusion(rows[:, 0], rows[:, 1].astype(np.uint8), rows[:, 2], rows[:, 3])


def agreement(store: Store, thigh: NodeRow, fused: BodyFusion) -> tuple[int, int]:
    """Return in how many of a thigh node's `fused` epochs the host holds both records, and in how many both agree.

    Both fuse the same two records here: what the host alone knows (better clocks, time off the body) is left out.
    """
    backs = store.nodes("participant = ? AND role = ?", (thigh.participant, roles.BACK))
    own, has_own = _looked_up(store, thigh.node_id, fused.epoch)
    compared = same = 0
    for back in backs:
        other, has_other = _looked_up(store, back.node_id, fused.back_epoch)
        both = has_own & has_other & (fused.back_log == back.log_id)
        if both.any():
            yes = np.ones(int(both.sum()), np.bool_)
            rows = fuse_rows(own[both], yes, other[both], yes)
            compared += len(rows)
            same += int((rows[:, fuse.ACTIVITY] == fused.activity[both]).sum())
    return compared, same


def _looked_up(store: Store, node_id: int, epoch: NDArray[np.int64]) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Return a node's records of some epochs of its own clock, (n, 12), and where there is one."""
    records = store.records(node_id)
    if not len(records):
        return np.zeros((len(epoch), rec.SIZE), np.uint8), np.zeros(len(epoch), np.bool_)
    at = np.searchsorted(records.epoch, epoch).clip(0, len(records) - 1)
    return records.data[at], records.epoch[at] == epoch
