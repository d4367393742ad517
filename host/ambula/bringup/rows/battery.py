"""The cell's voltage: what the board says, against what a meter says."""

from ambula.bringup.bench import Bench
from ambula.bringup.reading import Measured, Reading
from ambula.bringup.row import Row

_READINGS = 5


def _measure(bench: Bench) -> Measured:
    bench.hardware()
    read_mv = sorted(int(bench.told("_tell(_board.battery_mv())")) for _ in range(_READINGS))
    board_mv = read_mv[_READINGS // 2]
    evidence = {"board_mv": read_mv, "taken": "median"}
    meter_mv = bench.ask(f"The board reads {board_mv} mV at the cell, and a meter", "mV")
    if meter_mv is None:
        return {"battery_off_mv": Reading(None, evidence, "no reading of a meter")}
    return {"battery_off_mv": Reading(board_mv - meter_mv, {**evidence, "meter_mv": meter_mv})}


BATTERY = Row(
    "battery",
    "asks for a meter's reading of the cell",
    20,
    ("battery_off_mv",),
    _measure,
    by_person=True,
    advice="measure both resistors of the divider: they must be equal (hardware/BUILD.md)",
)
