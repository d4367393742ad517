"""Records out of a segment's payload: beside `segment`, since a node rarely reads and is short of heap."""

from nodecore import record
from nodecore.compat import const

_REPEAT_SHIFT = const(12)


def decode_records(payload, count):
    """Return the `count` records of an epoch payload, 12 bytes each, in a bytearray; raises ValueError if it lies."""
    out = bytearray()
    for rec in each_record(payload, count):
        out.extend(rec)
    return out


def each_record(payload, count):
    """Yield what `decode_records` returns record by record, each in the same bytearray: a node has no room for all."""
    last = bytearray(record.SIZE)
    done = at = 0
    while at < len(payload):
        if at + 2 > len(payload):
            raise ValueError("payload ends inside a mask")
        mask = payload[at] | payload[at + 1] << 8
        at += 2
        for i in range(record.SIZE):
            if mask >> i & 1:
                if at >= len(payload):
                    raise ValueError("payload ends inside a record")
                last[i] = payload[at]
                at += 1
        for _ in range(1 + (mask >> _REPEAT_SHIFT)):
            if done == count:
                raise ValueError("more records than the header says")
            yield last
            done += 1
    if done != count:
        raise ValueError("fewer records than the header says")
