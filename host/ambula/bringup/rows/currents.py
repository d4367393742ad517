"""Currents: the board goes through its states on the cell, while a person reads the profiler in the cell's lead."""

from ambula.bringup.bench import Bench
from ambula.bringup.detached import NOTICE, run_detached
from ambula.bringup.reading import Measured, NotMeasured, Reading
from ambula.bringup.row import Row

_UNPLUG_S = 30
_STATE_S = 60

# Each state begins with a blink of the light: one, two, three.
_STATES = """
def work(stage):
    import board, bluetooth
    b = board.Board()
    b.imu.start()
    def wait(s):
        for _ in range(s):
            b.feed()
            b.idle_ms(1000)
    def blink(n):
        for _ in range(n):
            b.signal(True, False)
            b.idle_ms(300)
            b.signal(False, False)
            b.idle_ms(300)
    wait({unplug})
    blink(1)
    for _ in range({state}):
        b.feed()
        machine.lightsleep(1000)
    blink(2)
    until = b.now_ms() + 1000 * {state}
    while b.now_ms() < until:
        b.feed()
    blink(3)
    bluetooth.BLE().active(True)
    bluetooth.BLE().gap_advertise(250000, b'\\x02\\x01\\x06')
    wait({state})
    bluetooth.BLE().active(False)
    return 1
"""
_HOW = (
    f"When you have typed 1, pull USB within {_UNPLUG_S} s, so that the board runs on the cell. The light blinks "
    f"once: {_STATE_S} s asleep. Twice: {_STATE_S} s awake. Three times: {_STATE_S} s with the radio on. Note the mean "
    "current of each, then plug USB in again."
)
_ASKED = (("sleep_ma", "asleep"), ("cpu_ma", "awake"), ("radio_ma", "with the radio on"))
_MORE = (
    ("led_ma", "Current of the light alone", "mA"),
    ("motor_ma", "Current of the motor alone while it runs", "mA"),
    ("visit_ms", "Radio on for a visit of the other node, median", "ms"),
)


def _measure(bench: Bench) -> Measured:
    bench.hardware()
    bench.must_have("machine.lightsleep", "machine.lightsleep")
    bench.note(_HOW)
    if bench.ask("Is a profiler or a meter in the cell's lead? Type 1", "") != 1:
        raise NotMeasured("no profiler")
    takes_s = _UNPLUG_S + 3 * _STATE_S + 15
    run_detached(bench, _STATES.format(unplug=_UNPLUG_S, state=_STATE_S), 1, takes_s, "on the cell")
    return {name: _read(bench, f"Mean current {words}", "mA") for name, words in _ASKED}


def _measure_more(bench: Bench) -> Measured:
    return {name: _read(bench, words, unit) for name, words, unit in _MORE}


def _read(bench: Bench, question: str, unit: str) -> Reading:
    value = bench.ask(question, unit)
    return Reading(None, why="no reading") if value is None else Reading(value, {"read_by": "a person"})


CURRENTS = Row(
    "currents",
    "asks for a profiler's readings in three states",
    240,
    tuple(name for name, _ in _ASKED),
    _measure,
    notice=NOTICE,
    by_person=True,
    advice="cut what draws current on the breakouts (LEDs); look at the units; send the file in",
)
READINGS = Row(
    "readings",
    "asks for a profiler's readings of light, motor and visits",
    60,
    tuple(name for name, _, _ in _MORE),
    _measure_more,
    by_person=True,
    advice="cut what draws current on the breakouts (LEDs); look at the units; send the file in",
)
