"""The sensor's own test, and its noise at rest: by the check that the firmware runs at each start."""

from ambula.bringup.bench import Bench
from ambula.bringup.reading import Measured, Reading
from ambula.bringup.row import Row
from ambula.bringup.rows.chips import need_sensor

_CHECK = """
from drivers import lsm6ds3tr_c_check as _check
_board.imu.wait()
_moved, _ = _check.self_test(_board.imu, _wait)
_noises = [_check.noise(_board.imu, _wait) for _ in range({seconds})]
_board.imu.wait()
_tell([_moved, _noises])
"""
_SECONDS = 10


def _measure(bench: Bench) -> Measured:
    need_sensor(bench)
    moved, noises = bench.told(_CHECK.format(seconds=_SECONDS))
    noise_mg = [sorted(one[axis] for one in noises)[len(noises) // 2] / 10 for axis in range(3)]
    return {
        "self_test_mg": Reading(moved),
        "noise_mg": Reading(noise_mg, {"each_second_0.1_mg": noises, "taken": "median"}),
    }


SENSOR_CHECK = Row(
    "sensor",
    f"the sensor pushes its own mass, then {_SECONDS} s of noise: leave it still",
    _SECONDS + 4,
    ("self_test_mg", "noise_mg"),
    _measure,
    advice="let it lie still on stone and measure again; if it stays, take another sensor",
)
