"""What a node tells in its log beside records: how it came up, faults, and what began or ended."""

import gc

from node import plan as plans
from node import trouble
from nodecore import epoch as epochs
from nodecore import segment
from nodecore.compat import const

# Nothing is written before the node has lived so long: a failing battery that starts it again and again wears no flash.
SETTLED_MS = const(5000)


class Telling:
    """Writes events into the log of `app`, the first of them the story of this start.

    `story` is that story as JSON, None once it is told; `boot` and `boot_epoch` number the start.
    """

    def __init__(self, app, folder, boot, boot_epoch, story):
        self._app = app
        self._folder = folder
        self.boot = boot
        self._boot_epoch = boot_epoch
        self.story = story
        self._started_ms = app.board.now_ms()
        self._untold = None

    def event(self, code, payload=b"", epoch=None):
        """Write an event, of now unless it has an epoch. Raises OSError where the flash fails."""
        self.start()
        self._app.log.event(code, epochs.epoch_of(self._app.clock.utc_ms()) if epoch is None else epoch, payload)

    def fault(self, what, how, epoch=None):
        """Write a fault, if it is due; never raises: a log that fails is the fault after this one."""
        try:
            now_ms = self._app.board.now_ms()
            words = trouble.words_of(what, how, now_ms)
            if words:
                self._untold = words  # if the log refuses it now, it is logged with the next epoch that gets through
                if not self.story or now_ms - self._started_ms > SETTLED_MS:
                    self.event(segment.FAULT, words, epoch)
                    self._untold = None
        except Exception:
            gc.collect()

    def late_fault(self):
        """Log the fault that could not be logged in time, before the next record: after it, it would end a batch."""
        words = self._untold
        if words:
            try:
                self.event(segment.FAULT, words)
                self._untold = None
            except Exception:
                gc.collect()  # the record that follows comes first

    def dropped(self):
        """Say, as soon as there is room again, that the flash was full."""
        log = self._app.log
        count = log.dropped_segments
        if count != log.told_dropped and not log.full:
            log.told_dropped = count
            self.event(segment.GAP, b"storage full: %d segments in all" % count)

    def settled(self):
        """Say how the node came up, once it has lived long enough."""
        if self._app.board.now_ms() - self._started_ms > SETTLED_MS:
            self.start()

    def start(self):
        """Say that and how the node came up, before anything else of this start, and that a recording began.

        Raises OSError where nothing can be written, or restarts the board where a storage made anew may help.
        """
        plan = self._app.plan
        if self.story:
            try:
                self._tell_story(plan)
            except OSError:
                self._give_up()
                raise
            self.story = None
            if not plan.kept:
                plan.keep()
            if self._app.config.trouble:
                self.fault(trouble.CONFIG, self._app.config.trouble)
            if self._app.board.storage_fault:
                self.fault(trouble.STORAGE, trouble.MADE_ANEW + self._app.board.storage_fault)
        if plan.is_new:
            plan.is_new = False
            self._app.log.event(segment.STARTED, plan.since)

    def _tell_story(self, plan):
        with open(self._folder + "boots", "w") as f:
            f.write(str(self.boot))
        if plan.state == plans.OVER and not plan.kept:  # its last day ended while the node was off
            self._app.log.event(segment.STOPPED, plan.since + plan.length)
        self._app.log.event(segment.BOOT, self._boot_epoch, self.story)

    def _give_up(self):
        """Give the old log up where nothing can be written, and a restart did not help: if the newest is to be kept."""
        if self._app.config.keep == "newest" and self._app.last_words == trouble.RECORDING_FAILED:
            self._app.board.remake_storage()
