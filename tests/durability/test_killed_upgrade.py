"""An upgrade of a store, and a rebuilding after `forget`, killed at every write and sync: old or new, never half."""

import contextlib
import itertools
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ambula.store import Store, schema
from ambula.store.upgrade import copies_of
from tests.support.made_log import add_log

NOON_S = 1_772_539_200
GONE, KEPT = "forget-me-4711", "keep-me-0815"
AT_EACH = ("pwrite64", "fdatasync", "fsync", "rename", "unlink", "ftruncate")
UPGRADE = "import sys; from pathlib import Path; from ambula.store import Store\nwith Store(Path(sys.argv[1])) as s: "
WORK = {"upgrade": UPGRADE + "s.set('zone', 'UTC')", "forget": UPGRADE + f"s.forget({GONE!r})"}


def _can_trace() -> bool:
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        return subprocess.run(["strace", "-o", os.devnull, "true"], capture_output=True, timeout=20).returncode == 0
    return False


pytestmark = pytest.mark.skipif(not _can_trace(), reason="needs strace, and the right to trace a process")


def run(work: str, path: Path, kill_at: tuple[str, int] | None = None) -> int:
    """Do it in a process of its own; kill_at: a system call, and at which of them, from 1, the process is killed."""
    traced = ["strace", "-f", "-qq", "-o", os.devnull, "-e", f"trace={kill_at[0]}"] if kill_at else []
    traced += ["-e", f"inject={kill_at[0]}:signal=SIGKILL:when={kill_at[1]}"] if kill_at else []
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [*traced, sys.executable, "-c", WORK[work], str(path)]
    return subprocess.run(command, env=environment, capture_output=True, timeout=60).returncode


def contents(path: Path) -> list[str]:
    with contextlib.closing(sqlite3.connect(path)) as db:
        (version,) = db.execute("PRAGMA user_version").fetchone()
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return [f"schema {version}", *db.iterdump()]


@pytest.fixture
def old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store of schema 7 with two people."""
    path = tmp_path / "old" / "s.db"
    with monkeypatch.context() as then:
        then.setattr(schema, "MIGRATIONS", schema.MIGRATIONS[:7])
        with Store(path) as store:
            for who, device in ((GONE, "aa"), (KEPT, "bb")):
                add_log(store, who, NOON_S, 8, lambda part: bytes([part % 251]) * 12, device * 8)
    return path


def kills(work: str, old: Path, folder: Path, call: str, step: int = 1) -> Iterator[Path]:
    """Yield the folders of runs that were killed at each `step`th of a system call, until one was not."""
    for number in itertools.count(1, step):
        place = shutil.copytree(old.parent, folder / f"{call} {number}")
        if run(work, place / old.name, (call, number)) == 0:
            return
        yield place


@pytest.mark.parametrize("call", AT_EACH)
def test_an_upgrade_is_done_or_not_and_its_copy_is_whole(tmp_path: Path, old: Path, call: str) -> None:
    before = contents(old)
    after = shutil.copytree(old.parent, tmp_path / "whole") / old.name
    assert run("upgrade", after) == 0
    for place in kills("upgrade", old, tmp_path, call):
        path = place / old.name
        found, copies = contents(path), copies_of(path)
        assert [contents(copy) for copy in copies] == [before] * len(copies)
        if found[0] == before[0]:
            assert found == before
        else:
            assert copies, "upgraded without a copy"
        assert run("upgrade", path) == 0
        assert contents(path) == contents(after)
        assert sorted(p.name for p in place.iterdir()) == ["s.db", "s.db.schema-7"]


@pytest.mark.parametrize("call", AT_EACH)
def test_forgetting_is_ended_by_the_same_call(tmp_path: Path, old: Path, call: str) -> None:
    assert run("upgrade", old) == 0
    after = shutil.copytree(old.parent, tmp_path / "whole") / old.name
    assert run("forget", after) == 0
    for place in kills("forget", old, tmp_path, call, 9 if call == "pwrite64" else 1):
        path = place / old.name
        with Store(path, must_exist=True) as store:
            assert store.integrity() == []
            assert KEPT in store.participants()
        assert run("forget", path) == 0
        assert contents(path) == contents(after)
        for file in place.iterdir():
            assert GONE.encode() not in file.read_bytes(), file
        assert sorted(p.name for p in place.iterdir()) == ["s.db", "s.db.schema-7"]
