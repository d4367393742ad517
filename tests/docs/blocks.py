"""The blocks of the documents: what is shown as typed, what it should print, what is a file, what is not run."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    [
        *ROOT.glob("*.md"),
        *(page for room in ("docs", "firmware", "hardware", "host") for page in (ROOT / room).rglob("*.md")),
    ]
)
_FENCE = re.compile(r"^( *)(`{3,})(\w*)(?: title=\"([^\"]+)\")?\s*$")
_NOT_RUN = re.compile(r"^\s*<!-- not run: (.+) -->$")
_EXIT = re.compile(r"^\s*<!-- exit (\d+) -->$")


@dataclass(frozen=True)
class Block:
    """A fenced block: its page and line, its language and title, its lines, why it is not run, its exit code."""

    page: Path
    line: int
    language: str
    title: str
    lines: tuple[str, ...]
    not_run: str
    exit_code: int

    @property
    def text(self) -> str:
        return "\n".join(self.lines) + "\n"

    def __str__(self) -> str:
        return f"{name(self.page)}:{self.line}"


@dataclass
class Typed:
    """A command as typed, and the lines shown under it."""

    command: str
    shown: list[str] = field(default_factory=list)


def name(page: Path) -> str:
    """The page's path in the repository."""
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path) -> list[Block]:
    """The fenced blocks of a page."""
    return list(_blocks(page))


def _blocks(page: Path) -> Iterator[Block]:
    lines = page.read_text("utf-8").split("\n")
    at = 0
    while at < len(lines):
        opened = _FENCE.match(lines[at])
        at += 1
        if not opened:
            continue
        indent, ticks, language, title = opened.groups()
        end = next(i for i in range(at, len(lines)) if lines[i].strip() == ticks)
        before = next((line for line in reversed(lines[: at - 1]) if line.strip()), "")
        not_run, code = _NOT_RUN.match(before), _EXIT.match(before)
        body = tuple(line.removeprefix(indent) for line in lines[at:end])
        yield Block(page, at, language, title or "", body, not_run[1] if not_run else "", int(code[1]) if code else 0)
        at = end + 1


def outside(page: Path) -> list[str]:
    """The lines of a page that are in no fenced block."""
    lines = page.read_text("utf-8").split("\n")
    for block in blocks(page):
        for i in range(block.line - 1, block.line + len(block.lines) + 1):
            lines[i] = ""
    return lines


def typed(block: Block) -> list[Typed]:
    """The commands of a console block; a backslash at a line's end goes on with the next line."""
    found: list[Typed] = []
    for line in block.lines:
        if found and found[-1].command.endswith("\\"):
            found[-1].command = found[-1].command[:-1] + line.strip()
        elif line.startswith("$ "):
            found.append(Typed(line[2:]))
        else:
            assert found, f"{block}: a console block begins with `$ `"
            found[-1].shown.append(line)
    return found


def matches(shown: list[str], said: str) -> bool:
    """Tell whether what was said is what is shown; `...` stands for anything, alone in a line for any lines."""
    pattern = "".join(
        r"(?:.*\n)*" if line.strip() == "..." else ".*".join(map(re.escape, line.rstrip().split("..."))) + r"\n"
        for line in shown
    )
    return re.fullmatch(pattern + r"\s*", "".join(f"{line.rstrip()}\n" for line in said.split("\n"))) is not None
