"""Every parser of bytes from outside, in MicroPython and on the host: a million damaged inputs in ten rounds."""

import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tests.fuzz import in_micropython, on_the_host
from tests.soak_parts.tally import Tally

# Inputs a round, so that each parser gets a few seconds.
_NODE = {
    "strangers": 25_000,
    "owners": 15_000,
    "opening": 15_000,
    "segments": 15_000,
    "settings": 2_000,
    "recovery": 2_000,
}
_HOST = {
    "blocks": 10_000,
    "messages": 6_000,
    "logs": 6_000,
    "advertised": 4_000,
    "keys": 2_000,
    "settings": 1_000,
    "recordings": 1_000,
    "harth": 500,
    "npz": 800,
    "stores": 1_000,
    "commands": 200,
    "replies": 400,
}
_LIMIT_S = 300.0  # a batch takes seconds; this is for what hangs


def run(folder: Path, dice: random.Random, until_s: float) -> Iterator[tuple[str, Tally]]:
    """Yield (parser, what came of a batch)."""
    while time.monotonic() < until_s:
        for name, fuzz, batches in (("node", in_micropython.fuzz, _NODE), ("host", on_the_host.fuzz, _HOST)):
            for target, count in batches.items():
                if time.monotonic() > until_s:
                    return
                said = fuzz(target, dice.getrandbits(30), count, _LIMIT_S)
                if said:
                    print(said, file=sys.stderr)
                yield f"{name} parser: {target}", Tally(inputs=count, wrong=int(bool(said)))
