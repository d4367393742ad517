"""Which firmware it is: a number, and four bytes of what its files come to, so that any change shows.

The number and the bytes are a node's `firmware` in the store, as "0.1.0 a1b2c3d4". A node tells them at each start.
"""

import functools
import hashlib
import re

from ambula.firmware_build.files import ROOT, boards, device_files

UNKNOWN = "00000000"
STAMPED = "node/__init__.py"
_NUMBER = re.compile(r"^FIRMWARE = \((\d+), (\d+), (\d+)\)$", re.MULTILINE)
_OTHER = "its firmware is not this Ambula's ({}, here {}): sync it, then `ambula flash` over USB"


@functools.cache
def build() -> str:
    """Return 8 hex digits of SHA-256 over names and contents of the firmware's source files, those of every board.

    Sources, because what they compile to depends on chip and compiler; with any line ends, because copies differ.
    """
    sources = dict(device_files())
    for board in boards():
        sources.update((f"{board}/{name}", path) for name, path in device_files(board) if name not in sources)
    digest = hashlib.sha256()
    for name, path in sorted(sources.items()):
        contents = path.read_bytes().replace(b"\r\n", b"\n")
        digest.update(b"%s\n%d\n" % (name.encode(), len(contents)) + contents)
    return digest.hexdigest()[: len(UNKNOWN)]


def firmware() -> str:
    """Return the firmware of this Ambula as a node names its own, such as "0.1.0 a1b2c3d4"."""
    return f"{_number()} {build()}"


@functools.cache
def _number() -> str:
    found = _NUMBER.search((ROOT / STAMPED).read_text("utf-8"))
    assert found, STAMPED
    return ".".join(found.groups())


def stamped(source: bytes) -> bytes:
    """Return `node/__init__.py` with the build in it, line by line as it was."""
    return source.replace(f'BUILD = "{UNKNOWN}"'.encode(), f'BUILD = "{build()}"'.encode(), 1)


def other_firmware(said: str) -> str | None:
    """Return words on a node whose firmware is another than this Ambula's; None: the same, or it cannot be known.

    said: as kept with the node, "0.1.0 a1b2c3d4"; only a number where the node's start was not read, or told no build.
    """
    number, _, of_node = said.partition(" ")
    is_known = of_node and of_node != UNKNOWN
    if (number == _number() and not is_known) or said == firmware():
        return None
    return _OTHER.format(said, firmware())
