"""What people read is plain: no message, help text or sentence of the report has a word that makes it hard."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from ambula.cli.app import app
from ambula.days.dictionary import Kind, entries
from ambula.report.messages import messages

ROOT = Path(__file__).parents[3]
HOST = sorted((ROOT / "host" / "ambula").rglob("*.py"))
KINDS: tuple[Kind, ...] = ("day", "week", "epoch", "rule")

# Each with what to say instead, and why.
HARD = {
    r"\b(tell|tells|told|telling)\b": "set, known, reported, shown, distinguished: a node or a rule does not tell",
    r"\b(whoever|whomever|somebody|nobody)\b": "anyone, the wearer, the reader, or the passive: no one is meant",
    r"\b(holds?|held|inside) (some|both|no|none|neither|as|a|an|its|their|several)\b": "has, contains",
    r"\bsigns? of life\b": "contact: a node is no patient",
    r"\b(apart by|counted apart|told apart)\b": "separated by, counted separately, distinguished",
    r"\bmend\b": "correct",
    r"\bof it (brisk|slow|moderate)\b": "brisk walking: 'it' stands for nothing on a card",
    r"\basked for\b": "goal",
    r"\bone (row|line|file|column) an? \w": "per: one row per epoch",
    r"[\d}] %(?![\w(])": "no space before a per cent sign in English",
    r"; none: ": "Default: ...",
}


def in_code() -> Iterator[str]:
    """Every text of several words in the host's code that is no docstring: what a person may come to read."""
    for path in HOST:
        tree = ast.parse(path.read_text("utf-8"))
        bare = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr)}
        parts = {id(v) for n in ast.walk(tree) if isinstance(n, ast.JoinedStr) for v in ast.walk(n) if v is not n}
        for node in ast.walk(tree):
            if id(node) not in bare | parts and isinstance(node, ast.Constant | ast.JoinedStr):
                yield text_of(node)


def text_of(node: ast.Constant | ast.JoinedStr) -> str:
    """A text as it stands in the code; of an f-string, {} for what is filled in."""
    if isinstance(node, ast.JoinedStr):
        return "".join(v.value if isinstance(v, ast.Constant) else "{}" for v in node.values)  # type: ignore[misc]
    return node.value if isinstance(node.value, str) else ""


def in_help() -> Iterator[str]:
    """The help of every command and option."""
    for command in typer.main.get_command(app).commands.values():  # type: ignore[attr-defined]
        params: list[Any] = command.params
        yield from (command.help, *(getattr(p, "help", None) or "" for p in params))


def in_report() -> Iterator[str]:
    """Every message of the report, and what the dictionary says of each figure, column and rule."""
    for message in messages():
        yield from (message,) if isinstance(message, str) else message
    for kind in KINDS:
        for entry in entries(kind):
            yield from (entry.label, entry.definition, entry.formula)


READ = {"code": in_code, "help": in_help, "report": in_report}


def hard_words(text: str) -> list[str]:
    """Return the hard words of a text, each with what to say instead; texts of under three words are names."""
    if len(text.split()) < 3 or text.lstrip().startswith(("import ", "SELECT ", "CREATE ")):
        return []
    return [
        f"{found[0]!r} ({instead}) in {text!r}" for hard, instead in HARD.items() if (found := re.search(hard, text))
    ]


@pytest.mark.parametrize("where", READ)
def test_no_text_for_people_has_a_hard_word(where: str) -> None:
    texts = list(READ[where]())
    assert len(texts) > 100
    assert [found for text in texts for found in hard_words(text)] == []


@pytest.mark.parametrize(
    ("now", "better"),
    [
        ("There is no day yet from which your walking can be told.", "We don't have a full enough day yet."),
        ("18 min of it brisk", "18 min brisk walking"),
        ("A day counts when it holds some sitting.", "A day counts if it has some sitting."),
        ("P01: not told; speed is estimated", "P01: height not set; 1.70 m assumed."),
        ("One row a day, whoever reads it", "One row per day, for any reader"),
        ("one row a 5-second epoch", "one row per epoch"),
        ("99.8 % of the clear ones", "99.8% of unambiguous epochs"),
        ("fewer than {n} % of them", "fewer than {n}% of them"),
        ("How tall, in cm; none: show.", "Height in cm. Default: show it."),
        ("from its first start to its last sign of life", "from first start to last contact"),
    ],
)
def test_the_kind_is_found_and_its_better_form_is_not(now: str, better: str) -> None:
    assert hard_words(now)
    assert not hard_words(better)
