"""Light sleep: whether the board's own count keeps time in it, and what falling asleep and waking take."""

from ambula.bringup.bench import Bench
from ambula.bringup.detached import NOTICE, run_detached
from ambula.bringup.reading import Measured, NotMeasured, Reading
from ambula.bringup.row import Row
from ambula.bringup.rows.chips import need_clock

_SLEEPS, _SLEEP_S = 6, 10
_NAPS, _NAP_MS = 50, 50

# The sensor is quiet meanwhile, so that INT1 ends no sleep.
_WORK = """
def work(stage):
    import board
    b = board.Board()
    b.imu.wait()
    b.imu.double_tap()
    b.clock.find_edge(1500)
    ms, second = b.now_ms(), b.clock.utc_ms() // 1000
    for _ in range({sleeps}):
        b.feed()
        machine.lightsleep({sleep_ms})
    b.clock.find_edge(1500)
    passed_ms, seconds = b.now_ms() - ms, b.clock.utc_ms() // 1000 - second
    began = b.now_ms()
    for _ in range({naps}):
        machine.lightsleep({nap_ms})
    return [passed_ms, seconds, b.now_ms() - began]
"""


def _measure(bench: Bench) -> Measured:
    need_clock(bench)
    bench.must_have("machine.lightsleep", "machine.lightsleep")
    work = _WORK.format(sleeps=_SLEEPS, sleep_ms=_SLEEP_S * 1000, naps=_NAPS, nap_ms=_NAP_MS)
    takes_s = _SLEEPS * _SLEEP_S + 15
    ((passed_ms, seconds, naps_ms),) = run_detached(bench, work, 1, takes_s, "asleep")
    if seconds < _SLEEPS * _SLEEP_S // 2:
        raise NotMeasured(f"it was asleep for {seconds} s only: something else ended its sleep")
    naps = {"naps": _NAPS, "of_ms": _NAP_MS, "took_ms": naps_ms}
    too_short = naps_ms < _NAPS * _NAP_MS * 0.99
    return {
        "sleep_tick_ppm": Reading(
            round((passed_ms - seconds * 1000) * 1000 / seconds), {"board_ms": passed_ms, "clock_s": seconds}
        ),
        "wake_ms": Reading(None, naps, "its naps were too short: something else ended them")
        if too_short
        else Reading(round((naps_ms - _NAPS * _NAP_MS) / _NAPS, 2), naps),
    }


LIGHT_SLEEP = Row(
    "sleep",
    "a minute of light sleep, measured by the clock",
    85,
    ("sleep_tick_ppm", "wake_ms"),
    _measure,
    notice=NOTICE,
    advice="measure again; if it stays, send the file in: times between two seconds will be off",
)
