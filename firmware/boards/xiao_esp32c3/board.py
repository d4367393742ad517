"""The reference board: Seeed XIAO ESP32C3 with an LSM6DS3TR-C, an RV-3028 and a divider across the cell.

Nothing here has run on a board: hardware/UNPROVEN.md says what has to be tried. Light sleep switches USB off, so for
ten seconds after a start, and while the BOOT button is held, the node waits awake and mpremote gets through.

The board has no pin that sees USB power, or the charger. What can be seen is a computer: it counts frames on the bus,
and the chip shows the count. A mere charger looks like none.
"""

import os
import time

import esp32
import machine
import pins

from drivers.lsm6ds3tr_c import LSM6DS3TRC
from drivers.rv3028 import RV3028
from node.power import Power
from nodecore.compat import const

_I2C_HZ = const(400000)
_AWAKE_AFTER_START_MS = const(10000)
_SHORTEST_SLEEP_MS = const(20)  # below that, falling asleep and waking costs more than it saves
_WATCHDOG_MS = const(60000)
_LIVED_MS = const(60000)  # a program that ends sooner is tried again after longer and longer pauses ...
_LONGEST_PAUSE_S = const(900)
_AWAKE_PAUSE_MS = const(10000)  # ... in which USB is up at first
_DIVIDER = const(2)  # equal resistors
_READINGS = const(4)
_USB_FRAME = const(0x60043024)  # USB_SERIAL_JTAG_FRAM_NUM_REG: ESP32-C3 technical reference manual, "USB Serial/JTAG"
_FRAME_COUNT = const(0x7FF)
_DATA = "/data"  # a folder of the one file system that MicroPython makes; see DESIGN.md, "Flash"
_STARTED = time.ticks_ms()
_CAUSES = {
    machine.PWRON_RESET: "power on",
    machine.HARD_RESET: "software",  # as the port calls `machine.reset` and a panic
    machine.WDT_RESET: "watchdog",
    machine.DEEPSLEEP_RESET: "deep sleep",
    machine.SOFT_RESET: "software",
}


class Board:
    """What firmware/boards/README.md asks of a board."""

    def __init__(self):
        bus = machine.I2C(0, sda=machine.Pin(pins.SDA), scl=machine.Pin(pins.SCL), freq=_I2C_HZ)
        self._int1 = machine.Pin(pins.SENSOR_INT1, machine.Pin.IN)
        self._button = machine.Pin(pins.BUTTON, machine.Pin.IN, machine.Pin.PULL_UP)
        self._battery = machine.ADC(machine.Pin(pins.BATTERY), atten=machine.ADC.ATTN_11DB)
        self._led = machine.Pin(pins.LED, machine.Pin.OUT, value=0)
        motor = getattr(pins, "HAPTIC", None)
        self.motor = None if motor is None else machine.Pin(motor, machine.Pin.OUT, value=0)
        self._watchdog = machine.WDT(timeout=_WATCHDOG_MS)
        self._ticks = time.ticks_ms()
        self._now_ms = self._frame = 0
        self.power = Power(self.now_ms)
        self.imu = LSM6DS3TRC(bus)
        self.clock = RV3028(bus, self.now_ms)
        try:
            self.clock.start()
        except OSError:
            pass  # it is not set then, and the first reading tells why
        self.storage_fault = ""  # MicroPython itself makes a new file system where it finds none
        try:
            os.mkdir(_DATA)
        except OSError:
            pass  # there already
        esp32.wake_on_gpio((self._int1,), esp32.WAKEUP_ANY_HIGH)

    def now_ms(self):
        """Return milliseconds that only ever grow; the chip's own count starts anew every twelve days."""
        ticks = time.ticks_ms()
        self._now_ms += time.ticks_diff(ticks, self._ticks)
        self._ticks = ticks
        return self._now_ms

    def idle_ms(self, ms):
        """Wait awake, at most `ms`."""
        time.sleep_ms(ms)

    def sleep_ms(self, ms):
        """Sleep with the radio off, at most `ms`; return whether the sensor's INT1 calls: a double tap, or a FIFO half
        full."""
        is_fresh = self.now_ms() < _AWAKE_AFTER_START_MS
        if ms < _SHORTEST_SLEEP_MS or is_fresh or not self._button.value() or self._int1.value():
            time.sleep_ms(min(ms, _SHORTEST_SLEEP_MS))
        else:
            _switch_off()
            machine.lightsleep(min(ms, _WATCHDOG_MS // 2))
        return bool(self._int1.value())

    def signal(self, is_on, by_motor):
        """Switch the light, or the motor if there is one."""
        pin = self.motor if by_motor else self._led
        if pin:
            pin.value(is_on)

    def on_usb(self):
        """Return whether a computer is at the other end of the USB cable: frames were counted since the last call."""
        before = self._frame
        self._frame = machine.mem32[_USB_FRAME] & _FRAME_COUNT
        return self._frame != before

    def battery_mv(self):
        """Return the cell's voltage in mV, the mean of a few readings of the calibrated ADC."""
        total_uv = 0
        for _ in range(_READINGS):
            total_uv += self._battery.read_uv()
        return total_uv * _DIVIDER // _READINGS // 1000

    def unique_id(self):
        """Return the 8 bytes that identify this device: the chip's six, and two that say which board."""
        return (machine.unique_id() + b"C3")[:8]

    def reset_cause(self):
        """Return in a word why the node started."""
        return _CAUSES.get(machine.reset_cause(), "unknown")

    def feed(self):
        """Tell the watchdog that the program is alive; it resets a board that is not fed for a minute."""
        self._watchdog.feed()

    def last_words(self):
        """Return why the program restarted the board; empty after any other start. They are given once."""
        pause, _, words = str(machine.RTC().memory(), "utf-8").partition(" ")
        machine.RTC().memory(pause.encode())
        return words if machine.reset_cause() in (machine.HARD_RESET, machine.SOFT_RESET) else ""

    def remake_storage(self):
        """Start anew: on this board only MicroPython can make the file system, at a start that finds none."""
        restart("storage fails")

    def restart(self, why):
        """Reset the board after a pause; `why`, a few words, is there after the start."""
        restart(why)


def restart(why):
    """Do what `Board.restart` does, also where no `Board` could be made; pause (s) and words wait in RTC memory."""
    _switch_off()
    pause_s = 1
    if time.ticks_diff(time.ticks_ms(), _STARTED) < _LIVED_MS:
        pause_s = min(2 * _last_pause_s() or 1, _LONGEST_PAUSE_S)
    machine.RTC().memory(("%d %s" % (pause_s, why)).encode())
    watchdog = machine.WDT(timeout=_WATCHDOG_MS)
    left_ms = pause_s * 1000
    time.sleep_ms(min(left_ms, _AWAKE_PAUSE_MS))
    left_ms -= _AWAKE_PAUSE_MS
    while left_ms > 0:
        watchdog.feed()
        machine.lightsleep(min(left_ms, _WATCHDOG_MS // 2))
        left_ms -= _WATCHDOG_MS // 2
    machine.reset()


def _switch_off():
    """Switch light and motor off, whatever went wrong: a pin keeps its level in sleep, and would drain the cell."""
    for number in (pins.LED, getattr(pins, "HAPTIC", None)):
        if number is not None:
            machine.Pin(number, machine.Pin.OUT, value=0)


def _last_pause_s():
    try:
        return int(machine.RTC().memory().split(b" ")[0])
    except ValueError:
        return 0  # nothing there: the first failure since power-up
