"""docs/dictionary.md, made from the dictionary: `make texts`."""

import sys
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

from ambula.base.atomic_files import write_whole
from ambula.days.dictionary import entries
from ambula.days.entry import Entry
from ambula.days.rules import DEFAULT, SETS, MetTable

_HEAD = """# Data dictionary

`make texts` writes this page from what `host/ambula/days` declares beside each figure. Do not edit it.

The same names are the columns of `ambula summary --format csv`, `parquet` and `json`, and of the tables of
`ambula cohort`. An epoch is 5 s, so 12 epochs are a minute. `count()` counts epochs. A bout is an unbroken run of
recorded epochs of one date: midnight ends it. Only the time in bed goes on over both. An empty cell (CSV) or a null
(Parquet, JSON) means that there were no data for the figure. *Rests on* names the share of the time that the figure
rests on. A day's figure is empty where that share is 0: no node was worn that can show it. A week's mean is over the
valid days on which those nodes were worn for long enough.
"""
_RULES = """Each rule is a line of the TOML file that `--rules FILE` reads. A rule that the file leaves out keeps its
default, or what the set has that the line `base` names. A file that changes a rule must give the rules a new name
(`name`). A `[met]` table has `name`, `slow`, `moderate` and `brisk`.

A set is given by its own name, as in `--rules hunt4`; a file of that name is `./hunt4`.
"""


def dictionary_page() -> str:
    """Return the page as Markdown: days, weeks, epochs, and the rules with their defaults and sets."""
    parts = [_HEAD, "## A day: one row per local date\n", *_groups(entries("day"))]
    parts += ["## A week: one row per person\n", _table(entries("week"))]
    parts += ["## An epoch: one row per 5 s\n", _epochs()]
    parts += ["## Rules\n", _RULES, _sets(), _rules()]
    return "\n".join(parts)


def _groups(rows: Iterable[Entry]) -> list[str]:
    return [part for name, group in groupby(rows, lambda e: e.group) for part in (f"### {name}\n", _table(group))]


def _table(rows: Iterable[Entry]) -> str:
    lines = ["| name | unit | definition | formula | rests on | source |", "|---|---|---|---|---|---|"]
    for e in rows:
        rests_on = f"`{e.rests_on}`" if e.rests_on else ""
        cells = (f"`{e.name}`", e.unit, f"**{e.label}.** {e.definition}", f"`{e.formula}`", rests_on, e.source)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


def _epochs() -> str:
    lines = ["| name | unit | definition |", "|---|---|---|"]
    lines += [f"| `{e.name}` | {e.unit} | **{e.label}.** {e.definition} |" for e in entries("epoch")]
    return "\n".join([*lines, ""])


def _sets() -> str:
    lines = ["| set | name | differs from the default in |", "|---|---|---|"]
    for key, rules in SETS.items():
        names = [e.name for e in entries("rule") if e.name != "name"]
        other = [f"`{n}` {getattr(rules, n):g}" for n in names if getattr(rules, n) != getattr(DEFAULT, n)]
        lines.append(f"| `{key}` | {rules.name} | {', '.join(other) or 'nothing: it is the default'} |")
    return "\n".join([*lines, ""])


def _rules() -> str:
    lines = ["| name | default | unit | definition | source |", "|---|---|---|---|---|"]
    for e in entries("rule"):
        value = getattr(DEFAULT, e.name)
        shown = f"{value.slow}, {value.moderate}, {value.brisk}" if isinstance(value, MetTable) else str(value)
        lines.append(f"| `{e.name}` | {shown} | {e.unit} | **{e.label}.** {e.definition} | {e.source} |")
    return "\n".join([*lines, ""])


def main() -> None:
    """Write the page to the file that the first argument names."""
    write_whole(Path(sys.argv[1]), dictionary_page())


if __name__ == "__main__":
    main()
