"""What is wired where on the Seeed XIAO ESP32C3: GPIO numbers, with the board's marks beside.

A motor's driver board is optional: with one, add `HAPTIC = const(20)  # D7`; see hardware/BUILD.md, "A motor".

Not used: GPIO2 and GPIO8 (they decide at reset how the chip boots), GPIO20 and 21 (serial port; the chip's
boot writes to 21, so a motor there would shake at each start; it pulls up 20, which a resistor has to outdo).
"""

from nodecore.compat import const

BATTERY = const(3)  # D1: middle of the divider, 2 x 220 kOhm across the cell
SENSOR_INT1 = const(4)  # D2: LSM6DS3TR-C, INT1
CLOCK_EVENT = const(5)  # D3: RV-3028, EVI
SDA = const(6)  # D4
SCL = const(7)  # D5
BUTTON = const(9)  # the board's BOOT button, low while pressed
LED = const(10)  # D10, to ground over 1 kOhm
