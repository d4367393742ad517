"""Visitors from the future: what a newer version could leave, one thing more than is known today.

Each is read with a word, or refused by one line that says which side is old and what helps. None is "damaged", nothing
of it is lost, and what is refused is not written to. They are made here, of the museum's newest piece.
"""

import json
import re
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow as arrow
import pyarrow.parquet as parquet
import pytest

from ambula.base.errors import BoardError, InputError, StoreError
from ambula.cohort.epoch_set import KEY, read_epoch_set
from ambula.nodes.info import parse_health, parse_info, parse_now, parse_plan, parse_public
from ambula.nodes.keys import KeyFile, keys_path
from ambula.nodes.segments import assemble
from ambula.nodes.session import NodeKey
from ambula.store import Store, schema
from ambula.usb.state import State
from nodecore import protocol, segment
from tests.support import museum, spec_log
from tests.support.command import Ambula, Ran

NEWER = re.compile(r"newer (Ambula|version|format)|upgrade Ambula|update Ambula", re.IGNORECASE)
DAMAGED = re.compile(r"(is|are|was|were) damaged|malformed")
WHO = ("--participant", museum.PERSON)
EPOCHS = 60  # of a code that nobody knows: five minutes


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A store of today."""
    return museum.unpacked(museum.NEWEST, "store.db", tmp_path)


def change(path: Path, *statements: str, values: tuple[Any, ...] = ()) -> None:
    """Change a store behind Ambula's back, as a newer one would have written it."""
    with closing(sqlite3.connect(path)) as db:
        for statement in statements:
            db.execute(statement, values)
        db.commit()


def rows(path: Path, query: str, *values: Any) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as db:
        return db.execute(query, values).fetchall()


def add_segment(path: Path, made: Callable[[int, int], bytes]) -> None:
    """Add a segment to the log of each node, made of the next epoch and sequence number."""
    with Store(path) as store:
        for node in store.nodes():
            last = max(store.records(node.node_id).epoch)
            data = made(int(last) + 1, len(store.log_bytes(node.node_id, 0)))
            found = assemble(node.next_offset, data, at_log_end=True)
            assert found.damage == []
            store.add_log(node.node_id, found.segments, [], found.next_offset)


def said_it_well(said: Ran) -> None:
    """Whatever the command did: it blamed no damage, and where it refused it was one line with what helps."""
    words = said.out + said.err
    assert not DAMAGED.search(words), said
    assert "Traceback" not in words
    if said.code:
        assert NEWER.search(said.failed_with(said.code)), said


def day_of(ambula: Ambula, path: Path) -> dict[str, Any]:
    said = ambula("summary", "--store", path, *WHO, "--json")
    assert said.code == 0, said
    (day,) = json.loads(said.out)["days"]
    return day


# ---- the store


def test_a_newer_store_is_refused_and_not_touched(path: Path, ambula: Ambula) -> None:
    change(path, f"PRAGMA user_version = {len(schema.MIGRATIONS) + 1}")
    before = path.read_bytes()
    for command in (("status",), ("summary", *WHO), ("note", "x", *WHO), ("forget", museum.PERSON, "--yes")):
        said = ambula(*command, "--store", path)
        assert said.code != 0
        said_it_well(said)
    with pytest.raises(StoreError, match="newer"):
        Store(path)
    assert path.read_bytes() == before


def test_a_row_of_an_unknown_kind_is_kept_and_named(path: Path, ambula: Ambula) -> None:
    data = spec_log.sealed(9, 1, 0, b"what is to come")
    for node_id, at in rows(path, "SELECT node_id, next_offset FROM node"):
        row = (node_id, at, 9, 99, 1, 0, 1, 30, 200, 1, data, None)
        change(path, f"INSERT INTO segment VALUES ({', '.join('?' * len(row))})", values=row)
        change(path, f"UPDATE node SET next_offset = {at + len(data)} WHERE node_id = {node_id}")
    for command in (("status",), ("summary", *WHO)):
        said = ambula(*command, "--store", path)
        said_it_well(said)
        assert NEWER.search(said.out + said.err), said
    assert rows(path, "SELECT count(*) FROM segment WHERE data = ?", data) == [(2,)]


def test_an_unknown_activity_is_counted_as_other_and_said(path: Path, ambula: Ambula, tmp_path: Path) -> None:
    before = day_of(ambula, path)
    records = [bytes((0xF0 | 12, 98, 5, 20, *bytes(8)))] * EPOCHS
    add_segment(path, lambda epoch, seq: spec_log.epochs(epoch, records, seq))
    after = day_of(ambula, path)
    assert after["recorded_min"] == pytest.approx(before["recorded_min"] + EPOCHS / 12)
    assert after["other_min"] == pytest.approx(before["other_min"] + EPOCHS / 12)
    for form in ("csv", "parquet"):
        said = ambula("export", "--to", form, "--store", path, *WHO, "--out", tmp_path / "out")
        assert said.code == 0, said
    assert NEWER.search(" ".join(ambula("summary", "--store", path, *WHO).out.split()))


def test_an_unknown_event_is_kept_with_its_number(path: Path, ambula: Ambula) -> None:
    before = day_of(ambula, path)
    add_segment(path, lambda epoch, seq: spec_log.sealed(spec_log.EVENT, epoch, 77, b"new event", seq))
    said = ambula("logs", "--store", path, *WHO)
    assert (said.code, said.out.count("new event")) == (0, 2)
    assert day_of(ambula, path) == before


def test_an_unknown_column_loses_nothing(path: Path, ambula: Ambula) -> None:
    """A newer version moves the schema's number for it; one that did not must not cost a note."""
    change(path, "ALTER TABLE note ADD COLUMN mood INTEGER", "ALTER TABLE anchor ADD COLUMN more TEXT")
    change(path, "UPDATE note SET mood = 7", "UPDATE anchor SET more = 'm'")
    assert day_of(ambula, path)["worn_min"] == 60
    said_it_well(ambula("note", "well", "--at", "2026-03-02T08:05", "--store", path, *WHO))
    assert rows(path, "SELECT mood FROM note WHERE words = 'stairs'") == [(7,)]
    said_it_well(ambula("forget", museum.PERSON, "--yes", "--store", path))
    assert rows(path, "SELECT 1 FROM note") in ([], [(1,)])


def test_an_unknown_table_is_not_left_behind_unsaid(path: Path, ambula: Ambula) -> None:
    """`forget` says that a person is gone: a table that it cannot know may hold the person."""
    change(path, "CREATE TABLE diary (participant TEXT, words TEXT)")
    change(path, "INSERT INTO diary VALUES (?, 'x')", values=(museum.PERSON,))
    assert day_of(ambula, path)["worn_min"] == 60
    said = ambula("forget", museum.PERSON, "--yes", "--store", path)
    said_it_well(said)
    left = rows(path, "SELECT count(*) FROM diary")[0][0]
    assert left == 0 or said.code != 0 or "diary" in said.out + said.err


def test_an_unknown_key_in_a_stored_plan_costs_no_result(path: Path, ambula: Ambula) -> None:
    change(path, "UPDATE programme SET plan = plan || ?", values=("\nwalk_with_dog = true\n",))
    for command in (("programme",), ("summary",), ("report", "--out", path.with_name("r.html"))):
        said = ambula(*command, "--store", path, *WHO)
        assert said.code == 0, said
    assert "walk_with_dog" in ambula("programme", "--store", path, *WHO).err


# ---- keys


def keys_with(change_them: Callable[[Any], Any]) -> KeyFile:
    """The key file of today's form, with one thing more."""
    path = keys_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(museum.MUSEUM / museum.NEWEST / "keys.json", path)
    file = KeyFile()
    file.add(NodeKey("b0" * 8, 0, "P02", b"k" * 32))  # written anew, in today's form
    held = change_them(json.loads(path.read_text("utf-8")))
    path.write_text(json.dumps(held), encoding="utf-8")
    return file


def entries_of(held: Any) -> list[dict[str, Any]]:
    if isinstance(held, list):
        return held
    (entries,) = (value for value in held.values() if isinstance(value, list))
    return entries


def test_an_unknown_field_of_a_key_is_kept() -> None:
    def more(held: Any) -> Any:
        for entry in entries_of(held):
            entry["colour"] = "red"
        return held

    file = keys_with(more)
    assert [k.device_id for k in file.load()] == ["a0" * 8, "a1" * 8, "b0" * 8]
    file.add(NodeKey("c0" * 8, 0, "P03", b"c" * 32))
    held = entries_of(json.loads(file.path.read_text("utf-8")))
    assert [entry.get("colour") for entry in held] == ["red", "red", "red", None]


def test_a_newer_key_file_is_refused_and_not_touched() -> None:
    def newer(held: Any) -> Any:
        if isinstance(held, list):
            return {"version": 2, "keys": held}
        return {name: value + 1 if isinstance(value, int) else value for name, value in held.items()}

    file = keys_with(newer)
    before = file.path.read_bytes()
    with pytest.raises(InputError, match=NEWER):
        file.load()
    with pytest.raises(InputError):
        file.add(NodeKey("c0" * 8, 0, "P03", b"c" * 32))
    assert file.path.read_bytes() == before


# ---- a node's settings


def settings_with(**more: object) -> State:
    """What a board says that a newer set-up has written."""
    held = json.loads((museum.MUSEUM / museum.NEWEST / "setup.config.json").read_text("utf-8")) | more
    values = {"config": json.dumps(held)}
    return State(**{name: values.get(name, "") for name in State.__dataclass_fields__})  # type: ignore[arg-type]


def test_an_unknown_setting_stays_on_the_board() -> None:
    assert settings_with(colour="red").settings["colour"] == "red"


def test_settings_of_a_newer_schema_are_refused() -> None:
    with pytest.raises(BoardError, match=r"a newer Ambula has set this board up .*: update Ambula"):
        _ = settings_with(schema=2).settings


# ---- sets of epochs


def set_with(folder: Path, change_it: Callable[[Any], Any]) -> Path:
    """A person's folder whose file has one thing more; a file of today beside it, with the epochs behind."""
    place = folder / f"{KEY}{museum.PERSON}"
    file = museum.unpacked(museum.NEWEST, "epochs.parquet", place)
    table = parquet.read_table(file, partitioning=None)
    file.unlink()
    parquet.write_table(change_it(table.slice(0, 400)), place / "part-0.parquet")
    parquet.write_table(table.slice(400), place / "part-1.parquet")
    return place


def test_an_unknown_column_of_epochs_is_passed_over(tmp_path: Path) -> None:
    place = set_with(tmp_path, lambda table: table.append_column("mood", arrow.array(range(len(table)))))
    assert len(read_epoch_set(place)[0]) == 720


def test_unknown_metadata_of_epochs_is_passed_over(tmp_path: Path) -> None:
    place = set_with(
        tmp_path, lambda table: table.replace_schema_metadata({**table.schema.metadata, b"mood": b'{"good": 1}'})
    )
    table, zones = read_epoch_set(place)
    assert (len(table), [zone.key for _, zone in zones.changes]) == (720, ["Europe/Oslo"])


def test_an_unknown_activity_of_epochs_is_refused_by_name(tmp_path: Path) -> None:
    def swims(table: Any) -> Any:
        words = arrow.array(["swimming", *table.column("activity").to_pylist()[1:]]).dictionary_encode()
        return table.set_column(table.column_names.index("activity"), "activity", words)

    with pytest.raises(InputError, match=r"unknown activity 'swimming'.*newer Ambula.*update"):
        read_epoch_set(set_with(tmp_path, swims))


# ---- what a node sends


@pytest.mark.parametrize(("version", "kind"), [(2, 1), (segment.VERSION, 9)])
def test_a_newer_segment_is_kept_and_said(version: int, kind: int, path: Path, ambula: Ambula) -> None:
    before = day_of(ambula, path)
    data = spec_log.sealed(kind, 1, 1, b"what is to come", version=version)
    add_segment(path, lambda _, __: data)
    for command in (("status",), ("summary", *WHO)):
        said = ambula(*command, "--store", path)
        said_it_well(said)
        assert (said.code, bool(NEWER.search(said.out + said.err))) == (0, True)
    assert day_of(ambula, path) == before
    with Store(path) as store:
        assert [store.log_bytes(n.node_id, 0)[-1][1] for n in store.nodes()] == [data, data]
        assert [store.damage(n.node_id) for n in store.nodes()] == [[], []]


def test_a_newer_protocol_says_which_side_is_old() -> None:
    block = bytes((protocol.VERSION + 1, 0, 1, 0)) + bytes(36)
    for parse, data in ((parse_info, block), (parse_public, block[:2])):
        with pytest.raises(ValueError, match=r"protocol 3, and this Ambula knows 2: update Ambula"):
            parse(data)
    older = bytes((protocol.VERSION - 1, 1))
    with pytest.raises(ValueError, match=r"protocol 1, and this Ambula knows 2: .*ambula flash"):
        parse_public(older)


@pytest.mark.parametrize(
    ("parse", "block"),
    [
        (parse_info, bytes((protocol.VERSION, 0, 1, 0)) + bytes(36)),
        (parse_health, bytes(17)),
        (parse_now, bytes(25)),
        (parse_plan, bytes(6)),
    ],
)
def test_more_behind_a_block_is_passed_over(parse: Callable[[bytes], object], block: bytes) -> None:
    assert parse(block + b"more to come") == parse(block)
    with pytest.raises(ValueError, match=f"{len(block) - 1} bytes"):
        parse(block[:-1])
