"""A backup's encryption is age's: another program opens ours, ours opens another's, and no changed byte passes."""

import base64
import io
import os

import pytest

from ambula.backup.age_file import Opening, Sealing
from ambula.base.errors import InputError

WORDS = "correct horse battery staple"
QUICK = 4
# Made by pyrage 1.4.0 (the Rust implementation of age), with WORDS.
OF_ANOTHER = base64.b64decode(
    "YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IHNjcnlwdCBLdEJRNEtsRUwxdVp3a2FYVTF3aFh3IDE5CjU5RGlBS0RoTFUvcDcwWlR6bnhmUllMeFda"
    "amgzV0lpb2h4V3JNU2dVVmsKLS0tIGcxM3U2NkUzY1JMcWo3ajlCdE4xbEZWVUxxeFhMQk9kTDhOaENhZlhaN2sKJVFg8ifXT4ceSEDoSTNZOm7x"
    "nzHQ64+uCZ2zWyS1ZzJHkQOBayQUfD6kW8kJmjzjYkESuG2O1unYU8zODO77IXh6/II18g=="
)


def sealed(plain: bytes, work_factor: int = QUICK) -> bytes:
    file = io.BytesIO()
    sealing = Sealing(file, WORDS, work_factor)
    for start in range(0, len(plain), 30_011):
        sealing.write(plain[start : start + 30_011])
    sealing.close()
    return file.getvalue()


def opened(data: bytes, words: str = WORDS) -> bytes:
    opening = Opening(io.BytesIO(data), "b.age", words)
    return b"".join(iter(lambda: opening.read(7001), b""))


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537, 131_072, 200_000])
def test_what_is_sealed_is_opened(size: int) -> None:
    plain = os.urandom(size)
    assert opened(sealed(plain)) == plain


def test_a_file_of_another_program_is_opened() -> None:
    assert opened(OF_ANOTHER) == b"an age file that another program made\n"


def test_another_program_opens_ours() -> None:
    pyrage = pytest.importorskip("pyrage", reason="pyrage is not here: pip install '.[outside]'")
    plain = os.urandom(150_000)
    assert pyrage.passphrase.decrypt(sealed(plain, 10), WORDS) == plain


def test_the_same_twice_is_two_different_files() -> None:
    assert sealed(b"x" * 64)[:120] != sealed(b"x" * 64)[:120]


def test_no_changed_byte_passes() -> None:
    """Each byte of the header, and some of the body: one line each, and never other data."""
    plain = bytes(70_000)
    good = sealed(plain)
    places = [*range(220), *range(220, len(good), 4999), len(good) - 1]
    for at in places:
        bad = bytearray(good)
        bad[at] ^= 1
        with pytest.raises(InputError, match=r"is not a backup|passphrase is wrong|is damaged"):
            opened(bytes(bad))


@pytest.mark.parametrize("size", [10, 100, 170, 200, 40_000, 65_536 + 216, -1])
def test_no_shorter_file_passes(size: int) -> None:
    with pytest.raises(InputError):
        opened(sealed(bytes(140_000))[:size])


def test_no_longer_file_passes() -> None:
    with pytest.raises(InputError, match="is damaged"):
        opened(sealed(bytes(100)) + b"x")


def test_a_wrong_passphrase_is_one_line() -> None:
    with pytest.raises(InputError, match=r"b\.age: the passphrase is wrong") as told:
        opened(sealed(b"data"), "correct horse battery stapler")
    assert "\n" not in str(told.value)


def test_a_file_that_asks_for_all_memory_is_refused() -> None:
    with pytest.raises(InputError, match="is damaged"):
        opened(sealed(b"data").replace(b" 4\n", b" 40\n", 1))
