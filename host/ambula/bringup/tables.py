"""What boards have answered, into the documents: the results of hardware/UNPROVEN.md, and a table of DESIGN.md.

`make texts` makes both of the files in hardware/bringup. Where there are none, every result says "not yet".
"""

import re
import sys
from collections.abc import Sequence
from pathlib import Path

from ambula.base.atomic_files import write_whole
from ambula.base.errors import InputError
from ambula.bringup.figures import FIGURES, NOT_MEASURED
from ambula.bringup.results import Bringup, Result

NOT_YET = "not yet"
BEGIN = "<!-- made of hardware/bringup by `make texts` -->"
END = "<!-- the end of what is made -->"
_ROW = re.compile(r"^\| (.*) \| (.*) \| ((?:`\w+` ?)+) \| (.*) \|$")


def read_files(folder: Path) -> list[Bringup]:
    """Return the bring-ups in a folder, by name; raises InputError for one of a simulated board: it proves nothing."""
    found: list[Bringup] = []
    for path in sorted(folder.glob("*.json")):
        bringup = Bringup.load(path)
        if bringup.board.is_simulated:
            raise InputError(f"{path} is of a simulated board, which proves nothing: remove it")
        found.append(bringup)
    return found


def claims(page: str, boards: Sequence[Bringup]) -> str:
    """Return the page with the result of each claim that names figures made anew; all else stays."""
    return "\n".join(_claim(line, boards) for line in page.split("\n"))


def _claim(line: str, boards: Sequence[Bringup]) -> str:
    row = _ROW.match(line)
    if row is None:
        return line
    claim, experiment, names, _ = row.groups()
    figures = re.findall(r"`(\w+)`", names)
    unknown = [name for name in figures if name not in FIGURES]
    if unknown:
        raise InputError(f"hardware/UNPROVEN.md: there is no figure {', '.join(unknown)}")
    said = [words for board in boards if (words := _said(board, figures))]
    return f"| {claim} | {experiment} | {names} | {'; '.join(said) or NOT_YET} |"


def _said(board: Bringup, figures: Sequence[str]) -> str:
    """Return what one board answered; nothing where it was not asked."""
    results = [r for r in board.results if r.figure in figures and r.verdict != NOT_MEASURED]
    if not results:
        return ""
    open_ones = [f"`{name}` {NOT_YET}" for name in figures if name not in {r.figure for r in results}]
    words = [f"`{r.figure}` {r.verdict}, {_value(r)}" for r in results]
    newest = max(r.utc for r in results)[:10]
    return f"{', '.join([*words, *open_ones])} ({newest}, board {board.board.device_id}, MicroPython {_with(results)})"


def _value(result: Result) -> str:
    return result.why if result.value is None else result.shown


def _with(results: Sequence[Result]) -> str:
    return " and ".join(sorted({r.with_["micropython"].partition(" ")[0] for r in results}))


def figures_table(boards: Sequence[Bringup]) -> str:
    """Return the table of all figures: what is assumed, the limit, and what each board says."""
    lines = ["| figure | unit | assumed | limit | measured |", "|---|---|---|---|---|"]
    for figure in FIGURES.values():
        measured = [
            f"{_value(r)} ({r.verdict})"
            for board in boards
            for r in board.results
            if r.figure == figure.name and r.verdict != NOT_MEASURED
        ]
        cells = (figure.what, figure.unit, figure.assumed, figure.limit, "; ".join(measured) or NOT_YET)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def between_marks(page: str, made: str) -> str:
    """Return the page with `made` between its marks; raises InputError where it has none."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise InputError(f"the marks {BEGIN} and {END} are missing")
    return f"{before}{BEGIN}\n\n{made}\n\n{END}{after}"


def main(root: Path) -> None:
    """Write both documents of a copy of the repository."""
    boards = read_files(root / "hardware" / "bringup")
    unproven, design = root / "hardware" / "UNPROVEN.md", root / "DESIGN.md"
    write_whole(unproven, claims(unproven.read_text("utf-8"), boards))
    write_whole(design, between_marks(design.read_text("utf-8"), figures_table(boards)))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
