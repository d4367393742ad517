"""A session, node's side: mutual proof of a key, and the seal on every message. SPEC.md, "Session".

HMAC-SHA256 (RFC 2104) proves; AES-256 in counter mode (NIST SP 800-38A, 6.5) hides, made of ECB because the esp32 port
has no counter mode; encrypt, then authenticate.
"""

import hashlib
import os
import struct

import cryptolib

from nodecore import protocol
from nodecore.compat import const
from nodecore.features import kernels

_ECB = const(1)
_BLOCK = const(16)
_MAX_BODY = const(240)
_PROOF = protocol.PROOF_SIZE
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

    `key`, `pair`: what proves the one and the other; without it (empty) nobody can. The back answers the thigh.
    """

    def __init__(self, key, pair, role, device_id):
        self.has_key = len(key) == protocol.KEY_SIZE
        self.has_pair = len(pair) == protocol.KEY_SIZE
        self.serves_peer = self.has_pair and role == protocol.BACK
        self._prove = Hmac(key[: protocol.KEY_SIZE])  # asked only where there is a key
        self.pair = Hmac(pair[: protocol.KEY_SIZE])
        self._identity = bytes((protocol.VERSION, role)) + device_id
        self._stream = bytearray(_MAX_BODY)
        self.end()

    def end(self):
        """Forget the conversation and its keys."""
        self.is_open = self.is_peer = False
        self._transcript = None
        self._aes = self._mac = None
        self._counters = [0, 0, 0]

    def hint(self):
        """Return a new hint for the advertisement; a random one if there is no key."""
        salt = os.urandom(protocol.HINT_SALT)
        seen = self._prove(b"hint", salt) if self.has_key else os.urandom(protocol.HINT_SALT)
        return salt + seen[: protocol.HINT_SIZE - protocol.HINT_SALT]

    def peer_hint(self):
        """Return a new hint that the other node can tell."""
        salt = os.urandom(protocol.HINT_SALT)
        return salt + self.pair(b"peer hint", salt)[: protocol.HINT_SIZE - protocol.HINT_SALT]

    def hello(self, nonce, is_peer):
        """Return the node's nonce and its proof, for who says hello."""
        node_nonce = os.urandom(protocol.NONCE_SIZE)
        self.is_peer = is_peer
        if is_peer:
            self._transcript = self._identity[:2] + nonce + node_nonce
            return node_nonce + self.pair(b"peer node", self._transcript)[:_PROOF]
        self._transcript = self._identity + nonce + node_nonce
        return node_nonce + self._prove(b"node", self._transcript)[:_PROOF]

    def prove(self, proof, is_peer):
        """Open the session if the proof is right and return whether it is; one try a hello, of the same kind."""
        transcript, self._transcript = self._transcript, None
        if transcript is None or is_peer != self.is_peer:
            return False
        wanted = self.pair(b"peer host", transcript) if is_peer else self._prove(b"host", transcript)
        if not same(proof, wanted[:_PROOF]):
            return False
        if is_peer:
            self.start(self.pair(b"peer encrypt", transcript), self.pair(b"peer authenticate", transcript))
        else:
            self.start(self._prove(b"encrypt", transcript), self._prove(b"authenticate", transcript))
        return True

    def start(self, encrypt_key, mac_key):
        """Open the session with these keys."""
        self._aes = cryptolib.aes(encrypt_key, _ECB)
        self._mac = Hmac(mac_key)
        self.is_open = True

    def receipt(self, *parts):
        """Return the proof of `parts` for the receipt."""
        return self._prove(b"receipt", self._identity, *parts)[:_PROOF]

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
    """Compare in a time that does not tell where the difference is."""
    if len(a) != len(b):
        return False
    different = 0
    for i in range(len(a)):
        different |= a[i] ^ b[i]
    return different == 0
