"""Guards the program against parts that can fail: the sensor and the clock."""

from node import trouble
from nodecore.compat import const

SILENT_MS = const(30000)  # an IMU that gives nothing for so long is a fault worth a line in the log
# Samples in a row that are all the same: a live sensor's noise is several counts. Seven seconds, because recordings
# that are replayed hold a value for up to six where a link had failed.
_STUCK_FROM = const(182)
_ERRORS = const(2)  # the FIFO holds 26 s: a single bus error costs nothing
_JUMP_MS = const(1500)  # more than the second by which a driver pulls its milliseconds; and 1,000 ppm of the time
_EDGE_EVERY_MS = const(120000)  # in which a tick that is 340 ppm off, as ESP-IDF's may be, makes 41 ms
_FIRST_LEAD_MS = const(48)  # so long before a second is expected to begin the node looks out for it ...
_LEAD_MS = const(12)  # ... and so long once the clock knows how wrong the tick is
_A_SECOND_MS = const(1010)  # it comes in that time, or the chip stands still
_HOUR_MS = const(3600000)  # no second is looked out for; a reading will plan one
_HOLD_MS = const(60000)  # compared over so long, so that an RTC that stands still is found, not followed


class Sensor:
    """The IMU as the main loop sees it: it never raises. `read` batches, and `watch` over it once a wake.

    `trouble` is an exception or words for the log, until it is cleared; `heard_ms` when it last gave
    samples worth anything; `patience_h` for how long a silent one is to be borne, an hour once it has given any.
    """

    def __init__(self, imu, now_ms, patience_h):
        self._imu = imu
        self._now_ms = now_ms
        self._errors = _ERRORS  # so that `watch` starts it
        self._is_down = False
        self._same = 0
        self.heard_ms = now_ms()
        self.patience_h = patience_h
        self.trouble = None

    def read(self):
        """Return how many sets of samples the next batch holds; 0: there is none, or it is not worth anything."""
        imu = self._imu
        try:
            count = imu.read_fifo()
        except Exception as e:
            self._errors += 1
            self.trouble = e
            return 0
        if count == 0:
            return 0
        same = imu.samples[3 : 3 * count] == imu.samples[: 3 * count - 3]
        self._same = self._same + count if same else 0
        if self._same >= _STUCK_FROM:
            self.trouble = trouble.STUCK
            self._is_down = True
            return 0
        now_ms = self._now_ms()
        if self._is_down:
            self.trouble = trouble.BACK_AFTER % ((now_ms - self.heard_ms) // 1000)
        self._is_down = False
        self._errors = 0
        self.heard_ms = now_ms
        self.patience_h = 1
        return count

    def watch(self):
        """Start a sensor anew that gives nothing, repeats itself or does not answer."""
        if self._now_ms() - self.heard_ms > SILENT_MS:
            self._is_down = True
            if self.trouble is None:
                self.trouble = trouble.SILENT
        if self._is_down or self._errors >= _ERRORS:
            try:
                self._imu.start()
                self._errors = 0
            except Exception as e:
                self.trouble = e

    def rest(self):
        """Leave nothing on but the double tap; done again now and then, it heals a sensor that lost its settings."""
        try:
            self._imu.wait()
        except Exception as e:
            self.trouble = e

    def begin(self):
        """Sample from now on."""
        self._errors = _ERRORS
        self._is_down = False
        self._same = 0
        self.heard_ms = self._now_ms()
        self.watch()

    def double_tap(self):
        """Return whether the node was double-tapped; a sensor that does not answer was not."""
        try:
            return self._imu.double_tap()
        except Exception as e:
            self.trouble = e


class SteadyClock:
    """The board's clock; where it jumps, stands still, fails or is not there, UTC goes on from the last good time.

    `trouble` says so, in words or as an exception, until it is cleared. `clock` is the board's, `now_ms` its count
    that only grows. A clock that does not answer is not set; where a laptop sets it, it is until the next start.

    `next_edge_ms`, of `now_ms`: wake then and call `find_edge`, which keeps the milliseconds right.
    """

    def __init__(self, clock, now_ms):
        self._clock = clock
        self._now_ms = now_ms
        self._is_set_here = False
        self.trouble = None
        self._edge_lead_ms = _FIRST_LEAD_MS
        try:
            self._follow(clock.utc_ms())
        except Exception as e:
            self.trouble = e
            self._follow(0)

    @property
    def is_set(self):
        """Whether UTC is known, rather than counted from 1970."""
        return self._clock.is_set or self._is_set_here

    def utc_ms(self):
        """Return UTC in ms; never raises."""
        passed_ms = self._now_ms() - self._at_ms
        due_ms = self._utc_ms + passed_ms
        clock = self._clock
        try:
            utc_ms = clock.utc_ms() + self._off_ms
            if abs(utc_ms - due_ms) > _JUMP_MS + passed_ms // 1000:
                self.trouble = trouble.CLOCK_OFF % ((utc_ms - due_ms) // 1000)
                if clock.is_set:
                    clock.set_utc_ms(due_ms)  # for the next start; an RTC that does not keep it is corrected here
                    passed_ms = self._now_ms() - self._at_ms  # setting it takes up to a second
                    due_ms = self._utc_ms + passed_ms
                utc_ms = due_ms
                self._off_ms = due_ms - clock.utc_ms()
            self._plan_edge(utc_ms, self._at_ms + passed_ms)
            if passed_ms >= _HOLD_MS:
                self._utc_ms = utc_ms
                self._at_ms += passed_ms
            return utc_ms
        except Exception as e:
            self.trouble = e
            return due_ms

    def set_utc_ms(self, utc_ms):
        """Set the clock, for good where it answers; it may take a second."""
        called_ms = self._now_ms()
        try:
            self._clock.set_utc_ms(utc_ms)
            self._follow(self._clock.utc_ms())
        except Exception as e:
            self.trouble = e
            self._is_set_here = True
            self._follow(utc_ms + self._now_ms() - called_ms)

    def find_edge(self):
        """See a second begin, and leave the next one for later; never raises."""
        try:
            now_ms = self._now_ms()
            is_late = now_ms - self.next_edge_ms >= self._edge_lead_ms  # it has begun: the reading below plans another
            self.next_edge_ms = now_ms + _HOUR_MS
            if not is_late:
                self._edge_due_ms = now_ms + _EDGE_EVERY_MS
                if self._clock.find_edge(_A_SECOND_MS):
                    self._edge_lead_ms = _LEAD_MS
        except Exception as e:
            self.trouble = e
        self.utc_ms()

    def distrust(self):
        """Take the clock as not set: it counts from 1970 until a laptop sets it."""
        self._clock.is_set = False
        self._follow(0)
        self._off_ms = -self._clock.utc_ms()  # the chip itself counts on as before
        self.trouble = trouble.CLOCK_BEFORE_LOG

    def _follow(self, utc_ms):
        self._utc_ms = utc_ms
        self._at_ms = self._now_ms()
        self._off_ms = 0  # what to add to an RTC that cannot be put right
        self._edge_due_ms = self._at_ms + _EDGE_EVERY_MS
        self.next_edge_ms = self._at_ms + _HOUR_MS

    def _plan_edge(self, utc_ms, now_ms):
        """Where it is time to see a second begin, wake shortly before; from the last reading on, the tick is good."""
        if now_ms >= self._edge_due_ms:
            left_ms = 1000 - utc_ms % 1000 - self._edge_lead_ms
            self.next_edge_ms = now_ms + (left_ms if left_ms > 0 else left_ms + 1000)
