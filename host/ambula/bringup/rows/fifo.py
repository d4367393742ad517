"""The FIFO: how deep it is, when it overruns, what the driver reads then, and what a byte on the bus takes.

Level and overrun by the registers: LSM6DS3TR-C data sheet, 9.37 and 9.38.
"""

from ambula.bringup.bench import Bench
from ambula.bringup.reading import Measured, Reading
from ambula.bringup.row import Row
from ambula.bringup.rows.chips import need_sensor

_MOST_S = 40
_CHUNK_S = 4
_BURSTS = 10
_BATCH_BYTES = 69 * 6

_START = """
_board.imu.start()
_began = _board.now_ms()
_deepest = 0
_over = None
def _fill(ms):
    global _deepest, _over
    until = _board.now_ms() + ms
    while _over is None and _board.now_ms() < until:
        high = _board.imu.get(0x3B)
        level = _board.imu.get(0x3A) | (high & 7) << 8
        if high & 0x40:
            _over = _board.now_ms() - _began
        elif level > _deepest:
            _deepest = level
        _board.idle_ms(20)
"""
_FILL = "_feed()\n_fill({ms})\n_tell(_over is not None)"
_END = """
_after = _board.imu.read_fifo()
_flag = _board.imu.overrun
while _board.imu.left and _board.imu.read_fifo():
    pass
_tell([_deepest, _over, _after, _flag])
"""
# How long a batch takes to be read, straight after the FIFO has one.
_BUS = """
def _burst():
    _wait(3000)
    began = time.ticks_us()
    n = _board.imu.read_fifo()
    took = time.ticks_diff(time.ticks_us(), began)
    while _board.imu.left and _board.imu.read_fifo():
        pass
    return [n, took]
_feed()
_tell(_burst())
"""


def _measure(bench: Bench) -> Measured:
    need_sensor(bench)
    bench.run(_START)
    for passed_s in range(0, _MOST_S, _CHUNK_S):
        bench.say(f"filling the FIFO: {passed_s} s")
        if bench.told(_FILL.format(ms=_CHUNK_S * 1000)):
            break
    deepest, over_ms, after, flag = bench.told(_END)
    evidence = {"deepest_words": deepest, "overrun_ms": over_ms, "driver_overrun": flag, "driver_sets": after}
    bursts = [bench.told(_BUS) for _ in range(_BURSTS)]
    bench.run("_board.imu.wait()")
    whole = [us / _BATCH_BYTES for n, us in bursts if n * 6 == _BATCH_BYTES]
    no_overrun = f"it did not overrun within {_MOST_S} s"
    return {
        "fifo_sets": Reading(deepest // 3, evidence),
        "fifo_full_s": Reading(None, evidence, no_overrun, failed=True)
        if over_ms is None
        else Reading(over_ms / 1000, evidence),
        "fifo_after_overrun": Reading(None, evidence, no_overrun) if over_ms is None else Reading(after, evidence),
        "bus_us_a_byte": Reading(round(sum(whole) / len(whole), 2), {"sets_and_us": bursts})
        if whole
        else Reading(None, {"sets_and_us": bursts}, "no burst was whole", failed=True),
    }


FIFO = Row(
    "fifo",
    "lets the sensor's FIFO overrun, then times its bursts",
    70,
    ("fifo_sets", "fifo_full_s", "fifo_after_overrun", "bus_us_a_byte"),
    _measure,
    advice="send the file in: the driver reckons with another FIFO",
)
