"""python -m tests.bench.donning CASES: how often the donning check finds what is wrong, and cries wolf."""

import sys
from collections import Counter
from collections.abc import Callable

from ambula.donning import Donning
from tests.support.worn_wrong import FAULTS, PAIRS, Fault, check_records, check_samples, told, visible

KINDS: dict[str, list[tuple[Fault, ...]]] = {"none": [()], "one fault": [(f,) for f in FAULTS], "two faults": [*PAIRS]}


def share(name: str, kind: str, check: Callable[[int, tuple[Fault, ...]], Donning], cases: int) -> None:
    """Print one line for `cases` seeded cases of a kind."""
    whole = alarms = 0
    missed: Counter[Fault] = Counter()
    for i in range(cases):
        faults = KINDS[kind][i % len(KINDS[kind])]
        found = told(check(10_000 + i, faults))
        left = visible(faults) - found
        missed.update(left)
        whole += not left
        alarms += bool(found - set(faults))
    words = ", ".join(f"{' '.join(f).strip()} {n}" for f, n in missed.most_common())
    print(
        f"{name}, {kind}: {whole} of {cases} all found, {alarms} with a false alarm"
        + (f"; missed: {words}" * bool(words))
    )


def main() -> None:
    """Print the table, samples and records."""
    cases = int(sys.argv[1]) if len(sys.argv) > 1 else 600
    for name, check in (("samples", check_samples), ("records", check_records)):
        for kind in KINDS:
            share(name, kind, check, cases // 3)


if __name__ == "__main__":
    main()
