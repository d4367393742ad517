"""What the light and the motor signal: SPEC.md, "Signals"; a pattern goes on step by step, once a turn of the loop.

A pattern is bytes: for how long on, off, on ... off, in 10 ms.
"""

from node.guards import SILENT_MS
from nodecore.compat import const

ALIVE = const(0)  # the node was powered up
ANSWER = const(1)  # it was double-tapped
WINDOW = const(2)  # its radio opened by itself
BUZZ = const(3)  # its wearer has sat for long

LOW_BATTERY_MV = const(3740)  # a day is left at the pessimistic currents, by ambula.readiness.battery

_ALIVE = bytes((50, 1))
_LONG = bytes((100, 40))
_SHORT = bytes((12, 28))
_QUICK = bytes((8, 8))
_BLINK = bytes((4, 1))
_PULSES = bytes((20, 15, 20, 1))
_APART = bytes((80,))  # the last pause of a group
_TICK = b"\x04\xc4"  # 40 ms in 2 s
_TIMES = (2, 1, 3)  # long ones, by the plan's state: waiting, recording, over
_QUICK_TIMES = const(5)
_SHORT_TIMES = const(3)


class Signals:
    """Light and motor of a node; no fault of theirs reaches anything else."""

    def __init__(self, app):
        self._app = app
        self._playing = None  # what they say now: a generator

    @property
    def on(self):
        """Whether something is being said."""
        return self._playing is not None

    def show(self, what):
        """Begin a signal, in the place of one that goes on, if there is one to give; never raises."""
        if what != BUZZ and self._app.windows.link.connected:
            return  # the light is dark then
        try:
            self._end()
            self._playing = self._begin(what)
        except Exception:
            pass  # nothing else of the node shall feel it

    def step(self):
        """Go on with what is being said; never raises."""
        if self._playing:
            try:
                next(self._playing)
            except Exception:
                self._playing = None  # it is over; or a light fails

    def _end(self):
        playing = self._playing
        self._playing = None
        if playing:
            playing.close()

    def _begin(self, what):
        """Return what plays a signal, a generator to be asked for the next step every few ms; None: nothing to say."""
        app = self._app
        if what == BUZZ:
            return self._play(_PULSES, True, False)
        if what == ALIVE:
            return self._play(_ALIVE, False, False)
        app.measure()
        is_low = 0 < app.battery_mv < LOW_BATTERY_MV
        is_faulty = self._is_faulty()
        if what == WINDOW:
            return self._play(_BLINK, False, False) if is_low or is_faulty else None
        pattern = _QUICK * _QUICK_TIMES if is_faulty else _LONG * _TIMES[app.plan.state]
        pattern = pattern[:-1] + _APART
        if is_low:
            pattern += (_SHORT * _SHORT_TIMES)[:-1] + _APART
        return self._play(pattern, False, True)

    def _is_faulty(self):
        """Return whether the node needs attention: its records have no time or no room, or there are none."""
        app = self._app
        if app.config.trouble or not app.clock.is_set or app.log.full or app.log.broken:
            return True
        return app.recording and app.board.now_ms() - app.sensor.heard_ms > SILENT_MS

    def _play(self, pattern, by_motor, ticks):
        """Play a pattern; then, if `ticks`, a blink now and then while the radio waits for a laptop.

        The light goes out when one connects.
        """
        board = self._app.board
        link = self._app.windows.link
        due_ms = board.now_ms()
        is_on = is_ticking = False
        try:
            while pattern:
                for tens in pattern:
                    is_on = not is_on
                    board.signal(is_on, by_motor)
                    due_ms += 10 * tens
                    while board.now_ms() < due_ms:
                        yield
                        if link.connected and not by_motor or is_ticking and not link.active:
                            return
                is_ticking = ticks and link.active
                pattern = _TICK if is_ticking else b""
        finally:
            if is_on:
                board.signal(False, by_motor)
