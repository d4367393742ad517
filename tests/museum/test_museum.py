"""What older versions left is read, gives the figures that it gave, and can be written to. README.md lists it."""

import hashlib
import json
import shutil
import sqlite3
import subprocess
from pathlib import Path
from typing import Any

import pytest

from ambula.cohort.epoch_set import KEY, read_epoch_set
from ambula.nodes.keys import KeyFile, keys_path
from ambula.nodes.receipts import check
from ambula.nodes.session import OLD, RETIRED, NodeKey
from ambula.programme.plan import read_plan
from ambula.sim.node import find_micropython
from ambula.store import Store, schema
from nodecore import segment
from tests.support import museum
from tests.support.command import Ambula

EVERY = pytest.mark.parametrize("piece", museum.PIECES)
FIRMWARE = Path(__file__).parents[2] / "firmware"
READ_CONFIG = """
import json, sys
sys.path.insert(0, {!r})
from node import settings
print(json.dumps(settings.load({!r}).__dict__))
"""


def number_of(path: Path) -> int:
    """The store's schema number, read without Ambula."""
    db = sqlite3.connect(path)
    try:
        return db.execute("PRAGMA user_version").fetchone()[0]
    finally:
        db.close()


def tables_of(path: Path) -> dict[str, int]:
    """How many rows each table has, read without Ambula."""
    db = sqlite3.connect(path)
    try:
        names = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: db.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in names}
    finally:
        db.close()


def rows_of(path: Path, columns: dict[str, list[str]]) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of these tables in these columns, sorted, read without Ambula."""
    db = sqlite3.connect(path)
    try:
        return {
            table: sorted(db.execute(f"SELECT {', '.join(names)} FROM {table}"), key=repr)
            for table, names in columns.items()
        }
    finally:
        db.close()


def columns_of(path: Path) -> dict[str, list[str]]:
    db = sqlite3.connect(path)
    try:
        return {
            table: [column for _, column, *_ in db.execute(f"PRAGMA table_info({table})")] for table in tables_of(path)
        }
    finally:
        db.close()


def the_day(ambula: Ambula, path: Path) -> dict[str, Any]:
    said = ambula("summary", "--store", path, "--participant", museum.PERSON, "--json")
    assert said.code == 0, said
    (day,) = json.loads(said.out)["days"]
    return day


def test_no_piece_was_changed_and_each_schema_has_one() -> None:
    listed = dict(reversed(line.split("  ")) for line in (museum.MUSEUM / "SHA256SUMS").read_text().splitlines())
    pieces = [p for p in museum.MUSEUM.glob("schema*/*") if p.name != "expected.json"]
    found = {p.relative_to(museum.MUSEUM).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in pieces}
    assert found == listed
    has = {museum.schema_of(piece) for piece in museum.PIECES}
    assert has >= set(range(1, len(schema.MIGRATIONS))), "`make museum` at the last commit of the schema before"
    told = (museum.MUSEUM / "README.md").read_text("utf-8")
    assert [name for name in museum.PIECES if name not in told] == []


@EVERY
def test_an_old_store_gives_the_figures_that_it_gave(piece: str, tmp_path: Path, ambula: Ambula) -> None:
    path = museum.unpacked(piece, "store.db", tmp_path)
    assert museum.schema_of(piece) == number_of(path)
    told = museum.expected(piece)
    made = told["made"]
    found = museum.figures(path)
    assert found == {name: made[name] for name in found}
    day = the_day(ambula, path)
    now = {**made["day"], **told["today"]}
    now.pop("software", None)  # of today: it names the program that made the day
    assert set(told["today"]) <= set(told["why"]), "a figure that is another today says why"
    gone = {name for name, value in now.items() if name not in day and value is not None}
    assert gone == set()
    wrong = {n: (v, day[n]) for n, v in now.items() if n in day and not _is(day[n], v)}
    assert wrong == {}, "a figure changed: CONTRIBUTING.md, 'The museum', says when it may"


def _is(found: object, wanted: object) -> bool:
    return found == (pytest.approx(wanted, rel=1e-9) if isinstance(wanted, float) else wanted)


@EVERY
def test_a_sync_goes_on_where_the_old_one_ended(piece: str, tmp_path: Path) -> None:
    path = museum.unpacked(piece, "store.db", tmp_path)
    before = museum.figures(path)
    added = museum.sync_rest(path, piece, tmp_path)
    after = museum.figures(path)
    assert 2 * 110 <= added <= 2 * 130, "ten minutes of two nodes"
    assert sum(after["epochs"]) == sum(before["epochs"]) + added
    assert after["steps"] >= before["steps"]
    with Store(path) as store:
        assert store.integrity() == []


@EVERY
def test_what_is_written_stays_beside_what_was_there(piece: str, tmp_path: Path, ambula: Ambula) -> None:
    path = museum.unpacked(piece, "store.db", tmp_path)
    before, rows = museum.figures(path), tables_of(path)
    who = ("--store", path, "--participant", museum.PERSON)
    assert ambula("note", "well", "--pain", "1", "--at", "2026-03-02T08:05", *who).code == 0
    assert ambula("height", "181", *who).code == 0
    assert museum.figures(path) == before
    with Store(path) as store:
        assert store.notes(museum.PERSON)[-1].words == "well"
        assert store.height_m(museum.PERSON) == 1.81
        assert len(store.notes(museum.PERSON)) == rows.get("note", 0) + 1
        assert store.integrity() == []
    assert number_of(path) == len(schema.MIGRATIONS)


@EVERY
def test_an_upgrade_changes_no_row_that_was_there(piece: str, tmp_path: Path, ambula: Ambula) -> None:
    path = museum.unpacked(piece, "store.db", tmp_path)
    old = columns_of(path)
    before = rows_of(path, old)
    who = ("--store", path, "--participant", museum.PERSON)
    assert ambula("note", "well", "--at", "2026-03-02T08:05", *who).code == 0
    after, now = rows_of(path, old), columns_of(path)
    if "note" in old:
        after["note"] = [row for row in after["note"] if "well" not in row]
    after["setting"] = [row for row in after["setting"] if row[0] not in ("written by", "newest program")]
    assert after == before
    added = {table: [name for name in now[table] if name not in names] for table, names in old.items()}
    for table, values in rows_of(path, {table: names for table, names in added.items() if names}).items():
        assert {value for row in values for value in row} <= {None}, f"{table}: nobody knew that then"


@EVERY
def test_forget_reaches_every_table(piece: str, tmp_path: Path, ambula: Ambula) -> None:
    path = museum.unpacked(piece, "store.db", tmp_path)
    with Store(path) as store:
        for node in store.nodes():
            store.add_log(node.node_id, [], [(node.next_offset, 5, "x")], node.next_offset + 5)
    if (museum.MUSEUM / piece / "keys.json").exists():
        keys_path().parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(museum.MUSEUM / piece / "keys.json", keys_path())
    marks = [s.data[segment.HEADER_SIZE : -segment.CRC_SIZE] for s in museum.log_of(piece, "thigh", tmp_path)]
    assert any(mark in path.read_bytes() for mark in marks)
    said = ambula("forget", museum.PERSON, "--yes", "--store", path)
    assert said.code == 0, said
    copies = [p for p in tmp_path.glob("*store*") if p != path and museum.PERSON.encode() in p.read_bytes()]
    assert [p for p in copies if p.name not in said.out + said.err] == [], "a copy of an upgrade that holds the person"
    held = path.read_bytes()
    assert [mark for mark in marks if len(mark) > 40 and mark in held] == []
    assert museum.PERSON.encode() not in held
    assert {name: n for name, n in tables_of(path).items() if n and name != "setting"} == {}
    assert KeyFile().load() == []


def test_every_kind_of_segment_so_far_is_in_a_log(tmp_path: Path) -> None:
    kinds: set[int] = set()
    for piece in museum.PIECES:
        for side in museum.SIDES:
            for found in museum.log_of(piece, side, tmp_path):
                assert found.header is not None, "an old log is never too new"
                kinds.add(found.header.kind)
    assert kinds == {segment.EPOCHS, segment.EVENT, segment.FUSED, segment.READING}


@EVERY
def test_an_old_log_holds_what_its_store_holds(piece: str, tmp_path: Path) -> None:
    with Store(museum.unpacked(piece, "store.db", tmp_path)) as store:
        for node in store.nodes():
            stored = dict(store.log_bytes(node.node_id, 0))
            shared = [s for s in museum.log_of(piece, museum.SIDES[node.role], tmp_path) if s.offset in stored]
            assert len(shared) >= 10
            assert [s.data for s in shared] == [stored[s.offset] for s in shared]


@pytest.mark.parametrize("piece", museum.pieces_with("keys.json"))
def test_old_keys_open_what_they_opened(piece: str, tmp_path: Path) -> None:
    file = KeyFile(museum.unpacked(piece, "keys.json", tmp_path))
    old = file.load()
    found = [(k.device_id, k.role, k.participant, len(k.key), k.state) for k in old]
    assert found == [("a0" * 8, 0, museum.PERSON, 32, ""), ("a1" * 8, 1, museum.PERSON, 32, "")]
    with Store(museum.unpacked(piece, "store.db", tmp_path)) as store:
        for node in store.nodes():
            proved = check(store, node, old)
            whole = (proved.stored_bytes, []) if store.receipts(node.node_id) else (0, [])
            assert (proved.proved_bytes, proved.changed) == whole
    file.add(NodeKey("b0" * 8, 0, "P02", b"k" * 32))
    assert file.load()[:2] == old


@pytest.mark.parametrize("piece", museum.pieces_with("keys-states.json"))
def test_old_keys_keep_their_states(piece: str, tmp_path: Path) -> None:
    file = KeyFile(museum.unpacked(piece, "keys-states.json", tmp_path))
    assert [k.state for k in file.all()] == [OLD, RETIRED, ""]
    assert len({k.pair for k in file.all()}) == 1


@pytest.mark.parametrize("name", ["thigh.config.json", "setup.config.json"])
def test_old_settings_mean_to_the_node_what_they_meant(name: str, tmp_path: Path) -> None:
    """By the firmware's own reader, in a real MicroPython."""
    for piece in museum.pieces_with(name):
        path = museum.unpacked(piece, name, tmp_path / piece)
        code = READ_CONFIG.format(str(FIRMWARE), str(path))
        done = subprocess.run([find_micropython(), "-c", code], capture_output=True, text=True, check=True)
        read, wrote = json.loads(done.stdout), json.loads(path.read_text())
        wrote.pop("schema", None)
        assert (piece, read["trouble"], {k: read[k] for k in wrote}) == (piece, "", wrote)


@pytest.mark.parametrize("piece", [p for p in museum.PIECES if museum.schema_of(p) >= 5])
def test_an_old_plan_is_followed(piece: str, tmp_path: Path, ambula: Ambula) -> None:
    path = museum.unpacked(piece, "store.db", tmp_path)
    with Store(path) as store:
        kept = store.programme(museum.PERSON)
    assert kept is not None
    assert kept[0] == "2026-03-02"
    assert read_plan(kept[1]).start_days == 4
    said = ambula("programme", "--store", path, "--participant", museum.PERSON, "--json")
    assert said.code == 0, said


@pytest.mark.parametrize("piece", museum.pieces_with("epochs.parquet"))
def test_an_old_set_of_epochs_is_read(piece: str, tmp_path: Path) -> None:
    folder = tmp_path / f"{KEY}{museum.PERSON}"
    museum.unpacked(piece, "epochs.parquet", folder)
    table, zones = read_epoch_set(folder)
    made = museum.expected(piece)["made"]
    assert (len(table), round(float(table.steps.sum()), 3)) == (made["fused"], made["steps"])
    assert [zone.key for _, zone in zones.changes] == ["Europe/Oslo"]
