"""The buffers that NimBLE's notifications take: few, and free again once the controller has taken the packet.

Measured on MicroPython with the real NimBLE and the pools of an ESP32-C3: notifications take blocks of the first pool,
12 of 256 bytes: two for 1 to 195 bytes, three for 196 to 244. Six of the short ones wait in the host, or four of the
long ones, then there is ENOMEM; those that the controller has room for come on top.
"""

import errno
from collections import deque

from bumble.host import DataPacketQueue

MBUFS = 12
_TWO_HOLD_BYTES = 195


class MbufPool:
    """The pool of one node, in front of the queue of its controller."""

    def __init__(self, queue: DataPacketQueue) -> None:
        self.refused = 0  # notifications refused with ENOMEM so far
        self._queue = queue
        self._held: deque[tuple[int, int]] = deque()  # (how many packets had been queued by then, buffers)

    @property
    def used(self) -> int:
        """Buffers held by notifications that the controller has not taken yet."""
        taken = self._queue.queued - len(self._queue._packets)
        while self._held and self._held[0][0] <= taken:
            self._held.popleft()
        return sum(buffers for _, buffers in self._held)

    def has_room(self) -> bool:
        """Return whether a short answer finds buffers: without, NimBLE refuses a write with ATT 0x11."""
        return self.used + _needed(0) <= MBUFS

    def check(self, size: int) -> None:
        """Raise OSError(ENOMEM) if a notification of `size` bytes finds no room."""
        if self.used + _needed(size) > MBUFS:
            self.refused += 1
            raise OSError(errno.ENOMEM, "no buffers")

    def hold(self, size: int) -> None:
        """A notification of `size` bytes has just been queued: its buffers are taken until its last packet is."""
        self._held.append((self._queue.queued, _needed(size)))


def _needed(size: int) -> int:
    return 2 if size <= _TWO_HOLD_BYTES else 3
