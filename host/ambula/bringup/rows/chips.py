"""The two chips on the bus: the sensor says what it is, the clock counts seconds.

By registers of the data sheets, not by the drivers: LSM6DS3TR-C DocID030071, 9.11; RV-3028-C7 Application Manual,
"UNIX Time Registers", "ID Register".
"""

from typing import Any

from ambula.bringup.bench import Bench
from ambula.bringup.reading import Measured, NotMeasured, Reading
from ambula.bringup.row import Row

SENSOR_ID = 0x6A
_NO_ANSWER = "it does not answer: {}"

# The bus anew, by the pins that BUILD.md has: GPIO6 and 7. The simulated board's has none.
_BUS = """
def _bus():
    try:
        return machine.I2C(0, sda=machine.Pin(6), scl=machine.Pin(7), freq=400000)
    except (AttributeError, TypeError):
        return machine.I2C(0)
_i2c = _bus()
"""

_WHO_AM_I = """
try:
    _tell(_i2c.readfrom_mem(0x6A, 0x0F, 1)[0])
except OSError as e:
    _tell('errno %d' % e.errno)
"""

# Two seconds' beginnings, polled: UNIX time low byte, between them the board's own milliseconds.
_SECOND = """
def _second():
    first = _i2c.readfrom_mem(0x52, 0x1B, 1)
    began = _board.now_ms()
    while _board.now_ms() - began < 2500:
        if _i2c.readfrom_mem(0x52, 0x1B, 1) != first:
            return _board.now_ms()
        _board.idle_ms(1)
    return None
try:
    registers = [_i2c.readfrom_mem(0x52, r, 1)[0] for r in (0x0E, 0x28, 0x37)]
    edges = [_second() for _ in range(6)]
    _tell([registers, edges])
except OSError as e:
    _tell('errno %d' % e.errno)
"""


def need_sensor(bench: Bench) -> None:
    """Make the board's parts; raises NotMeasured where the sensor is not the one, or is silent."""
    bench.hardware()
    bench.run(_BUS)
    found = bench.told(_WHO_AM_I)
    if isinstance(found, str):
        raise NotMeasured(f"the sensor does not answer ({found})")
    if found != SENSOR_ID:
        raise NotMeasured(f"another chip answers at the sensor's address (0x{found:02x})")


def need_clock(bench: Bench) -> None:
    """Make the board's parts; raises NotMeasured where the clock is silent or stands still."""
    bench.hardware()
    code = "try:\n    _tell(_board.clock.find_edge(1500))\nexcept OSError as e:\n    _tell('errno %d' % e.errno)"
    found = bench.told(code)
    if isinstance(found, str):
        raise NotMeasured(f"the clock does not answer ({found})")
    if not found:
        raise NotMeasured("the clock stands still")


def _sensor(bench: Bench) -> Reading:
    found = bench.told(_WHO_AM_I)
    if isinstance(found, str):
        return Reading(None, found, _NO_ANSWER.format(found), failed=True)
    return Reading(found, {"register": "0x0f", "read": found})


def _clock(bench: Bench) -> Reading:
    found: Any = bench.told(_SECOND)
    if isinstance(found, str):
        return Reading(None, found, _NO_ANSWER.format(found), failed=True)
    registers, edges = found
    evidence = {"status_0e": registers[0], "id_28": registers[1], "backup_37": registers[2], "edges_ms": edges}
    if None in edges:
        return Reading(None, evidence, "its seconds stand still", failed=True)
    return Reading((edges[-1] - edges[0]) / (len(edges) - 1), evidence)


def _measure(bench: Bench) -> Measured:
    bench.hardware()
    bench.run(_BUS)
    return {"who_am_i": _sensor(bench), "clock_second_ms": _clock(bench)}


CHIPS = Row(
    "chips",
    "reads what sensor and clock say they are, and five seconds",
    8,
    ("who_am_i", "clock_second_ms"),
    _measure,
    advice="look at the wires of SDA (D4) and SCL (D5), the supply, and which boards they are (hardware/bom.csv)",
)
