"""IRQs between any two bytecodes of the firmware, as NimBLE's on a board: AMBULA_SIM_IRQ=anywhere:SEED.

MicroPython runs what is scheduled at the same places on every port: where a loop goes round, and where a call returns.
A callback that schedules itself again gets a turn at each of them, and at some, by the seed, it lets the IRQs in that
are pending. Not inside a call of the radio, which is C on a board, nor while the board waits.
"""

import micropython
import simulation

_MOST = 40  # places in a row that let nothing in
_WAITS = 4  # of so many times that a board waits, IRQs come in once

_CALLS = (
    "active config irq gap_advertise gap_disconnect gatts_register_services gatts_read gatts_write gatts_set_buffer "
    "gatts_notify gatts_indicate"
)
_depth = [0]  # calls of the radio that are under way


def whole(method):
    """Return a method that no IRQ comes into."""

    def called(*arguments, **named):
        _depth[0] += 1
        try:
            return method(*arguments, **named)
        finally:
            _depth[0] -= 1

    return called


def scatter(radio, seed):
    """Begin; `radio` is the `bluetooth` module."""
    state = [seed, 1]
    dispatch = radio.dispatch

    def dice(most):
        state[0] = (state[0] * 1103515245 + 12345) & 0x3FFFFFFF
        return (state[0] >> 8) % most

    def tick(_):
        state[1] -= 1
        if state[1] <= 0:
            state[1] = 1 + dice(_MOST)
            if not _depth[0]:
                dispatch()
        micropython.schedule(tick, None)

    def wait():
        """Be `dispatch` to a board that waits: mostly what is pending comes later, in the middle of its work."""
        if dice(_WAITS):
            state[1] = 1 + dice(_MOST)
            return 0
        return dispatch()

    cls = radio.BLE
    for name in _CALLS.split():
        call = getattr(cls, name, None)  # the build leaves out what the firmware does not call
        if call:
            setattr(cls, name, whole(call))
    radio.whole = whole
    radio.dispatch = whole(wait)
    time = simulation.time
    if time:
        time.pass_ms = whole(time.pass_ms)
    micropython.schedule(tick, None)
