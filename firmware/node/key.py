"""The node's key, which set-up wrote over USB; the settings beside it are read by `node.settings`."""

from nodecore import protocol

KEY_PATH = "key.bin"


def load_key(path=KEY_PATH):
    """Return the device key, or nothing if there is none or it is not whole: then nobody can talk to the node."""
    try:
        with open(path, "rb") as f:
            key = f.read(protocol.KEY_SIZE + 1)
    except OSError:
        return b""
    return key if len(key) == protocol.KEY_SIZE else b""
