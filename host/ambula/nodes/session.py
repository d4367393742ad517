"""The owner's session, laptop's side: mutual proof of the key, and the seal on every message. SPEC.md, "Session".

Written apart from the node's (`firmware/node/session.py`), on other libraries, so that each checks the other.
"""

import hashlib
import hmac
import os
import struct
from dataclasses import dataclass, field
from typing import Any

from ambula.base.errors import TransportError
from nodecore import protocol

RETIRED = "retired"
OLD = "old"

_LOST = "a message from the node came damaged, twice or not at all: sync again"


@dataclass(frozen=True)
class NodeKey:
    """A device that was set up: its id (16 hex digits), role (0 thigh, 1 back), wearer's code and 32-byte key.

    pair: 32 bytes that the wearer's nodes share, with which the thigh may read the back; empty where the set-up is of
    an Ambula that knew none. state: "" in use, `RETIRED` (not waited for, but recognised where it is heard), or `OLD`
    (the device has another key now: only receipts need this one). more: fields of the key file that this Ambula does
    not know; it writes them back as they were.
    """

    device_id: str
    role: int
    participant: str
    key: bytes
    pair: bytes = b""
    state: str = ""
    more: tuple[tuple[str, Any], ...] = field(default=(), compare=False, repr=False)

    @property
    def role_name(self) -> str:
        """`thigh` or `back`."""
        return protocol.ROLE_NAMES[self.role]

    @property
    def is_in_use(self) -> bool:
        """Whether the node is one of its wearer's now."""
        return not self.state

    @property
    def fingerprint(self) -> bytes:
        """Four bytes that identify a key without revealing it."""
        return self._hmac(b"fingerprint")[:4]

    def made(self, hint: bytes) -> bool:
        """Whether this key made the hint of an advertisement (by chance: once in 16 million others)."""
        salt, seen = hint[: protocol.HINT_SALT], hint[protocol.HINT_SALT :]
        return len(hint) == protocol.HINT_SIZE and self._hmac(b"hint" + salt)[: len(seen)] == seen

    def transcript(self, host_nonce: bytes, node_nonce: bytes) -> bytes:
        """Return what both ends prove: version, role, device and both nonces."""
        return self._identity() + host_nonce + node_nonce

    def is_proved_by(self, transcript: bytes, node_proof: bytes) -> bool:
        """Whether a node's proof is of this key."""
        return hmac.compare_digest(self._hmac(b"node" + transcript)[: protocol.PROOF_SIZE], node_proof)

    def host_proof(self, transcript: bytes) -> bytes:
        """Return the laptop's proof of this key."""
        return self._hmac(b"host" + transcript)[: protocol.PROOF_SIZE]

    def session(self, transcript: bytes) -> "Session":
        """Return the session that both ends now hold the keys of."""
        return Session(self._hmac(b"encrypt" + transcript), self._hmac(b"authenticate" + transcript))

    def receipt(self, log_id: int, start: int, data: bytes) -> bytes:
        """Return the proof that the log bytes from `start` on are `data`."""
        head = struct.pack("<III", log_id, start, start + len(data))
        digest = hashlib.sha256(data).digest()
        return self._hmac(b"receipt" + self._identity() + head + digest)[: protocol.PROOF_SIZE]

    def _identity(self) -> bytes:
        return bytes((protocol.VERSION, self.role)) + bytes.fromhex(self.device_id)

    def _hmac(self, data: bytes) -> bytes:
        return hmac.digest(self.key, data, "sha256")


def new_key() -> bytes:
    """Return 32 bytes from the operating system's generator."""
    return os.urandom(protocol.KEY_SIZE)


def new_nonce() -> bytes:
    """Return a nonce for one handshake."""
    return os.urandom(protocol.NONCE_SIZE)


class Session:
    """Seals commands, opens replies and log frames; a counter per channel shows what was heard before."""

    def __init__(self, encrypt_key: bytes, mac_key: bytes) -> None:
        # Here, so that all that needs no radio works without the library.
        from cryptography.hazmat.primitives.ciphers import algorithms

        self._aes = algorithms.AES(encrypt_key)
        self._mac_key = mac_key
        self._counters = {protocol.COMMANDS: 0, protocol.REPLIES: 0, protocol.LOG: 0}

    def seal(self, body: bytes) -> bytes:
        """Return a command sealed."""
        counter = self._take(protocol.COMMANDS)
        message = struct.pack("<I", counter) + self._crypt(protocol.COMMANDS, counter, body)
        return message + self._tag(protocol.COMMANDS, message)

    def open(self, channel: int, message: bytes) -> bytes | None:
        """Return the body of a message of the node, or None if it was heard before.

        Raises TransportError if it was damaged or forged, or if the one before it is missing.
        """
        if len(message) < protocol.SEAL_HEADER + protocol.SEAL_TAG:
            raise TransportError(_LOST)
        sealed, tag = message[: -protocol.SEAL_TAG], message[-protocol.SEAL_TAG :]
        if not hmac.compare_digest(self._tag(channel, sealed), tag):
            raise TransportError(_LOST)
        (counter,) = struct.unpack_from("<I", sealed)
        if counter < self._counters[channel]:
            return None
        if counter != self._take(channel):
            raise TransportError(_LOST)
        return self._crypt(channel, counter, sealed[protocol.SEAL_HEADER :])

    def _take(self, channel: int) -> int:
        counter = self._counters[channel]
        self._counters[channel] = counter + 1
        return counter

    def _tag(self, channel: int, sealed: bytes) -> bytes:
        return hmac.digest(self._mac_key, bytes((channel,)) + sealed, "sha256")[: protocol.SEAL_TAG]

    def _crypt(self, channel: int, counter: int, body: bytes) -> bytes:
        from cryptography.hazmat.primitives.ciphers import Cipher, modes

        first_block = struct.pack(">B7xII", channel, counter, 0)
        return Cipher(self._aes, modes.CTR(first_block)).encryptor().update(body)
