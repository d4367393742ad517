"""When the motor reminds a wearer of having sat for long; loaded only on a thigh whose settings ask for it.

A thigh alone cannot distinguish sitting from lying. So it is silent from 21:00 to 8:00 of the wearer's day, and if the
newest class of both nodes together is recent and is lying.
"""

from nodecore import activity
from nodecore.compat import const
from nodecore.sampling import EPOCHS_A_DAY, EPOCHS_A_MINUTE, EPOCHS_AN_HOUR

_FROM_H = const(8)  # o'clock
_TO_H = const(21)


class Sitting:
    """Counts the sedentary epochs since the last break, and since the last reminder.

    `buzz_min`: after so many minutes. `midnight_min`: when the wearer's day begins, after 0:00 UTC.
    """

    def __init__(self, buzz_min, midnight_min):
        self._span = buzz_min * EPOCHS_A_MINUTE
        self._midnight = midnight_min * EPOCHS_A_MINUTE
        self._sat = self._up = self._epoch = 0

    def is_due(self, epoch, what, is_known, today):
        """Take the class of an epoch; return whether to remind now. `is_known`: whether the node knows the time."""
        is_gap = not 0 < epoch - self._epoch <= EPOCHS_A_MINUTE
        self._epoch = epoch
        hour = (epoch - self._midnight) % EPOCHS_A_DAY // EPOCHS_AN_HOUR
        is_day = is_known and _FROM_H <= hour < _TO_H
        if is_gap or not is_day or what == activity.NOT_WORN:
            self._sat = self._up = 0
        if not is_day:
            return False
        if what in (activity.SEDENTARY, activity.SITTING, activity.LYING):
            self._up = 0
            self._sat += 1
        elif what in (activity.OTHER, activity.NOT_WORN):
            self._up = 0
        else:
            self._up += 1
            if self._up >= EPOCHS_A_MINUTE:  # so long on one's feet is a break
                self._sat = 0
        if self._sat < self._span:
            return False
        self._sat = 0
        is_recent = epoch - today.fused_epoch < EPOCHS_AN_HOUR // 2  # the thigh meets the back every 15 minutes
        return not (what == activity.LYING or is_recent and today.fused == activity.LYING)
