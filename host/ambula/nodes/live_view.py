"""What the nodes measure now, as rows for a screen or a script: made from their answers, without a radio.

A node's newest record says what it alone makes of the epoch. Where both nodes' records of one epoch are here, they are
fused as they will be after the sync; else the thigh's own newest fused class stands, if it has one.
"""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import isnan
from typing import Any

import numpy as np

from ambula.base.errors import AmbulaError
from ambula.base.sites import THIGH_SITE
from ambula.donning import words
from ambula.epochs.fusion import inclination_deg
from ambula.nodes.client import NodeClient, wall_clock_ms
from ambula.nodes.info import Info, Now
from ambula.nodes.laptop_clock import Opinion, judge_clocks
from ambula.nodes.segments import sensor_fault_in
from ambula.nodes.session import NodeKey
from nodecore import activity, fuse, protocol, record
from nodecore.sampling import EPOCH_MS, EPOCH_S

# What a link may be; UNREAD: the node was heard, and never answered.
LIVE, LOST, UNREAD, NOT_HEARD = "live", "lost", "heard, not read", "not heard yet"
SILENT_S = 30  # a node that records has a new record every 5 s, or two every 10
_LOG_TAIL = 4096  # bytes of log, in which a silent node's newest fault is looked for
_FAR_OFF_MS = 60_000.0  # no quartz drifts so far in a week
_KEPT = 4  # records a node: two nodes empty their sensors at different moments, up to two epochs apart


@dataclass(frozen=True)
class Row:
    """One node now; None where nothing is known, so that nothing old looks new.

    link: "live", "lost", "heard, not read" or "not heard yet"; problem: why it could not be read. epoch_utc: when the
    newest epoch began. confidence: 0..1. inclination_deg: 0 is upright, 90 horizontal. walking_min: today's, by this
    node alone. signal_dbm: of the last scan that heard it. state: "recording", "waiting" or "stopped". worn: in words,
    how it is worn as far as it knows.
    silent_since_utc: of a node that should record and does not, the end of its newest epoch, or the first look at it
    where it has none; fault: what its log says of the sensor then.
    """

    participant: str
    node: str
    link: str
    state: str | None = None
    epoch_utc: str | None = None
    activity: str | None = None
    confidence: float | None = None
    cadence_spm: int | None = None
    inclination_deg: float | None = None
    walking_min: float | None = None
    battery_mv: int | None = None
    signal_dbm: int | None = None
    worn: str | None = None
    silent_since_utc: str | None = None
    fault: str | None = None
    problem: str | None = None


@dataclass(frozen=True)
class Together:
    """What the nodes make together of an epoch; `by`: "laptop" from both records, "thigh" as that node had fused it.

    walking_min: today's, of the epochs that the thigh has fused.
    """

    epoch_utc: str
    activity: str
    by: str
    walking_min: float | None


@dataclass
class _Seen:
    link: str = NOT_HEARD
    signal_dbm: int | None = None
    info: Info | None = None
    now: Now | None = None
    first_utc_ms: int = 0
    fault: str | None = None
    problem: str | None = None
    opinion: Opinion | None = None
    records: dict[int, bytes] = field(default_factory=dict[int, bytes])


class View:
    """The nodes of one participant, by key: give it what is heard, ask it for what to show."""

    answer_s = 4.0  # less than an epoch, so that a node that falls silent does not hold up the other

    def __init__(self, keys: Sequence[NodeKey]) -> None:
        self._seen = {key: _Seen() for key in keys}
        self._asked: set[NodeKey] = set()  # for the fault of the present silence

    def joined(self, key: NodeKey, signal_dbm: int) -> None:
        """A link to a node is up; `signal_dbm` is that of the scan."""
        self._seen[key] = _Seen(LIVE, signal_dbm)

    def unread(self, key: NodeKey, signal_dbm: int, problem: str) -> None:
        """A node was heard, and could not be read."""
        self._seen[key] = _Seen(UNREAD, signal_dbm, problem=problem)

    def never_read(self) -> list[Row]:
        """Return the nodes that were heard and could not be read."""
        return [row for row in self.rows() if row.link == UNREAD]

    def lost(self, key: NodeKey) -> None:
        """A node cannot be asked any more: what it said last is not shown."""
        self._seen[key] = _Seen(LOST, self._seen[key].signal_dbm)

    async def ask(self, key: NodeKey, client: NodeClient) -> int:
        """Ask a node for its newest record; return how many ms into its epoch it was."""
        now = await client.now()
        before_ms = wall_clock_ms()
        info = await client.info()
        self.told(key, info, now)
        self._compare(key, info, (before_ms + wall_clock_ms()) / 2)
        if not self.is_silent(key):
            self._asked.discard(key)
        elif key not in self._asked:
            self._asked.add(key)
            await self._ask_for_fault(key, client, info)
        return info.utc_ms % EPOCH_MS

    def _compare(self, key: NodeKey, info: Info, host_utc_ms: float) -> None:
        """Take a node's opinion of this computer's clock, as it is: no readings of before are at hand."""
        if info.state & protocol.CLOCK_SET:
            name = f"{key.participant} {key.role_name}"
            self._seen[key].opinion = Opinion(name, host_utc_ms - info.utc_ms, _FAR_OFF_MS)

    def clock_words(self) -> list[str]:
        """Return what the nodes that are there say of this computer's clock; [] where all is well."""
        return judge_clocks([seen.opinion for seen in self._seen.values() if seen.opinion]).words

    async def _ask_for_fault(self, key: NodeKey, client: NodeClient, info: Info) -> None:
        """Look into the end of a silent node's log, once for each silence."""
        start = max(info.log_first, info.log_end - _LOG_TAIL)
        data = bytearray()
        with contextlib.suppress(AmbulaError):
            await client.read_log(start, info.log_end, data)
            self.failed(key, sensor_fault_in(start, bytes(data)))

    def told(self, key: NodeKey, info: Info, now: Now) -> None:
        """A node has answered."""
        seen = self._seen[key]
        seen.info, seen.now = info, now
        seen.first_utc_ms = seen.first_utc_ms or info.utc_ms
        if _silent_since_s(seen) is None:
            seen.fault = None
        if now.epoch:
            seen.records[now.epoch] = now.record
            for old in sorted(seen.records)[:-_KEPT]:
                del seen.records[old]

    def is_silent(self, key: NodeKey) -> bool:
        """Whether a node should record, and has no new record for too long."""
        return _silent_since_s(self._seen[key]) is not None

    def failed(self, key: NodeKey, fault: str | None) -> None:
        """A silent node's log was looked at: what it says of its sensor, if anything."""
        self._seen[key].fault = fault

    def rows(self) -> list[Row]:
        """Return one row per node, in the order of the keys."""
        return [_row(key, seen) for key, seen in self._seen.items()]

    def together(self) -> Together | None:
        """Return the newest epoch that both nodes have a say in, or None."""
        thigh, back = (self._speaking(role) for role in range(2))
        now = thigh[0].now if thigh else None
        is_fused = now is not None and now.fused_activity is not None
        minutes = _minutes(now.fused_walking_epochs) if now is not None and is_fused else None
        if thigh and back:
            epoch = max(thigh[0].records.keys() & back[0].records.keys(), default=None)
            if epoch is not None:
                fused = bytearray(fuse.SIZE)
                fuse.fuse(thigh[0].records[epoch], back[0].records[epoch], fused)
                return Together(_utc(epoch), _name(fused[fuse.ACTIVITY]), "laptop", minutes)
        if now is None or now.fused_activity is None:
            return None
        return Together(_utc(now.fused_epoch), _name(now.fused_activity), THIGH_SITE, minutes)

    def _speaking(self, role: int) -> list[_Seen]:
        """Return those nodes of a role that have something to say of now."""
        return [s for k, s in self._seen.items() if k.role == role and s.now and _silent_since_s(s) is None]


def _silent_since_s(seen: _Seen) -> float | None:
    """Return since when (UTC s, by the node's clock) a node that should record has not; None where it does."""
    if seen.info is None or seen.now is None or not seen.info.state & protocol.RECORDING:
        return None
    since_s = (seen.now.epoch + 1) * EPOCH_S if seen.now.epoch else seen.first_utc_ms / 1000
    return since_s if seen.info.utc_ms / 1000 - since_s > SILENT_S else None


def _row(key: NodeKey, seen: _Seen) -> Row:
    info, now = seen.info, seen.now
    who: dict[str, Any] = {
        "participant": key.participant,
        "node": key.role_name,
        "link": seen.link,
        "signal_dbm": seen.signal_dbm,
        "problem": seen.problem,
    }
    if info is None or now is None:
        return Row(**who)
    state = {protocol.RECORDING: "recording", protocol.WAITING: "waiting"}.get(
        info.state & (protocol.RECORDING | protocol.WAITING), "stopped"
    )
    known: dict[str, Any] = {"state": state, "battery_mv": info.battery_mv}
    since_s = _silent_since_s(seen)
    if since_s is not None:
        known |= {"silent_since_utc": _utc_of(since_s), "fault": seen.fault}
    elif now.epoch:
        rec = now.record
        lean_deg = float(inclination_deg(np.frombuffer(rec, np.uint8)[None], np.array([True]))[0])
        known |= {
            "epoch_utc": _utc(now.epoch),
            "activity": _name(rec[record.ACTIVITY] & 15),
            "confidence": round((rec[record.ACTIVITY] >> 4) / 15, 2),
            "cadence_spm": rec[record.CADENCE] or None,
            "inclination_deg": None if isnan(lean_deg) else round(lean_deg, 0),
            "walking_min": _minutes(now.walking_epochs),
            "worn": worn_words(key.role_name, rec),
        }
    return Row(**who, **known)


def worn_words(name: str, rec: bytes) -> str:
    """Return in words how a node is worn, by its newest record; "as it should be" where it knows of nothing wrong.

    name: `thigh` or `back`; rec: 12 bytes. It is what the node has learnt while its wearer walked; `ambula check` looks
    closer.
    """
    flags = rec[record.FLAGS]
    if flags & record.SENSOR_FAULT:
        return f"The {name} node's sensor failed in this epoch."
    if rec[record.ACTIVITY] & 15 == activity.NOT_WORN:
        return f"The {name} node is not worn, or lies still."
    if flags & record.ODDLY_MOUNTED:
        return words.askew(name, name).text
    if flags & record.UPSIDE_DOWN:
        return words.upside_down(name, name).text
    if flags & record.INSIDE_OUT:
        return words.inside_out(name).text
    if flags & record.MOUNTING_KNOWN:
        return "as it should be"
    return f"The {name} node does not know yet how it is worn: walk for half a minute."


def _name(code: int) -> str:
    return activity.NAMES[code] if code < len(activity.NAMES) else f"code {code}"


def _minutes(epochs: int) -> float:
    return round(epochs * EPOCH_S / 60, 1)


def _utc(epoch: int) -> str:
    return _utc_of(epoch * EPOCH_S)


def _utc_of(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
