"""The host's parsers in a process of their own, with so little memory that an allocation bomb ends it.

python -m tests.fuzz.on_the_host TARGET SEED COUNT
"""

import random
import resource
import sys
import tempfile
import traceback
import warnings
from pathlib import Path

from tests.fuzz import batch

ROOM_BYTES = 1 << 30  # address space beyond what the libraries take; the largest honest input needs a few megabytes


def fuzz(target: str, seed: int, count: int, limit_s: float) -> str:
    """Feed one target of `host_targets` with `count` inputs; see `batch.run`."""
    return batch.run([sys.executable, "-m", "tests.fuzz.on_the_host"], target, seed, count, limit_s)


def main() -> int:
    """Run one batch; say `ok COUNT`, or the input in hex and what it led to."""
    from tests.fuzz.host_targets import TARGETS
    from tests.fuzz.mutation import mutated

    warnings.simplefilter("ignore")
    target_name, seed, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    dice = random.Random(f"{target_name} {seed}")
    with tempfile.TemporaryDirectory() as folder:
        target = TARGETS[target_name](Path(folder))
        target(target.good[0])  # imports what is imported late
        _limit_memory()
        for _ in range(count):
            data = mutated(dice.choice(target.good), dice)
            try:
                target(data)
            except Exception:
                print(f"input {data.hex()[:4000]}")
                traceback.print_exc()
                return 1
    print("ok", count)
    return 0


def _limit_memory() -> None:
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + ROOM_BYTES, resource.RLIM_INFINITY))


if __name__ == "__main__":
    sys.exit(main())
