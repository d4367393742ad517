"""What the light and the motor signal: SPEC.md, "Signals". Loaded for each signal and unloaded.

A pattern is bytes: for how long on, off, on ... off, in 10 ms.
"""

import node
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
_TIMES = (2, 1, 3)  # long ones, by the plan's state: waiting, recording, over
_QUICK_TIMES = const(5)
_SHORT_TIMES = const(3)


def begin(app, what):
    """Return what plays a signal, a generator to be asked for the next step every few ms; None: nothing to say."""
    from node import playing

    node.unload("playing")  # but for what plays
    if what == BUZZ:
        return playing.play(app, _PULSES, True, False)
    if what == ALIVE:
        return playing.play(app, _ALIVE, False, False)
    app.measure()
    is_low = 0 < app.battery_mv < LOW_BATTERY_MV
    is_faulty = _is_faulty(app)
    if what == WINDOW:
        return playing.play(app, _BLINK, False, False) if is_low or is_faulty else None
    pattern = _QUICK * _QUICK_TIMES if is_faulty else _LONG * _TIMES[app.plan.state]
    pattern = pattern[:-1] + _APART
    if is_low:
        pattern += (_SHORT * _SHORT_TIMES)[:-1] + _APART
    return playing.play(app, pattern, False, True)


def _is_faulty(app):
    """Return whether the node needs attention: its records have no time or no room, or there are none."""
    if app.config.trouble or not app.clock.is_set or app.log.full or app.log.broken:
        return True
    return app.recording and app.board.now_ms() - app.sensor.heard_ms > SILENT_MS
