"""A NOR flash chip of 512 erase blocks of 4 KiB, kept in a file on the host, in two partitions with a littlefs each.

The first holds the program, its configuration and its key: it is only read in operation. The second holds the log.

Erased bytes are 0xFF; a write can only clear bits, as in the chip, so a file system that forgets to erase is found out.
The power can be cut at the n-th write or erase: before it (`clean`), in its middle (`torn`), or in its middle with the
rest of it half done (`garbage`). Writes and erases take their time. What the chip does, and which of it is emulated:
README.md beside this file, "Flash".
"""

import os
import sys

import simulation
from micropython import const

BLOCK_SIZE = 4096
BLOCKS = 512
PROGRAM_BLOCKS = 160
_ERASE_US = const(45000)
_PROGRAM_US = const(700)  # a page, or a part of one
_PAGE = const(256)
_PIECE = 64  # the simulator shares the firmware's heap: no buffer of a whole block

_IOCTL_SYNC = 3
_IOCTL_BLOCK_COUNT = 4
_IOCTL_BLOCK_SIZE = 5
_IOCTL_ERASE = 6

CLEAN = "clean"
TORN = "torn"
GARBAGE = "garbage"


class Flash:
    """The block device protocol of MicroPython (extended interface), on the file `path`; made and erased if missing.

    `cut_at`: the power goes at this write or erase, counted from 1; 0 never. `operations` counts both.
    """

    def __init__(self, path, cut_at=0, cut_mode=CLEAN):
        try:
            self._file = open(path, "r+b")
        except OSError:
            self._file = open(path, "w+b")
            for _ in range(BLOCKS * BLOCK_SIZE // _PIECE):
                self._file.write(b"\xff" * _PIECE)
        self._old = memoryview(bytearray(_PIECE))
        self._erased = b"\xff" * _PIECE
        self._cut_at = cut_at
        self._cut_mode = cut_mode
        self.operations = 0
        self.slowness = 1  # how many times longer than usual a write or an erase takes

    def readblocks(self, block, buf, offset=0):
        self._file.seek(block * BLOCK_SIZE + offset)
        self._file.readinto(buf)

    def writeblocks(self, block, buf, offset=0):
        self.operations += 1
        view = memoryview(buf)
        at = block * BLOCK_SIZE + offset
        if self.operations == self._cut_at:
            half = len(view) // 2
            if self._cut_mode != CLEAN:
                self._clear_bits(at, view[:half])
            if self._cut_mode == GARBAGE:
                self._clear_bits(at + half, os.urandom(len(view) - half))
            self._lose_power()
        self._clear_bits(at, view)
        pages = (at % _PAGE + len(view) + _PAGE - 1) // _PAGE
        simulation.time.spend_us(pages * _PROGRAM_US * self.slowness)

    def ioctl(self, op, arg):
        if op == _IOCTL_BLOCK_COUNT:
            return BLOCKS
        if op == _IOCTL_BLOCK_SIZE:
            return BLOCK_SIZE
        if op == _IOCTL_ERASE:
            self.operations += 1
            if self.operations == self._cut_at:
                if self._cut_mode != CLEAN:
                    self._erase(arg * BLOCK_SIZE, BLOCK_SIZE // 2)
                if self._cut_mode == GARBAGE:
                    self._clear_bits(arg * BLOCK_SIZE + BLOCK_SIZE // 2, os.urandom(_PIECE))
                self._lose_power()
            self._erase(arg * BLOCK_SIZE, BLOCK_SIZE)
            simulation.time.spend_us(_ERASE_US * self.slowness)
            return 0
        if op == _IOCTL_SYNC:
            self._file.flush()
        return 0

    def _clear_bits(self, at, new):
        for start in range(0, len(new), _PIECE):
            part = new[start : start + _PIECE]
            old = self._old[: len(part)]
            self._file.seek(at + start)
            self._file.readinto(old)
            for i in range(len(part)):
                old[i] &= part[i]
            self._file.seek(at + start)
            self._file.write(old)

    def _erase(self, at, size):
        self._file.seek(at)
        for _ in range(size // _PIECE):
            self._file.write(self._erased)

    def _lose_power(self):
        """Nothing runs after this: the controller hears of it and ends the process, or is gone itself."""
        self._file.flush()
        print("@cut", self.operations)
        while sys.stdin.read(1):
            pass
        sys.exit()


class Region:
    """A partition: the block device `flash` from block `first` on, to its end or for `count` blocks."""

    def __init__(self, flash, first, count=0):
        self._flash = flash
        self._first = first
        self._count = count or BLOCKS - first

    def readblocks(self, block, buf, offset=0):
        self._flash.readblocks(block + self._first, buf, offset)

    def writeblocks(self, block, buf, offset=0):
        self._flash.writeblocks(block + self._first, buf, offset)

    def ioctl(self, op, arg):
        if op == _IOCTL_BLOCK_COUNT:
            return self._count
        return self._flash.ioctl(op, arg + self._first if op == _IOCTL_ERASE else arg)
