"""How the command line writes: the one place that knows whether a person or a program reads.

A terminal gets words wrapped at its width, columns, styles and moving bars. Everything else (a pipe, a file) gets each
line whole, the cells of a table parted by tabs, no style and no bar, so that a path is never broken by its length.
"""

import contextlib
import errno
import json
import logging
import os
import shutil
import sys
import textwrap
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TextIO, cast

import typer

from ambula.base.errors import AmbulaError, InputError
from ambula.base.version import SOFTWARE

BOLD, DIM, ITALIC, YELLOW = "bold", "dim", "italic", "yellow"
Show = Callable[[str, float | None], None]  # a step's name and how much of it is done, 0..1; None: not known
_NO_READER = (errno.EPIPE, errno.EINVAL)  # how POSIX and Windows report a closed pipe


class ReaderGone(AmbulaError):
    """Who read the output closed it, as `head` does: the command ends without a word, as a shell's own tools do."""

    exit_code = 141


class Cell(NamedTuple):
    """A table's cell with a style of its own."""

    text: str
    style: str


@dataclass(frozen=True)
class Table:
    """Rows of cells; `heads`: a name for each column, or none at all; `right`: columns of figures, from 0."""

    rows: Sequence[Sequence[str | Cell]]
    heads: Sequence[str] = ()
    title: str = ""
    right: frozenset[int] = field(default_factory=frozenset[int])

    @property
    def cells(self) -> list[list[str]]:
        """The rows as texts, the heads first."""
        rows = [row for row in (self.heads, *self.rows) if row]
        return [[cell.text if isinstance(cell, Cell) else cell for cell in row] for row in rows]

    @property
    def least_width(self) -> int:
        """The columns of a terminal that it takes to break no word and no figure."""
        columns = zip(*self.cells, strict=True)
        return sum(1 + max(len(word) for cell in column for word in cell.split() or [""]) for column in columns)


class Writer:
    """Standard output or standard error, as it is at the moment of writing."""

    def __init__(self, name: str) -> None:
        self._name = name

    @property
    def stream(self) -> TextIO:
        """The stream itself."""
        return getattr(sys, self._name)

    @property
    def is_terminal(self) -> bool:
        """Whether a person reads it."""
        return self.stream.isatty()

    @property
    def columns(self) -> int:
        """How wide the terminal is."""
        return shutil.get_terminal_size().columns

    def line(self, text: str = "", style: str = "", whole: bool = False) -> None:
        """Write a line, or several; raises ReaderGone if the reader is gone, InputError where there is no room.

        whole: it holds a path or a command, which is to be copied: a terminal breaks it, not a line's end.
        """
        if self.is_terminal and not whole:
            text = "\n".join(_wrapped(part) for part in text.split("\n"))
        self.raw(_styled(text, style) if style and self._has_styles() else text, newline=True)

    def raw(self, text: str, newline: bool = False) -> None:
        """Write a text as it is, for a program; raises as `line` does."""
        try:
            typer.echo(text, file=self.stream, nl=newline)
        except OSError as e:
            self.give_up(e)

    def table(self, table: Table) -> None:
        """Write a table: in columns at a terminal wide enough for its words and figures, else one line per row."""
        if self.is_terminal and table.least_width <= self.columns:
            self.console().print(drawn(table))
            return
        lines = ["\t".join(row) for row in table.cells]
        self.line("\n".join([*filter(None, [table.title]), *lines]), whole=True)

    def console(self) -> Any:
        """Return Rich's console on this stream, for what moves and what stands in columns."""
        from rich.console import Console  # only at a terminal: it takes a moment

        colours = "auto" if self._has_styles() else None
        return Console(file=self.stream, highlight=False, markup=False, emoji=False, color_system=colours)

    def _has_styles(self) -> bool:
        return self.is_terminal and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"

    def give_up(self, error: OSError) -> None:
        """Say what a failed write comes down to, as `line` does, and write nothing more."""
        if self._name == "stderr":
            return  # there is no reader left
        with contextlib.suppress(OSError, ValueError):  # else Python writes the rest at its end, and fails again
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.stream.fileno())
        if error.errno in _NO_READER:
            raise ReaderGone from None
        raise InputError(f"standard output cannot be written: {error.strerror}") from error


out = Writer("stdout")
err = Writer("stderr")


class _Said(logging.Handler):
    """What the library says while it works, such as that a store was brought up to date: a line on standard error."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record."""
        err.line(f"note: {record.getMessage()}", whole=True)


def prepare() -> None:
    """Let neither a character nor a closed stream end a command.

    What a stream cannot show is escaped, a pipe gets UTF-8 as files do, and what goes to a stream that was closed
    before the start (`>&-`, or a Windows program without a console) goes nowhere.
    """
    said = logging.getLogger("ambula.store")
    if not any(isinstance(handler, _Said) for handler in said.handlers):
        said.addHandler(_Said())
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115  as long as the program lives
    for writer in (out, err):
        if (reconfigure := getattr(writer.stream, "reconfigure", None)) is None:
            continue
        if writer.is_terminal or "PYTHONIOENCODING" in os.environ:
            reconfigure(errors="backslashreplace")
        else:
            reconfigure(encoding="utf-8", errors="backslashreplace")


def print_json(value: Any, one_line: bool = False) -> None:
    """Print a value as JSON on standard output, over several lines or on one; each object says by which program."""
    if isinstance(value, list):
        value = [_by_this_program(one) for one in cast("list[Any]", value)]
    out.raw(json.dumps(_by_this_program(value), indent=None if one_line else 1, allow_nan=False), newline=True)


def _by_this_program(value: Any) -> Any:
    return {**cast("dict[str, Any]", value), "software": SOFTWARE} if isinstance(value, dict) else value


@contextlib.contextmanager
def progress(kept: bool = False) -> Generator[Show]:
    """Give a call that shows on standard error how far the steps of a work are.

    At a terminal one bar per step, gone at the end unless `kept`; else nothing, or one line per step if `kept`.
    """
    if not err.is_terminal:
        yield _steps_as_lines() if kept else lambda step, share: None
        return
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=30),
        TaskProgressColumn(),
        TimeRemainingColumn(compact=True),
    )
    with Progress(*columns, console=err.console(), transient=not kept) as bar:
        tasks: dict[str, Any] = {}

        def show(step: str, share: float | None) -> None:
            if step not in tasks:
                tasks[step] = bar.add_task(step, total=None)
            bar.update(tasks[step], completed=share or 0.0, total=None if share is None else 1.0)

        yield show


@contextlib.contextmanager
def waiting(words: str) -> Generator[Callable[[str], None]]:
    """Say at a terminal what is waited for, until it is over; the call that is given changes the words."""
    if not err.is_terminal:
        yield lambda words: None
        return
    with err.console().status(words) as status:
        yield lambda words: status.update(words)


@contextlib.contextmanager
def screen() -> Generator[Callable[[Table, list[str]], None]]:
    """Give a call that shows a table with lines under it at the terminal, in the place of those before."""
    from rich.console import Group
    from rich.live import Live
    from rich.text import Text

    with Live(console=out.console(), auto_refresh=False) as live:
        yield lambda table, lines: live.update(Group(drawn(table), *map(Text, lines)), refresh=True)


def drawn(table: Table) -> Any:
    """Return a table as Rich draws it: as wide as it must be, a cell that is too long on several lines."""
    from rich.table import Table as RichTable
    from rich.text import Text

    made = RichTable(title=table.title or None, box=None, pad_edge=False, show_header=bool(table.heads))
    made.title_justify = "left"
    for column in range(max(map(len, (table.heads, *table.rows)), default=0)):
        head = table.heads[column] if table.heads else ""
        made.add_column(head, justify="right" if column in table.right else "left", overflow="fold")
    for row in table.rows:
        made.add_row(*(Text(*cell) if isinstance(cell, Cell) else Text(cell) for cell in row))
    return made


def _wrapped(line: str) -> str:
    """Return a line with breaks between words where the terminal ends; a long word is never broken."""
    width = out.columns
    if len(line) <= width:
        return line
    indent = line[: len(line) - len(line.lstrip())]
    return textwrap.fill(
        line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False, drop_whitespace=True
    )


def _styled(text: str, style: str) -> str:
    return typer.style(text, fg="yellow") if style == YELLOW else typer.style(text, **{style: True})


def _steps_as_lines() -> Show:
    steps_shown: set[str] = set()

    def show(step: str, share: float | None) -> None:
        if step not in steps_shown:
            steps_shown.add(step)
            err.line(f"{step} ...")

    return show
