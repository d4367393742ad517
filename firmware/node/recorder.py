"""From samples to records in the log, as the capture plan says."""

from node import plan as plans
from node import trouble
from node.signals import BUZZ
from node.telling import SETTLED_MS
from nodecore import epoch as epochs
from nodecore import record, segment
from nodecore.compat import const
from nodecore.sampling import EPOCH_MS, EPOCH_SAMPLES, ODR_HZ

_AFTER_EPOCH_MS = const(50)  # just after an epoch ends, so that it is finished at once; less than the dead band
_MOST_READS = const(16)  # the FIFO is empty after ten; a bus that reads as all ones would never be


class Recorder:
    """Empties the FIFO when it is time, scores epochs and logs them; begins and ends the recording.

    `record` is the newest record; `next_ms` when it looks again, and `well_ms` when a record was logged last, of the
    board's count. `sitting` watches for long sitting, or is None.
    """

    def __init__(self, app, scorer, sitting):
        self._app = app
        self._scorer = scorer
        self._sitting = sitting
        self._window = epochs.EpochWindow()
        self._fault = 0
        self.record = bytearray(record.SIZE)
        self.next_ms = 0
        self.well_ms = app.board.now_ms()

    def turn(self):
        """Empty the FIFO when it is time; that of the next is fixed first, so that no failure comes back at once."""
        app = self._app
        now_ms = app.board.now_ms()
        if now_ms < self.next_ms:
            return
        if not app.recording:
            self._wait(now_ms)
            return
        every_ms = EPOCH_MS if app.windows.link.connected else app.config.service_every_s * 1000
        self.next_ms = now_ms + every_ms - app.clock.utc_ms() % every_ms + _AFTER_EPOCH_MS
        sensor = app.sensor
        imu = app.board.imu
        for _ in range(_MOST_READS):
            count = sensor.read()
            if count == 0:
                break
            newest_utc_ms = app.clock.utc_ms() - imu.left * 1000 // ODR_HZ
            if imu.overrun:
                self.break_off()
                self._fault = record.SENSOR_FAULT
                oldest = epochs.epoch_of(newest_utc_ms - count * 1000 // ODR_HZ)
                app.telling.fault(trouble.IMU, trouble.OVERRUN, oldest)
            self._take(imu.samples, count, newest_utc_ms)
        sensor.watch()
        if app.clock.is_set and app.plan.is_over(self._epoch_now()):
            self.stop()

    def look_again(self):
        """See in the next turn what is due, whatever was planned."""
        self.next_ms = 0

    def begin(self):
        """Record from now on, for as many days as the plan has, whatever it waited for or had ended."""
        app = self._app
        if not app.recording:
            app.plan.is_new = True
            app.plan.go(plans.RECORDING, self._epoch_now(), app.clock.is_set)
            app.sensor.begin()
            self.look_again()
            app.telling.start()

    def stop(self):
        """End the recording; the radio windows go on, so that the log can still be fetched."""
        app = self._app
        if app.recording:
            self.break_off()
            self.look_again()
            try:
                app.telling.event(segment.STOPPED)
            finally:  # not before: a power cut between the two loses the stop, which no one has been told of yet
                app.plan.go(plans.OVER, app.plan.since, app.plan.is_known)

    def break_off(self):
        """Finish the epoch under way as it is and forget the alignment: samples were lost, or the clock was set."""
        if self._window.epoch >= 0:
            self._finish_epoch()
        self._window.close()
        self._scorer.reset()

    def _wait(self, now_ms):
        """Begin if it is time to; else let the sensor rest, and look again later."""
        app = self._app
        rest_ms = app.plan.rest_ms(app.clock.utc_ms() if app.clock.is_set else None)
        if rest_ms <= 0:
            self.begin()
            return
        self.next_ms = now_ms + (min(rest_ms, SETTLED_MS) if app.telling.story else rest_ms)
        app.sensor.rest()

    def _take(self, batch, count, read_utc_ms):
        window = self._window
        if window.misaligned(count, read_utc_ms):
            self.break_off()
        window.align(count, read_utc_ms)
        done = 0
        while True:
            if window.full:
                self._finish_epoch()
                window.next()
            if done >= count:
                return
            done += window.fill(batch, done, count)

    def _finish_epoch(self):
        app = self._app
        window = self._window
        try:
            if window.n <= EPOCH_SAMPLES // 2:
                self._scorer.reset()
                return
            self._scorer.score(window.samples, window.n, self.record, self._fault)
            app.telling.start()
            app.telling.late_fault()
            app.log.add(window.epoch, self.record)
            app.today.add(window.epoch, self.record)
            app.windows.link.tell_phone(self.record)
            self._remind(window.epoch)
            self._fault = 0
            self.well_ms = app.board.now_ms()
            app.telling.dropped()
        except Exception as e:  # costs this epoch, not the next one
            app.telling.fault(trouble.EPOCH, e)

    def _remind(self, epoch):
        if self._sitting:
            what = self.record[record.ACTIVITY] & 15
            if self._sitting.is_due(epoch, what, self._app.clock.is_set, self._app.today):
                self._app.signals.show(BUZZ)

    def _epoch_now(self):
        return epochs.epoch_of(self._app.clock.utc_ms())
