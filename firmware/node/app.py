"""The node's program: sleep, empty the FIFO, score the epochs, log them, open the radio window when it is time."""

import json

from node.config import load_key
from node.link import Link
from node.log import Log
from node.session import Session
from nodecore import epoch as epochs
from nodecore import protocol, record, segment
from nodecore.compat import const
from nodecore.sampling import EPOCH_SAMPLES, ODR_HZ

FIRMWARE = (0, 1, 0)
LOG_DIRECTORY = "log"

_AFTER_EPOCH_MS = const(50)  # just after an epoch ends, so that it is finished at once; less than the dead band
_AWAKE_IDLE_MS = const(20)
_BUSY_IDLE_MS = const(2)
_PARTIAL_BELOW = const(117)  # 90 % of an epoch's samples
_SILENT_MS = const(30000)  # an IMU that gives nothing for so long is a fault worth a line in the log


class App:
    """Records for ever; `step` is one turn of the loop, `run` all of them."""

    def __init__(self, board, config, scorer):
        self.board = board
        self.config = config
        self.clock = board.clock
        self.log = Log(LOG_DIRECTORY, config.role_code, config.keep, self._header_status)
        self.boot = self._count_boot()
        self.recording = True
        self._window = epochs.EpochWindow()
        self._scorer = scorer
        self._record = bytearray(record.SIZE)
        self._fault = 0
        session = Session(load_key(), config.role_code, board.unique_id())
        self.link = Link(self, session, board.now_ms, config.link_idle_ms)
        self._next_window_ms = 0
        self._next_service_ms = 0
        self._last_sample_ms = board.now_ms()
        self._silent = False
        self._radio_failed = False
        self._told_dropped = 0

    # ---- main loop

    def run(self):
        """Record until the power goes; there is no other end."""
        self.start()
        while True:
            self.step()

    def start(self):
        """Say in the log that and how the node came up, start the sensor and open a first window for the set-up."""
        self.log.event(segment.BOOT, self._epoch_now(), self._boot_story())
        self.board.imu.start()
        self._open_window(self.config.tap_window_ms)
        self._next_window_ms = self.board.now_ms() + self.config.window_every_s * 1000

    def step(self):
        """Sleep until something is due, then do it."""
        board = self.board
        if self.link.active:
            board.idle_ms(_BUSY_IDLE_MS if self.link.connected else _AWAKE_IDLE_MS)
        else:
            board.sleep_ms(max(1, min(self._next_service_ms, self._next_window_ms) - board.now_ms()))
        if board.imu.double_tap():
            self._open_window(self.config.tap_window_ms)
        if board.now_ms() >= self._next_service_ms:
            self._service_fifo()
        if board.now_ms() >= self._next_window_ms:
            self._next_window_ms += (self.config.window_every_s * 1000) << self.link.back_off
            self._open_window(self.config.window_ms)
        self.link.poll()

    def _open_window(self, ms):
        """Open the radio; a radio that fails is told once, and the recording goes on without it."""
        try:
            self.link.open(ms)
            self._radio_failed = False
        except OSError as e:
            if not self._radio_failed:
                self.log.event(segment.FAULT, self._epoch_now(), b"radio: errno %d" % e.errno)
            self._radio_failed = True

    # ---- samples to records

    def _service_fifo(self):
        imu = self.board.imu
        while True:
            count = imu.read_fifo()
            if count == 0:
                break
            self._last_sample_ms = self.board.now_ms()
            if imu.overrun:
                self._fault = record.SENSOR_FAULT
            if self.recording:
                self._take(imu.samples, count, self.clock.utc_ms() - imu.left * 1000 // ODR_HZ)
        self._watch_sensor()
        every_ms = self.config.service_every_s * 1000
        phase_ms = self.clock.utc_ms() % every_ms
        self._next_service_ms = self.board.now_ms() + every_ms - phase_ms + _AFTER_EPOCH_MS

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
        flags = self._fault
        self._fault = 0
        if window.n < _PARTIAL_BELOW:
            flags |= record.PARTIAL
        if window.n > EPOCH_SAMPLES // 2:
            self._scorer.score(window.samples, window.n, self._record, flags)
            self.log.add(window.epoch, self._record)
            self._confess_dropped()
        else:
            self._scorer.reset()

    def _confess_dropped(self):
        """Say in the log, as soon as there is room again, that the flash was full."""
        dropped = self.log.dropped_segments
        if dropped != self._told_dropped and not self.log.full:
            self._told_dropped = dropped
            self.log.event(segment.GAP, self._epoch_now(), b"storage full: %d segments in all" % dropped)

    def break_off(self):
        """Finish the epoch under way as it is and forget the alignment: samples were lost, or the clock was set."""
        if self._window.epoch >= 0:
            self._finish_epoch()
        self._window.close()
        self._scorer.reset()

    def _watch_sensor(self):
        now_ms = self.board.now_ms()
        silent = now_ms - self._last_sample_ms > _SILENT_MS
        if silent and self.recording:
            if not self._silent:
                self.log.event(segment.FAULT, self._epoch_now(), b"imu silent")
            self.board.imu.start()
        self._silent = silent

    # ---- what the link asks

    def info(self):
        """Return the info block of SPEC.md."""
        state = protocol.RECORDING if self.recording else 0
        if self.clock.is_set:
            state |= protocol.CLOCK_SET
        if self.log.full:
            state |= protocol.STORAGE_FULL
        board = self.board
        return protocol.pack_info(
            self.config.role_code,
            self.boot,
            board.unique_id(),
            self.log.log_id,
            self.log.first,
            self.log.end,
            self.clock.utc_ms(),
            board.battery_mv(),
            board.imu.temperature_c(),
            state,
            FIRMWARE,
        )

    def time_get(self):
        """Return the node's UTC in ms."""
        return self.clock.utc_ms()

    def time_set(self, utc_ms):
        """Set the clock if it was never set; a set clock is not stepped inside a recording. Return whether it was."""
        if self.clock.is_set:
            return False
        before = self.clock.utc_ms()
        self.break_off()
        self.log.seal()
        self.clock.set_utc_ms(utc_ms)
        story = json.dumps({"from_utc_ms": before, "to_utc_ms": utc_ms})
        self.log.event(segment.CLOCK_SET, self._epoch_now(), story.encode())
        return True

    def stop(self):
        """End the recording; the radio windows go on, so that the log can still be fetched."""
        if self.recording:
            self.break_off()
            self.recording = False
            self.log.event(segment.STOPPED, self._epoch_now())

    # ---- small facts

    def _epoch_now(self):
        return epochs.epoch_of(self.clock.utc_ms())

    def _header_status(self):
        """Boot count, temperature, battery and clock state for a segment header."""
        flags = segment.CLOCK_IS_SET if self.clock.is_set else 0
        return self.boot, self.board.imu.temperature_c(), self.board.battery_mv() // 20, flags

    def _boot_story(self):
        """What a reader of the log must know to understand the records that follow."""
        return json.dumps(
            {
                "firmware": "%d.%d.%d" % FIRMWARE,
                "role": self.config.role,
                "reset": self.board.reset_cause(),
                "torn_bytes": self.log.torn_bytes,
                "config": self.config.__dict__,
            }
        ).encode()

    def _count_boot(self):
        try:
            with open("boots") as f:
                count = int(f.read())
        except (OSError, ValueError):
            count = 0
        with open("boots", "w") as f:
            f.write(str(count + 1))
        return count + 1
