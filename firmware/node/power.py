"""What a node does with its time, as states: one at a time, with how long and how often since its start.

The board's file and the simulated board run the same; hardware/power_model.py prices the states.
"""

from array import array

from nodecore.compat import const

STARTING = const(0)  # until the main loop begins: sensor's test, log found
WAITING = const(1)  # light sleep, nothing to record; the sensor finds double taps only
ASLEEP = const(2)  # light sleep while the sensor fills its FIFO
SAMPLING = const(3)  # awake, radio off: FIFO read, epochs scored
FLASH = const(4)  # a segment is written, whatever the radio does
WINDOW = const(5)  # radio on, nobody there
CONNECTED = const(6)
MEETING = const(7)  # the thigh asks the back
_STATES = const(8)


class Power:
    """`state`, and by state `spent_ms` and `entered`; `now_ms` counts up. It begins in STARTING."""

    def __init__(self, now_ms):
        self._now_ms = now_ms
        self._since_ms = now_ms()
        self.state = STARTING
        self.spent_ms = array("Q", bytes(8 * _STATES))
        self.entered = array("I", bytes(4 * _STATES))
        self.entered[STARTING] = 1

    def enter(self, state):
        """Go into `state`, or stay in it, and return the one before."""
        now_ms = self._now_ms()
        before = self.state
        self.spent_ms[before] += now_ms - self._since_ms
        self._since_ms = now_ms
        if state != before:
            self.entered[state] += 1
            self.state = state
        return before
