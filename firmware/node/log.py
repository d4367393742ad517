"""The log on flash: one endless byte stream of sealed segments, cut into chunk files that are named by their offset.

Offsets count from the log's first byte and never start again, so a laptop resumes at a number. Only whole chunks older
than the one being written are ever deleted, so the newest segment (its sequence number, its CRC) survives a reboot.
"""

import os
import struct

from node import recovery
from node.power import FLASH
from nodecore import segment
from nodecore.compat import const

# What littlefs puts into eight blocks of 4 KiB: all but the first begin with pointers, 44 bytes together. A chunk with
# more would take a ninth block for a few bytes. About eight hours of wear, and the unit in which space is freed.
CHUNK_SIZE = const(32724)
_ENOSPC = const(28)  # not in MicroPython's errno module
KEEP_OLDEST = "oldest"
KEEP_NEWEST = "newest"


class Log:
    """Appends segments, reads bytes by offset, frees acknowledged chunks.

    `directory` is made if it is missing. `role` goes into every segment. `keep` says what gives way on a full flash.
    `status` is a callable returning (boot, temperature_c, battery_20mv, flags) for the header. `power`, a
    `node.power.Power`, is told when the flash is written.
    """

    def __init__(self, directory, role, keep, status, power=None):
        self.folder = directory
        self._keep = keep
        self._status = status
        self._power = power
        self._writer = segment.SegmentWriter(role)
        self.full = False
        self.broken = False  # nothing can be written, for another reason than that it is full
        self.dropped_segments = self.told_dropped = 0
        self.torn_bytes = 0
        self.log_id = 0
        self.seq = 0
        self.end = 0
        self.last_epoch = 0  # the last one that was numbered by a set clock
        self.chunks = []
        self.prev_crc = 0
        recovery.recover(self, directory, self._writer.scratch())

    # ---- writing

    def add(self, epoch, rec):
        """Append one record; seals by itself when five minutes are full or the epoch does not follow the last."""
        if not self._writer.add(epoch, rec):
            self.seal()
            self._writer.add(epoch, rec)
        if self._writer.count == segment.MAX_EPOCHS:
            self.seal()

    @property
    def waiting_epochs(self):
        """How many epochs are in RAM only."""
        return self._writer.count

    def scratch(self):
        """Return a buffer that holds any segment, free for use until the next write; nothing may wait."""
        return self._writer.scratch()

    def seal(self):
        """Write the waiting epochs as a segment; nothing waits afterwards."""
        if self._writer.count:
            self._commit(self._writer.pack(self.seq, self.prev_crc, *self._status()))
            self._writer.reset()  # not before: where writing fails, the next time tries again

    def event(self, code, epoch, payload=b"", kind=segment.EVENT):
        """Write an event segment, or one of another kind, after sealing what waits; `code` is its header's count."""
        self.seal()
        self._commit(self._writer.event(code, epoch, payload, self.seq, self.prev_crc, *self._status(), kind=kind))

    def _commit(self, data):
        size = self.end - self.chunks[-1] if self.chunks else CHUNK_SIZE
        if size + len(data) > CHUNK_SIZE:
            self.chunks.append(self.end)
        before = self._power.enter(FLASH) if self._power else None
        written = self.write(data)
        if before is not None:
            self._power.enter(before)  # pyright: ignore[reportOptionalMemberAccess]
        if not written:
            self.dropped_segments += 1
            return
        self.end += len(data)
        self.seq += 1
        self.prev_crc = segment.stored_crc(data, 0, len(data))

    def write(self, data):
        """Append bytes to the newest chunk, making room as `keep` says; return whether they are on flash."""
        while True:
            try:
                with open(self.path(self.chunks[-1]), "ab") as f:
                    f.write(data)
                self.full = self.broken = False
                return True
            except OSError as e:
                if e.errno != _ENOSPC:
                    self._give_way(e)
                    continue
                self.full = True
            if self._keep != KEEP_NEWEST or len(self.chunks) < 2:
                return False
            os.remove(self.path(self.chunks.pop(0)))

    def _give_way(self, e):
        """Try another file where one cannot be written; then without the files that cannot be read; then give up."""
        if self.chunks[-1] != self.end:
            self.chunks.append(self.end)
            return
        if not self.broken:
            self.broken = True
            recovery.drop_unreadable(self)
            return
        raise e

    # ---- reading and freeing

    @property
    def first(self):
        """The lowest offset that can still be read."""
        return self.chunks[0] if self.chunks else self.end

    def span(self, message, at):
        """Return the two offsets, from and to, that stand in `message`; raises ValueError if the log has it not all."""
        start, end = struct.unpack_from("<II", message, at)
        if not self.first <= start <= end <= self.end:
            raise ValueError("not in the log")
        return start, end

    def read_into(self, offset, buf):
        """Fill `buf` (a memoryview) with log bytes from `offset`; return how many, 0 at the end of the log.

        Stops at a chunk's end. What the flash does not give comes as zeros: no segment starts in them, so the laptop
        books them as damaged and goes on behind. Raises ValueError for an offset that was freed or not written yet.
        """
        if not self.first <= offset <= self.end:
            raise ValueError("offset %d is not in the log" % offset)
        if offset == self.end:
            return 0
        i = len(self.chunks) - 1
        while self.chunks[i] > offset:
            i -= 1
        for _ in range(2):  # a second try, should the first have met a passing fault
            try:
                with open(self.path(self.chunks[i]), "rb") as f:
                    f.seek(offset - self.chunks[i])
                    n = f.readinto(buf)
                if n:
                    return n
            except OSError:
                pass
        n = min(len(buf), (self.chunks[i + 1] if i + 1 < len(self.chunks) else self.end) - offset)
        for i in range(n):
            buf[i] = 0
        return n

    def acknowledge(self, offset, crc):
        """Free every whole chunk below `offset` and return the first offset kept.

        `crc` must be that of the segment which ends at `offset`: the laptop proves that it holds it. Raises ValueError
        otherwise.
        """
        stored = bytearray(segment.CRC_SIZE)
        if self.read_into(offset - segment.CRC_SIZE, memoryview(stored)) != segment.CRC_SIZE:
            raise ValueError("no segment ends there")
        if segment.stored_crc(stored, 0, segment.CRC_SIZE) != crc:
            raise ValueError("checksum mismatch")
        with open(self.folder + ".acked", "w") as f:
            f.write(str(offset))
        while len(self.chunks) > 1 and self.chunks[1] <= offset:
            os.remove(self.path(self.chunks.pop(0)))
            self.full = False
        return self.first

    def path(self, base):
        return "%s/%08x" % (self.folder, base)
