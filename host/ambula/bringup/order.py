"""The order of the rows: first what needs nothing, then what writes, then what needs a person, the long ones last."""

from ambula.bringup.row import Row
from ambula.bringup.rows.battery import BATTERY
from ambula.bringup.rows.chips import CHIPS
from ambula.bringup.rows.currents import CURRENTS, READINGS
from ambula.bringup.rows.fifo import FIFO
from ambula.bringup.rows.flash_speed import FLASH
from ambula.bringup.rows.heap import HEAP
from ambula.bringup.rows.interrupt import INT1, INT1_ASLEEP
from ambula.bringup.rows.light_sleep import LIGHT_SLEEP
from ambula.bringup.rows.over_the_air import AIR
from ambula.bringup.rows.parity import PARITY
from ambula.bringup.rows.radio_windows import WINDOWS
from ambula.bringup.rows.rate import RATE
from ambula.bringup.rows.resets import RESTART, WATCHDOG
from ambula.bringup.rows.sensor_check import SENSOR_CHECK
from ambula.bringup.rows.taps import TAPS, TAPS_ASLEEP
from ambula.bringup.rows.usb_frames import USB_FRAMES

ROWS: tuple[Row, ...] = (
    CHIPS,
    HEAP,
    PARITY,
    USB_FRAMES,
    SENSOR_CHECK,
    INT1,
    RATE,
    FIFO,
    FLASH,
    RESTART,
    WATCHDOG,
    LIGHT_SLEEP,
    INT1_ASLEEP,
    TAPS,
    TAPS_ASLEEP,
    BATTERY,
    CURRENTS,
    READINGS,
    WINDOWS,
    AIR,
)
BY_NAME = {row.name: row for row in ROWS}
ROW_OF = {figure: row.name for row in ROWS for figure in row.figures}
