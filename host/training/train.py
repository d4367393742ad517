"""Write `firmware/nodecore/model.py`, the same each time: `OMP_NUM_THREADS=1 python -m training.train`."""

import hashlib
import sys
from pathlib import Path

from training.forest import ROUNDS, Tables, fit
from training.traits import Examples, examples

MODEL = Path(__file__).resolve().parents[2] / "firmware" / "nodecore" / "model.py"
DATASETS = ("hugadb_v1", "pdiot_2023")
_LINE = 28  # bytes a line of the table

_HEAD = '''"""What the forest learnt: {rounds} trees for each of four classes; written by `training.train`, not by hand.

Trained on {epochs} epochs of {people} people; hash of traits and targets: {digest}.
"""

ROUNDS = {rounds}
START = {start}
TREES = (
{trees}
)
'''


def text(tables: Tables, source: Examples) -> str:
    """Return the module's source."""
    digest = hashlib.sha256(source.traits.tobytes() + source.target.tobytes()).hexdigest()[:16]
    parts = [tables.trees[at : at + _LINE] for at in range(0, len(tables.trees), _LINE)]
    trees = "\n".join('    b"' + "".join(f"\\x{value:02x}" for value in part) + '"' for part in parts)
    people = len(set(zip(source.dataset.tolist(), source.subject.tolist(), strict=True)))
    return _HEAD.format(
        rounds=ROUNDS, epochs=len(source.target), people=people, digest=digest, start=tables.start, trees=trees
    )


def main() -> None:
    """Train on every person at hand and write the tables."""
    source = examples(DATASETS)
    MODEL.write_text(text(fit(source), source))
    sys.stdout.write(f"{MODEL}: {len(source.target)} epochs\n")


if __name__ == "__main__":
    main()
