"""The museum's pieces: what older versions left, unpacked into a test's own folder. See tests/museum/README.md."""

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np

from ambula.nodes.segments import assemble
from ambula.participant.results import results
from ambula.store import Segment, Store
from nodecore.activity import NAMES

MUSEUM = Path(__file__).parents[1] / "museum"


def schema_of(piece: str) -> int:
    """Return the schema of a piece's store."""
    return int(piece.removeprefix("schema").partition("-")[0])


PIECES = sorted((path.name for path in MUSEUM.glob("schema*")), key=lambda piece: (schema_of(piece), piece))
NEWEST = PIECES[-1]
PERSON = "SYNTHETIC-1"
SIDES = ("thigh", "back")


def pieces_with(name: str) -> list[str]:
    """Return the pieces that have such a file."""
    return [piece for piece in PIECES if (MUSEUM / piece / name).exists() or (MUSEUM / piece / f"{name}.gz").exists()]


def unpacked(piece: str, name: str, folder: Path) -> Path:
    """Return a copy of a piece's file in `folder`: a piece is never opened where it lies."""
    packed, made = MUSEUM / piece / f"{name}.gz", folder / name
    folder.mkdir(parents=True, exist_ok=True)
    made.write_bytes(gzip.decompress(packed.read_bytes()) if packed.exists() else (MUSEUM / piece / name).read_bytes())
    return made


def expected(piece: str) -> dict[str, Any]:
    """Return what a piece must give, as tests/museum/README.md explains it."""
    return json.loads((MUSEUM / piece / "expected.json").read_text("utf-8"))


def log_of(piece: str, side: str, folder: Path) -> list[Segment]:
    """Return the segments of a node's log as its flash held it, ten minutes more than the store: none is damaged."""
    first = expected(piece)["made"]["log_first"][SIDES.index(side)]
    found = assemble(first, unpacked(piece, f"{side}.log", folder).read_bytes(), at_log_end=True)
    assert found.damage == []
    return found.segments


def figures(path: Path) -> dict[str, Any]:
    """Return what this Ambula makes of a store, in the form of the expected figures, but for the day's."""
    with Store(path) as store:
        made = results(store, PERSON)
        nodes = store.nodes()
        epochs = [len(store.records(node.node_id)) for node in nodes]
    codes, counts = np.unique(made.table.activity, return_counts=True)
    return {
        "epochs": epochs,
        "fused": len(made.table),
        "activities": {NAMES[code]: int(n) for code, n in zip(codes, counts, strict=True)},
        "steps": round(float(made.table.steps.sum()), 3),
        "next_offset": [node.next_offset for node in nodes],
        "ledger": [{s.value: n for s, n in ledger.slots.items() if n} for ledger in made.ledgers.values()],
    }


def sync_rest(path: Path, piece: str, folder: Path) -> int:
    """Store what the nodes recorded after the last sync, as a sync does; return how many epochs were new."""
    added = 0
    with Store(path) as store:
        for node in store.nodes():
            rest = [s for s in log_of(piece, SIDES[node.role], folder) if s.offset >= node.next_offset]
            before = len(store.records(node.node_id))
            store.add_log(node.node_id, rest, [], rest[-1].offset + len(rest[-1].data))
            added += len(store.records(node.node_id)) - before
    return added
