"""INT1: its level reaches GPIO4 at the watermark, and it ends light sleep."""

from ambula.bringup.bench import Bench
from ambula.bringup.detached import NOTICE, run_detached
from ambula.bringup.reading import Measured, Reading
from ambula.bringup.row import Row
from ambula.bringup.rows.chips import need_sensor

_MOST_S = 20
_DEAD = "GPIO4 stayed low for {} s"
_STUCK = "GPIO4 is high with an empty FIFO"

# 4 is the pin of BUILD.md, D2.
_LEVEL = """
_pin = machine.Pin(4, machine.Pin.IN)
_board.imu.start()
_board.imu.double_tap()
_began = _board.now_ms()
_low = _pin.value() == 0
_high = None
while _high is None and _board.now_ms() - _began < {ms}:
    if _pin.value():
        _high = _board.now_ms() - _began
    _board.idle_ms(10)
_board.imu.wait()
_tell([_low, _high])
"""

_ASLEEP = """
def work(stage):
    import board, esp32
    b = board.Board()
    esp32.wake_on_gpio((machine.Pin(4, machine.Pin.IN),), esp32.WAKEUP_ANY_HIGH)
    b.imu.start()
    b.imu.double_tap()
    b.feed()
    began = b.now_ms()
    machine.lightsleep({ms})
    return [b.now_ms() - began, b.imu.get(0x3A), b.imu.get(0x3B)]
"""


def _measure_level(bench: Bench) -> Measured:
    need_sensor(bench)
    bench.must_have("machine.Pin", "machine.Pin")
    bench.say(f"waiting for the watermark: {_MOST_S} s at most")
    low, high_ms = bench.told(_LEVEL.format(ms=_MOST_S * 1000))
    evidence = {"low_at_first": low, "high_ms": high_ms}
    if not low:
        return {"int1_watermark_s": Reading(None, evidence, _STUCK, failed=True)}
    if high_ms is None:
        return {"int1_watermark_s": Reading(None, evidence, _DEAD.format(_MOST_S), failed=True)}
    return {"int1_watermark_s": Reading(high_ms / 1000, evidence)}


def _measure_asleep(bench: Bench) -> Measured:
    need_sensor(bench)
    bench.must_have("machine.lightsleep", "machine.lightsleep")
    ((slept_ms, low, high),) = run_detached(
        bench, _ASLEEP.format(ms=_MOST_S * 1000), 1, _MOST_S + 10, "asleep until INT1"
    )
    evidence = {"slept_ms": slept_ms, "fifo_status": [low, high]}
    if slept_ms >= _MOST_S * 1000 - 100:
        return {"int1_ends_sleep_s": Reading(None, evidence, f"it slept on for {_MOST_S} s", failed=True)}
    return {"int1_ends_sleep_s": Reading(slept_ms / 1000, evidence)}


INT1 = Row(
    "int1",
    "waits for the sensor's watermark on GPIO4",
    15,
    ("int1_watermark_s",),
    _measure_level,
    advice="look at the wire from INT1 to D2 (GPIO4)",
)
INT1_ASLEEP = Row(
    "int1_asleep",
    "light sleep until the sensor's watermark",
    40,
    ("int1_ends_sleep_s",),
    _measure_asleep,
    notice=NOTICE,
    advice="look at the wire from INT1 to D2 (GPIO4)",
)
