"""Fuses the thigh's epochs with what a meeting has copied of the back's log.

Both logs are in epoch order. What comes of it goes into the thigh's log as runs of classes: SPEC.md, "Segment".
"""

import struct

from node.today import FORMAT
from nodecore import activity, fuse, headers, segment, unpack
from nodecore.compat import const

_PIECE = const(1024)  # any segment
_MAX_GAP = const(60)  # epochs without an answer that a segment may span
_MAX_RUN = const(255)
_MAX_RUNS_SIZE = const(480)
_NOTHING = const(15)  # in the place of a class: not fused


class Fusing:
    """One round; `copy` is what `peer.Meeting` says of it."""

    def __init__(self, app, copy):
        self._log = app.log
        self._today = app.today
        self._log_id, self._back_at, self._shift = copy
        self._runs = bytearray()
        self._first = self._end = 0  # epochs in `_runs`
        self._out = bytearray(fuse.SIZE)
        self._own = self._record = None  # the thigh's records one by one, and the last that came, of epoch _epoch
        self._epoch = 0
        self._own_at = -1  # where in the own log to go on; -1: not looked for yet
        self._own_from = 0  # and where the segment lies that `_own` reads, in the log's own buffer

    def run(self, path, today_path):
        """Fuse what the file at `path` holds; write it into the log, and how far it goes into the file of `today`."""
        self._log.seal()
        piece = memoryview(bytearray(_PIECE))
        start = self._back_at
        with open(path, "rb") as f:
            while True:
                f.seek(self._back_at - start)
                used = self._take(piece[: f.readinto(piece)])
                if not used:
                    break
                self._back_at += used
        self._write()
        today = self._today
        if (today.back_log, today.back_at) != (self._log_id, self._back_at):
            today.back_log = self._log_id
            today.back_at = self._back_at
            with open(today_path, "wb") as f:
                f.write(
                    struct.pack(
                        FORMAT,
                        today.back_log,
                        today.back_at,
                        today.day,
                        today.fused_epoch,
                        today.walked,
                        today.fused_walked,
                        today.fused,
                    )
                )

    def _take(self, data):
        """Fuse the whole segments in `data`; return how many bytes are done with, 0 where nothing more can be done."""
        at = 0
        while at < len(data):
            h = headers.parse_header(data, at)
            if h is not None and at + h.size > len(data):
                break  # the rest of it is in the next piece, or comes with the next meeting
            if h is None or not headers.is_sealed(data, at, h):
                found = bytes(data).find(b"AM", at + 1)
                at = found if found > 0 else len(data)
                continue
            if h.kind == segment.EPOCHS and h.flags & segment.CLOCK_IS_SET:
                first = h.epoch + self._shift
                if first + h.count - 1 > self._today.epoch:
                    break  # the thigh has not come so far
                payload = data[at + segment.HEADER_SIZE : at + h.size - segment.CRC_SIZE]
                self._both(first, unpack.each_record(payload, h.count))
            at += h.size
        return at

    def _both(self, epoch, records):
        out = self._out
        for back in records:
            own = self._own_record(epoch)
            if own is not None:
                fuse.fuse(own, back, out)
                self.add(epoch, out[fuse.ACTIVITY])
            epoch += 1

    def add(self, epoch, what):
        gap = epoch - self._end
        if self._runs and (gap < 0 or gap > _MAX_GAP or len(self._runs) > _MAX_RUNS_SIZE):
            self._write()
        runs = self._runs
        if not runs:
            self._first = epoch
        elif gap:
            runs.extend(bytes((_NOTHING, gap)))
        if runs and runs[-2] == what and runs[-1] < _MAX_RUN:
            runs[-1] += 1
        else:
            runs.extend(bytes((what, 1)))
        self._end = epoch + 1
        today = self._today
        today.fused_epoch = epoch
        today.fused = what
        if what == activity.WALKING and today.day_of(epoch) == today.day:
            today.fused_walked += 1

    def _write(self):
        if self._runs:
            head = struct.pack("<bII", self._shift, self._log_id, self._back_at)
            self._log.event(self._end - self._first, self._first, head + self._runs, segment.FUSED)
            self._runs = bytearray()
            if self._own:  # what it reads was overwritten: begin that segment again
                self._own = None
                self._own_at = self._own_from
                self._epoch = 0

    # ---- the own log

    def _own_record(self, epoch):
        """Return the thigh's record of an epoch, or None; epochs are asked for in order."""
        if self._own_at < 0:
            self._find_end(epoch)
        while self._epoch < epoch:
            self._record = next(self._own, None) if self._own else None
            if self._record:
                self._epoch += 1
            elif not self._scan(epoch):
                return None
        return self._record if self._epoch == epoch else None

    def _find_end(self, epoch):
        """Go to the newest chunk that begins before an epoch."""
        for base in reversed(self._log.chunks):
            self._own_at = base
            h = self._header_status()
            if h is None or h.kind == segment.FUSED or not h.flags & segment.CLOCK_IS_SET:
                continue
            if h.epoch <= epoch:
                return

    def _header_status(self):
        view = self._log.scratch()[: segment.HEADER_SIZE]
        n = self._log.read_into(self._own_at, view)
        return headers.parse_header(view[:n])

    def _scan(self, epoch):
        """Go on to the next records of the own log that reach up to `epoch`; False at its end."""
        log = self._log
        while self._own_at < log.end:
            h = self._header_status()
            if h is None:  # torn: on to the next chunk
                self._own_at = min([base for base in log.chunks if base > self._own_at] or [log.end])
                continue
            at = self._own_at
            self._own_at += h.size
            if h.kind == segment.EPOCHS and h.flags & segment.CLOCK_IS_SET and h.epoch + h.count > epoch:
                view = log.scratch()[: h.size]
                log.read_into(at, view)
                if headers.is_sealed(view, 0, h):
                    self._own = unpack.each_record(view[segment.HEADER_SIZE : h.size - segment.CRC_SIZE], h.count)
                    self._own_from = at
                    self._epoch = h.epoch - 1
                    self._record = None
                    return True
        return False
