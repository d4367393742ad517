"""Adds a commit's pieces to the museum: `python -m tests.museum.add COMMIT [HOURS]`, as `make museum` does for HEAD.

The commit is checked out beside, and `record.py` runs in its program with the libraries of today's environment. HOURS
of the synthetic day, as 7.3-8.3, the default: an hour with a walk, stairs and a desk.
"""

import gzip
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import sysconfig
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
BUILD = ROOT / "build" / "museum"
PACKED = ("store.db", "thigh.log", "back.log", "epochs.parquet")  # to half and less
PLAIN = ("keys.json", "keys-states.json", "thigh.config.json", "setup.config.json")
HOURS = "7.3-8.3"


def record(commit: str, hours: str) -> Path:
    """Make the commit's pieces by its own program; return the folder that they are in."""
    tree, links, out = (BUILD / kind / commit for kind in ("tree", "links", "out"))
    if not tree.exists():
        subprocess.run(["git", "-C", ROOT, "worktree", "add", "--quiet", "--detach", tree, commit], check=True)
    links.mkdir(parents=True, exist_ok=True)
    for name, place in (("ambula", "host/ambula"), ("ambula_firmware", "firmware"), ("nodecore", "firmware/nodecore")):
        if not (links / name).exists():
            (links / name).symlink_to(tree / place)
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join((str(links), sysconfig.get_path("purelib"))),
        "PYTHONDONTWRITEBYTECODE": "1",
        "AMBULA_KEYS": str(out / "keys.json"),
    }
    # -S: without it today's Ambula would stand in for every module that the commit lacks.
    command = [sys.executable, "-S", HERE / "record.py", out, hours]
    subprocess.run(command, env=environment, cwd=tree, check=True)
    return out


def pack(commit: str, out: Path) -> Path:
    """Put the pieces into the museum; return their folder."""
    with sqlite3.connect(out / "store.db") as db:
        schema = db.execute("PRAGMA user_version").fetchone()[0]
    db.close()
    place = HERE / f"schema{schema}-{commit}"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    for part in (out / "set").glob("*/*.parquet"):
        shutil.copy(part, out / "epochs.parquet")
    for name in PACKED:
        if (out / name).exists():
            (place / f"{name}.gz").write_bytes(gzip.compress((out / name).read_bytes(), 9, mtime=0))
    for name in PLAIN:
        if (out / name).exists():
            shutil.copy(out / name, place / name)
    made = json.loads((out / "expected.json").read_text("utf-8"))
    text = json.dumps({"made": made, "today": {}, "why": {}}, indent=1)
    (place / "expected.json").write_text(text + "\n", encoding="utf-8")
    return place


def write_sums() -> None:
    """Write the list of what lies in the museum: SHA-256 and name. `expected.json` may change, and is not in it."""
    pieces = sorted(p for p in HERE.glob("schema*/*") if p.name != "expected.json")
    lines = [f"{hashlib.sha256(p.read_bytes()).hexdigest()}  {p.relative_to(HERE).as_posix()}\n" for p in pieces]
    (HERE / "SHA256SUMS").write_text("".join(lines), encoding="utf-8")


def main() -> None:
    """Record, pack, list."""
    given = sys.argv[1] if len(sys.argv) > 1 else "HEAD"
    told = subprocess.run(
        ["git", "-C", ROOT, "rev-parse", "--short", given], capture_output=True, text=True, check=True
    )
    commit = told.stdout.strip()
    place = pack(commit, record(commit, sys.argv[2] if len(sys.argv) > 2 else HOURS))
    write_sums()
    print(f"{place}: look at expected.json, and give it a line in tests/museum/README.md")


if __name__ == "__main__":
    main()
