"""Files of age (age-encryption.org/v1) under a passphrase: a stream to write into, and one to read from.

The format is an open one with programs in several languages, so that a backup can be opened without Ambula:
`age --decrypt FILE | tar -x`. Source: the age specification, C2SP/age.md.
"""

import base64
import binascii
import hmac
import os
import re
from typing import Any, BinaryIO

from ambula.base.errors import InputError

WORK_FACTOR = 18  # log2 of scrypt's N, as age itself takes it: 256 MiB and about a second
_MOST_WORK = 20  # a file that asks for more than 1 GiB is not one of ours
_CHUNK = 65_536
_TAG = 16
_KEY = 16
_VERSION = b"age-encryption.org/v1\n"
_STANZA = re.compile(rb"-> scrypt ([A-Za-z0-9+/]{22}) ([1-9][0-9]?)\n([A-Za-z0-9+/]{43})\n--- ([A-Za-z0-9+/]{43})\n")
_LONGEST_HEADER = 256

_NOT_OURS = "{}: is not a backup of Ambula"
_WRONG = "{}: the passphrase is wrong, or the file's first lines are damaged. Nothing was changed"
_DAMAGED = "{}: is damaged or incomplete. Nothing was changed. Take another backup"


class Sealing:
    """A stream that encrypts what is written into `file`; `close` writes the end, without which nothing opens it."""

    def __init__(self, file: BinaryIO, passphrase: str, work_factor: int = WORK_FACTOR) -> None:
        self._file = file
        self._held = bytearray()
        file_key, salt, nonce = os.urandom(_KEY), os.urandom(16), os.urandom(16)
        wrapped = _cipher(_stretched(passphrase, salt, work_factor)).encrypt(bytes(12), file_key, None)
        head = _VERSION + b"-> scrypt %s %d\n%s\n---" % (_base64(salt), work_factor, _base64(wrapped))
        file.write(head + b" " + _base64(_mac(file_key, head)) + b"\n" + nonce)
        self._chunks = _Chunks(file_key, nonce)

    def write(self, data: bytes) -> int:
        """Take bytes; raises OSError where they cannot be written."""
        self._held += data
        while len(self._held) > _CHUNK:  # the last chunk is marked, so one is always held back
            self._file.write(self._chunks.seal(bytes(self._held[:_CHUNK]), last=False))
            del self._held[:_CHUNK]
        return len(data)

    def close(self) -> None:
        """Write the rest and the mark of the end; the file itself stays open."""
        self._file.write(self._chunks.seal(bytes(self._held), last=True))


class Opening:
    """A stream that decrypts `file`, called `name` to the user.

    Raises InputError, at once or while reading, where it is not such a file, the passphrase is wrong, or bytes of it
    are changed or missing.
    """

    def __init__(self, file: BinaryIO, name: str, passphrase: str) -> None:
        self._file = file
        self._name = name
        self._plain = bytearray()
        self._is_over = False
        start = file.read(_LONGEST_HEADER)
        if not start.startswith(_VERSION):
            raise InputError(_NOT_OURS.format(name))
        found = _STANZA.match(start, len(_VERSION))
        if not found or int(found[2]) > _MOST_WORK:
            raise InputError(_DAMAGED.format(name))
        try:
            salt, wrapped, mac = (_bytes(found[place]) for place in (1, 3, 4))
        except binascii.Error:
            raise InputError(_DAMAGED.format(name)) from None
        file_key = self._file_key(passphrase, salt, int(found[2]), wrapped)
        if not hmac.compare_digest(_mac(file_key, start[: found.start(4) - 1]), mac):
            raise InputError(_DAMAGED.format(name))
        rest = start[found.end() :] + file.read(16)
        nonce, self._sealed = rest[:16], bytearray(rest[16:])
        self._chunks = _Chunks(file_key, nonce)

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes, fewer only at the end."""
        while len(self._plain) < size and not self._is_over:
            self._next_chunk()
        taken = bytes(self._plain[:size])
        del self._plain[:size]
        return taken

    def finish(self) -> None:
        """Read to the end, so that a file that ends too early or goes on too long is found out."""
        while not self._is_over:
            self._next_chunk()

    def _file_key(self, passphrase: str, salt: bytes, work_factor: int, wrapped: bytes) -> bytes:
        from cryptography.exceptions import InvalidTag

        try:
            return _cipher(_stretched(passphrase, salt, work_factor)).decrypt(bytes(12), wrapped, None)
        except InvalidTag:
            raise InputError(_WRONG.format(self._name)) from None

    def _next_chunk(self) -> None:
        """Decrypt one more chunk; the last one is what no full chunk follows."""
        from cryptography.exceptions import InvalidTag

        self._sealed += self._file.read(_CHUNK + _TAG + 1 - len(self._sealed))
        self._is_over = len(self._sealed) <= _CHUNK + _TAG
        try:
            self._plain += self._chunks.open(bytes(self._sealed[: _CHUNK + _TAG]), last=self._is_over)
        except InvalidTag:
            raise InputError(_DAMAGED.format(self._name)) from None
        del self._sealed[: _CHUNK + _TAG]


class _Chunks:
    """The payload's cipher: each chunk has its number and whether it is the last in its nonce."""

    def __init__(self, file_key: bytes, nonce: bytes) -> None:
        self._cipher = _cipher(_derived(file_key, nonce, b"payload"))
        self._count = 0

    def seal(self, plain: bytes, last: bool) -> bytes:
        return self._cipher.encrypt(self._nonce(last), plain, None)

    def open(self, sealed: bytes, last: bool) -> bytes:
        return self._cipher.decrypt(self._nonce(last), sealed, None)

    def _nonce(self, last: bool) -> bytes:
        nonce = self._count.to_bytes(11, "big") + bytes([last])
        self._count += 1
        return nonce


def _stretched(passphrase: str, salt: bytes, work_factor: int) -> bytes:
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    stretch = Scrypt(salt=b"age-encryption.org/v1/scrypt" + salt, length=32, n=1 << work_factor, r=8, p=1)
    return stretch.derive(passphrase.encode("utf-8"))


def _derived(key: bytes, salt: bytes, purpose: bytes) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(algorithm=SHA256(), length=32, salt=salt or None, info=purpose).derive(key)


def _mac(file_key: bytes, head: bytes) -> bytes:
    return hmac.digest(_derived(file_key, b"", b"header"), head, "sha256")


def _cipher(key: bytes) -> Any:
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

    return ChaCha20Poly1305(key)


def _base64(data: bytes) -> bytes:
    return base64.b64encode(data).rstrip(b"=")


def _bytes(text: bytes) -> bytes:
    data = base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    if _base64(data) != text:
        raise binascii.Error("the last character has bits too many")  # the specification wants them to be zero
    return data
