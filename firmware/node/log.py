"""The log on flash: one endless byte stream of sealed segments, cut into chunk files that are named by their offset.

Offsets count from the log's first byte and never start again, so a laptop resumes at a number. Only whole chunks older
than the one being written are ever deleted, so the newest segment (its sequence number, its CRC) survives a reboot.
"""

import errno
import os

from nodecore import segment
from nodecore.compat import const

CHUNK_SIZE = const(32768)  # eight erase blocks: about eight hours of wear, and the unit in which space is freed
_SCAN_SIZE = const(1024)  # holds any segment, so a scan goes segment by segment
_NAME_LENGTH = const(8)
_ENOSPC = const(28)  # not in MicroPython's errno module
KEEP_OLDEST = "oldest"
KEEP_NEWEST = "newest"


class Log:
    """Appends segments, reads bytes by offset, frees acknowledged chunks.

    `directory` is made if it is missing. `role` goes into every segment. `keep` says what gives way on a full flash.
    `status` is a callable returning (boot, temperature_c, battery_20mv, flags) for the header.
    """

    def __init__(self, directory, role, keep, status):
        self._dir = directory
        self._keep = keep
        self._status = status
        self._writer = segment.SegmentWriter(role)
        self.full = False
        self.dropped_segments = 0
        self.torn_bytes = 0
        self._ensure_directory()
        self.log_id = self._load_id()
        self._chunks = sorted(int(n, 16) for n in os.listdir(directory) if len(n) == _NAME_LENGTH)
        self.seq = 0
        self._prev_crc = 0
        self._recover()

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

    def seal(self):
        """Write the waiting epochs as a segment; nothing waits afterwards."""
        if self._writer.count:
            self._commit(self._writer.seal(self.seq, self._prev_crc, *self._status()))

    def event(self, code, epoch, payload=b""):
        """Write an event segment, after sealing what waits."""
        self.seal()
        self._commit(self._writer.event(code, epoch, payload, self.seq, self._prev_crc, *self._status()))

    def _commit(self, data):
        size = self.end - self._chunks[-1] if self._chunks else CHUNK_SIZE
        if size + len(data) > CHUNK_SIZE:
            self._chunks.append(self.end)
        if not self._write(data):
            self.dropped_segments += 1
            return
        self.end += len(data)
        self.seq += 1
        self._prev_crc = segment.stored_crc(data, 0, len(data))

    def _write(self, data):
        while True:
            try:
                with open(self._path(self._chunks[-1]), "ab") as f:
                    f.write(data)
                self.full = False
                return True
            except OSError as e:
                if e.errno != _ENOSPC:
                    raise
                self.full = True
            if self._keep != KEEP_NEWEST or len(self._chunks) < 2:
                return False
            os.remove(self._path(self._chunks.pop(0)))

    # ---- reading and freeing

    @property
    def first(self):
        """The lowest offset that can still be read."""
        return self._chunks[0] if self._chunks else self.end

    def read_into(self, offset, buf):
        """Fill `buf` (a memoryview) with log bytes from `offset`; return how many, 0 at the end of the log.

        Stops at a chunk's end. Raises ValueError for an offset that was freed or not written yet.
        """
        if not self.first <= offset <= self.end:
            raise ValueError("offset %d is not in the log" % offset)
        base = self._chunk_of(offset)
        if base is None:
            return 0
        with open(self._path(base), "rb") as f:
            f.seek(offset - base)
            return f.readinto(buf)

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
        while len(self._chunks) > 1 and self._chunks[1] <= offset:
            os.remove(self._path(self._chunks.pop(0)))
            self.full = False
        return self.first

    def _chunk_of(self, offset):
        for base in reversed(self._chunks):
            if base <= offset:
                return base if offset < self.end else None
        return None

    # ---- start

    def _path(self, base):
        return "%s/%08x" % (self._dir, base)

    def _ensure_directory(self):
        try:
            os.mkdir(self._dir)
        except OSError as e:
            if e.errno != errno.EEXIST:
                raise

    def _load_id(self):
        path = self._dir + "/id"
        try:
            with open(path, "rb") as f:
                data = f.read(4)
            if len(data) == 4:
                return int.from_bytes(data, "little")
        except OSError:
            pass  # the first start of this log
        data = os.urandom(4)
        with open(path, "wb") as f:
            f.write(data)
        return int.from_bytes(data, "little")

    def _recover(self):
        """Find the end of the log; a tail that no CRC vouches for stays, and a new chunk starts after it."""
        self.end = 0
        if not self._chunks:
            return
        base = self._chunks[-1]
        size = os.stat(self._path(base))[6]
        self.end = base + size
        self.torn_bytes = size - self._scan(base)
        for older in reversed(self._chunks[:-1]):
            if self.seq:
                break
            self._scan(older)
        if self.torn_bytes:
            self._chunks.append(self.end)

    def _scan(self, base):
        """Read the segments of one chunk in order; remember the last one's sequence and CRC; return the good bytes."""
        buf = bytearray(_SCAN_SIZE)
        at = 0
        with open(self._path(base), "rb") as f:
            while True:
                f.seek(at)
                n = f.readinto(buf)
                view = memoryview(buf)[:n]
                header = segment.parse_header(view)
                if header is None or not segment.is_sealed(view, 0, header):
                    return at
                self.seq = header.seq + 1
                self._prev_crc = segment.stored_crc(view, 0, header.size)
                at += header.size
