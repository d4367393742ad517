"""The sensor's rate: samples counted between two beginnings of the clock's seconds."""

from ambula.bringup.bench import Bench
from ambula.bringup.reading import Measured, NotMeasured, Reading
from ambula.bringup.row import Row
from ambula.bringup.rows.chips import need_clock, need_sensor

_SECONDS = 60
_CHUNK_S = 5

# `_edge`: the second that begins now. What was in the FIFO then is counted.
_RATE = """
def _drain():
    n = lost = 0
    while True:
        n += _board.imu.read_fifo()
        lost += _board.imu.overrun
        if not _board.imu.left:
            return n, lost
def _edge():
    if not _board.clock.find_edge(1500):
        raise OSError(110)
    return _board.clock.utc_ms() // 1000
_board.imu.start()
_wait(1000)
_began = _edge()
_drain()
_n = _lost = 0
"""
_ON = """
_feed()
_wait({ms})
n, lost = _drain()
_n += n
_lost += lost
"""
_END = """
_ended = _edge()
n, lost = _drain()
_board.imu.wait()
_tell([_n + n, _lost + lost, _ended - _began])
"""


def _measure(bench: Bench) -> Measured:
    need_clock(bench)
    need_sensor(bench)
    bench.run(_RATE)
    for passed_s in range(0, _SECONDS - 1, _CHUNK_S):
        bench.say(f"counting samples: {_SECONDS - passed_s} s left")
        bench.run(_ON.format(ms=min(_CHUNK_S, _SECONDS - 1 - passed_s) * 1000))
    samples, lost, seconds = bench.told(_END)
    if lost or seconds <= 0:
        raise NotMeasured("samples were lost meanwhile: was the board held up?")
    return {"rate_hz": Reading(round(samples / seconds, 3), {"samples": samples, "seconds": seconds})}


RATE = Row(
    "rate",
    "counts samples against the clock",
    _SECONDS + 5,
    ("rate_hz",),
    _measure,
    advice="measure again at room temperature; if it stays, take another sensor, and send the file in",
)
