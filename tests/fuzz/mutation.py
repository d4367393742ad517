"""Bytes that are almost right: what a parser meets when a file or a message was damaged, or made up by somebody."""

import random

_INTERESTING = (0, 1, 2, 3, 4, 8, 27, 28, 31, 32, 34, 44, 46, 48, 57, 60, 61, 91, 93, 123, 125, 127, 128, 255)


def mutated(good: bytes, dice: random.Random, longest: int = 100_000) -> bytes:
    """Return `good` changed in one to four places: bits, bytes, numbers, cuts, insertions, repetitions."""
    out = bytearray(good)
    for _ in range(dice.randint(1, 4)):
        at = dice.randrange(len(out) + 1)
        way = dice.randrange(8)
        if way == 0 and at < len(out):
            out[at] ^= 1 << dice.randrange(8)
        elif way == 1 and at < len(out):
            out[at] = dice.choice(_INTERESTING)
        elif way == 2:
            del out[at:]
        elif way == 3:
            out[at:at] = dice.randbytes(dice.randint(1, 8))
        elif way == 4:
            del out[at : at + dice.randint(1, 8)]
        elif way == 5:
            out[at : at + 4] = dice.choice((b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f", b"\x00\x00\x00\x80", bytes(4)))
        elif way == 6:
            start = dice.randrange(len(out) + 1)
            out[at:at] = out[start : start + 64]
        else:
            out[at:at] = dice.choice((b"9" * 30, b"-1", b"1e999", b"nan", b"\n", b",", b'"', b"[" * 50, b"\x00"))
    return bytes(out[:longest])
