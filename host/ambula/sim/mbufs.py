"""The buffers that NimBLE's notifications take. They are few, and are free again only after the packet was sent."""

import errno
from collections import deque

from bumble.host import DataPacketQueue

MBUFS = 24  # esp-idf's larger pool has 24 blocks of 320 bytes ...
MBUF_BYTES = 292  # ... of which this is left for ATT and what it carries


class MbufPool:
    """The pool of one node, in front of the queue of its controller."""

    def __init__(self, queue: DataPacketQueue) -> None:
        self.refused = 0  # notifications refused with ENOMEM so far
        self._queue = queue
        self._held: deque[tuple[int, int]] = deque()  # (how many packets had been queued by then, buffers)

    @property
    def used(self) -> int:
        """Buffers held by notifications that are still on their way."""
        while self._held and self._held[0][0] <= self._queue.completed:
            self._held.popleft()
        return sum(buffers for _, buffers in self._held)

    def check(self, size: int) -> None:
        """Raise OSError(ENOMEM) if a notification of `size` bytes finds no room."""
        if self.used + _needed(size) > MBUFS:
            self.refused += 1
            raise OSError(errno.ENOMEM, "no buffers")

    def hold(self, size: int) -> None:
        """A notification of `size` bytes has just been queued: its buffers are taken until its last packet is out."""
        self._held.append((self._queue.queued, _needed(size)))


def _needed(size: int) -> int:
    return -(-(size + 3) // MBUF_BYTES)
