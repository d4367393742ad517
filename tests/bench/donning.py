"""python -m tests.bench.donning PEOPLE: how often `check` refuses right nodes and lets wrong ones go, as a table.

People are synthetic; seeds start at 9000, those of the tests at 0.
"""

import sys
from concurrent.futures import ProcessPoolExecutor
from itertools import combinations

from tests.support.clinic import COURSES, TOO_LITTLE, Course, faults_of, is_seen, look
from tests.support.worn_wrong import Fault, visible

FIRST = 9000
ALL = {**COURSES, **TOO_LITTLE}
Cell = tuple[int, int]  # Go, of so many


def gos(name: str, cases: list[tuple[Fault, ...]], people: int, spread: bool = False) -> Cell:
    """Count those that are a Go: every case for every person, or, spread, one case a person."""
    course = ALL[name]
    tried = [
        (FIRST + k, case)
        for k in range(people)
        for case in ([cases[7 * k % len(cases)]] if spread and cases else cases)
    ]
    return sum(look(seed, course, case).go for seed, case in tried), len(tried)


def row(name: str, people: int) -> list[Cell]:
    """Return right nodes, each one fault that can be seen, two of them, and what cannot be seen: Go and of how many."""
    course: Course = ALL[name]
    seen = [fault for fault in faults_of(course) if is_seen(course, fault)]
    hidden = [(fault,) for fault in faults_of(course) if fault not in seen]
    pairs = [pair for pair in combinations(seen, 2) if visible(pair)]
    return [
        gos(name, [()], people),
        gos(name, [(fault,) for fault in seen], people),
        gos(name, pairs, people, spread=True),
        gos(name, hidden, people),
    ]


def said(go: int, of: int) -> str:
    """Return a cell."""
    return f"{go} of {of}" if of else "-"


def main() -> None:
    """Print the table in Markdown."""
    people = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    print("| what the wearer does | right nodes: no-go | one fault: Go | two faults: Go | not to be seen: Go |")
    print("|---|---|---|---|---|")
    totals = [[0, 0] for _ in range(4)]
    with ProcessPoolExecutor() as pool:
        for name, cells in zip(ALL, pool.map(row, ALL, [people] * len(ALL)), strict=True):
            right = (cells[0][1] - cells[0][0], cells[0][1]) if name in COURSES else (0, 0)
            shown = [right, *cells[1:]] if name in COURSES else [(0, 0), *cells[1:3], (0, 0)]
            if name in TOO_LITTLE:  # a Go is wrong here however they are worn
                shown[1] = (cells[0][0] + cells[1][0], cells[0][1] + cells[1][1])
            for total, cell in zip(totals, shown, strict=True):
                total[0] += cell[0]
                total[1] += cell[1]
            print(f"| {name} | {' | '.join(said(*cell) for cell in shown)} |")
    print(f"| all | {' | '.join(said(*total) for total in totals)} |")


if __name__ == "__main__":
    main()
