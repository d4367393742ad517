"""The node's settings: `config.json` at the root of the flash, with defaults. Loaded only while the node starts."""

import errno
import json

from nodecore import protocol

PATH = "config.json"
SCHEMA = 1  # of config.json; older ones are read with defaults for what they lack, newer ones may mean something else
MAX_DAYS = 60
_LATEST = 0xFFFFFFFF  # UTC s: the year 2106
_MAX_TOLD = 200  # characters

DEFAULTS = {
    "role": "thigh",
    # Whose the node is, as hexadecimal digits: `node.start` takes them out before the log tells the settings.
    "key": "",
    "pair": "",
    # How often the FIFO is emptied: it holds 26 s at 26 Hz, so 10 is two epochs a wake, and room for one missed.
    "service_every_s": 10,
    # How often the radio opens by itself, and for how long; how long after a double tap, or after boot.
    "window_every_s": 900,
    "window_ms": 2300,
    "tap_window_ms": 60000,
    "link_idle_ms": 20000,  # a laptop that asks nothing for so long is sent away
    # On full flash: stop recording ("oldest") or free the oldest data, synced or not ("newest").
    "keep": "oldest",
    # When to record: from "now", a double "tap" or a time on (UTC s); for how many days, 0: for ever.
    "start": "now",
    "days": 0,
    "phone": 0,  # 1: offer the standard Bluetooth services to anyone nearby
    "zone": "",  # IANA, for who reads the log
    "meet": 1,  # the thigh meets the back, where set-up gave both the pair's key; 0: never
    "sitting_buzz_min": 0,  # after so many minutes of sitting a thigh with a motor reminds its wearer; 0: never
    "midnight_min": 0,  # how long after 0:00 UTC the wearer's day begins, by the zone as it was at the set-up
}
_ALLOWED = {
    "role": protocol.ROLE_NAMES,
    "service_every_s": (5, 10),
    "keep": ("oldest", "newest"),
    "days": range(MAX_DAYS + 1),
    "phone": (0, 1),
    "meet": (0, 1),
    "sitting_buzz_min": (0,) + tuple(range(20, 121)),
    "midnight_min": range(1440),
}


class Settings:
    """An attribute for each setting, `role_code` and `trouble`. No methods: they would keep this module on the heap.

    `trouble` says in words what of the file could not be used. Where that is all of it `role` is empty, because one
    node's samples are not to be scored as the other's: `node.start` looks for it elsewhere.
    """


def load(path=PATH):
    """Return the `Settings` in the JSON file at `path`; no file: all defaults. Never raises for what is in it."""
    try:
        with open(path) as f:
            return read(json.load(f))
    except OSError as e:
        return read({}) if e.errno == errno.ENOENT else _lost("errno %s" % e.errno)
    except (ValueError, MemoryError, RuntimeError):
        return _lost("not JSON")


def read(values):
    """Return `Settings` from a dict; what the node could not do gives way to its default. Unknown keys are ignored."""
    if not isinstance(values, dict):
        return _lost("not an object")
    for name, allowed in (("schema", range(SCHEMA + 1)), ("role", protocol.ROLE_NAMES)):
        value = values.get(name, allowed[0])
        if type(value) is not type(allowed[0]) or value not in allowed:
            return _lost(_told(name, value))
    settings = Settings()
    wrong = []
    for name, default in DEFAULTS.items():
        value = values.get(name, default)
        if not _fits(name, value, default):
            wrong.append("%s, taken as %r" % (_told(name, value), default))
            value = default
        setattr(settings, name, value)
    setattr(settings, "trouble", "; ".join(wrong)[:_MAX_TOLD])
    setattr(settings, "role_code", protocol.ROLE_NAMES.index(settings.__dict__["role"]))
    return settings


def _lost(why):
    settings = read({})
    setattr(settings, "role", "")
    setattr(settings, "trouble", ("unreadable, " + why)[:_MAX_TOLD])
    return settings


def _told(name, value):
    return "%s cannot be %.40r" % (name, value)


def _fits(name, value, default):
    """Return whether a value is of its default's type, and one that a node can follow."""
    if name == "start" and type(value) is int:
        return 0 <= value <= _LATEST
    if type(value) is not type(default):
        return False
    if name == "start":
        return value in ("now", "tap")
    if name in _ALLOWED:
        return value in _ALLOWED[name]
    return type(value) is not int or value >= 1
