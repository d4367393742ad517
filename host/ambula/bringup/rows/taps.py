"""Double taps of a person: awake, and as what ends light sleep."""

from ambula.bringup.bench import Bench
from ambula.bringup.detached import NOTICE, run_detached
from ambula.bringup.reading import Measured, NotMeasured, Reading
from ambula.bringup.row import Row
from ambula.bringup.rows.chips import need_sensor

_TAPS = 5
_EACH_S = 4
_ASLEEP_S = 20

_LISTEN = """
_board.imu.wait()
_board.imu.double_tap()
_feed()
"""
_HEARD = """
_wait({ms})
_tell(_board.imu.double_tap())
"""
_ASLEEP = """
def work(stage):
    import board, esp32
    b = board.Board()
    esp32.wake_on_gpio((machine.Pin(4, machine.Pin.IN),), esp32.WAKEUP_ANY_HIGH)
    b.imu.wait()
    b.imu.double_tap()
    ended = late = 0
    slept = []
    left = {ms}
    while left > 100:
        b.feed()
        began = b.now_ms()
        machine.lightsleep(left)
        passed = b.now_ms() - began
        slept.append(passed)
        if b.imu.double_tap():
            if passed < left - 100:
                ended += 1
            else:
                late += 1
        left -= max(passed, 1)
        if len(slept) > 50:
            break
    return [ended, late, slept]
"""


def _is_there(bench: Bench) -> None:
    if bench.ask("Can you double-tap the board now? Type 1", "") != 1:
        raise NotMeasured("no person tapped")


def _measure_awake(bench: Bench) -> Measured:
    need_sensor(bench)
    _is_there(bench)
    bench.run(_LISTEN)
    found: list[bool] = []
    for number in range(_TAPS):
        bench.note(f"double tap {number + 1} of {_TAPS}: within {_EACH_S} s, now")
        found.append(bench.told(_HEARD.format(ms=_EACH_S * 1000)))
    return {"taps_found": Reading(sum(found), {"found": found})}


def _measure_asleep(bench: Bench) -> Measured:
    need_sensor(bench)
    bench.must_have("machine.lightsleep", "machine.lightsleep")
    _is_there(bench)
    bench.note(f"The board sleeps for {_ASLEEP_S} s, in a moment: double-tap it again and again until it is back.")
    ((ended, late, slept),) = run_detached(
        bench, _ASLEEP.format(ms=_ASLEEP_S * 1000), 1, _ASLEEP_S + 8, "asleep: double-tap it"
    )
    return {"taps_end_sleep": Reading(ended, {"taps_seen_after_a_whole_sleep": late, "slept_ms": slept})}


TAPS = Row(
    "taps",
    "asks for five double taps",
    30,
    ("taps_found",),
    _measure_awake,
    by_person=True,
    advice="tap harder, twice within half a second; if it stays, send the file in",
)
TAPS_ASLEEP = Row(
    "taps_asleep",
    "asks for double taps while the board sleeps",
    40,
    ("taps_end_sleep",),
    _measure_asleep,
    notice=NOTICE,
    by_person=True,
    advice="look at row int1_asleep first; then tap harder, twice within half a second; if it stays, send the file in",
)
