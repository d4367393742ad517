"""The `machine` module of the simulated board: the bus that the sensor model hangs on, and the reset.

Only what the firmware uses. What the port does, and which of it is emulated: README.md beside this file, "Bus".
"""

import errno
import sys

import simulation
from micropython import const

_BYTE_US2 = const(45)  # of two bytes: nine clocks each, at 400 kHz
_BEFORE_DATA = const(3)  # address, register, and the address again to read

bus_bytes = 0  # for the power model: what crossed the bus, addresses and register numbers included
_devices = {}


def attach(address, model):
    """Simulator only: put a register model on the bus."""
    _devices[address] = model


class I2C:
    """The memory operations of `machine.I2C`; an address without a device raises OSError(ENODEV), as on the esp32."""

    def __init__(self, bus):
        self._bus = bus

    def readfrom_mem_into(self, address, register, buf):
        _pass(_device(address).read_into(register, buf))

    def readfrom_mem(self, address, register, count):
        buf = bytearray(count)
        _pass(_device(address).read_into(register, buf))
        return bytes(buf)

    def writeto_mem(self, address, register, data):
        _device(address).write(register, data)
        _pass(len(data) - 1)  # the address comes once


def _device(address):
    """Return the device that acknowledges its address; the data come after."""
    if address not in _devices:
        _pass(1)
        raise OSError(errno.ENODEV)
    _pass(_BEFORE_DATA)
    return _devices[address]


def _pass(count):
    """Let the time pass that so many bytes take."""
    global bus_bytes
    bus_bytes += count
    simulation.time.spend_us(count * _BYTE_US2 // 2)


def reset(cause="software", last_words=""):
    """Reboot: the process ends, and the controller starts it again. The clock goes on, as an RTC does.

    Simulator only: the cause, and what was left in RTC memory.
    """
    clock = simulation.clock
    utc_ms = clock.utc_ms() if clock is not None and clock.is_set else "-"
    print("@reset", simulation.time.now_ms, utc_ms, cause.replace(" ", "_"), last_words)
    sys.exit(3)
