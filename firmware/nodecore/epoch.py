"""Sorts FIFO batches into 5-second epochs by UTC: epoch = floor(UTC / 5 s) on every node, so two nodes agree."""

from array import array

from nodecore.compat import const
from nodecore.sampling import EPOCH_MS, EPOCH_SAMPLES, MAX_EPOCH_SAMPLES, ODR_HZ

# A batch is read some milliseconds after its newest sample; that jitter must not move samples between epochs. Beyond
# the dead band the IMU's oscillator has drifted from the RTC, and the sample index follows the RTC.
_DEAD_BAND_SAMPLES = const(2)
_MS_A_SECOND = const(1000)


class EpochWindow:
    """Collects the samples of one epoch at a time.

    Per batch: `align` once, then `fill` until the batch is used up; whenever `full`, use `samples[: 3 * n]` of epoch
    `epoch`, then `next()`. A partial epoch is handed out by `close()`.
    """

    def __init__(self):
        self.samples = array("h", bytes(6 * MAX_EPOCH_SAMPLES))
        self._view = memoryview(self.samples)
        self.epoch = -1  # -1: not aligned yet
        self.n = 0
        self._index = 0  # where the next sample stands in the epoch, 0..EPOCH_SAMPLES

    @property
    def full(self):
        """Whether the current epoch has reached its end."""
        return self._index >= EPOCH_SAMPLES

    def misaligned(self, count, read_utc_ms):
        """Return True if `count` samples read now do not continue the current epoch: `close()` it, then `align`."""
        jump = ODR_HZ  # samples, a whole second: some were lost or the clock was set
        return self.epoch >= 0 and abs(self._error(count, read_utc_ms)) > jump

    def align(self, count, read_utc_ms):
        """Place a batch of `count` samples, the newest of which was taken just before `read_utc_ms` (UTC, ms)."""
        if self.epoch < 0 or self.misaligned(count, read_utc_ms):
            first = read_utc_ms * ODR_HZ // _MS_A_SECOND - (count - 1)
            self.epoch = first // EPOCH_SAMPLES
            self._index = first % EPOCH_SAMPLES
            self.n = 0
            return
        error = self._error(count, read_utc_ms)
        if abs(error) > _DEAD_BAND_SAMPLES:
            self._index = max(0, self._index + error)

    def fill(self, batch, start, count):
        """Take samples from `batch` (memoryview of int16 x, y, z), from sample `start` of `count`; return how many.

        Stops at the epoch's end. Samples beyond the buffer (an oscillator more than 23% fast) are counted, not kept.
        """
        take = min(count - start, EPOCH_SAMPLES - self._index)
        keep = min(take, MAX_EPOCH_SAMPLES - self.n)
        if keep > 0:
            self._view[3 * self.n : 3 * (self.n + keep)] = batch[3 * start : 3 * (start + keep)]
            self.n += keep
        self._index += take
        return take

    def next(self):
        """Go on to the following epoch, keeping the alignment."""
        self.epoch += 1
        self._index -= EPOCH_SAMPLES
        self.n = 0

    def close(self):
        """Forget the alignment (after a gap or a clock step); the next batch starts afresh."""
        self.epoch = -1
        self._index = 0
        self.n = 0

    def _error(self, count, read_utc_ms):
        predicted = self.epoch * EPOCH_SAMPLES + self._index + count - 1
        return read_utc_ms * ODR_HZ // _MS_A_SECOND - predicted


def epoch_of(utc_ms):
    """Return the epoch number that holds a UTC time in ms."""
    return utc_ms // EPOCH_MS
