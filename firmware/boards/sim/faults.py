"""Faults that a test orders, on the simulated board only: loaded where the settings name some.

What the simulated board does by itself: README.md beside this file. Each fault is a list [place, kind, from_ms, to_ms,
most], in force between the two virtual times, `most` times (0: always):

    MODULE:CLASS.METHOD   an exception's name: a call raises it ("OSError N": with that number); "hang": it never ends,
                          while time passes; "dawdle MS": it takes so much longer; "full": its first allocation fails
    bus                   "errno": the sensor does not answer; "low": the bus is stuck low; "ones": it reads as all
                          ones; "torn": a burst from the FIFO breaks off after half of it; "other": another chip
    clock bus             "errno" or "low", as above
    flash                 "slow N": writes and erases take N times as long; "worn": they do nothing, and say nothing
    who am I              a number in hex: the sensor is another chip
    noise                 counts: the sensor's output registers are off by up to so many, at random
    erase                 ms: an erase of the flash takes so much longer
    self-test             "dead": the chip pushes nothing
    fifo                  "stuck": the same sample again and again
    clock                 "step S": stepped by S seconds at from_ms; "stop": stands still; "1970": counts from there
"""

import errno
import os
import sys
import time

import micropython
import simulation

_FIFO = 0x3E
_SELF_TEST = 0x14
_SENSOR = 0x6A
_OUT_LOW = (0x28, 0x2A, 0x2C)
_ERASE = 6
_WHO_AM_I = 0x0F
_STUCK_US = 50000  # I2C_DEFAULT_TIMEOUT_US, ports/esp32/machine_i2c.c
_STUCK = (100, 4000, 300)


class Fault:
    """One fault, and whether it is in force now."""

    def __init__(self, kind, from_ms, to_ms, most):
        self.kind = kind
        self.memory = None
        self._from_ms = from_ms
        self._to_ms = to_ms
        self._left = most or -1
        self._has_struck = False

    def strikes(self):
        """Return whether it hits the call that asks; counts the hits, and tells the controller of the first."""
        if not self._from_ms <= simulation.time.now_ms < self._to_ms or self._left == 0:
            return False
        self._left -= 1
        if not self._has_struck:
            self._has_struck = True
            print("@struck", self.kind)
        return True


def plant(faults):
    """Put every ordered fault in its place."""
    with open("firmware") as f:
        sys.path.insert(0, f.read())  # as main.py will
    for place, *how in faults:
        fault = Fault(*how)
        if place.endswith("bus"):
            fault.address = 0x6A if place == "bus" else 0x52
            for name in ("readfrom_mem_into", "readfrom_mem", "writeto_mem"):
                _wrap("machine", "I2C", name, fault, _spoil)
        elif place == "flash":
            _wrap("flash", "Flash", "writeblocks", fault, _wear)
            _wrap("flash", "Flash", "ioctl", fault, _wear)
        elif place == "self-test":
            _wrap("machine", "I2C", "writeto_mem", fault, _disobey)
        elif place == "who am I":
            _wrap("machine", "I2C", "readfrom_mem", fault, _pretend)
        elif place == "noise":
            _wrap("machine", "I2C", "readfrom_mem", fault, _shake)
        elif place == "erase":
            _wrap("flash", "Flash", "ioctl", fault, _delay)
        elif place == "fifo":
            _wrap("machine", "I2C", "readfrom_mem_into", fault, _repeat)
        elif place == "clock":
            _wrap("rv3028_model", "Rv3028Model", "utc_ms", fault, _misread)
        else:
            module, path = place.split(":")
            owner, method = path.split(".")
            _wrap(module, owner, method, fault, _fail)


def _wrap(module, owner, method, fault, act):
    owner = getattr(__import__(module, None, None, ("x",)), owner)
    real = getattr(owner, method)

    def faulty(*arguments, **named):
        return act(fault, (lambda *given: real(*given, **named)) if named else real, arguments)

    setattr(owner, method, faulty)


def _fail(fault, real, arguments):
    if not fault.strikes():
        return real(*arguments)
    kind, _, number = fault.kind.partition(" ")
    if kind == "dawdle":
        simulation.time.pass_ms(int(number), False)
        return real(*arguments)
    if kind == "full":
        return _without_heap(real, arguments)
    while kind == "hang":
        simulation.time.pass_ms(1000, False)
    raise getattr(__import__("builtins"), kind)(int(number) if number else "ordered")


def _without_heap(real, a):
    """Call with a locked heap; not by `*a`, which would be the first to want a piece of it."""
    count = len(a)
    micropython.heap_lock()
    try:
        if count == 1:
            return real(a[0])
        if count == 2:
            return real(a[0], a[1])
        if count <= 4:
            return real(a[0], a[1], a[2]) if count == 3 else real(a[0], a[1], a[2], a[3])
        if count == 5:
            return real(a[0], a[1], a[2], a[3], a[4])
        return real(a[0], a[1], a[2], a[3], a[4], a[5], a[6])
    finally:
        micropython.heap_unlock()


def _wear(fault, real, arguments):
    """Writes and erases of the flash; what else `ioctl` knows takes no time and cannot fail."""
    is_erase = len(arguments) == 3 and arguments[1] == 6
    if (len(arguments) == 3 and not is_erase) or not fault.strikes():
        return real(*arguments)
    if fault.kind == "worn":
        return 0
    arguments[0].slowness = int(fault.kind.split()[1])
    try:
        return real(*arguments)
    finally:
        arguments[0].slowness = 1


def _spoil(fault, real, arguments):
    what = arguments[3]
    is_burst = arguments[2] == _FIFO and not isinstance(what, int)
    if (
        arguments[1] != fault.address
        or (fault.kind == "torn" and not is_burst)
        or (fault.kind == "other" and arguments[2] != _WHO_AM_I)
        or not fault.strikes()
    ):
        return real(*arguments)
    if fault.kind == "torn":
        real(arguments[0], arguments[1], _FIFO, what[: len(what) // 2])
    if fault.kind == "low":
        simulation.time.spend_us(_STUCK_US)
        raise OSError(errno.ETIMEDOUT)
    if fault.kind in ("errno", "torn"):
        raise OSError(errno.ENODEV)
    if fault.kind == "other":
        return b"\x69"
    if isinstance(what, int):
        return b"\xff" * what
    if not isinstance(what, bytes):
        for i in range(len(what)):
            what[i] = 0xFF if isinstance(what, bytearray) else -1
    return None


def _disobey(fault, real, arguments):
    if arguments[2] != _SELF_TEST or not fault.strikes():
        real(*arguments)


def _pretend(fault, real, arguments):
    if arguments[1] == _SENSOR and arguments[2] == _WHO_AM_I and fault.strikes():
        return bytes((int(fault.kind, 16),))
    return real(*arguments)


def _shake(fault, real, arguments):
    byte = real(*arguments)
    if arguments[1] != _SENSOR or arguments[2] not in _OUT_LOW or not fault.strikes():
        return byte
    return bytes((min(255, byte[0] % 16 + os.urandom(1)[0] % int(fault.kind)),))


def _delay(fault, real, arguments):
    if arguments[1] == _ERASE and fault.strikes():
        time.sleep_ms(int(fault.kind))
    return real(*arguments)


def _repeat(fault, real, arguments):
    real(*arguments)
    if arguments[2] == _FIFO and fault.strikes():
        view = arguments[3]
        for i in range(len(view)):
            view[i] = _STUCK[i % 3]


def _misread(fault, real, arguments):
    """Bend what the clock's model counts: the driver reads it over the bus."""
    model = arguments[0]
    utc_ms = real(model)
    if fault.kind.startswith("step"):
        if fault.memory is None and fault.strikes():
            fault.memory = True
            step_ms = int(fault.kind.split()[1]) * 1000
            model._base_ms += step_ms
            utc_ms += step_ms
    elif fault.strikes():
        if fault.memory is None:
            fault.memory = utc_ms
        utc_ms = fault.memory if fault.kind == "stop" else utc_ms - fault.memory
    return utc_ms
