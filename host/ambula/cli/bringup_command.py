"""`ambula bringup`: the first evening with a board."""

import contextlib
import sys
from collections.abc import Sequence
from math import isfinite
from pathlib import Path
from typing import Annotated

import typer

from ambula.base.atomic_files import check_places
from ambula.bringup.bench import Bench, Options
from ambula.bringup.figures import FAILS, FIGURES, HOLDS, NOT_MEASURED
from ambula.bringup.order import BY_NAME, ROWS
from ambula.bringup.results import Bringup, Result
from ambula.bringup.row import Row
from ambula.bringup.run import chosen, examine, leave_out, load, run
from ambula.cli.common import JsonOption, is_asked
from ambula.cli.flash_command import PortOption
from ambula.cli.node_commands import RadioOption
from ambula.cli.output import BOLD, DIM, YELLOW, Table, out, print_json, waiting
from ambula.usb.ports import choose_port

FAILURE = 8
_STYLES = {HOLDS: "", FAILS: BOLD, NOT_MEASURED: DIM}
_SIMULATED = "This is a simulated board: no value below counts as measured."


class Screen:
    """What a person sees of a bring-up: a line for each figure, and what is going on now; `quiet`: neither."""

    def __init__(self, options: Options, quiet: bool) -> None:
        self._options = options
        self._quiet = quiet
        self._now = contextlib.ExitStack()
        self._say = None

    def say(self, words: str) -> None:
        """Say what happens now, in the place of what was said before."""
        if self._quiet:
            return
        if self._say is None:
            self._say = self._now.enter_context(waiting(words))
        self._say(words)

    def still(self) -> None:
        """End what moves, so that a line can be written."""
        self._now.close()
        self._say = None

    def line(self, text: str = "", style: str = "", whole: bool = False) -> None:
        """Write a line."""
        self.still()
        if not self._quiet:
            out.line(text, style, whole)

    def row(self, row: Row) -> None:
        """Say which row begins; one that changes the board, or needs a hand, gets a line."""
        takes = _time(row.seconds(self._options))
        if row.notice:
            self.line(f"{row.name}, {takes}: {row.notice}", DIM)
        self.say(f"{row.does}, {takes}")

    def result(self, result: Result) -> None:
        """Write a figure's line: columns at a terminal, else cells parted by tabs."""
        figure = FIGURES[result.figure]
        if out.is_terminal:
            text = f"{figure.what:<29} {result.shown:>17}  {figure.limit:<16} {result.verdict}"
            self.line(text, _STYLES[result.verdict], whole=True)
        else:
            self.line("\t".join((result.figure, result.shown, figure.limit, result.verdict, result.why)))

    def ask(self, question: str, unit: str) -> float | None:
        """Return the number that is typed; None for an empty line."""
        while True:
            self.still()
            out.raw(f"{question}{f' [{unit}]' if unit else ''} (Enter skips): ")
            typed = sys.stdin.readline().strip().replace(",", ".")
            if not typed:
                return None
            with contextlib.suppress(ValueError):
                if isfinite(value := float(typed)):
                    return value
            out.line(f"{typed}: type a number, or Enter alone")


def bringup(
    port: PortOption = None,
    file: Annotated[
        Path | None,
        typer.Option("--out", readable=False, metavar="FILE", help="The result file. Default: bringup-ID.json."),
    ] = None,
    again: Annotated[
        list[str] | None, typer.Option(metavar="ROW", help="Measure this row again. failed: each row that fails.")
    ] = None,
    only: Annotated[list[str] | None, typer.Option(metavar="ROW", help="Measure this row and no other.")] = None,
    no_ask: Annotated[bool, typer.Option("--no-ask", help="Leave out the rows that need a person.")] = False,
    recording: Annotated[
        bool, typer.Option("--recording", help="Interrupt a recording. It continues afterwards.")
    ] = False,
    windows: Annotated[int, typer.Option(min=10, max=100_000, metavar="N", help="Radio windows to open.")] = 1000,
    air_windows: Annotated[
        int, typer.Option(min=0, max=96, metavar="N", help="Windows to listen for over Bluetooth, 15 min each.")
    ] = 4,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="List the rows and their limits, and do nothing.")] = False,
    json: JsonOption = False,
    radio: RadioOption = "",
) -> None:
    """Measure what a flashed board, a USB cable and this laptop can show, row by row, into one file.

    Stop it at any time and run it again: it continues with the next row. Exit code 8: a figure is outside its limit.
    """
    if dry_run:
        _list_rows(Options(windows, air_windows))
        return
    check_places(file)
    usb_port = choose_port(port)
    options = Options(windows, air_windows, radio)
    screen = Screen(options, quiet=json)
    asks = not (no_ask or json) and is_asked() and out.is_terminal
    try:
        with Bench(usb_port.device, screen.say, screen.ask, options, screen.line) as bench:
            screen.say("looking at the board")
            board = examine(bench, recording)
            path = file or Path(f"bringup-{board.device_id}.json")
            known = load(path, board)
            rows = chosen(known, again or [], only or [], asks)
            known.save(path)  # a file that cannot be written is said before an hour of measuring
            _begin(screen, known, path, rows, sum(row.seconds(options) for row in rows))
            run(bench, known, rows, lambda: known.save(path), screen.row, screen.result)
    finally:
        screen.still()
    if not asks:
        left = [row for row in ROWS if row.by_person and (not only or row.name in only)]
        leave_out(known, left, "it needs a person: run this at a terminal, without --no-ask")
    known.save(path)
    if json:
        print_json(known.as_json())
    else:
        _end(known, path)
    if any(r.verdict == FAILS for r in known.results):
        raise typer.Exit(FAILURE)


def _begin(screen: Screen, known: Bringup, path: Path, rows: Sequence[Row], takes_s: int) -> None:
    board = known.board
    screen.line(f"board {board.device_id}: Ambula {board.firmware}, MicroPython {board.micropython}")
    screen.line(board.machine)
    if board.is_simulated:
        screen.line(_SIMULATED, YELLOW)
    done = sum(known.is_done(row.name) for row in ROWS)
    before = f", {done} measured before" if done else ""
    if rows:
        count = f"{len(rows)} {'row' if len(rows) == 1 else 'rows'}"
        screen.line(f"{count}, about {_time(takes_s)}{before}. Ctrl-C keeps what is done.")
    else:
        screen.line(f"no row is left to measure{before}: --again ROW measures one again")
    screen.line(f"file: {path}", whole=True)


def _end(known: Bringup, path: Path) -> None:
    counts = {verdict: [r for r in known.results if r.verdict == verdict] for verdict in (FAILS, HOLDS, NOT_MEASURED)}
    out.line()
    for row in dict.fromkeys(r.row for r in counts[FAILS]):
        for result in known.of_row(row):
            if result.verdict == FAILS:
                _say_failure(result)
        if advice := BY_NAME[row].advice:
            out.line(f"       To do: {advice}.")
    reasons: dict[str, list[str]] = {}
    for result in counts[NOT_MEASURED]:
        reasons.setdefault(result.why, []).append(FIGURES[result.figure].what)
    for why, names in reasons.items():
        out.line(f"not measured: {', '.join(names)}: {why}", DIM)
    out.line(", ".join(f"{len(counts[verdict])} {words}" for verdict, words in _COUNTED) + f": {path}", whole=True)
    if old := sum(r.verdict != NOT_MEASURED and not known.is_of_now(r) for r in known.results):
        out.line(f"{old} of them with an older firmware or MicroPython: run this again without --only")
    if counts[FAILS]:
        row = counts[FAILS][0].row
        out.line(f"next: put it right, then `ambula bringup --again {row}`, or --again failed for all that fail")


def _say_failure(result: Result) -> None:
    figure = FIGURES[result.figure]
    value = result.shown if result.value is not None else "no value"
    out.line(f"FAILS  {figure.what}: {value}, limit {figure.limit} {figure.unit}".rstrip(), BOLD)
    out.line(f"       {result.why or 'Limit from: ' + figure.source}.")


_COUNTED = ((FAILS, "fail"), (HOLDS, "hold"), (NOT_MEASURED, "not measured"))


def _list_rows(options: Options) -> None:
    lines = [
        (row.name, FIGURES[name].what, f"{FIGURES[name].limit} {FIGURES[name].unit}".strip())
        for row in ROWS
        for name in row.figures
    ]
    out.table(Table(lines, ("row", "figure", "limit")))
    for row in ROWS:
        notice = f"; {row.notice}" if row.notice else ""
        out.line(f"{row.name}: {row.does}, {_time(row.seconds(options))}{notice}")


def _time(seconds: int) -> str:
    return f"{seconds} s" if seconds < 90 else f"{round(seconds / 60)} min"
