"""`make soak`: every kind of fault, at random, until the time is up: power cuts, failing parts, syncs, parsers.

BUDGET_S (default 3600) bounds it and is shared among the parts; SEED (default 1) repeats it. Tells a table of what was
injected and what came of it, then one line; exit code 1 if anything was lost, duplicated or wrong.
"""

import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "firmware"))  # as pytest has it; some parts run the node's own log here

from tests.soak_parts import air_syncs, clocks, endurance, fuzzing, power, sync_faults
from tests.soak_parts.tally import Tally

Part = Callable[[Path, random.Random, float], Iterator[tuple[str, Tally]]]

# Name, part, share of the time. What a part leaves over is for those after it.
PARTS: tuple[tuple[str, Part, float], ...] = (
    ("power", power.run, 0.15),
    ("endurance", endurance.run, 0.2),
    ("air", air_syncs.run, 0.1),
    ("fuzz", fuzzing.run, 0.1),
    ("clocks", clocks.run, 0.05),
    ("sync", sync_faults.run, 0.4),
)


def run_part(part: Part, folder: Path, dice: random.Random, until_s: float, table: dict[str, Tally]) -> None:
    """Run one part until its time is up, and count by kind."""
    folder.mkdir()
    for kind, tally in part(folder, dice, until_s):
        table.setdefault(kind, Tally()).add(tally)


def tell(table: dict[str, Tally]) -> Tally:
    """Print the table; return its sum."""
    whole = Tally()
    print(f"{'kind':28}{'inputs':>10}{'faults':>8}{'lost':>6}{'duplicated':>12}{'wrong':>7}")
    for kind, t in table.items():
        whole.add(t)
        print(f"{kind:28}{t.inputs:10}{t.faults:8}{t.lost:6}{t.duplicated:12}{t.wrong:7}")
    return whole


def main() -> int:
    """Run all parts until BUDGET_S is used up."""
    budget_s, seed = float(os.environ.get("BUDGET_S", "3600")), os.environ.get("SEED", "1")
    began_s = time.monotonic()
    table: dict[str, Tally] = {}
    left = sum(share for *_, share in PARTS)
    with tempfile.TemporaryDirectory() as name:
        for title, part, share in PARTS:
            now_s = time.monotonic()
            until_s = now_s + max(0.0, began_s + budget_s - now_s) * share / left
            left -= share
            run_part(part, Path(name) / title, random.Random(f"{title} {seed}"), until_s, table)
            print(f"{title}: {time.monotonic() - now_s:.0f} s", file=sys.stderr)
    t = tell(table)
    took_s = time.monotonic() - began_s
    print(
        f"soak: {t.faults} faults, {t.lost} lost, {t.duplicated} duplicated, {t.wrong} wrong, {took_s:.0f} s",
        flush=True,
    )
    return int(not t.is_good)


if __name__ == "__main__":
    sys.exit(main())
