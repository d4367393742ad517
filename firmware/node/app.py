"""The node's program: sleep, empty the FIFO, score the epochs, log them, open the radio window when it is time."""

import gc

import node
from node import plan as plans
from node.guards import SILENT_MS, Sensor, SteadyClock
from node.log import Log
from node.power import ASLEEP, CONNECTED, MEETING, SAMPLING, WAITING, WINDOW
from node.signals import ALIVE, ANSWER, BUZZ
from node.signals import WINDOW as WINDOW_SIGNAL
from nodecore import epoch as epochs
from nodecore import forest, record, roles, segment
from nodecore.compat import const
from nodecore.sampling import EPOCH_MS, EPOCH_SAMPLES, ODR_HZ

FIRMWARE = (0, 1, 0)
_STORAGE = "/data/"  # where the board mounts the file system that is written to
_LOG_DIRECTORY = _STORAGE + "log"
_TODAY = _LOG_DIRECTORY + "/today"
_BACK = _LOG_DIRECTORY + "/back"  # what a meeting has copied of the back's log

_AFTER_EPOCH_MS = const(50)  # just after an epoch ends, so that it is finished at once; less than the dead band
_AFTER_SERVICE_MS = const(300)  # a window begins when the epoch before it is scored
_AWAKE_IDLE_MS = const(20)
_BUSY_IDLE_MS = const(2)
_MOST_READS = const(16)  # the FIFO is empty after ten; a bus that reads as all ones would never be
_GC_LOADING = const(1024)  # as start.py has it, and why
_GC_RUNNING = const(8192)
# Nothing is written before the node has lived so long: a failing battery that starts it again and again wears no flash.
_SETTLED_MS = const(5000)
_PATIENCE_MS = const(600000)  # a program that records nothing for so long, though it should, starts anew
_HOUR_MS = const(3600000)
_REOPEN_PAUSE_MS = const(60000)
_RADIO_PATIENCE = const(
    24
)  # windows that failed in a row: six hours; on the esp32 each costs 0.8 KB of the system's heap


class App:
    """Records as the capture plan says; `step` is one turn of the loop, `run` all of them."""

    _sitting = None  # watches for long sitting; one more instance attribute would make App's dict grow

    def __init__(self, board, config, scorer, examined):
        from node import start

        _forget_tables()
        self.board = board
        self.config = config
        self.examined = examined
        self.clock = SteadyClock(board.clock, board.now_ms)
        self._window = epochs.EpochWindow()
        self.temperature_c = self.battery_mv = 0
        self.boot = start.boots(_STORAGE) + 1
        start.check_role(config, scorer, _LOG_DIRECTORY)
        self.log = Log(_LOG_DIRECTORY, config.role_code, config.keep, self.measure, board.power)
        self.last_words = board.last_words()  # the board gives them once
        self._scorer = scorer
        self.record = bytearray(record.SIZE)
        self._fault = 0
        start.check_clock(self, self._epoch_now())
        self.boot_epoch = self._epoch_now()
        key = start.load_key("key.bin")  # the owner's
        pair = start.load_key("pair.bin")  # what the wearer's two nodes share
        self.plan = start.read_plan(self, key, _STORAGE, self.boot_epoch)
        self.boot_story = start.story(self, FIRMWARE)
        from node.today import Today

        if config.sitting_buzz_min:
            self._sitting = start.sitting(config)
        self.today = Today(start.read_today(_TODAY), config.midnight_min)
        self.sensor = Sensor(board.imu, board.now_ms, start.sensor_patience_h(self.last_words))
        node.unload("start")
        from node.session import Session

        self.session = Session(key, pair, config.role_code, board.unique_id())
        self._load_link()
        self._meets = config.meet and self.session.has_pair and config.role_code == roles.THIGH
        self._next_window_ms = 0
        self._next_service_ms = 0
        self._started_ms = self._well_ms = board.now_ms()
        self._radio_failures = self._no_reopening_ms = 0
        self._signal = None  # what light or motor say now: a generator
        self._untold = None

    @property
    def recording(self):
        """Whether the node records now."""
        return self.plan.state == plans.RECORDING

    # ---- main loop

    def run(self):
        """Record until the power goes; there is no other end."""
        self.start()
        while True:
            self.step()

    def start(self):
        """Start the sensor and open a first window for the set-up."""
        if self.recording:
            self.sensor.watch()
        self.plan_window()
        self._open_window(self.config.tap_window_ms)
        if not self.last_words:
            self.show(ALIVE)

    def step(self):
        """Sleep until something is due, then do it; whatever of it fails, the rest is done."""
        for what in ("rest", "recording", "radio", "watch"):  # a fault is logged under these names
            try:
                if what == "rest":
                    self._rest()
                elif what == "recording":
                    self._record()
                elif what == "radio":
                    self._radio()
                else:
                    self._look()
            except Exception as e:
                self.tell(what, e)

    def _rest(self):
        board = self.board
        if self._signal:
            try:
                next(self._signal)
            except Exception:
                self._signal = None  # it is over; or a light fails, which nothing else shall feel
        if self.link.active:
            is_met = self.link.connected
            board.power.enter(CONNECTED if is_met else WINDOW)
            board.idle_ms(_BUSY_IDLE_MS if is_met else _AWAKE_IDLE_MS)
        elif self._signal:
            board.idle_ms(_AWAKE_IDLE_MS)
        else:
            board.power.enter(ASLEEP if self.recording else WAITING)
            due_ms = min(self._next_service_ms, self._next_window_ms)
            if self.recording:
                due_ms = min(due_ms, self.clock.next_edge_ms)
            called = board.sleep_ms(max(1, due_ms - board.now_ms()))
            if called and self.recording:
                self.look_again()  # if not by a tap, then by a FIFO that fills up
            board.power.enter(SAMPLING)
            if self.recording and board.now_ms() >= self.clock.next_edge_ms:
                self.clock.find_edge()
        board.feed()

    def _radio(self):
        if self.sensor.double_tap():
            self._open_window(self.config.tap_window_ms)
            if self.plan.start == "tap" and self.plan.state == plans.WAITING:
                self.begin()
            self.show(ANSWER)
        if self.board.now_ms() >= self._next_window_ms:
            if not self.plan.kept:
                self.plan.keep()
            self.plan_window()
            if self._meets:
                self._meet()
            self._open_window(self.config.window_ms, 1)  # only these count: a broken sensor taps all the time
            if not self._signal:
                self.show(WINDOW_SIGNAL)
        if self.link.active and self.board.on_usb():
            self._open_window(self.config.window_ms)  # charging: no charge to save
        try:
            self.link.poll()
        except Exception as e:
            left_ms = self.link.left_ms()
            self._shut_radio(e)
            if self.board.now_ms() >= self._no_reopening_ms:  # a failure that stays must not come back at once
                self._no_reopening_ms = self.board.now_ms() + _REOPEN_PAUSE_MS
                gc.collect()  # a laptop that was cut off for want of memory finds the rest of the window
                self._open_window(left_ms)

    def plan_window(self):
        """Fix the next window: just after a multiple of UTC, so that both nodes of a wearer open theirs together."""
        every_ms = (self.config.window_every_s * 1000) << self.link.back_off
        past_ms = self.clock.utc_ms() % every_ms if self.clock.is_set else 0
        self._next_window_ms = self.board.now_ms() + every_ms - past_ms + _AFTER_SERVICE_MS

    def _meet(self):
        """Let the thigh fetch and fuse what the back has recorded; that wants the room of the laptop's side."""
        if self.link.active or self._signal or self.boot_story or not self.clock.is_set or not self.today.is_due():
            return  # among others where a light or a motor would stay on for all of the meeting
        self.board.power.enter(MEETING)
        back_off = self.link.back_off
        del self.link
        node.unload("link")
        _forget_tables()
        gc.threshold(_GC_LOADING)
        try:
            from node import meeting

            meeting.meet(self, _BACK, _TODAY)
        except Exception as e:
            self.tell("pair", e)
        meeting = None
        node.unload("meeting")
        try:
            self._load_link()
        except Exception as e:
            self.tell("pair", e)
            self.board.restart("after a visit: " + type(e).__name__)
        gc.threshold(_GC_RUNNING)
        self.link.back_off = back_off

    def _load_link(self):
        """Load what serves a laptop, and the forest's tables: after all that is needed for a while only."""
        gc.collect()
        from node.link import GattServer

        phone = None
        if self.config.phone:
            from node import phone
        self.link = GattServer(self, self.session, self.board.now_ms, self.config.link_idle_ms, phone)
        gc.collect()
        from nodecore import model

        forest.model = model

    def _open_window(self, ms, weight=0):
        """Open the radio; the recording goes on without one that fails. `weight`: how much that counts."""
        if self._radio_failures:
            gc.collect()  # it may give the radio back an area of the heap
        try:
            self.link.open(ms)
            self._radio_failures = 0
        except Exception as e:
            self._radio_failures += weight
            self._shut_radio(e)

    def _shut_radio(self, e):
        """Switch a radio off that failed; the next window tries again."""
        self.tell("radio", e)
        try:
            self.link.shut()
        except Exception:
            self.link.active = False  # even shutting fails: as good as off, the next window starts it afresh

    def show(self, what):
        """Begin a signal of light or motor, if there is one to give; never raises."""
        if what != BUZZ and self.link.connected:
            return  # the light is dark then, and a visit wants all of the heap
        try:
            if self._signal:
                self._signal.close()
                self._signal = None
            gc.collect()  # collect first: what is loaded now stays, and must not fragment the heap
            from node import signals

            self._signal = signals.begin(self, what)
        except Exception:
            pass  # nothing else of the node shall feel it
        node.unload("signals")
        gc.collect()

    # ---- faults

    def tell(self, what, how, epoch=None):
        """Write a fault into the log, if it is due; never raises: a log that fails is the fault after this one."""
        try:
            from node import trouble

            words = trouble.words_of(what, how, self.board.now_ms())
            if words:
                self._untold = words  # if the log refuses it now, it is logged with the next epoch that gets through
                if not self.boot_story or self.board.now_ms() - self._started_ms > _SETTLED_MS:
                    self.event(segment.FAULT, words, epoch)
                    self._untold = None
        except Exception:
            gc.collect()

    def _tell_untold(self):
        """Log the fault that could not be logged in time, before the next record: after it, it would end a batch."""
        words = self._untold
        if words:
            try:
                self.event(segment.FAULT, words)
                self._untold = None
            except Exception:
                gc.collect()  # the record that follows comes first

    def event(self, code, payload=b"", epoch=None):
        self.tell_boot()
        self.log.event(code, self._epoch_now() if epoch is None else epoch, payload)

    def tell_boot(self):
        """Say in the log that and how the node came up, before anything else of this boot."""
        if self.boot_story or self.plan.is_new:
            from node import telling

            try:
                telling.tell_boot(self, _STORAGE)
            finally:
                node.unload("telling")

    def _look(self):
        """Log faults of clock and sensor; restart the board if nothing else has helped."""
        for what, one in (("clock", self.clock), ("imu", self.sensor)):
            if one.trouble:
                self.tell(what, one.trouble)
                one.trouble = None
        now_ms = self.board.now_ms()
        if now_ms - self._started_ms > _SETTLED_MS:
            self.tell_boot()
        silent_ms = now_ms - self.sensor.heard_ms
        if not self.recording or self.log.full or silent_ms > SILENT_MS:
            self._well_ms = now_ms  # there is nothing to record, or nowhere to
        why = None
        if now_ms - self._well_ms > _PATIENCE_MS:
            why = "recording failed"
        elif self.recording and silent_ms > self.sensor.patience_h * _HOUR_MS:
            why = "imu silent %d h" % self.sensor.patience_h
        elif self._radio_failures >= _RADIO_PATIENCE:
            why = "radio failed"
        if why:
            try:
                self.break_off()
                self.log.seal()
            finally:
                self.board.restart(why)

    # ---- samples to records

    def _record(self):
        """Empty the FIFO when it is time; that of the next is fixed first, so that no failure comes back at once."""
        now_ms = self.board.now_ms()
        if now_ms < self._next_service_ms:
            return
        if not self.recording:
            return self._wait(now_ms)
        every_ms = EPOCH_MS if self.link.connected else self.config.service_every_s * 1000
        self._next_service_ms = now_ms + every_ms - self.clock.utc_ms() % every_ms + _AFTER_EPOCH_MS
        sensor = self.sensor
        imu = self.board.imu
        for _ in range(_MOST_READS):
            count = sensor.read()
            if count == 0:
                break
            newest_utc_ms = self.clock.utc_ms() - imu.left * 1000 // ODR_HZ
            if imu.overrun:
                self.break_off()
                self._fault = record.SENSOR_FAULT
                self.tell("imu", "overrun", epochs.epoch_of(newest_utc_ms - count * 1000 // ODR_HZ))
            self._take(imu.samples, count, newest_utc_ms)
        sensor.watch()
        if self.clock.is_set and self.plan.is_over(self._epoch_now()):
            self.stop()

    def _wait(self, now_ms):
        """Begin if it is time to; else let the sensor rest, and look again later."""
        rest_ms = self.plan.rest_ms(self.clock.utc_ms() if self.clock.is_set else None)
        if rest_ms <= 0:
            return self.begin()
        self._next_service_ms = now_ms + (min(rest_ms, _SETTLED_MS) if self.boot_story else rest_ms)
        self.sensor.rest()

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
        window = self._window
        try:
            if window.n <= EPOCH_SAMPLES // 2:
                return self._scorer.reset()
            self._scorer.score(window.samples, window.n, self.record, self._fault)
            self.tell_boot()
            self._tell_untold()
            self.log.add(window.epoch, self.record)
            self.today.add(window.epoch, self.record)
            self.link.tell_phone(self.record)
            if self._sitting:
                what = self.record[record.ACTIVITY] & 15
                if self._sitting.is_due(window.epoch, what, self.clock.is_set, self.today):
                    self.show(BUZZ)
            self._fault = 0
            self._well_ms = self.board.now_ms()
            self._confess_dropped()
        except Exception as e:  # costs this epoch, not the next one
            self.tell("epoch", e)

    def _confess_dropped(self):
        """Say in the log, as soon as there is room again, that the flash was full."""
        dropped = self.log.dropped_segments
        if dropped != self.log.told_dropped and not self.log.full:
            self.log.told_dropped = dropped
            self.event(segment.GAP, b"storage full: %d segments in all" % dropped)

    def break_off(self):
        """Finish the epoch under way as it is and forget the alignment: samples were lost, or the clock was set."""
        if self._window.epoch >= 0:
            self._finish_epoch()
        self._window.close()
        self._scorer.reset()

    # ---- what the link asks, and `commands`

    def look_again(self):
        """See in the next turn what is due, whatever was planned."""
        self._next_service_ms = 0

    def stop(self):
        """End the recording; the radio windows go on, so that the log can still be fetched."""
        if self.recording:
            self.break_off()
            self.look_again()
            try:
                self.event(segment.STOPPED)
            finally:  # not before: a power cut between the two loses the stop, which no one has been told of yet
                self.plan.go(plans.OVER, self.plan.since, self.plan.is_known)

    def begin(self):
        """Record from now on, for as many days as the plan has, whatever it waited for or had ended."""
        if not self.recording:
            self.plan.is_new = True
            self.plan.go(plans.RECORDING, self._epoch_now(), self.clock.is_set)
            self.sensor.begin()
            self.look_again()
            self.tell_boot()

    # ---- small facts

    def _epoch_now(self):
        return epochs.epoch_of(self.clock.utc_ms())

    def measure(self):
        """Boot count, temperature, battery and clock state for a segment header."""
        try:
            self.battery_mv = self.board.battery_mv()
            self.temperature_c = self.board.imu.temperature_c()
        except Exception:
            pass  # their last answer stands; a sensor that does not answer is logged as such
        flags = segment.CLOCK_IS_SET if self.clock.is_set else 0
        return self.boot, self.temperature_c, self.battery_mv // 20, flags


def _forget_tables():
    """Free the forest's tables, for which no epoch asks before `App._load_link` has been."""
    forest.model = None  # pyright: ignore[reportAttributeAccessIssue]
    node.unload("model", "nodecore")
