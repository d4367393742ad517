"""The node's settings: `config.json` at the root of the flash, with defaults. Loaded only while the node starts."""

import json

from nodecore import protocol

PATH = "config.json"
SCHEMA = 1  # of config.json; older ones are read with defaults for what they lack, newer ones may mean something else
MAX_DAYS = 60

DEFAULTS = {
    "role": "thigh",
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
    "zone": "",  # IANA, for who reads the log
    "meet": 1,  # the thigh visits the back, where set-up gave both the pair's key; 0: never
    "midnight_min": 0,  # how long after 0:00 UTC the wearer's day begins, by the zone as it was at the set-up
}


class Settings:
    """An attribute for each setting, and `role_code`. No methods: they would keep this module on the heap."""


def load(path=PATH):
    """Return the `Settings` in the JSON file at `path`; no file: all defaults; a broken one raises ValueError."""
    try:
        with open(path) as f:
            return read(json.load(f))
    except OSError:
        return read({})


def read(values):
    """Return `Settings` from a dict; raises ValueError for what the node could not do. Unknown keys are ignored."""
    settings = Settings()
    for name, default in DEFAULTS.items():
        setattr(settings, name, _of(values, name, default))
    chosen = settings.__dict__
    _check("schema", values.get("schema", 0), range(SCHEMA + 1))
    _check("role", chosen["role"], protocol.ROLE_NAMES)
    _check("keep", chosen["keep"], ("oldest", "newest"))
    _check("service_every_s", chosen["service_every_s"], (5, 10))
    _check("days", chosen["days"], range(MAX_DAYS + 1))
    _check("meet", chosen["meet"], (0, 1))
    _check("midnight_min", chosen["midnight_min"], range(1440))
    start = chosen["start"]
    if not isinstance(start, int) or start < 0:
        _check("start", start, ("now", "tap"))
    setattr(settings, "role_code", protocol.ROLE_NAMES.index(chosen["role"]))
    return settings


def _of(values, name, default):
    """Return a setting; ValueError if it is of another type than its default, or a number that no node can follow."""
    value = values.get(name, default) if isinstance(values, dict) else None
    least = 1 if type(default) is int and default > 1 else 0
    is_kind = type(value) is type(default) or name == "start" and type(value) is int
    if not is_kind or type(value) is int and value < least:
        raise ValueError("config.json: %s cannot be %r, only like %r" % (name, value, default))
    return value


def _check(name, value, allowed):
    if value not in allowed:
        raise ValueError("config.json: %s cannot be %r, only %r" % (name, value, allowed))
