"""When the radio is on: windows by UTC, by a double tap and on USB; and the thigh's meetings with the back."""

import gc

import node
from node import plan as plans
from node import trouble
from node.link import GattServer
from node.power import MEETING
from node.signals import ANSWER
from node.signals import WINDOW as WINDOW_SIGNAL
from nodecore import roles
from nodecore.compat import const

_AFTER_SERVICE_MS = const(300)  # a window begins when the epoch before it is scored
_REOPEN_PAUSE_MS = const(60000)
# Windows that failed in a row: six hours. On the esp32 each costs 0.8 KB of the system's heap.
PATIENCE = const(24)


class Windows:
    """The radio windows of a node. `link` serves a laptop; `failures` counts the windows that failed in a row.

    `next_ms`: when the next one is due, of the board's count. `phone`: the module `node.phone` where it is wanted.
    `back_path`: the file for what is copied of the back's log; `today_path`: where `node.today` is kept.
    """

    def __init__(self, app, phone, back_path, today_path):
        config = app.config
        self._app = app
        self._paths = back_path, today_path
        self._meets = config.meet and app.session.has_pair and config.role_code == roles.THIGH
        self.link = GattServer(app, app.session, app.board.now_ms, config.link_idle_ms, phone)
        self.next_ms = 0
        self._no_reopening_ms = 0
        self.failures = 0

    def turn(self):
        """Open a window that is due or asked for, and let the link do its part of this turn."""
        app = self._app
        now_ms = app.board.now_ms()
        if app.sensor.double_tap():
            self.open(app.config.tap_window_ms)
            if app.plan.start == "tap" and app.plan.state == plans.WAITING:
                app.recorder.begin()
            app.signals.show(ANSWER)
        if now_ms >= self.next_ms:
            if not app.plan.kept:
                app.plan.keep()
            self.plan()
            if self._meets:
                self._meet()
            self.open(app.config.window_ms, 1)  # only these count: a broken sensor taps all the time
            if not app.signals.on:
                app.signals.show(WINDOW_SIGNAL)
        if self.link.active and app.board.on_usb():
            self.open(app.config.window_ms)  # charging: no charge to save
        self._serve()

    def plan(self):
        """Fix the next window: just after a multiple of UTC, so that both nodes of a wearer open theirs together."""
        app = self._app
        every_ms = (app.config.window_every_s * 1000) << self.link.back_off
        past_ms = app.clock.utc_ms() % every_ms if app.clock.is_set else 0
        self.next_ms = app.board.now_ms() + every_ms - past_ms + _AFTER_SERVICE_MS

    def open(self, ms, weight=0):
        """Open the radio for `ms`; the recording goes on without one that fails. `weight`: how much that counts."""
        if self.failures:
            gc.collect()  # it may give the radio back an area of the heap
        try:
            self.link.open(ms)
            self.failures = 0
        except Exception as e:
            self.failures += weight
            self._shut(e)

    def _serve(self):
        try:
            self.link.poll()
        except Exception as e:
            left_ms = self.link.left_ms()
            self._shut(e)
            now_ms = self._app.board.now_ms()
            if now_ms >= self._no_reopening_ms:  # a failure that stays must not come back at once
                self._no_reopening_ms = now_ms + _REOPEN_PAUSE_MS
                gc.collect()  # a laptop that was cut off for want of memory finds the rest of the window
                self.open(left_ms)

    def _shut(self, e):
        """Switch a radio off that failed; the next window tries again."""
        self._app.telling.fault(trouble.RADIO, e)
        try:
            self.link.shut()
        except Exception:
            self.link.active = False  # even shutting fails: as good as off, the next window starts it afresh

    def _meet(self):
        """Let the thigh fetch and fuse what the back has recorded."""
        app = self._app
        if self.link.active or app.signals.on or app.telling.story or not app.clock.is_set or not app.today.is_due():
            return  # among others where a light or a motor would stay on for all of the meeting
        app.board.power.enter(MEETING)
        try:
            import meeting  # for as long as it takes: see `node.unload`

            meeting.meet(app, *self._paths)
        except Exception as e:  # no room to load it
            app.telling.fault(trouble.PAIR, e)
            app.today.met(False)
        node.unload("meeting", "nodecore.fuse", "nodecore.unpack")
