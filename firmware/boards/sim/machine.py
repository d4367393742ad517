"""The `machine` module of the simulated board: the bus that the sensor model hangs on, and the reset.

Only what the firmware uses. Not emulated: bus timing, NACK of a busy device, clock stretching.
"""

import errno
import sys

import simulation

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
        _device(address, len(buf)).read_into(register, buf)

    def readfrom_mem(self, address, register, count):
        buf = bytearray(count)
        _device(address, count).read_into(register, buf)
        return bytes(buf)

    def writeto_mem(self, address, register, data):
        _device(address, len(data)).write(register, data)


def _device(address, count):
    global bus_bytes
    bus_bytes += count + 3
    if address not in _devices:
        raise OSError(errno.ENODEV)
    return _devices[address]


def reset(cause="software", last_words=""):
    """Reboot: the process ends, and the controller starts it again. The clock goes on, as an RTC does.

    Simulator only: the cause, and what was left in RTC memory.
    """
    clock = simulation.clock
    utc_ms = clock.utc_ms() if clock is not None and clock.is_set else "-"
    print("@reset", simulation.time.now_ms, utc_ms, cause.replace(" ", "_"), last_words)
    sys.exit(3)
