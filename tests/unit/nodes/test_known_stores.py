"""stores.json: which store each participant was synced into; what a newer Ambula keeps beside stays."""

import json
from pathlib import Path

from ambula.nodes.known_stores import KnownStores


def test_what_is_no_path_stays(tmp_path: Path) -> None:
    known = KnownStores(tmp_path / "keys.json")
    known.path.write_text(json.dumps({"P01": "/a.db", "P02": ["/b.db", "2026-12-01"]}))
    assert known.load() == {"P01": Path("/a.db")}
    known.remember(["P03"], tmp_path / "c.db")
    known.rename("P01", "P07")
    known.forget("P03")
    assert json.loads(known.path.read_text()) == {"P07": "/a.db", "P02": ["/b.db", "2026-12-01"]}
