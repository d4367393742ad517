"""`ambula upgrade-store`, and what `status` says of a store as a whole."""

import json
from pathlib import Path

import pytest

from ambula.base.version import __version__
from ambula.store import Store, schema
from tests.support.command import Ambula
from tests.support.made_log import add_log, sitting_but_for

NOW = len(schema.MIGRATIONS)


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    with monkeypatch.context() as then, Store(tmp_path / "s.db") as store:
        add_log(store, "P01", 1_772_539_200, 24, sitting_but_for(lambda _: False))
        then.setattr(schema, "MIGRATIONS", schema.MIGRATIONS)
        store._db.execute("ALTER TABLE anchor DROP COLUMN state")
        store._db.execute("PRAGMA user_version = 7")
    return tmp_path / "s.db"


def test_a_dry_run_changes_nothing_and_the_run_keeps_a_copy(path: Path, ambula: Ambula) -> None:
    before = path.read_bytes()
    said = ambula("upgrade-store", "--dry-run", "--store", path)
    assert f"is of schema 7 and would be of schema {NOW}. A copy of it as it is would take 1 MB" in said.out
    for command in ("status", "summary", "logs", "note", "zone", "programme"):
        assert "schema" not in ambula(command, "--store", path).err
    assert path.read_bytes() == before
    said = ambula("upgrade-store", "--store", path)
    assert said.out == f"{path} is of schema {NOW} now\n"
    assert (
        said.err == f"note: {path} was of schema 7 and is of schema {NOW} now; as it was, it is kept in s.db.schema-7\n"
    )
    assert "nothing to do" in ambula("upgrade-store", "--store", path).out
    assert sorted(p.name for p in path.parent.glob("s.db*")) == ["s.db", "s.db.schema-7"]
    assert json.loads(ambula("upgrade-store", "--store", path, "--json").out)["was"] == NOW


def test_status_says_what_the_store_is(path: Path, ambula: Ambula) -> None:
    told = json.loads(ambula("status", "--store", path, "--json").out)[0]["store"]
    assert (told["schema"], told["written_by"], told["integrity"]) == (7, __version__, "whole")
    assert told["older_than_ambula"].startswith("read as it is")
    assert "schema\t7\n" in ambula("status", "--store", path).out
    ambula("zone", "UTC", "--store", path)
    assert json.loads(ambula("status", "--store", path, "--json").out)[0]["store"]["older_than_ambula"] is None
