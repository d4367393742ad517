"""Finds the end of a log at a start, past all damage by a power cut or a failing flash."""

import errno
import os

from nodecore import headers, segment
from nodecore.compat import const

CHUNK_SIZE = const(32768)  # the most that a chunk has, also of other firmware
_NAME_LENGTH = const(8)


def recover(log, directory, buf):
    """Fill `log` (a `node.log.Log`) with what is in `directory`; `buf` holds any segment.

    Bytes that no CRC vouches for stay, and a new chunk starts after them. OSError if the directory cannot be used.
    """
    _ensure(directory)
    log.log_id = _load_id(directory + "/id")
    log.chunks = [int(name, 16) for name in chunk_names(directory)]
    if log.chunks:
        _find_end(log, buf)
    acked = _acknowledged(directory + ".acked")
    if acked > log.end:  # littlefs fell back to an older state: never again at offsets that a laptop holds
        log.torn_bytes += acked - log.end
        log.end = acked
    if log.torn_bytes:
        log.chunks.append(log.end)


def chunk_names(directory):
    """Return the names of the log's files, the oldest first."""
    return sorted(name for name in os.listdir(directory) if len(name) == _NAME_LENGTH)


def _find_end(log, buf):
    base = log.chunks[-1]
    try:
        size = os.stat(log.path(base))[6]
    except OSError:
        size = CHUNK_SIZE  # it cannot even be asked: step over all that it can hold
    log.end = base + size
    log.torn_bytes = size - _scan(log, base, size, buf)
    for older in reversed(log.chunks[:-1]):
        if log.seq:
            break
        _scan(log, older, CHUNK_SIZE, buf)


def _scan(log, base, size, buf):
    """Read the segments of one chunk in order; remember the last one's sequence and CRC; return the good bytes."""
    at = good = 0
    try:
        with open(log.path(base), "rb") as f:
            while at < size:
                f.seek(at)
                n = f.readinto(buf)
                view = buf[:n]
                header = headers.parse_header(view)
                if header is None or not headers.is_sealed(view, 0, header):
                    if n < segment.HEADER_SIZE:
                        break
                    found = bytes(view).find(b"AM", 1)
                    at += found if found > 0 else n - 1
                    continue
                log.seq = header.seq + 1
                if header.kind == segment.EPOCHS and header.flags & segment.CLOCK_IS_SET:
                    log.last_epoch = header.epoch + header.count - 1
                log.prev_crc = segment.stored_crc(view, 0, header.size)
                at += header.size
                good += header.size
    except OSError:
        pass  # the flash gives no more of it
    return good


def _acknowledged(path):
    """Return the highest offset that a laptop has said to hold."""
    try:
        with open(path) as f:
            return int(f.read())
    except (OSError, ValueError):
        return 0


def _ensure(directory):
    try:
        os.mkdir(directory)
    except OSError as e:
        if e.errno != errno.EEXIST:
            raise


def _load_id(path):
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


def drop_unreadable(log):
    """Delete the chunks that cannot be read to their end: while one is there, littlefs may find no free block.

    What they held is lost; it reads as zeros from now on.
    """
    buf = bytearray(64)
    for base in log.chunks[:-1]:
        try:
            with open(log.path(base), "rb") as f:
                while f.readinto(buf):
                    pass
        except OSError:
            os.remove(log.path(base))
            log.chunks.remove(base)
