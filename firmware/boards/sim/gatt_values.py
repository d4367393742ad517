"""The values of the attributes that a firmware has registered: buffers of a fixed size, kept on the firmware's side.

As in MicroPython's own table, a value starts with room for 20 bytes, `write` makes room for more, and what a central
writes beyond the room is cut off.
"""

import errno
import struct

import radio_wire as wire
from micropython import const

_DEFAULT_ROOM = const(20)
# The columns of an attribute.
_BUFFER = const(0)
_SIZE = const(1)
_APPEND = const(2)

_attributes = {}  # value handle -> [buffer, size, append]


def clear():
    """Forget all attributes."""
    _attributes.clear()


def put_table(services):
    """Write a table of services into the call that is being made; return (size, handles per service)."""
    size = wire.put(0, bytes((len(services),)))
    shape = []
    for uuid, characteristics in services:
        size = wire.put(wire.put(size, bytes((len(uuid), len(characteristics)))), bytes(uuid))
        count = 0
        for characteristic in characteristics:
            descriptors = characteristic[2] if len(characteristic) > 2 else ()
            uuid, flags = characteristic[0], characteristic[1]
            size = wire.put(wire.put(size, struct.pack("<BHB", len(uuid), flags, len(descriptors))), bytes(uuid))
            for uuid, flags in descriptors:
                size = wire.put(wire.put(size, struct.pack("<BH", len(uuid), flags)), bytes(uuid))
            count += 1 + len(descriptors)
        shape.append(count)
    return size, shape


def create(handles, shape):
    """Make empty values for all `handles`; return them as a tuple of tuples, one per service."""
    _attributes.clear()
    for handle in handles:
        _attributes[handle] = [bytearray(_DEFAULT_ROOM), 0, False]
    result, start = [], 0
    for count in shape:
        result.append(handles[start : start + count])
        start += count
    return tuple(result)


def _attribute(handle):
    attribute = _attributes.get(handle)
    if attribute is None:
        raise OSError(errno.EINVAL)
    return attribute


def has(handle):
    """Whether there is such a handle."""
    return handle in _attributes


def view(handle):
    """A memoryview of the value; OSError(EINVAL) if there is no such handle."""
    attribute = _attribute(handle)
    return memoryview(attribute[_BUFFER])[: attribute[_SIZE]]


def read(handle):
    """The value as bytes, empty where there is no such handle; an appended one is empty afterwards."""
    if not has(handle):
        return b""
    data = bytes(view(handle))
    attribute = _attributes[handle]
    if attribute[_APPEND]:
        attribute[_SIZE] = 0
    return data


def write(handle, data):
    """Replace the value, making room if need be."""
    attribute = _attribute(handle)
    size = len(data)
    if size > len(attribute[_BUFFER]):
        attribute[_BUFFER] = bytearray(size)
    memoryview(attribute[_BUFFER])[:size] = data
    attribute[_SIZE] = size


def set_buffer(handle, room, append):
    """Give the value `room` bytes and empty it; with `append`, writes of a central add to it until it is read."""
    attribute = _attribute(handle)
    attribute[_BUFFER] = bytearray(room)
    attribute[_SIZE] = 0
    attribute[_APPEND] = bool(append)


def store(handle, stream, size):
    """Take a value that a central has written, `size` bytes, off the stream."""
    attribute = _attributes.get(handle)
    taken = 0
    if attribute is not None:
        start = attribute[_SIZE] if attribute[_APPEND] else 0
        taken = min(size, len(attribute[_BUFFER]) - start)
        wire.fill(stream, memoryview(attribute[_BUFFER])[start : start + taken], taken)
        attribute[_SIZE] = start + taken
    wire.discard(stream, size - taken)


def as_bytes(data):
    return data.encode() if isinstance(data, str) else data
