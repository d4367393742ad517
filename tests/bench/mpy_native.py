"""Reads the native functions out of an .mpy file (MicroPython: py/persistentcode.c), version 6."""

from collections.abc import Iterator

_BYTECODE, _NATIVE, _VIPER = 2, 3, 4
_ARCH_FLAGS = 0x40
_NO_LENGTH = 5  # object types below it (table of functions, None, False, True, Ellipsis) carry nothing
_TEXT = (5, 6)  # str, bytes: a zero follows


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 4

    def number(self) -> int:
        value = 0
        while True:
            byte = self.data[self.at]
            self.at += 1
            value = value << 7 | byte & 0x7F
            if not byte & 0x80:
                return value

    def take(self, count: int) -> bytes:
        self.at += count
        return self.data[self.at - count : self.at]


def viper_functions(mpy: bytes) -> list[bytes]:
    """Return the machine code of a module's viper functions, in the order of their definition.

    Raises ValueError if the file is of another version, or holds anything but bytecode and plain viper functions.
    """
    if mpy[:2] != b"M\x06":
        raise ValueError("not an .mpy file of version 6")
    reader = _Reader(mpy)
    if mpy[2] & _ARCH_FLAGS:
        reader.number()
    names, objects = reader.number(), reader.number()
    for _ in range(names):
        length = reader.number()
        if not length & 1:
            reader.take((length >> 1) + 1)
    for _ in range(objects):
        kind = reader.take(1)[0]
        if kind >= _NO_LENGTH:
            reader.take(reader.number() + (kind in _TEXT))
    return list(_codes(reader))


def _codes(reader: _Reader) -> Iterator[bytes]:
    head = reader.number()
    kind = (head & 3) + 2
    code = reader.take(head >> 3)
    if kind == _VIPER:
        if reader.number() & 0x70:  # read-only data, zeroed data or relocations would follow
            raise ValueError("a viper function with data of its own")
        yield code
    elif kind != _BYTECODE:
        raise ValueError("neither bytecode nor viper")
    if head & 4:
        for _ in range(reader.number()):
            yield from _codes(reader)
