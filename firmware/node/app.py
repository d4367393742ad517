"""The node's program: its parts, and the loop that sleeps, records, opens the radio and looks after them."""

import node
from node import plan as plans
from node import trouble
from node.guards import SILENT_MS, Sensor, SteadyClock
from node.log import Log
from node.power import ASLEEP, CONNECTED, SAMPLING, WAITING, WINDOW
from node.recorder import Recorder
from node.session import Session
from node.signals import ALIVE, Signals
from node.telling import Telling
from node.today import Today
from node.windows import PATIENCE, Windows
from nodecore import epoch as epochs
from nodecore import segment
from nodecore.compat import const

_STORAGE = "/data/"  # where the board mounts the file system that is written to
_LOG_DIRECTORY = _STORAGE + "log"
_TODAY = _LOG_DIRECTORY + "/today"
_BACK = _LOG_DIRECTORY + "/back"  # what a meeting has copied of the back's log

_AWAKE_IDLE_MS = const(20)
_BUSY_IDLE_MS = const(2)
_PATIENCE_MS = const(600000)  # a program that records nothing for so long, though it should, starts anew
_HOUR_MS = const(3600000)


class App:
    """Records as the capture plan says; `step` is one turn of the loop, `run` all of them.

    `board` is the hardware, `config` the settings, `scorer` makes records of samples, `examined` is what `node.health`
    found. The other attributes are the parts of the program, which ask each other through this one.
    """

    def __init__(self, board, config, scorer, examined):
        from node import start  # unloaded below: only this needs it

        self.board = board
        self.config = config
        self.examined = examined
        self.temperature_c = self.battery_mv = 0
        key, pair = start.take_keys(config)  # the owner's; what the wearer's two nodes share
        self.last_words = board.last_words()  # the board gives them once
        self.boot = start.boots(_STORAGE) + 1
        self.clock = SteadyClock(board.clock, board.now_ms)
        start.check_role(config, scorer, _LOG_DIRECTORY)
        self.log = Log(_LOG_DIRECTORY, config.role_code, config.keep, self.measure, board.power)
        start.check_clock(self.clock, self.log)
        boot_epoch = epochs.epoch_of(self.clock.utc_ms())
        self.plan = start.read_plan(self, key, _STORAGE, boot_epoch)
        self.telling = Telling(self, _STORAGE, self.boot, boot_epoch, start.story(self))
        self.today = Today(start.read_today(_TODAY), config.midnight_min)
        self.sensor = Sensor(board.imu, board.now_ms, start.sensor_patience_h(self.last_words))
        self.session = Session(key, pair, config.role_code, board.unique_id())
        self.signals = Signals(self)
        self.recorder = Recorder(self, scorer, start.sitting(config))
        self.windows = Windows(self, start.phone(config), _BACK, _TODAY)
        node.unload("node.start")

    @property
    def recording(self):
        """Whether the node records now."""
        return self.plan.state == plans.RECORDING

    def run(self):
        """Record until the power goes; there is no other end."""
        self.start()
        while True:
            self.step()

    def start(self):
        """Start the sensor and open a first window for the set-up."""
        if self.recording:
            self.sensor.watch()
        self.windows.plan()
        self.windows.open(self.config.tap_window_ms)
        if not self.last_words:
            self.signals.show(ALIVE)

    def step(self):
        """Sleep until something is due, then do it; whatever of it fails, the rest is done."""
        for what, do in (
            (trouble.REST, self._rest),
            (trouble.RECORDING, self.recorder.turn),
            (trouble.RADIO, self.windows.turn),
            (trouble.WATCH, self._look),
        ):
            try:
                do()
            except Exception as e:
                self.telling.fault(what, e)

    def _rest(self):
        board = self.board
        link = self.windows.link
        self.signals.step()
        if link.active:
            is_met = link.connected
            board.power.enter(CONNECTED if is_met else WINDOW)
            board.idle_ms(_BUSY_IDLE_MS if is_met else _AWAKE_IDLE_MS)
        elif self.signals.on:
            board.idle_ms(_AWAKE_IDLE_MS)
        else:
            self._sleep()
        board.feed()

    def _sleep(self):
        board = self.board
        board.power.enter(ASLEEP if self.recording else WAITING)
        due_ms = min(self.recorder.next_ms, self.windows.next_ms)
        if self.recording:
            due_ms = min(due_ms, self.clock.next_edge_ms)
        called = board.sleep_ms(max(1, due_ms - board.now_ms()))
        if called and self.recording:
            self.recorder.look_again()  # if not by a tap, then by a FIFO that fills up
        board.power.enter(SAMPLING)
        if self.recording and board.now_ms() >= self.clock.next_edge_ms:
            self.clock.find_edge()

    def _look(self):
        """Log faults of clock and sensor; restart the board if nothing else has helped."""
        for what, one in ((trouble.CLOCK, self.clock), (trouble.IMU, self.sensor)):
            if one.trouble:
                self.telling.fault(what, one.trouble)
                one.trouble = None
        now_ms = self.board.now_ms()
        silent_ms = now_ms - self.sensor.heard_ms
        if not self.recording or self.log.full or silent_ms > SILENT_MS:
            self.recorder.well_ms = now_ms  # there is nothing to record, or nowhere to
        why = None
        if now_ms - self.recorder.well_ms > _PATIENCE_MS:
            why = trouble.RECORDING_FAILED
        elif self.recording and silent_ms > self.sensor.patience_h * _HOUR_MS:
            why = trouble.IMU_SILENT % self.sensor.patience_h
        elif self.windows.failures >= PATIENCE:
            why = trouble.RADIO_FAILED
        if why:
            try:
                self.recorder.break_off()
                self.log.seal()
            finally:
                self.board.restart(why)
        self.telling.settled()  # last: it raises where nothing can be written, which a restart may mend

    def measure(self):
        """Boot count, temperature, battery and clock state for a segment header."""
        try:
            self.battery_mv = self.board.battery_mv()
            self.temperature_c = self.board.imu.temperature_c()
        except Exception:
            pass  # their last answer stands; a sensor that does not answer is logged as such
        flags = segment.CLOCK_IS_SET if self.clock.is_set else 0
        return self.boot, self.temperature_c, self.battery_mv // 20, flags
