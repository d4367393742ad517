"""A node's log, written step by step as a node writes it."""

import json
from pathlib import Path

from hypothesis import strategies as st

from ambula.account.ledger import Ledger, ledger_from
from ambula.clock.true_time import NodeTime, node_time
from ambula.nodes.segments import assemble
from ambula.store import Anchor, Store
from nodecore import activity, record, segment

FIRST = 356_000_000
SET, UNSET = segment.CLOCK_IS_SET, 0


class Tape:
    """A log, written as a node writes it."""

    def __init__(self, role: int = 0) -> None:
        self._writer = segment.SegmentWriter(role)
        self._seq = 0
        self.data = b""
        self.boot = 0

    def start(self, epoch: int, flags: int = SET, story: bytes = b"{}") -> None:
        self.boot += 1
        self.event(segment.BOOT, epoch, story, flags)

    def event(self, code: int, epoch: int, payload: bytes = b"", flags: int = SET) -> None:
        self.data += self._writer.event(code, epoch, payload, self._seq, 0, self.boot, 30, 200, flags)
        self._seq += 1

    def record(self, epoch: int, count: int, act: int = activity.SITTING, flags: int = SET, mad: int = 0) -> None:
        rec = bytearray(record.SIZE)
        rec[record.ACTIVITY] = act
        rec[record.MAD_X] = mad
        for i in range(count):
            if not self._writer.add(epoch + i, rec):
                self._seal(flags)
                self._writer.add(epoch + i, rec)
        self._seal(flags)

    def _seal(self, flags: int) -> None:
        self.data += self._writer.seal(self._seq, 0, self.boot, 30, 200, flags)
        self._seq += 1

    def ledger(self, folder: Path) -> Ledger:
        with Store(folder / "s.db") as store:
            node = store.ensure_node("aa", 1, 0, "P01", "0.1.0")
            found = assemble(0, self.data, at_log_end=True)
            store.add_log(node.node_id, found.segments, found.damage, found.next_offset)
            return ledger_from(node_time(store, node))


Step = tuple[str, int]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["record", "not worn", "gap", "boot", "dead", "set", "imu", "radio", "full", "stop", "back"]),
        st.integers(1, 200),
    ),
    max_size=14,
)


def tape_of(steps: list[Step], is_set: bool) -> Tape:
    """A log in which these things happened one after the other, `n` slots each where that has a meaning."""
    tape, now, flags = Tape(), FIRST if is_set else 0, SET if is_set else UNSET
    true = FIRST
    tape.start(now, flags)
    for what, n in steps:
        if what in ("record", "not worn"):
            tape.record(now, n, activity.SITTING if what == "record" else activity.NOT_WORN, flags)
            now, true = now + n, true + n
        elif what == "gap":
            now, true = now + n, true + n
        elif what == "boot":
            now, true = (now + n if flags else 0), true + n
            tape.start(now, flags)
        elif what == "dead":  # the cell ran flat: from 1970 again
            now, true, flags = 0, true + n, UNSET
            tape.start(now, flags)
        elif what == "set":
            story = json.dumps({"from_utc_ms": now * 5000, "to_utc_ms": true * 5000 + n}).encode()
            now, flags = true, SET
            tape.event(segment.CLOCK_SET, now, story, flags)
        elif what == "back":  # a clock that goes wrong without a word
            now = max(0, now - n)
        else:
            code, payload = {
                "imu": (segment.FAULT, b"imu silent"),
                "radio": (segment.FAULT, b"radio: errno 19"),
                "full": (segment.GAP, b"storage full"),
                "stop": (segment.STOPPED, b""),
            }[what]
            tape.event(code, now, payload, flags)
    return tape


def read(tape: Tape, folder: Path, anchors: list[Anchor]) -> tuple[NodeTime, Ledger]:
    (folder / "s.db").unlink(missing_ok=True)
    with Store(folder / "s.db") as store:
        node = store.ensure_node("aa", 1, 0, "P01", "0.1.0")
        found = assemble(0, tape.data, at_log_end=True)
        store.add_log(node.node_id, found.segments, found.damage, found.next_offset)
        for anchor in anchors:
            store.add_anchor(node.node_id, anchor)
        return node_time(store, node), ledger_from(node_time(store, node))
