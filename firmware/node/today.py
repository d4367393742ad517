"""What a node can answer at once: its newest record, and how long its wearer walked today, as far as it knows.

On the thigh also what it has learnt from the back: fused epochs, and how far in the back's log it has read.
`node.start` reads it from a file, `meeting.fusing` writes it there.
"""

from nodecore import activity, record
from nodecore.compat import const
from nodecore.sampling import EPOCHS_A_DAY, EPOCHS_A_MINUTE

FORMAT = "<IIIIHHB"  # of the file: the fields of `kept`
UNKNOWN = const(255)
_MISSES = const(4)  # after this many failed tries in a row, look for the back less often ...
_MAX_RARER = const(3)  # ... at most eight times less often


class Today:
    """Counts walking epochs of the wearer's day, which begins `midnight_min` minutes after that of UTC.

    `kept`: the back's log id and offset, the day, the newest fused epoch, the walking epochs of the day by the node
    alone and fused, the class of the newest fused epoch.
    """

    def __init__(self, kept, midnight_min):
        self._midnight = midnight_min * EPOCHS_A_MINUTE
        self.epoch = 0  # of the newest record
        self._windows = self._misses = 0
        self.back_log, self.back_at, self.day, self.fused_epoch, self.walked, self.fused_walked, self.fused = kept

    def add(self, epoch, rec):
        """Take the node's own record of an epoch."""
        self.epoch = epoch
        day = self.day_of(epoch)
        if day != self.day:
            self.day = day
            self.walked = self.fused_walked = 0
        if rec[record.ACTIVITY] & 15 == activity.WALKING:
            self.walked += 1

    def day_of(self, epoch):
        """Return the number of the wearer's day that an epoch is in."""
        return (epoch - self._midnight) // EPOCHS_A_DAY

    def is_due(self):
        """Return whether to look for the back now: at each window, more rarely where it was not met for long."""
        self._windows += 1
        return not self._windows & (1 << min(self._misses // _MISSES, _MAX_RARER)) - 1

    def met(self, yes):
        """Note whether the back was there."""
        self._misses = 0 if yes else self._misses + 1
