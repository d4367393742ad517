"""Forgetting somebody takes a few MB of memory, however large the store is."""

import subprocess
import sys
from pathlib import Path

import pytest

from ambula.store import Store

pytest.importorskip("resource", reason="only POSIX systems say how much memory a process has had")
SEGMENTS = 40_000  # of 1,420 bytes: 57 MB
FORGET = """
import resource, sys
from pathlib import Path
from ambula.store import Store
with Store(Path(sys.argv[1])) as store:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    store.forget("P01")
    print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


def test_it_takes_a_few_mb(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    with Store(path) as store:
        for who, device in (("P01", "aa"), ("P02", "bb")):
            node = store.ensure_node(device * 8, 1, 0, who, "0.1.0").node_id
            with store._transaction():
                store._db.executemany(
                    "INSERT INTO segment VALUES (?, ?, 1, 0, ?, 60, 1, 30, 4000, 1, zeroblob(700), zeroblob(720))",
                    ((node, i * 700, i * 60) for i in range(SEGMENTS // 2)),
                )
    grown = subprocess.run([sys.executable, "-c", FORGET, path], capture_output=True, text=True, check=True).stdout
    assert int(grown) < 16
