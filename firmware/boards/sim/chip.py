"""What an ESP32-C3 has beside its bus, as far as `ambula bringup` asks for it: loaded where the settings name a chip.

Only on USB (`usb_boot`). By MicroPython's ports/esp32 (modesp32.c, modmachine.c, machine_pin.c), the heap's figures as
measured on an emulated ESP32-C3 with the stock image:

    esp32.idf_heap_info     one area; free bytes go by which of the program's modules are loaded, nothing is allocated
    esp32.wake_on_gpio      GPIO4 alone, by its level
    machine.Pin             GPIO4 alone: INT1 at the FIFO's watermark, or at a double tap; low for all others
    machine.lightsleep      time jumps, and stops where INT1 is high; USB stays, the tick is exact, waking takes none
    machine.mem32           the count of USB frames, one a millisecond
    machine.RTC.memory      kept over a reset, in a file
    bluetooth.BLE.active    of the radio only that it takes memory: an OSError(116) where there is not enough

Not emulated: the ADC, the watchdog, and what is named above as missing. The table: README.md beside this file.

The settings: `idf_free`, bytes at the prompt; `int1`, 0 where its wire is broken; `rate`, how much too fast the sensor
samples, in percent; `memory`, the path of the file for RTC memory; `leak`, the bytes that each window of the radio
leaves behind, or none where there is no radio.
"""

import errno
import sys
import time

import machine
import simulation

_TOTAL = 259660
_LARGEST = 114688
_BEFORE_THE_PROGRAM = 9948  # machine code, and what else goes before the program is loaded
_SECOND_AREA = 65540  # of MicroPython's own heap
_RADIO_WANTS = 67000
_RADIO_TAKES = 63160  # the first time; when it is off again ...
_RADIO_KEEPS = 6948  # ... so much is not given back
_FRAMES_AT = 0x60043024
_INT1 = 4
_STEP_MS = 10

_settings = {}
_wakes = False
_radio = [False, 0]  # whether it is on, and what it keeps


def attach(settings):
    """Add to `machine` and the modules what the chip has."""
    _settings.update(settings)
    for name, part in (("Pin", Pin), ("RTC", Rtc), ("mem32", Memory()), ("lightsleep", _lightsleep)):
        setattr(machine, name, part)
    for name, part in (
        ("HEAP_DATA", 4),
        ("WAKEUP_ANY_HIGH", True),
        ("idf_heap_info", _idf_heap_info),
        ("wake_on_gpio", _wake_on_gpio),
    ):
        setattr(Esp32, name, part)  # by a text: names that the firmware lacks are made short
    sys.modules["esp32"] = Esp32
    if "leak" in settings:
        import bluetooth

        setattr(bluetooth.BLE, "active", _active)


class SensorTime:
    """The time as the sensor counts it, by an oscillator of its own."""

    def __init__(self, real, percent):
        self._real = real
        self._from_ms = real.now_ms
        self._percent = percent

    @property
    def now_ms(self):
        passed_ms = self._real.now_ms - self._from_ms
        return self._from_ms + passed_ms + passed_ms * self._percent // 100

    @property
    def tapped(self):
        return self._real.tapped

    @tapped.setter
    def tapped(self, value):
        self._real.tapped = value


class Esp32:
    """The module `esp32`, which `attach` fills."""


def _idf_heap_info(capabilities):
    free = _settings["idf_free"]
    if "nodecore.kernels_viper" in sys.modules:
        free -= _BEFORE_THE_PROGRAM
    if "node.app" in sys.modules:
        free -= _SECOND_AREA
    free -= _RADIO_TAKES if _radio[0] else 0
    free -= _radio[1]
    return [(_TOTAL, free, min(free, _LARGEST), free)]


def _wake_on_gpio(pins, level):
    global _wakes
    _wakes = bool(pins)


def _active(ble, *on):
    if on and on[0] and not _radio[0]:
        if _idf_heap_info(0)[0][1] < _RADIO_WANTS:
            raise OSError(errno.ETIMEDOUT)
        _radio[0] = True
    elif on and not on[0] and _radio[0]:
        _radio[0] = False
        _radio[1] = max(_radio[1], _RADIO_KEEPS) + _settings["leak"]
    return _radio[0]


class Pin:
    """A pin; only INT1's has a level."""

    IN = 1
    PULL_UP = 2
    OUT = 3

    def __init__(self, number, *mode, value=None):
        self._number = number

    def value(self, *level):
        return int(self._number == _INT1 and _int1())


class Rtc:
    """RTC memory, in a file."""

    def memory(self, *data):
        if data:
            with open(_settings["memory"], "wb") as f:
                f.write(data[0])
            return None
        try:
            with open(_settings["memory"], "rb") as f:
                return f.read()
        except OSError:
            return b""


class Memory:
    """The one register that is read by its address."""

    def __getitem__(self, address):
        return time.ticks_ms() & 0x7FF if address == _FRAMES_AT else 0


def _lightsleep(ms):
    """Let time pass, until INT1 is high if it was to wake the chip."""
    while ms > 0 and not (_wakes and _int1()):
        simulation.time.jump(min(ms, _STEP_MS))
        ms -= _STEP_MS


def _int1():
    """INT1_FTH of INT1_CTRL, the watermark of FIFO_CTRL1 and 2, the level of FIFO_STATUS1 and 2; or a tap."""
    if not _settings["int1"]:
        return False
    bus = machine.I2C(0)
    try:
        high = bus.readfrom_mem(0x6A, 0x07, 1)[0] & 7
        watermark = bus.readfrom_mem(0x6A, 0x06, 1)[0] | high << 8
        level = bus.readfrom_mem(0x6A, 0x3A, 1)[0] | (bus.readfrom_mem(0x6A, 0x3B, 1)[0] & 7) << 8
        asks = bus.readfrom_mem(0x6A, 0x0D, 1)[0] & 8
    except OSError:
        return False
    return simulation.time.tapped or bool(asks and watermark and level >= watermark)
