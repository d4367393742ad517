"""The firmware's end of the two sockets to its virtual radio: calls with their answers, events with their "done".

The frames are written down in `ambula.sim.wire`. All buffers are made once; what stands in `rx` is valid until the next
frame is read.
"""

import errno
import select
import socket
import struct
import sys

from micropython import const

CALL_HEADER = const(3)
EVENT_HEADER = const(8)
_OP_HELLO = const(0)
_SUN_PATH_MAX = const(103)

tx = bytearray(320)  # a call: the largest notification, or the largest table of services
tx_view = memoryview(tx)
rx = bytearray(256)  # an answer, or what an event carries, as far as the largest notification goes
rx_view = memoryview(rx)
head = bytearray(EVENT_HEADER)

calls = None
events = None
heard = 0  # events read so far
_waiting = select.poll()


def attach(socket_path):
    """Connect both sockets, once. OSError if nobody listens there; ValueError if the path is too long for a socket."""
    global calls, events
    if calls is not None:
        raise OSError(errno.EALREADY)
    first = _connect(socket_path, b"C")
    events = _connect(socket_path, b"E")
    calls = first
    _waiting.register(events, select.POLLIN)


def _connect(path, kind):
    raw = path.encode()
    if len(raw) > _SUN_PATH_MAX:
        raise ValueError("socket path too long")
    # This port wants the C structure sockaddr_un; on Darwin that starts with its own length.
    family = bytes((len(raw) + 2, socket.AF_UNIX)) if sys.platform == "darwin" else struct.pack("H", socket.AF_UNIX)
    stream = socket.socket(socket.AF_UNIX)
    stream.connect(family + raw)
    stream.write(struct.pack("<HB", 1, _OP_HELLO) + kind)
    return stream


def fill(stream, view, size):
    """Read exactly `size` bytes. SystemExit if the radio is gone: a simulated node has nothing left to do then."""
    if size and stream.readinto(view, size) != size:
        raise SystemExit("the virtual radio is gone")


def discard(stream, size):
    """Read `size` bytes and forget them; what stands in `rx` stays."""
    while size > 0:
        part = min(size, len(tx))
        fill(stream, tx_view, part)
        size -= part


def put(offset, data):
    """Copy `data` into the call at `offset` behind the header; return the offset behind it. ValueError if too long."""
    start = CALL_HEADER + offset
    end = start + len(data)
    if end > len(tx):
        raise ValueError("too long")
    tx_view[start:end] = data
    return offset + len(data)


def call(op, size=0):
    """Make the call whose `size` bytes stand in `tx`; return the size of the answer in `rx`. OSError if refused."""
    if calls is None:
        raise OSError(errno.ENODEV)
    tx[0] = size & 0xFF
    tx[1] = size >> 8
    tx[2] = op
    calls.write(tx_view, CALL_HEADER + size)
    fill(calls, rx_view, CALL_HEADER)
    size = rx[0] | rx[1] << 8
    status = rx[2]
    fill(calls, rx_view, size)
    if status:
        raise OSError(status)
    return size


def is_event_waiting():
    """Whether an event can be read now."""
    for _ in _waiting.ipoll(0):
        return True
    return False


def read_event():
    """Read an event's header: (size of the value that is still to be read, seq, event, connection, argument)."""
    global heard
    fill(events, head, EVENT_HEADER)
    heard += 1
    return struct.unpack("<HBBHH", head)


def done(seq, result, value):
    """Say that the handler of event `seq` has returned."""
    events.write(struct.pack("<HBB", len(value), seq, result))
    if value:
        events.write(value)


def forget_events():
    """Read and forget all events that are waiting."""
    while is_event_waiting():
        discard(events, read_event()[0])
