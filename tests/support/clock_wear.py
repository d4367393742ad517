"""A node's clock and the world around it, written to a store as the node and the laptop write."""

import json

import numpy as np

from ambula.clock.true_time import node_time
from ambula.nodes.segments import assemble
from ambula.store import Anchor, Store
from nodecore import segment

START_MS = 1_780_000_000_000
HOUR_MS = 3_600_000
NUMBER = slice(4, 8)  # where a record carries the true epoch in which it began


class Wear:
    """A node and the world around it. `now_ms` is true time; the node knows only its own oscillator."""

    def __init__(
        self, store: Store, ppm: float = 0.0, start_ms: int = START_MS, is_set: bool = True, role: int = 0
    ) -> None:
        self.store, self.ppm, self.now_ms = store, ppm, float(start_ms)
        self.node = store.ensure_node(f"a{role}" * 8, 1, role, "P01", "0.1.0")
        self._own_ms = float(start_ms) if is_set else 0.0
        self.is_set, self.boot, self._seq, self._offset, self.written = is_set, 1, 0, 0, 0
        self._event(segment.BOOT, b"{}")

    def wear(self, hours: float) -> None:
        """Record for some true hours."""
        end_ms = self.now_ms + hours * HOUR_MS
        writer = segment.SegmentWriter(0)
        while self.now_ms + 5000 <= end_ms:
            epoch = int(self._own_ms // 5000) + 1  # the first whole one from now on
            self._pass((epoch + 0.5) * 5000 - self._own_ms)
            rec = bytearray(12)
            rec[0] = 2
            rec[NUMBER] = int(self.now_ms // 5000).to_bytes(4, "little")
            if not writer.add(epoch, rec):
                self._put(bytes(writer.seal(self._seq, 0, self.boot, 30, 200, int(self.is_set))))
                writer.add(epoch, rec)
            self.written += 1
            self._pass(2499)
        if writer.count:
            self._put(bytes(writer.seal(self._seq, 0, self.boot, 30, 200, int(self.is_set))))

    def reboot(self, down_hours: float, keeps_time: bool = True) -> None:
        """The power is gone for a while; a flat cell takes the time with it."""
        self._pass(down_hours * HOUR_MS)
        self.boot += 1
        if not keeps_time:
            self.is_set, self._own_ms = False, 0.0
        self._event(segment.BOOT, b"{}")

    def visit(self, laptop_error_ms: int = 0, sets: bool = True) -> None:
        """The laptop comes: sets a clock that is not set, and reads it."""
        host_ms = round(self.now_ms) + laptop_error_ms
        if not self.is_set and sets:
            self.told_step(host_ms)
        anchor = Anchor(host_ms, round(self._own_ms), 30, self.boot)
        self.store.add_anchor(self.node.node_id, anchor)

    def told_step(self, to_ms: int) -> None:
        """Set the clock, and tell it."""
        story = json.dumps({"from_utc_ms": round(self._own_ms), "to_utc_ms": to_ms}).encode()
        self._own_ms, self.is_set = float(to_ms), True
        self._event(segment.CLOCK_SET, story)

    def hidden_step(self, seconds: float) -> None:
        """The clock goes wrong without a word."""
        self._own_ms += seconds * 1000

    def lose_last_segment(self) -> None:
        """Flash damage."""
        self.store._db.execute("DELETE FROM segment WHERE offset = (SELECT max(offset) FROM segment)")

    def _pass(self, own_ms: float) -> None:
        self._own_ms += own_ms
        self.now_ms += own_ms / (1 + self.ppm * 1e-6)

    def _event(self, code: int, payload: bytes) -> None:
        writer = segment.SegmentWriter(0)
        epoch = int(self._own_ms // 5000)
        self._put(bytes(writer.event(code, epoch, payload, self._seq, 0, self.boot, 30, 200, int(self.is_set))))

    def _put(self, data: bytes) -> None:
        made = assemble(self._offset, data, at_log_end=True).segments
        self._offset += len(data)
        self._seq += 1
        self.store.add_log(self.node.node_id, made, [], self._offset)

    def errors(self) -> np.ndarray:
        """For each placed record: by how many epochs it is off."""
        records = node_time(self.store, self.node).records
        assert np.all(np.diff(records.epoch) > 0)
        numbers = records.data[:, NUMBER].copy().view("<u4").ravel().astype(np.int64)
        return np.abs(records.epoch - numbers)
