"""Faults that a test orders, on the simulated board only: loaded where the settings name some.

Each is a list [place, kind, from_ms, to_ms, most], in force between the two virtual times, `most` times (0: always):

    MODULE:CLASS.METHOD   an exception's name: a call raises it; "hang": it never ends, while time passes;
                          "dawdle": it takes 50 s
    bus                   "errno": the sensor does not answer; "ones": it reads as all ones
    clock bus             "errno": the clock does not answer
    self-test             "dead": the chip pushes nothing
    fifo                  "stuck": the same sample again and again
    clock                 "step S": stepped by S seconds at from_ms; "stop": stands still; "1970": counts from there
"""

import errno
import sys

import simulation

_FIFO = 0x3E
_SELF_TEST = 0x14
_DAWDLE_MS = 50000
_STUCK = (100, 4000, 300)


class Fault:
    """One fault, and whether it is in force now."""

    def __init__(self, kind, from_ms, to_ms, most):
        self.kind = kind
        self.memory = None
        self._from_ms = from_ms
        self._to_ms = to_ms
        self._left = most or -1

    def strikes(self):
        """Return whether it hits the call that asks; counts the hits."""
        if not self._from_ms <= simulation.time.now_ms < self._to_ms or self._left == 0:
            return False
        self._left -= 1
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
        elif place == "self-test":
            _wrap("machine", "I2C", "writeto_mem", fault, _disobey)
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

    def faulty(*arguments):
        return act(fault, real, arguments)

    setattr(owner, method, faulty)


def _fail(fault, real, arguments):
    if not fault.strikes():
        return real(*arguments)
    if fault.kind == "dawdle":
        simulation.time.pass_ms(_DAWDLE_MS, False)
        return real(*arguments)
    while fault.kind == "hang":
        simulation.time.pass_ms(1000, False)
    if fault.kind == "OSError":
        raise OSError(errno.EIO)
    raise getattr(__import__("builtins"), fault.kind)("ordered")


def _spoil(fault, real, arguments):
    if arguments[1] != fault.address or not fault.strikes():
        return real(*arguments)
    if fault.kind == "errno":
        raise OSError(errno.ENODEV)
    what = arguments[3]
    if isinstance(what, int):
        return b"\xff" * what
    if not isinstance(what, bytes):
        for i in range(len(what)):
            what[i] = 0xFF if isinstance(what, bytearray) else -1
    return None


def _disobey(fault, real, arguments):
    if arguments[2] != _SELF_TEST or not fault.strikes():
        real(*arguments)


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
