"""A session, node's side: mutual proof of a key, and the seal on every message. SPEC.md, "Session".

HMAC-SHA256 (RFC 2104) proves; AES-256 in counter mode (NIST SP 800-38A, 6.5) hides, made of ECB because the esp32 port
has no counter mode; encrypt, then authenticate.
"""

import hashlib
import struct

import cryptolib

from nodecore import protocol, roles
from nodecore.compat import const
from nodecore.features import kernels

_ECB = const(1)
_BLOCK = const(16)
_MAX_BODY = const(240)
_OVERHEAD = protocol.SEAL_HEADER + protocol.SEAL_TAG


class Hmac:
    """HMAC-SHA256 with one key of at most 64 bytes."""

    def __init__(self, key):
        key = key + bytes(64 - len(key))
        self._inner = bytes(b ^ 0x36 for b in key)
        self._outer = bytes(b ^ 0x5C for b in key)

    def __call__(self, *parts):
        """Return the 32 bytes for the joined `parts`."""
        inner = hashlib.sha256(self._inner)
        for part in parts:
            inner.update(part)
        outer = hashlib.sha256(self._outer)
        outer.update(inner.digest())
        return outer.digest()


class Session:
    """One conversation at a time: the owner's, or the one of the wearer's other node (`is_peer`), which may do less.

    `key` proves the owner, `pair` the other node; an empty one lets no one in. The back answers the thigh.
    """

    def __init__(self, key, pair, role, device_id):
        self.has_key = len(key) == protocol.KEY_SIZE
        self.has_pair = len(pair) == protocol.KEY_SIZE
        self.serves_peer = self.has_pair and role == roles.BACK
        self.own = Hmac(key[: protocol.KEY_SIZE])  # asked only where there is a key
        self.pair = Hmac(pair[: protocol.KEY_SIZE])
        self.identity = bytes((protocol.VERSION, role)) + device_id
        self._stream = bytearray(_MAX_BODY)
        self.end()

    def end(self):
        """Forget the conversation and its keys."""
        self.is_open = self.is_peer = False
        self.transcript = None
        self._aes = self._mac = None
        self._counters = [0, 0, 0]

    def start(self, encrypt_key, mac_key):
        """Open the session with these keys."""
        self._aes = cryptolib.aes(encrypt_key, _ECB)
        self._mac = Hmac(mac_key)
        self.is_open = True

    def seal(self, channel, message, size):
        """Seal in place the `size` bytes behind the header in `message`; return the new length, tag and all."""
        counter = self._counters[channel]
        self._counters[channel] = counter + 1
        struct.pack_into("<I", message, 0, counter)
        end = protocol.SEAL_HEADER + size
        self._crypt(channel, counter, message, end)
        message[end : end + protocol.SEAL_TAG] = self._tag(channel, memoryview(message)[:end])
        return end + protocol.SEAL_TAG

    def open(self, channel, message):
        """Return what is in a sealed message, or None: it is then not from who opened the session, or not for now."""
        size = len(message) - _OVERHEAD
        if size < 0 or size > _MAX_BODY:
            return None
        end = len(message) - protocol.SEAL_TAG
        message = bytearray(message)
        (counter,) = struct.unpack_from("<I", message)
        expected = self._counters[channel]
        if counter != expected or not same(message[end:], self._tag(channel, memoryview(message)[:end])):
            return None
        self._counters[channel] = expected + 1
        self._crypt(channel, counter, message, end)
        return message[protocol.SEAL_HEADER : end]

    def _tag(self, channel, body):
        return self._mac(bytes((channel,)), body)[: protocol.SEAL_TAG]  # pyright: ignore[reportOptionalCall]

    def _crypt(self, channel, counter, message, end):
        stream = self._stream
        size = end - protocol.SEAL_HEADER
        blocks = (size + _BLOCK - 1) // _BLOCK
        for block in range(blocks):
            struct.pack_into(">B7xII", stream, block * _BLOCK, channel, counter, block)
        view = memoryview(stream)[: blocks * _BLOCK]
        self._aes.encrypt(view, view)  # pyright: ignore[reportOptionalMemberAccess]
        kernels.mix(message, stream, protocol.SEAL_HEADER, size)


def same(a, b):
    """Compare in constant time, wherever the difference is."""
    if len(a) != len(b):
        return False
    different = 0
    for i in range(len(a)):
        different |= a[i] ^ b[i]
    return different == 0
