"""The node's configuration: `config.json` beside the program, with defaults for all but the role; and its key."""

import json

from nodecore import protocol

PATH = "config.json"
KEY_PATH = "key.bin"


class Config:
    """Settings as attributes; raises ValueError on a role or policy that does not exist."""

    def __init__(self, values):
        self.role = values.get("role", "thigh")
        # How often the FIFO is emptied: it holds 26 s at 26 Hz, so 10 is two epochs a wake, and room for one missed.
        self.service_every_s = values.get("service_every_s", 10)
        # How often the radio opens by itself, and for how long; how long after a double tap, or after boot.
        self.window_every_s = values.get("window_every_s", 900)
        self.window_ms = values.get("window_ms", 2300)
        self.tap_window_ms = values.get("tap_window_ms", 60000)
        self.link_idle_ms = values.get("link_idle_ms", 20000)  # a laptop that asks nothing for so long is sent away
        # On full flash: stop recording ("oldest") or free the oldest data, synced or not ("newest").
        self.keep = values.get("keep", "oldest")
        if self.role not in protocol.ROLE_NAMES:
            raise ValueError("config: role must be thigh or back, not %r" % (self.role,))
        if self.keep not in ("oldest", "newest"):
            raise ValueError("config: keep must be oldest or newest, not %r" % (self.keep,))
        if self.service_every_s not in (5, 10):
            raise ValueError("config: service_every_s must be 5 or 10, not %r" % (self.service_every_s,))
        self.role_code = protocol.ROLE_NAMES.index(self.role)


def load(path=PATH):
    """Return the `Config` in the JSON file at `path`; no file: all defaults; a broken one raises ValueError."""
    try:
        with open(path) as f:
            return Config(json.load(f))
    except OSError:
        return Config({})


def load_key(path=KEY_PATH):
    """Return the device key, or nothing if there is none or it is not whole: then nobody can talk to the node."""
    try:
        with open(path, "rb") as f:
            key = f.read(protocol.KEY_SIZE + 1)
    except OSError:
        return b""
    return key if len(key) == protocol.KEY_SIZE else b""
