"""Which firmware's rules classified a record: that of the start of the node which wrote it, as the node's log says.

A log says at each start which firmware runs from there on, and an entry says of which start it is. So a node that is
flashed within a week has records of both firmwares, each under its own name.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ambula.clock.track import began
from ambula.clock.true_time import NodeTime
from ambula.days.local_days import ZoneHistory
from ambula.epochs.fusion import is_newer_class
from ambula.epochs.table import Records, first_of_each
from ambula.store import Anchor, LogEntry, NodeRow
from ambula.store.starts import firmware_said
from nodecore import record, segment
from nodecore.sampling import EPOCH_S

UNKNOWN = "unknown"


@dataclass(frozen=True)
class Versions:
    """From which true epoch on which firmware wrote: `start` (k,) rising, `firmware` of each, not alike in a row."""

    start: NDArray[np.int64]
    firmware: tuple[str, ...]

    @classmethod
    def of(cls, epoch: NDArray[np.int64], firmware: NDArray[np.object_]) -> "Versions":
        """Return the versions of records: `epoch` (n,) rising, `firmware` (n,) of each."""
        first = np.ones(len(epoch), np.bool_)
        first[1:] = firmware[1:] != firmware[:-1]
        return cls(epoch[first], tuple(firmware[first].tolist()))

    def at(self, epoch: NDArray[np.int64]) -> NDArray[np.object_]:
        """Return the firmware of records at these true epochs, (n,); those before the first have the first's."""
        if not self.firmware:
            return np.full(len(epoch), UNKNOWN, np.object_)
        which = np.searchsorted(self.start, epoch, side="right") - 1
        return np.array(self.firmware, np.object_)[which.clip(0)]

    @property
    def words(self) -> str:
        """All of them in time order: "0.1.0+0.2.0"."""
        return "+".join(dict.fromkeys(self.firmware))


def versions_of(logs: Sequence[tuple[NodeTime, NodeRow, Sequence[Anchor]]]) -> Versions:
    """Return which firmware wrote the records that `track_of` takes of a role's logs: each with its node, readings."""
    epoch, firmware = [np.empty(0, np.int64)], [np.empty(0, np.object_)]
    for log, node, anchors in sorted((log for log in logs if len(log[0].records)), key=lambda log: began(log[0])):
        own = _of_log(log, node, anchors)
        epoch.append(log.records.epoch)
        firmware.append(own.at(log.records.epoch))
    every = np.concatenate(epoch)
    first = first_of_each(every)
    return Versions.of(every[first], np.concatenate(firmware)[first])


def _of_log(log: NodeTime, node: NodeRow, anchors: Sequence[Anchor]) -> Versions:
    entries = [entry for life in log.lives for piece in life.pieces for entry in piece.entries]
    said = iter(_said(entries, anchors, node))
    epochs: list[int] = []
    firmware: list[str] = []
    for life, placed in zip(log.lives, log.placed, strict=True):  # with the log's entries in the log's order
        named = [(e, next(said)) for piece in life.pieces for e in piece.entries]
        runs = [(e, name) for e, name in named if e.kind == segment.EPOCHS]
        if placed is not None and runs:
            first = np.cumsum([0, *(e.count for e, _ in runs[:-1])])
            epochs += placed.epoch[first].tolist()
            firmware += [name for _, name in runs]
    order = np.argsort(np.array(epochs, np.int64), kind="stable")
    return Versions.of(np.array(epochs, np.int64)[order], np.array(firmware, np.object_)[order])


def _said(log: Sequence[LogEntry], anchors: Sequence[Anchor], node: NodeRow) -> list[str]:
    """Return the firmware of each entry, by the start that it belongs to.

    Where a start's own entry is damaged, the firmware is known only if the starts before and behind it agree: a node
    changes it at a start alone. The newest start has the firmware that the node named at a sync within it.
    """
    starts: list[tuple[int, str, int]] = []  # boot, what it said, entries
    for entry in log:
        is_boot = entry.kind == segment.EVENT and entry.count == segment.BOOT
        name = firmware_said(entry.body) if is_boot else ""
        if starts and starts[-1][0] == entry.boot:
            boot, before, entries = starts[-1]
            starts[-1] = boot, before or name, entries + 1
        else:
            starts.append((entry.boot, name, 1))
    names = [name for _, name, _ in starts]
    if starts and not names[-1] and anchors and anchors[-1].boot == starts[-1][0]:
        names[-1] = node.firmware
    for at in [i for i, name in enumerate(names) if not name]:
        before = next((n for n in reversed(names[:at]) if n not in ("", UNKNOWN)), "")
        behind = next((n for n in names[at:] if n), "")
        names[at] = before if before and before == behind else UNKNOWN
    return [name for name, (_, _, entries) in zip(names, starts, strict=True) for _ in range(entries)]


def newer_words(count: int) -> str:
    """Return what is to be said of log bytes that a newer firmware wrote."""
    return f"{count} bytes are of a newer format and are kept: update Ambula, then they are read"


def class_words(moved: Mapping[str, Records]) -> list[str]:
    """Return in words how much of each role's records has a class that only a newer Ambula knows."""
    said: list[str] = []
    for role, records in moved.items():
        codes = records.data[is_newer_class(records.data), record.ACTIVITY] & 15
        if len(codes):
            which = ", ".join(map(str, np.unique(codes).tolist()))
            said.append(
                f"{len(codes) * EPOCH_S / 60:.1f} min of the {role} node have an activity that this Ambula does not "
                f"know (code {which}). They count as other: update Ambula."
            )
    return said


def version_words(roles: dict[str, Versions], zones: ZoneHistory) -> list[str]:
    """Return in words where records of different firmware stand side by side; nothing where all are of one."""
    said = [line for role, versions in roles.items() for line in _changes(role, versions, zones)]
    known = {role: versions.words for role, versions in roles.items() if set(versions.firmware) - {UNKNOWN}}
    if len(set(known.values())) > 1:
        ran = " and ".join(f"the {role} node ran firmware {names}" for role, names in known.items())
        said.append(f"{ran[0].upper()}{ran[1:]}: their rules may differ.")
    return said


def _changes(role: str, versions: Versions, zones: ZoneHistory) -> Iterable[str]:
    for (_, before), (start, after) in pairwise(zip(versions.start.tolist(), versions.firmware, strict=True)):
        day = datetime.fromtimestamp(start * EPOCH_S, zones.zone_at(start * EPOCH_S)).date()
        if after == UNKNOWN:
            yield f"From {day} on nothing says which firmware the {role} node ran, before {before}: rules may differ."
        elif before == UNKNOWN:
            yield f"From {day} the {role} node ran firmware {after}, before one that nothing says: rules may differ."
        else:
            yield f"From {day} the {role} node ran firmware {after}, before {before}: their rules may differ."
