"""A node's end of a session, written from SPEC.md and only for tests: no line is shared with the two it checks."""

import hashlib
import hmac

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

KEY = bytes(range(32))
DEVICE = b"\x01" * 8
ROLE = 0
NONCE = b"n" * 16


def mac(key: bytes, *parts: bytes) -> bytes:
    return hmac.new(key, b"".join(parts), hashlib.sha256).digest()


class SpecNode:
    """Answers hello and prove; afterwards seals and opens. One conversation."""

    def __init__(self, key: bytes = KEY) -> None:
        self.key = key
        self.sent = [0, 0, 0]
        self.keys: tuple[bytes, bytes] | None = None

    def hello(self, host_nonce: bytes) -> bytes:
        self.transcript = b"\x02" + bytes((ROLE,)) + DEVICE + host_nonce + NONCE
        return NONCE + mac(self.key, b"node", self.transcript)[:16]

    def prove(self, proof: bytes) -> bool:
        if proof != mac(self.key, b"host", self.transcript)[:16]:
            return False
        self.keys = mac(self.key, b"encrypt", self.transcript), mac(self.key, b"authenticate", self.transcript)
        return True

    def seal(self, channel: int, body: bytes) -> bytes:
        counter = self.sent[channel]
        self.sent[channel] += 1
        return sealed(self.keys, channel, counter, body)

    def open(self, message: bytes) -> bytes:
        assert self.keys is not None
        counter = int.from_bytes(message[:4], "little")
        assert sealed(self.keys, 0, counter, crypt(self.keys, 0, counter, message[4:-8])) == message
        return crypt(self.keys, 0, counter, message[4:-8])


def sealed(keys: tuple[bytes, bytes] | None, channel: int, counter: int, body: bytes) -> bytes:
    assert keys is not None
    message = counter.to_bytes(4, "little") + crypt(keys, channel, counter, body)
    return message + mac(keys[1], bytes((channel,)), message)[:8]


def crypt(keys: tuple[bytes, bytes], channel: int, counter: int, body: bytes) -> bytes:
    ecb = Cipher(algorithms.AES(keys[0]), modes.ECB()).encryptor()
    blocks = [
        bytes((channel,)) + bytes(7) + counter.to_bytes(4, "big") + block.to_bytes(4, "big")
        for block in range((len(body) + 15) // 16)
    ]
    stream = ecb.update(b"".join(blocks))
    return bytes(a ^ b for a, b in zip(body, stream, strict=False))
