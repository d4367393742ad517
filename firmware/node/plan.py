"""The capture plan: whether to record now. Its state is in a file, so that a restart goes on from there.

Times are epochs: they fit small integers.
"""

from nodecore.compat import const
from nodecore.sampling import EPOCHS_A_DAY

WAITING = const(0)
RECORDING = const(1)
OVER = const(2)
_REST_MS = const(60000)


class CapturePlan:
    """`start` ("now", "tap" or UTC s) and `days` (0: for ever) of the settings, and how far it is: `state`, `since`.

    `path` is its file. `token` identifies this plan; files of other set-ups are ignored. `is_known`:
    whether the clock was set when it began, else `since` counts on the scale of an unset clock. `kept`: whether the
    file says what is here. `is_new`: it has begun, and no log says so yet.
    """

    def __init__(self, path, start, days, token):
        self._path = path
        self._token = token
        self.start = start
        self.length = days * EPOCHS_A_DAY
        self.state = RECORDING if start == "now" else WAITING
        self.since = 0
        self.is_known = False
        self.kept = self.state == WAITING
        self.is_new = not self.kept

    def rest_ms(self, utc_ms):
        """Return for how long nothing is to be done, at most a minute; nothing or less: a planned start has come.

        `utc_ms`: by a set clock, else None: who does not know the time waits for a laptop to set it.
        """
        if self.state == WAITING and self.start != "tap" and utc_ms is not None:
            return min(_REST_MS, self.start * 1000 - utc_ms)
        return _REST_MS

    def is_over(self, epoch):
        """Return whether the recording has lasted its days."""
        return self.state == RECORDING and 0 < self.length <= epoch - self.since

    def go(self, state, since, is_known):
        """Be in `state` from now on."""
        self.state = state
        self.since = since
        self.is_known = is_known
        self.kept = False
        self.keep()

    def keep(self):
        """Write the file; littlefs does it whole or not at all. A flash that refuses leaves `kept` false."""
        try:
            with open(self._path, "w") as f:
                f.write("%d %d %d %d" % (self._token, self.state, self.since, self.is_known))
            self.kept = True
        except OSError:
            pass  # the recording comes first; the next window tries again
