"""The node's keys, which set-up wrote over USB; the settings beside them are read by `node.settings`."""

from nodecore import protocol

KEY_PATH = "key.bin"  # the owner's
PAIR_PATH = "pair.bin"  # what the wearer's two nodes share


def load_key(path=KEY_PATH):
    """Return the key in a file, or nothing if there is none or it is not whole: then it opens nothing."""
    try:
        with open(path, "rb") as f:
            key = f.read(protocol.KEY_SIZE + 1)
    except OSError:
        return b""
    return key if len(key) == protocol.KEY_SIZE else b""
