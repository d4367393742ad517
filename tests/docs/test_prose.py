"""DESIGN.md reads plainly: short sentences, short lines, and every file that it names is there."""

import math
import re

import pytest

from tests.docs.blocks import ROOT, outside

DESIGN = ROOT / "DESIGN.md"
MOST_WORDS, MOST_LETTERS = 30, 120
_ITEM = re.compile(r"(?:-|\d+\.) ")
_LABEL = re.compile(r"\*{1,2}[^*]+[.:]\*{1,2}")  # **Problem.** is no sentence, and ends the one before
_SENTENCE_ENDS = re.compile(r"(?<=[.!?])[)*\"]* +(?=[A-Z0-9`(\"\[])")


def paragraphs(lines: list[str]) -> list[str]:
    """The running text: a list item is a paragraph, a heading or a row of a table is none."""
    found = [""]
    for line in lines:
        if not line.strip() or line.startswith(("#", "|")):
            found.append("")
        elif _ITEM.match(line):
            found.append(_ITEM.sub("", line, count=1))
        else:
            found[-1] += f" {line.strip()}"
    return [text.strip() for text in found if text.strip()]


def sentence_lengths(lines: list[str]) -> list[int]:
    """The words of each sentence, sorted."""
    plain = [part for text in paragraphs(lines) for part in _LABEL.split(text)]
    sentences = [sentence for text in plain for sentence in _SENTENCE_ENDS.split(text)]
    return sorted(n for s in sentences if (n := sum(any(c.isalnum() for c in word) for word in s.split())))


def test_nine_of_ten_sentences_are_short() -> None:
    lengths = sentence_lengths(outside(DESIGN))
    ninth = lengths[math.ceil(0.9 * len(lengths)) - 1]
    print(f"{len(lengths)} sentences, words: median {lengths[len(lengths) // 2]}, p90 {ninth}, most {lengths[-1]}")
    assert len(lengths) > 100
    assert ninth <= MOST_WORDS


def test_no_line_is_long() -> None:
    lines = enumerate(DESIGN.read_text("utf-8").splitlines(), 1)
    assert [n for n, line in lines if len(line) > MOST_LETTERS and not line.startswith("|")] == []


def test_every_file_that_design_names_is_there() -> None:
    """Paths from the repository, `firmware` or `host` on; a bare module is one of the node's program."""
    named = {word for line in outside(DESIGN) for word in re.findall(r"`([\w.][\w./]*)`", line)}
    paths = {word for word in named if "/" in word or word.endswith(".py")}
    folders = (ROOT, ROOT / "firmware", ROOT / "host", ROOT / "firmware" / "node")
    assert len(paths) > 50
    assert {path for path in paths if not any((folder / path).exists() for folder in folders)} == set()


@pytest.mark.parametrize(
    ("lines", "lengths"),
    [
        (["One two three. Four", "five."], [2, 3]),
        (["**Problem.** One two. *Choice:* three"], [1, 2]),
        (["- *A ring.* One two three.", "- One."], [1, 3]),
        (["See `a.b` at 3.5 mA; then stop."], [7]),
        (["# One two", "", "| one | two |", "Alone."], [1]),
    ],
)
def test_sentences_are_counted(lines: list[str], lengths: list[int]) -> None:
    assert sentence_lengths(lines) == lengths
