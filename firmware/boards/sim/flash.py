"""A NOR flash chip of 512 erase blocks of 4 KiB, kept in a file on the host: the partition that littlefs lives on.

Not emulated: wear, bit flips, the time that a write or an erase takes. Erased bytes are 0xFF; a write can only clear
bits, as in the chip, so a file system that forgets to erase is found out.
"""

BLOCK_SIZE = 4096
BLOCKS = 512
_PIECE = 256  # the simulator shares the firmware's heap: no buffer of a whole block

_IOCTL_SYNC = 3
_IOCTL_BLOCK_COUNT = 4
_IOCTL_BLOCK_SIZE = 5
_IOCTL_ERASE = 6


class Flash:
    """The block device protocol of MicroPython (extended interface), on the file `path`; made and erased if missing."""

    def __init__(self, path):
        try:
            self._file = open(path, "r+b")
        except OSError:
            self._file = open(path, "w+b")
            for _ in range(BLOCKS * BLOCK_SIZE // _PIECE):
                self._file.write(b"\xff" * _PIECE)
        self._old = memoryview(bytearray(_PIECE))
        self._erased = b"\xff" * _PIECE
        self.writes = 0
        self.erases = 0

    def readblocks(self, block, buf, offset=0):
        self._file.seek(block * BLOCK_SIZE + offset)
        self._file.readinto(buf)

    def writeblocks(self, block, buf, offset=0):
        at = block * BLOCK_SIZE + offset
        for start in range(0, len(buf), _PIECE):
            self._clear_bits(at + start, memoryview(buf)[start : start + _PIECE])
        self.writes += 1

    def _clear_bits(self, at, new):
        old = self._old[: len(new)]
        self._file.seek(at)
        self._file.readinto(old)
        for i in range(len(new)):
            old[i] &= new[i]
        self._file.seek(at)
        self._file.write(old)

    def ioctl(self, op, arg):
        if op == _IOCTL_BLOCK_COUNT:
            return BLOCKS
        if op == _IOCTL_BLOCK_SIZE:
            return BLOCK_SIZE
        if op == _IOCTL_ERASE:
            self._file.seek(arg * BLOCK_SIZE)
            for _ in range(BLOCK_SIZE // _PIECE):
                self._file.write(self._erased)
            self.erases += 1
            return 0
        if op == _IOCTL_SYNC:
            self._file.flush()
        return 0
