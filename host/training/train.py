"""Write `firmware/nodecore/model.py`, the same each time: `make train`."""

import sys
from pathlib import Path

from training.folds import Source, learn
from training.forest import LEVEL_ROUNDS, ROUNDS, Level, Tables
from training.traits import DATASETS, Examples, digest

MODEL = Path(__file__).resolve().parents[2] / "firmware" / "nodecore" / "model.py"
_LINE = 26  # bytes a line of the table

_HEAD = '''"""What the forest learnt: {rounds} trees for each of four classes; written by `training.train`, not by hand.

Trained on {epochs} epochs of {people} people; hash of three people's traits: {digest}.
"""

ROUNDS = {rounds}
START = {start}
TREES = (  # half a class at a time: pieces that a heap in pieces has room for
{trees}
)

# Level walking for sure, in any mounting: the sum of all votes and the start is positive.
LEVEL_COUNT = {level_count}
LEVEL_START = {level_start}
LEVEL_TREES = (
{level_trees}
)
'''


def text(tables: Tables, level: Level, source: Examples) -> str:
    """Return the module's source."""
    people = len({(name.split()[0], who) for name, who in zip(source.dataset, source.subject, strict=True)})
    return _HEAD.format(
        rounds=ROUNDS,
        epochs=len(source.target),
        people=people,
        digest=digest(DATASETS),
        start=tables.start,
        trees="\n".join(f"    (\n{_lines(trees, 8)}\n    )," for trees in tables.pieces),
        level_count=LEVEL_ROUNDS * len(tables.start),
        level_start=level.start,
        level_trees=_lines(level.trees),
    )


def _lines(trees: bytes, indent: int = 4) -> str:
    parts = [trees[at : at + _LINE] for at in range(0, len(trees), _LINE)]
    return "\n".join(" " * indent + 'b"' + "".join(f"\\x{value:02x}" for value in part) + '"' for part in parts)


def main() -> None:
    """Train on every person at hand and write the tables."""
    source = Source.load()
    MODEL.write_text(text(*learn(source), source.kinds))
    sys.stdout.write(f"{MODEL}: {len(source.kinds.target)} epochs\n")


if __name__ == "__main__":
    main()
